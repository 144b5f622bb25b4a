"""What tests of the run over everybody share: worlds of random holdings, and what the quotes of a world say."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from random import Random
from typing import Any

from dateutil.relativedelta import relativedelta

from licenses.models import Part, PartKind
from licenses.operations import acquire, move_units
from licenses.rules.terms import first_cover
from portal.kernel.period import Period
from renewals.models import QuoteLine, RenewalQuote
from renewals.operations import run_quotes
from sites.clock import now
from sites.models import Agreement, Customer, Site
from sites.tenancy import Actor, system_actor
from tests import cast

NOT_COMPARED = {"id", "quote_id", "number", "issued_at"}


@contextmanager
def step() -> Iterator[Actor]:
    """A step of the run, in the test's own transaction."""
    with cast.looking() as portal:
        yield portal
        system_actor()


def run(on: date) -> None:
    """The run over everybody who is due on `on`."""
    run_quotes(step=step, clock=now, on=on)


def said() -> list[tuple[Any, ...]]:
    """All that quotes and lines say, derivations included, but not which number or instant each version got."""
    with cast.looking():
        quotes = {q["id"]: q for q in RenewalQuote.objects.values()}
        found = [_told(q, "") for q in quotes.values()]
        for line in QuoteLine.objects.values():
            of = quotes[line["quote_id"]]
            found.append(_told(line, f"{of['agreement_id']} {of['site_id']} {of['kind']} {of['ordered_on']}"))
    return sorted(found, key=repr)


def _told(row: dict[str, Any], of: str) -> tuple[Any, ...]:
    return (of, *(f"{name}={value!r}" for name, value in row.items() if name not in NOT_COMPARED))


def holdings(seed: int, world: cast.World, today: date) -> list[Agreement]:
    """Three Agreements of two customers with random lines, some moved in from Express sites with lines of their own."""
    dice = Random(seed)  # numbers that are the same each time
    made = []
    with cast.looking() as portal:
        parts = list(Part.objects.filter(kind=PartKind.LICENSE, renewal_part__isnull=False).order_by("pk")[:12])
        for n in range(3):
            customer = dice.choice([world.fjordbyg, world.sydhavn])
            start = today.replace(day=1) + relativedelta(months=dice.randint(-11, 3), years=-2)
            agreement = Agreement.objects.create(number=f"88{seed}{n}", customer=customer, term_start=start)
            site = _site(customer, agreement, f"788{seed}{n}1", originating=True)
            express = _site(customer, None, f"788{seed}{n}2")
            for each in (site, express):
                for line in range(dice.randint(1, 6)):
                    _line(portal, dice, each, parts, f"R{seed}{n}{line}{each.program}", today)
            moving = [line for line in world.lines(express) if dice.random() < 0.4]
            if moving:
                move_units(
                    actor=portal,
                    at=now(),
                    on=today,
                    reference=f"TR-88{seed}{n}",
                    target_site=site,
                    lines={line.pk: dice.randint(1, line.quantity) for line in moving},
                )
            made.append(agreement)
    return made


def _site(customer: Customer, agreement: Agreement | None, number: str, *, originating: bool = False) -> Site:
    return Site.objects.create(
        customer=customer,
        agreement=agreement,
        site_number=number,
        name=f"Random {number}",
        program="PA" if agreement else "PAE",
        originating=originating,
    )


def _line(portal: Actor, dice: Random, site: Site, parts: list[Part], reference: str, today: date) -> None:
    bought = today - relativedelta(days=dice.randint(40, 420))
    cover = first_cover(bought)
    if dice.random() < 0.3:
        cover = Period(cover.ends_on + relativedelta(days=1), cover.ends_on + relativedelta(years=1))
    acquire(
        actor=portal,
        at=now(),
        site=site,
        part=dice.choice(parts),
        quantity=dice.randint(1, 40),
        order_reference=reference,
        acquired_on=bought,
        cover=cover,
    )
