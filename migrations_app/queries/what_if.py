"""A what-if that somebody asks for on a page: the question, and its answer from the facts of the day.

The same rules answer here, in the API and in the plan of a request; nothing is kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from licenses.models import Entitlement
from licenses.queries import ListedPrices, price_book
from licenses.rules.rulebook import RuleBook
from licenses.rules.whatif import WhatIf
from migrations_app.facts import HORIZON_MONTHS, Judged, Move, gather, judged_on, outlooks, parts_of
from migrations_app.reading import enrollment_of, site_of
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
    def target_site(self) -> str | None:
        """The number of the target; None where an enrollment brings it into being, or nothing does yet."""
        return self.target.site_number if self.target and not self.enrollment else None

    def moves(self, lines: Iterable[Entitlement]) -> list[Move]:
        """What is asked of `lines`, which are some of its own."""
        units = ((line, self.quantities[line.pk]) for line in lines)
        return moves_to(self.target, self.enrollment, self.effective_on, units)

    @property
    def as_json(self) -> dict[str, Any]:
        """The question as a scenario keeps it."""
        return {
            "target_site": self.target_site,
            "enrollment": str(self.enrollment.pk) if self.enrollment else None,
            "effective_on": self.effective_on.isoformat() if self.effective_on else None,
            "horizon_months": self.horizon_months,
            "lines": [{"entitlement": str(pk), "quantity": units} for pk, units in self.quantities.items()],
        }


@dataclass(frozen=True, slots=True)
class Computed:
    """What a move from one site or several does if it takes effect on one day, and every check as of that day.

    `book` are the rules that it was computed with.
    """

    result: WhatIf
    blockers: tuple[Blocker, ...]
    demonstration: bool
    book: RuleBook


@dataclass(frozen=True, slots=True)
class Answer:
    """What the rules say of a question: what was computed, and the lines that were asked about.

    `gone` counts the lines of the question that aren't to be seen any more.
    """

    question: Question
    computed: Computed
    lines: tuple[Entitlement, ...]
    gone: int = 0

    @property
    def result(self) -> WhatIf:
        """The whole what-if."""
        return self.computed.result

    @property
    def on(self) -> date:
        """The day that it is computed for: the question's own, or today where that has passed."""
        return self.result.effective_on

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
    """The answer as of `on`; None where no line of the question is to be seen any more."""
    found = answers(question, actor, on, [question.effective_on or on])
    return found[0] if found else None


def answers(question: Question, actor: Actor, on: date, days: Sequence[date]) -> tuple[Answer, ...]:
    """The question as of `on`, asked for each of the `days`; none where no line of it is to be seen any more.

    A fixed number of queries a site that lines come from, whatever the number of lines and of days.
    """
    lines = lines_of(actor, question.quantities)
    if not lines:
        return ()
    found = computed(question.moves(lines), on, days, question.horizon_months)
    gone = len(question.quantities) - len(lines)
    return tuple(
        Answer(replace(question, effective_on=question.effective_on and day), each, tuple(lines), gone)
        for day, each in zip(days, found, strict=True)
    )


def computed(moves: Sequence[Move], today: date, days: Sequence[date], horizon_months: int) -> tuple[Computed, ...]:
    """Section 6 for the lines of all moves together on each of the days (on `today` for one that has passed)."""
    gathered = [gather(move, today) for move in moves]
    prices = gathered[0].prices
    if gathered[1:]:
        parts = {part for each in gathered for part in parts_of(each.lines)}
        prices = price_book(str(moves[0].customer.country), moves[0].customer.currency, parts)
    judged = [[judged_on(each, day) for each in gathered] for day in days]
    results = outlooks([together(each, prices) for each in judged], horizon_months)
    return tuple(
        Computed(result, blockers_of(each), prices.demonstration, each[0].book)
        for result, each in zip(results, judged, strict=True)
    )


def moves_to(
    target: Site | None,
    enrollment: Enrollment | None,
    effective_on: date | None,
    units: Iterable[tuple[Entitlement, int]],
) -> list[Move]:
    """So many units of each line as one move for each site that the lines come from."""
    by_source: dict[Site, dict[UUID, int]] = {}
    for line, quantity in units:
        by_source.setdefault(line.site, {})[line.pk] = quantity
    return [Move(source, target, enrollment, effective_on, moved) for source, moved in by_source.items()]


def blockers_of(judged: Iterable[Judged]) -> tuple[Blocker, ...]:
    """The findings of all moves; what is said of the whole is said once, however many sites the lines come from."""
    found = {(b.code, b.line, b.field, str(b.params)): b for each in judged for b in each.blockers}
    return tuple(found.values())


def together(judged: Sequence[Judged], prices: ListedPrices) -> Judged:
    """Moves from several sites as one, with the `prices` of the target's customer for all of their lines."""
    units = {pk: quantity for each in judged for pk, quantity in each.move.quantities.items()}
    return replace(
        judged[0],
        move=replace(judged[0].move, quantities=units),
        lines=tuple(line for each in judged for line in each.lines),
        prices=prices,
    )


def read_kept(kept: Mapping[str, Any], customer: Customer, actor: Actor) -> Question:
    """The question that a scenario keeps, looked up among what the actor sees today.

    An enrollment that was accepted since has become its site. A target that is gone becomes a new site: the checks say
    that it isn't enrolled.
    """
    target = site_of(kept["target_site"], actor) if kept.get("target_site") else None
    enrollment = None
    if kept.get("enrollment"):
        enrollment = enrollment_of(kept["enrollment"], actor)
        target = enrollment.site if enrollment else None
        if target is not None and enrollment is not None and enrollment.status == Enrollment.Status.ACCEPTED:
            enrollment = None
    return Question(
        customer=customer,
        target=target,
        enrollment=enrollment,
        effective_on=date.fromisoformat(kept["effective_on"]) if kept.get("effective_on") else None,
        horizon_months=kept.get("horizon_months", HORIZON_MONTHS),
        quantities={UUID(line["entitlement"]): line["quantity"] for line in kept["lines"]},
    )
