"""The what-if of rule book section 6: staying on Express beside moving, to the last minor unit.

A pure function of its inputs and the rule version. The input's order changes nothing: lines are sorted first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from licenses.rules.accrual import accrued
from licenses.rules.coverage import HELD, LineCoverage, Segment, cover_of
from licenses.rules.levels import NO_POINTS, next_level
from licenses.rules.orders import HeldLine, is_lapsed
from licenses.rules.pricing import PriceBook, PricedLine, PricedOrder, ReinstatementEstimate, reinstatement_estimate
from licenses.rules.rulebook import RuleBook, assumptions
from licenses.rules.simulation import (
    EXPRESS,
    AgreementState,
    Run,
    World,
    agreement_run,
    fit_moved,
    fit_own,
    sort_key,
    state_at,
    stay_orders,
    unpriced,
)
from portal.kernel.errors import Fault

__all__ = [
    "AgreementState",
    "Event",
    "HeldLine",
    "LineCoverage",
    "Segment",
    "Side",
    "TermOutlook",
    "WhatIf",
    "candidate_dates",
    "run",
    "state_at",
]


@dataclass(frozen=True, slots=True)
class Event:
    """One order with the lines of it that are compared; `amount` is theirs, in the price book's currency.

    `kind` is express, transition or anniversary; `level` and `points` are those of the whole order.
    """

    on: date
    kind: str
    level: str
    points: Decimal
    lines: tuple[PricedLine, ...]
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the comparison: `total` ordered in the horizon, by calendar year of the order in `by_year`, and
    `accrued`, the cost of the cover that falls in it. Of the move: what the Agreement pays with it less without it."""

    events: tuple[Event, ...]
    total: Decimal
    accrued: Decimal
    by_year: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class TermOutlook:
    """A Term of the Agreement with and without the move; `missing` points to `next_level`, None at the top."""

    starts_on: date
    ends_on: date
    points_with: Decimal
    points_without: Decimal
    level_with: str
    level_without: str
    next_level: str | None
    missing: Decimal | None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The whole answer. `until` is the first day after the horizon, `anniversary` the first on or after
    `effective_on`; `left_out` names each line that is in neither side, and why; the orders hold every figure's
    source."""

    rule_version: str
    price_list: str
    currency: str
    assumptions: tuple[str, ...]
    effective_on: date
    until: date
    anniversary: date
    stay: Side
    migrate: Side
    agreement_total_with: Decimal
    agreement_total_without: Decimal
    terms: tuple[TermOutlook, ...]
    coverage: tuple[LineCoverage, ...]
    reinstatements: tuple[ReinstatementEstimate, ...]
    left_out: tuple[Fault, ...]
    stay_orders: tuple[PricedOrder, ...]
    orders_with: tuple[PricedOrder, ...]
    orders_without: tuple[PricedOrder, ...]

    @property
    def points_gained(self) -> Decimal:
        """What the move earns over all Terms."""
        return sum((term.points_with - term.points_without for term in self.terms), NO_POINTS)


def run(
    moved: Iterable[HeldLine],
    agreement: AgreementState,
    effective_on: date,
    horizon_months: int,
    prices: PriceBook,
    book: RuleBook,
) -> WhatIf:
    """Computes section 6 for `moved` lines taken to `agreement` on `effective_on`.

    Lines that lapsed, can't be renewed, or lack a price in any order are left out of both sides and told.
    Raises ValueError for a horizon below one month.
    """
    if horizon_months < 1:
        raise ValueError(f"a horizon of {horizon_months} months")
    world = World(agreement, effective_on, effective_on + relativedelta(months=horizon_months), prices, book)
    all_moved = sorted(moved, key=sort_key)
    ours, left_out = fit_moved(all_moved, world)
    own, own_left_out = fit_own(sorted(agreement.own, key=sort_key), world)
    left_out += own_left_out
    while True:
        stay = stay_orders(ours, world)
        with_move = agreement_run(ours, own, world)
        without = agreement_run([], own, world)
        missing = unpriced(stay, with_move, without)
        if not missing:
            break
        left_out += missing.values()
        ours = [ln for ln in ours if ln.key not in missing]
        own = [ln for ln in own if ln.key not in missing]
    return _answer(world, all_moved, stay, with_move, without, left_out)


def candidate_dates(today: date) -> tuple[date, ...]:
    """Today and the coming twelve firsts of a month."""
    month = today.replace(day=1)
    return (today, *(month + relativedelta(months=n) for n in range(1, 13)))


def _answer(
    world: World,
    moved: Sequence[HeldLine],
    stay: tuple[PricedOrder, ...],
    with_move: Run,
    without: Run,
    left_out: list[Fault],
) -> WhatIf:
    total_with, total_without = _total(with_move.priced, world), _total(without.priced, world)
    return WhatIf(
        rule_version=world.book.version,
        price_list=world.prices.name,
        currency=world.prices.currency,
        assumptions=assumptions(world.book),
        effective_on=world.first,
        until=world.until,
        anniversary=world.anniversary,
        stay=_stay_side(stay, world),
        migrate=_migrate_side(with_move, without, total_with - total_without, world),
        agreement_total_with=total_with,
        agreement_total_without=total_without,
        terms=_outlook(with_move, without, world),
        coverage=_coverage(moved, with_move, world),
        reinstatements=_reinstatements(moved, world),
        left_out=tuple(left_out),
        stay_orders=stay,
        orders_with=with_move.priced,
        orders_without=without.priced,
    )


def _total(orders: Iterable[PricedOrder], world: World) -> Decimal:
    return sum((o.amount for o in orders), world.zero)


def _by_year(orders: Iterable[PricedOrder], less: Iterable[PricedOrder], world: World) -> dict[str, Decimal]:
    years: dict[str, Decimal] = {}
    for sign, side in ((1, orders), (-1, less)):
        for order in side:
            year = str(order.on.year)
            years[year] = years.get(year, world.zero) + sign * order.amount
    return dict(sorted(years.items()))


def _stay_side(orders: Sequence[PricedOrder], world: World) -> Side:
    lines = (line for o in orders for line in o.lines)
    return Side(
        events=tuple(Event(o.on, EXPRESS, o.price_level, o.points, o.lines, o.amount) for o in orders),
        total=_total(orders, world),
        accrued=accrued(lines, world.first, world.until, world.prices.currency),
        by_year=_by_year(orders, (), world),
    )


def _migrate_side(with_move: Run, without: Run, total: Decimal, world: World) -> Side:
    currency = world.prices.currency
    events = tuple(
        Event(
            o.order.on,
            o.kind,
            o.order.price_level,
            o.order.points,
            o.moved,
            sum((ln.amount for ln in o.moved), world.zero),
        )
        for o in with_move.orders
        if o.ours
    )
    return Side(
        events=events,
        total=total,
        accrued=accrued(with_move.lines, world.first, world.until, currency, less=without.lines),
        by_year=_by_year(with_move.priced, without.priced, world),
    )


def _outlook(with_move: Run, without: Run, world: World) -> tuple[TermOutlook, ...]:
    outside = world.agreement.level in world.book.outside_levels
    found: list[TermOutlook] = []
    for (term, points, level), (_, points_without, level_without) in zip(with_move.terms, without.terms, strict=True):
        above = None if outside else next_level(points, world.book)
        name, missing = above or (None, None)
        found.append(
            TermOutlook(term.starts_on, term.ends_on, points, points_without, level, level_without, name, missing)
        )
    return tuple(found)


def _coverage(moved: Sequence[HeldLine], with_move: Run, world: World) -> tuple[LineCoverage, ...]:
    """Every moved line, those left out too: their gap is what the reader must see."""
    bought: dict[str, list[Segment]] = {}
    for o in with_move.orders:
        for line in o.moved:
            segment = Segment(line.cover.starts_on, line.cover.ends_on, o.kind)
            bought.setdefault(line.key, []).append(segment)
    return tuple(
        cover_of(
            line.key,
            [Segment(line.cover_start, line.cover_end, HELD), *bought.get(line.key, ())],
            world.first,
            world.until,
        )
        for line in moved
    )


def _reinstatements(moved: Sequence[HeldLine], world: World) -> tuple[ReinstatementEstimate, ...]:
    estimates = (
        reinstatement_estimate(
            line.key,
            reinstatement_part=line.reinstatement_part,
            renewal_part=line.renewal_part,
            quantity=line.quantity,
            on=world.first,
            prices=world.prices,
            book=world.book,
        )
        for line in moved
        if is_lapsed(line.cover_end, world.first)
    )
    return tuple(e for e in estimates if e)
