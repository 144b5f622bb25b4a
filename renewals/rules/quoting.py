"""Renewal quotes as priced orders (rules T3, T4, T5, T10): every figure comes from licenses.rules.pricing."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from licenses.rules.levels import Standing
from licenses.rules.orders import HeldLine, anniversary_lines, express_line, transition_lines, unfit
from licenses.rules.pricing import PriceBook, PricedOrder, express_amounts, order_amounts
from licenses.rules.rulebook import RuleBook
from licenses.rules.terms import next_express_cover
from portal.kernel.period import DAY


def anniversary_quote(
    holdings: Iterable[HeldLine], anniversary: date, standing: Standing, prices: PriceBook, book: RuleBook
) -> PricedOrder:
    """The year's one quote: every line whose cover ends in the window of rule T4, taken to the same day.

    `standing` is that on the Anniversary itself, after the reset of rule P5. Holdings that can't be renewed there
    are in `faults`.
    """
    lines, faults = anniversary_lines(holdings, anniversary)
    order = order_amounts(
        lines, on=anniversary, prices=prices, book=book, rsvp_before=standing.level, points_before=standing.points
    )
    return replace(order, faults=(*faults, *order.faults))


def transition_quote(
    moved: Iterable[HeldLine], anniversary: date, on: date, standing: Standing, prices: PriceBook, book: RuleBook
) -> PricedOrder:
    """Takes moved lines whose cover ends too early to their first Anniversary (rule T5), ordered on `on`.

    `standing` is that on `on`. Lapsed lines stay lapsed and are in `faults`.
    """
    lines, faults = transition_lines(moved, anniversary, on, book.transition)
    order = order_amounts(
        lines, on=on, prices=prices, book=book, rsvp_before=standing.level, points_before=standing.points
    )
    return replace(order, faults=(*faults, *order.faults))


def express_renewal(holding: HeldLine, prices: PriceBook, book: RuleBook) -> PricedOrder:
    """The Express renewal of one line: 12 months from the day after its end, that day's list, BL (rule T3)."""
    cover = next_express_cover(holding.cover_end)
    fault = unfit(holding)
    lines = () if fault else (express_line(holding, cover),)
    order = express_amounts(lines, on=cover.starts_on, prices=prices, book=book)
    return replace(order, faults=(fault,)) if fault else order


def valid_until(order: PricedOrder) -> date | None:
    """The last day that its prices hold: the day before the earliest cover starts (rule T10). None without lines."""
    return min((line.cover.starts_on - DAY for line in order.lines), default=None)
