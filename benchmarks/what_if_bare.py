"""Rule book section 6 as flat loops over plain lines: no faults, no explanations, nothing but the arithmetic.

The yardstick of the what-if. It takes what is in order for granted: month ends, a price for everything, a level on
the ladder.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

LADDER = (("BL", 0), ("D", 500), ("E", 1000), ("F", 2500), ("G", 5000), ("H", 10000))
RUNGS = {name: rung for rung, (name, _) in enumerate(LADDER)}
CENT = Decimal("0.01")
DAY = timedelta(days=1)

Prices = dict[tuple[str, str], Decimal]


@dataclass(slots=True)
class Line:
    """A held line: units of a renewal part, its points for 12 months and one unit, the last day of its cover."""

    key: str
    part: str
    quantity: int
    points_each: Decimal
    cover_start: date
    cover_end: date


@dataclass(slots=True)
class Bought:
    """A line of an order of `on`: cover from one month to the one before another, as months since the year 0."""

    line: Line
    on: int
    first: int
    after: int
    amount: Decimal
    points: Decimal


@dataclass(slots=True)
class Side:
    """What is bought, in the currency of the prices, and each Term's points and level at its end."""

    bought: list[Bought]
    total: Decimal
    by_year: dict[str, Decimal]
    terms: list[tuple[Decimal, str]]


@dataclass(slots=True)
class Bare:
    """The figures of section 6; `coverage` are the days without cover and those paid twice, by moved line."""

    stay: Side
    stay_accrued: Decimal
    with_move: Side
    without: Side
    migrate_total: Decimal
    migrate_accrued: Decimal
    coverage: dict[str, tuple[int, int]]


def bare_what_if(
    moved: list[Line],
    own: list[Line],
    prices: Prices,
    term_start: date,
    level: str,
    points: Decimal,
    effective_on: date,
    months: int,
) -> Bare:
    """The figures of `moved` lines taken on `effective_on` to an Agreement that has `own` lines."""
    begin, until = _month_on_or_after(effective_on), _month_on_or_after(effective_on) + months
    anniversary = term_start.year * 12 + term_start.month - 1
    while anniversary < begin:
        anniversary += 12
    kept = [(line, _after(line)) for line in moved if _after(line) >= begin]
    mine = [(line, _after(line)) for line in own if _after(line) >= anniversary]
    stay = _side(_stay(kept, prices, until), [])
    with_move = _side(*_agreement(kept, mine, prices, level, points, begin, anniversary, until))
    without = _side(*_agreement([], mine, prices, level, points, begin, anniversary, until))
    exact = _accrued(with_move.bought, begin, until) - _accrued(without.bought, begin, until)
    return Bare(
        stay=stay,
        stay_accrued=_rounded(_accrued(stay.bought, begin, until)),
        with_move=with_move,
        without=without,
        migrate_total=with_move.total - without.total,
        migrate_accrued=_rounded(exact),
        coverage=_coverage(moved, with_move.bought, effective_on, months),
    )


def _month_on_or_after(day: date) -> int:
    """The first month that begins on that day or later."""
    return day.year * 12 + day.month - 1 + (day.day > 1)


def _after(line: Line) -> int:
    return line.cover_end.year * 12 + line.cover_end.month


def _stay(lines: list[tuple[Line, int]], prices: Prices, until: int) -> list[Bought]:
    bought = []
    for line, first in lines:
        while first < until:
            amount = (prices[line.part, "BL"] * line.quantity * 12 / 12).quantize(CENT, ROUND_HALF_UP)
            bought.append(Bought(line, first, first, first + 12, amount, Decimal(0)))
            first += 12
    return bought


def _agreement(
    moved: list[tuple[Line, int]],
    own: list[tuple[Line, int]],
    prices: Prices,
    level: str,
    points: Decimal,
    begin: int,
    anniversary: int,
    until: int,
) -> tuple[list[Bought], list[tuple[Decimal, str]]]:
    bought: list[Bought] = []
    terms: list[tuple[Decimal, str]] = []
    rsvp, term = RUNGS[level], points
    transition = [(line, first) for line, first in moved if first < anniversary]
    ends = [(line, max(first, anniversary)) for line, first in moved] + own
    if transition:
        due = [(line, first, anniversary) for line, first in transition]
        rsvp, term = _order(due, begin, prices, rsvp, term, bought)
    terms.append((term, LADDER[rsvp][0]))
    while anniversary < until:
        rsvp, term = max(_rung(term), rsvp - 1), Decimal(0)
        after = anniversary + 12
        due = [(line, first, after) for line, first in ends if anniversary <= first < after]
        if due:
            rsvp, term = _order(due, anniversary, prices, rsvp, term, bought)
        terms.append((term, LADDER[rsvp][0]))
        ends = [(line, max(first, after)) for line, first in ends]
        anniversary = after
    return bought, terms


def _order(
    lines: list[tuple[Line, int, int]], on: int, prices: Prices, rsvp: int, term: Decimal, bought: list[Bought]
) -> tuple[int, Decimal]:
    earned = []
    for line, first, after in lines:
        points = line.points_each * line.quantity * (after - first) / 12
        earned.append(points.quantize(CENT, ROUND_HALF_UP))
    total = sum(earned, Decimal(0))
    name = LADDER[max(rsvp, _rung(total))][0]
    for (line, first, after), points in zip(lines, earned, strict=True):
        amount = prices[line.part, name] * line.quantity * (after - first) / 12
        bought.append(Bought(line, on, first, after, amount.quantize(CENT, ROUND_HALF_UP), points))
    term += total
    return max(rsvp, _rung(term)), term


def _rung(points: Decimal) -> int:
    reached = 0
    for rung, (_, threshold) in enumerate(LADDER):
        if points >= threshold:
            reached = rung
    return reached


def _side(bought: list[Bought], terms: list[tuple[Decimal, str]]) -> Side:
    total, by_year = Decimal("0.00"), dict[str, Decimal]()
    for each in bought:
        year = str(each.on // 12)
        by_year[year] = by_year.get(year, Decimal("0.00")) + each.amount
        total += each.amount
    return Side(bought, total, by_year, terms)


def _coverage(moved: list[Line], bought: list[Bought], effective_on: date, months: int) -> dict[str, tuple[int, int]]:
    """Days in the window without cover after a line's first segment, and days that two segments hold."""
    index = effective_on.year * 12 + effective_on.month - 1 + months
    until = date(index // 12, index % 12 + 1, effective_on.day)
    spans = {line.key: [(line.cover_start, line.cover_end + DAY)] for line in moved}
    for each in bought:
        if each.line.key in spans:
            begin, after = (date(month // 12, month % 12 + 1, 1) for month in (each.first, each.after))
            spans[each.line.key].append((begin, after))
    found = {}
    for key, segments in spans.items():
        gap = twice = 0
        reach = max(effective_on, segments[0][0])
        covered = segments[0][0]
        for begin, after in segments:
            if begin > reach:
                gap += (min(begin, until) - reach).days
            twice += max((covered - begin).days, 0)
            reach, covered = max(reach, after), max(covered, after)
        found[key] = (gap + max((until - reach).days, 0), twice)
    return found


def _accrued(bought: list[Bought], begin: int, until: int) -> Fraction:
    sums: dict[int, Decimal] = {}
    for each in bought:
        months = each.after - each.first
        within = max(min(each.after, until) - max(each.first, begin), 0)
        sums[months] = sums.get(months, Decimal(0)) + each.amount * within
    return sum((Fraction(amount) / months for months, amount in sums.items()), Fraction(0))


def _rounded(exact: Fraction) -> Decimal:
    return (Decimal(exact.numerator) / exact.denominator).quantize(CENT, ROUND_HALF_UP)
