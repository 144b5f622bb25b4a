"""What renewing will cost where no quote says it yet: by the same orders as the quotes (rules T3, T4, T5, P5).

Lines that differ in nothing but their key come as one with their number, so that a hundred thousand of them are a few
thousand.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from licenses.rules.levels import NO_POINTS, Standing, after_anniversary
from licenses.rules.orders import HeldLine
from licenses.rules.pricing import PriceBook, PricedOrder
from licenses.rules.rulebook import RuleBook
from licenses.rules.terms import next_anniversary
from portal.kernel.period import DAY
from renewals.rules.choosing import Choices, chosen
from renewals.rules.quoting import anniversary_quote, express_renewal, transition_quote

ANNIVERSARY, TRANSITION, EXPRESS = "anniversary", "transition", "express"
# Beyond so many lines of one order those that are alike are priced as one (licenses.rules.orders.merged).
ONE_BY_ONE = 2000

ChoicesByOrder = Mapping[tuple[str, date], Choices]


@dataclass(frozen=True, slots=True)
class Alike:
    """`count` lines like `line`; `moved_on` is the day on which they came to their site by a transfer."""

    line: HeldLine
    count: int = 1
    moved_on: date | None = None


@dataclass(frozen=True, slots=True)
class Sorted:
    """The lines of an Agreement by what renews them: the Anniversary, a transition order before it, or nothing."""

    anniversary: date
    rest: tuple[Alike, ...]
    bridged: tuple[Alike, ...]
    late: tuple[Alike, ...]


def sorted_out(lines: Iterable[Alike], term_start: date | None, on: date, choices: ChoicesByOrder) -> Sorted:
    """Lines whose cover isn't lapsed, as of `on`; without a Term the first one begins on `on` (rule T1)."""
    start = term_start if term_start and term_start <= on else on
    anniversary = next_anniversary(start, on)
    declined = choices.get((TRANSITION, anniversary), {})
    found: tuple[list[Alike], list[Alike], list[Alike]] = ([], [], [])
    for each in lines:
        arrived = each.moved_on is not None and next_anniversary(start, each.moved_on) == anniversary
        reaches = each.line.cover_end >= anniversary - DAY
        found[0 if reaches else 1 if arrived or each.line.key in declined else 2].append(each)
    rest, bridged, late = map(tuple, found)
    return Sorted(anniversary, rest, bridged, late)


@dataclass(frozen=True, slots=True)
class Estimate:
    """The orders that quotes would be made of today; None where there is nothing to order."""

    transition: PricedOrder | None
    anniversary: PricedOrder | None


def agreement_estimate(
    lines: Sorted,
    on: date,
    standing: Standing,
    choices: ChoicesByOrder,
    prices: PriceBook,
    book: RuleBook,
    *,
    transition_declined: bool = False,
) -> Estimate:
    """The transition order and then that of the Anniversary, with the first one done and its points counted."""
    anniversary = lines.anniversary
    bridged, _ = chosen(_each(lines.bridged), choices.get((TRANSITION, anniversary), {}))
    rest = _each(lines.rest)
    transition: PricedOrder | None = None
    if bridged and not transition_declined:
        order = transition_quote(bridged, anniversary, on, standing, prices, book)
        if order.lines:
            transition = order
            rest += _taken_along(bridged, order)
            standing = replace(standing, level=order.rsvp_after, points=order.points_after)
    rest, _ = chosen(rest, choices.get((ANNIVERSARY, anniversary), {}))
    if on != anniversary:
        level = after_anniversary(standing.level, standing.points, book)
        standing = replace(standing, level=level, points=NO_POINTS)
    order = anniversary_quote(rest, anniversary, standing, prices, book)
    return Estimate(transition, order if order.lines else None)


def express_estimate(
    lines: Sequence[Alike], end: date, choices: ChoicesByOrder, prices: PriceBook, book: RuleBook
) -> tuple[PricedOrder, ...]:
    """The Express renewals of lines whose cover ends on `end`: their amounts just add up."""
    kept, _ = chosen(_each(lines), choices.get((EXPRESS, end + DAY), {}))
    orders = (express_renewal(line, prices, book) for line in kept)
    return tuple(order for order in orders if order.lines)


def _each(lines: Sequence[Alike]) -> list[HeldLine]:
    """One by one, or where they are too many those that are alike as one with the sum of their units."""
    if sum(each.count for each in lines) <= ONE_BY_ONE:
        return [each.line for each in lines for _ in range(each.count)]
    return [replace(each.line, quantity=each.line.quantity * each.count) for each in lines]


def _taken_along(bridged: Iterable[HeldLine], order: PricedOrder) -> list[HeldLine]:
    """The transition's lines as they stand once it is accepted."""
    covers = {priced.key: priced.cover for priced in order.lines}
    return [replace(line, cover_end=covers[line.key].ends_on) for line in bridged if line.key in covers]
