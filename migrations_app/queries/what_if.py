"""A what-if that somebody asks for on a page: the question, and its answer from the facts of the day.

The same rules answer here, in the API and in the plan of a request; nothing is kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from licenses.models import Entitlement
from licenses.queries import price_book
from licenses.rules.whatif import WhatIf
from migrations_app.facts import HORIZON_MONTHS, Judged, Move, judge, outlook
from portal.kernel.blocker import Blocker
from sites.models import Customer, Enrollment, Site
from sites.tenancy.actor import Actor

SHORTEST, LONGEST = 12, 60


@dataclass(frozen=True, slots=True)
class Question:
    """Units by license line, taken to a site, to what an enrollment brings into being, or (neither) to a new site.

    `effective_on` None means the day of asking; `horizon_months` runs from 12 to 60.
    """

    customer: Customer
    target: Site | None
    enrollment: Enrollment | None
    effective_on: date | None
    horizon_months: int
    quantities: Mapping[UUID, int]

    @property
    def as_json(self) -> dict[str, Any]:
        """The question as a scenario keeps it."""
        return {
            "target_site": self.target.site_number if self.target and not self.enrollment else None,
            "enrollment": str(self.enrollment.pk) if self.enrollment else None,
            "effective_on": self.effective_on.isoformat() if self.effective_on else None,
            "horizon_months": self.horizon_months,
            "lines": [{"entitlement": str(pk), "quantity": units} for pk, units in self.quantities.items()],
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What the rules say: the whole what-if, every check of every line, and the lines that were asked about.

    `on` is the day that it is computed for: the question's own, or today where that has passed.
    `gone` counts the lines of the question that aren't to be seen any more.
    """

    question: Question
    on: date
    result: WhatIf
    blockers: tuple[Blocker, ...]
    lines: tuple[Entitlement, ...]
    demonstration: bool
    gone: int = 0

    @property
    def late(self) -> bool:
        """Whether the day that was asked for has passed."""
        return self.question.effective_on is not None and self.question.effective_on < self.on


def lines_of(actor: Actor, wanted: Iterable[UUID]) -> list[Entitlement]:
    """Those of the `wanted` license lines that the actor sees and that hold something, by site and age."""
    rows = Entitlement.objects.visible_to(actor).held_now().filter(pk__in=list(wanted))
    rows = rows.select_related("part__renewal_part", "site__customer", "site__agreement__customer")
    return list(rows.order_by("site__site_number", "part__product", "acquired_on", "pk"))


def answer(question: Question, actor: Actor, on: date) -> Answer | None:
    """The answer as of `on`; None where no line of the question is to be seen any more.

    A fixed number of queries a site that lines come from, whatever the number of lines.
    """
    lines = lines_of(actor, question.quantities)
    if not lines:
        return None
    judged = [judge(move, on) for move in moves_of(question, lines, on)]
    result = outlook(together(judged), question.horizon_months)
    return Answer(
        question=question,
        on=result.effective_on,
        result=result,
        blockers=blockers_of(judged),
        lines=tuple(lines),
        demonstration=judged[0].prices.demonstration,
        gone=len(question.quantities) - len(lines),
    )


def moves_of(question: Question, lines: Sequence[Entitlement], on: date) -> list[Move]:
    """The question as one move for each site that lines come from, not before `on`."""
    by_source: dict[Site, dict[UUID, int]] = {}
    for line in lines:
        by_source.setdefault(line.site, {})[line.pk] = question.quantities[line.pk]
    day = max(question.effective_on or on, on)
    return [Move(s, question.target, question.enrollment, day, units) for s, units in by_source.items()]


def blockers_of(judged: Iterable[Judged]) -> tuple[Blocker, ...]:
    """The findings of all moves; what is said of the whole is said once, however many sites the lines come from."""
    found = {(b.code, b.line, b.field, str(b.params)): b for each in judged for b in each.blockers}
    return tuple(found.values())


def together(judged: Sequence[Judged]) -> Judged:
    """Moves from several sites as one, with the prices of the target's customer for all of their lines."""
    first = judged[0]
    if len(judged) == 1:
        return first
    units = {pk: quantity for each in judged for pk, quantity in each.move.quantities.items()}
    customer = first.move.customer
    return replace(
        first,
        move=replace(first.move, quantities=units),
        lines=tuple(line for each in judged for line in each.lines),
        prices=price_book(str(customer.country), customer.currency),
    )


def read_kept(kept: Mapping[str, Any], customer: Customer, actor: Actor) -> Question:
    """The question that a scenario keeps, looked up among what the actor sees today.

    A target that is gone becomes a new site: the checks say that it isn't enrolled.
    """
    sites = Site.objects.visible_to(actor).select_related("customer", "agreement__customer")
    target = sites.filter(site_number=kept["target_site"]).first() if kept.get("target_site") else None
    enrollment = None
    if kept.get("enrollment"):
        rows = Enrollment.objects.visible_to(actor).select_related("site__customer", "site__agreement__customer")
        enrollment = rows.filter(pk=kept["enrollment"]).exclude(status__in=["rejected", "withdrawn"]).first()
        target = enrollment.site if enrollment else None
    return Question(
        customer=customer,
        target=target,
        enrollment=enrollment,
        effective_on=date.fromisoformat(kept["effective_on"]) if kept.get("effective_on") else None,
        horizon_months=kept.get("horizon_months", HORIZON_MONTHS),
        quantities={UUID(line["entitlement"]): line["quantity"] for line in kept["lines"]},
    )
