"""Which held lines an order holds and for what cover (rules T3, T4, T5): one place for quotes and the what-if."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from licenses.rules.pricing import YEAR_MONTHS, OrderLine
from licenses.rules.terms import anniversary_cover, stub
from portal.kernel.errors import Fault
from portal.kernel.period import DAY, Period, is_month_end, whole_months


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A held line, or the part of it that moves: `quantity` units with paid cover `cover_start`..`cover_end`.

    `points_each` are the renewal part's points for 12 months and one unit; without a `renewal_part` the line
    can't be renewed, without a `reinstatement_part` lapsed cover is estimated (rule T8).
    """

    key: str
    part_number: str
    renewal_part: str | None
    quantity: int
    cover_end: date
    points_each: Decimal
    reinstatement_part: str | None
    cover_start: date

    @property
    def priced_parts(self) -> set[str]:
        """The parts whose prices the line is renewed or reinstated by."""
        return {part for part in (self.renewal_part, self.reinstatement_part) if part}

    def ordered(self, cover: Period, months: int | None = None) -> OrderLine:
        """The line as ordered for `cover`, whose `months` are counted where they aren't known.

        Raises ValueError for cover not made of whole months (rule T6).
        """
        months = whole_months(cover) if months is None else months
        return OrderLine(self.key, self.part_number, self.renewal_part, self.quantity, cover, months, self.points_each)


def merged(lines: Iterable[HeldLine]) -> list[tuple[HeldLine, int]]:
    """Lines that differ in key and quantity alone as one with the sum of their quantities, and how many they are.

    For portfolios too large to be priced line by line. Whole years cost and earn the same, to the last minor unit. A
    part of a year is rounded once for all of them (rules T7, P2): by at most half a minor unit, and half a hundredth
    of a point, for each line off what the lines would be rounded to one by one.
    """
    found: dict[tuple[object, ...], tuple[HeldLine, int, int]] = {}
    for line in lines:
        kind = (
            line.part_number, line.renewal_part, line.cover_end, line.points_each, line.reinstatement_part,
            line.cover_start,
        )  # fmt: skip
        first, quantity, count = found.get(kind, (line, 0, 0))
        found[kind] = (first, quantity + line.quantity, count + 1)
    return [(replace(first, quantity=quantity), count) for first, quantity, count in found.values()]


def lapses_on(cover_end: date) -> date:
    """The first day on which cover that ended on `cover_end` can't be renewed any more: a day is left after it (T8)."""
    return cover_end + DAY + DAY


def is_lapsed(cover_end: date, on: date) -> bool:
    """Whether cover that ended on `cover_end` can't be renewed on `on` any more (T8)."""
    return lapses_on(cover_end) <= on


def unfit(line: HeldLine) -> Fault | None:
    """Why a line can't be renewed at all: no renewal part, or an end that isn't a month end (rules V14, T6)."""
    if not line.renewal_part:
        return Fault("renewal_part_missing", line=line.key, params={"part_number": line.part_number})
    if not is_month_end(line.cover_end):
        return Fault("cover_not_month_end", line=line.key, params={"cover_end": line.cover_end})
    return None


def lapsed_fault(line: HeldLine) -> Fault:
    """The fault of a line whose cover lapsed (rule T8)."""
    return Fault("cover_lapsed", line=line.key, params={"cover_end": line.cover_end})


def anniversary_lines(
    holdings: Iterable[HeldLine], anniversary: date
) -> tuple[tuple[OrderLine, ...], tuple[Fault, ...]]:
    """The lines of the order of `anniversary`, each taken to the day before the following one (rule T4).

    Lines that can't be renewed there are told: lapsed, no renewal part, no month end. Cover that already reaches
    beyond is simply not in it.
    """
    return _due(holdings, anniversary, lambda end: anniversary_cover(end, anniversary))


def transition_lines(
    moved: Iterable[HeldLine], anniversary: date, on: date, transition: str
) -> tuple[tuple[OrderLine, ...], tuple[Fault, ...]]:
    """The lines of the transition order of `on`: moved cover that ends before `anniversary` (rule T5).

    Lapsed lines stay lapsed and are told, as are those that can't be renewed at all.
    """
    return _due(moved, on, lambda end: stub(end, anniversary, transition))


def _due(
    holdings: Iterable[HeldLine], on: date, cover_after: Callable[[date], Period | None]
) -> tuple[tuple[OrderLine, ...], tuple[Fault, ...]]:
    """The lines ordered on `on` for the cover that follows their end, and those that can't be."""
    lines: list[OrderLine] = []
    faults: list[Fault] = []
    for held in holdings:
        cover = cover_after(held.cover_end)
        fault = unfit(held) if cover else None
        if is_lapsed(held.cover_end, on):
            faults.append(lapsed_fault(held))
        elif fault:
            faults.append(fault)
        elif cover:
            lines.append(held.ordered(cover))
    return tuple(lines), tuple(faults)


def express_line(held: HeldLine, cover: Period) -> OrderLine:
    """The line as Express renews it for a `cover` of 12 months (rule T3)."""
    return held.ordered(cover, YEAR_MONTHS)
