"""What-if, plan of a request and issued quotes agree to the last minor unit in generated worlds of the database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from licenses.models import Entitlement
from licenses.operations import acquire, move_units
from licenses.rules.terms import first_cover
from portal.kernel.period import Period
from renewals.models import RenewalQuote
from sites.clock import now
from tests.cast import World, looking
from tests.renewing import issue, lines_of
from tests.rules.worlds import month_end

pytestmark = pytest.mark.django_db
PARTS = ("D9X24LL", "D9X02LL", "D9X26LL")


@dataclass(frozen=True)
class Bought:
    """An Express purchase: units, of which some move, and how many months its cover lasts from the test's day."""

    part: str
    quantity: int
    moving: int
    months: int


@st.composite
def purchases(draw: st.DrawFn) -> list[Bought]:
    found = []
    for _ in range(draw(st.integers(1, 4))):
        quantity = draw(st.integers(1, 400))
        moving = draw(st.sampled_from((quantity, draw(st.integers(1, quantity)))))
        found.append(Bought(draw(st.sampled_from(PARTS)), quantity, moving, draw(st.integers(0, 20))))
    return found


def buy(world: World, bought: list[Bought], today: date) -> list[tuple[Entitlement, int]]:
    """The purchases at Mette's Express site, with the units that move."""
    found = []
    with looking() as portal:
        for number, each in enumerate(bought):
            end = month_end(today, each.months)
            start = first_cover(end.replace(day=1, year=end.year - 2)).ends_on
            line = acquire(
                actor=portal,
                at=now(),
                site=world.express_site,
                part=world.part(each.part),
                quantity=each.quantity,
                order_reference=f"G-{number}",
                acquired_on=date(2025, 3, 14),
                cover=Period(start, end),
            )
            found.append((line, each.moving))
    return found


def move(world: World, lines: list[tuple[Entitlement, int]], today: date) -> dict[str, str]:
    """The units at the Originating Site: the line that each arrived as."""
    with looking() as portal:
        arrived = move_units(
            actor=portal,
            at=now(),
            on=today,
            reference="TR-G",
            target_site=world.originating_site,
            lines={line.pk: units for line, units in lines},
        )
    return {str(line.pk): str(arrived[line.pk]) for line, _ in lines}


def same_figures(event: dict[str, Any], quote: RenewalQuote, arrived: dict[str, str]) -> None:
    """A quote's lines are those of the event, line by line; its points are those of the whole order."""
    quoted = {str(line.entitlement_id): line for line in lines_of(quote)}
    assert Decimal(event["points"]) == quote.points
    for line in event["lines"]:
        its = quoted[arrived[line["entitlement"]]]
        assert (its.quantity, its.months) == (line["quantity"], line["months"])
        assert (str(its.cover_start), str(its.cover_end)) == (line["cover_start"], line["cover_end"])
        assert (its.unit_price, its.amount) == (Decimal(line["unit_price"]), Decimal(line["amount"]))


def test_what_if_plan_and_quotes_agree(world: World, api_of: Callable[..., APIClient], today: date) -> None:
    mette = api_of("mette")
    target = world.originating_site.site_number

    def agree(bought: list[Bought]) -> None:
        lines = buy(world, bought, today)
        asked = [{"entitlement": str(line.pk), "quantity": units} for line, units in lines]
        foretold = mette.post("/api/v1/what-ifs/", {"target_site": target, "lines": asked}).json()
        body = {"source_site": world.express_site.site_number, "target_site": target, "lines": asked}
        drafted = mette.post("/api/v1/transfer-requests/", body)
        assert drafted.status_code == 201, drafted.json()
        plan = drafted.json()["plan"]
        for part in ("stay", "migrate", "terms", "coverage", "left_out", "rule_version"):
            assert plan[part] == foretold[part]

        arrived = move(world, lines, today)
        quotes = {quote.kind: quote for quote in issue(world)}
        for event in foretold["migrate"]["events"]:
            # Quotes are made for the transition, and for the coming Anniversary alone.
            if event["on"] in (str(today), str(quotes["anniversary"].anniversary)):
                same_figures(event, quotes[event["kind"]], arrived)

    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(purchases())
    def in_any_world(bought: list[Bought]) -> None:
        with transaction.atomic():
            agree(bought)
            transaction.set_rollback(True)

    in_any_world()
