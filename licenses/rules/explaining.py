"""Why dates, months, levels, prices and points are what they are: made on demand, beside the rules that compute them.

Each function gives the explanation of one figure; the result in it is computed by the rule itself. A function for a
figure that may be missing gives None there.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from licenses.rules.levels import Standing, next_level
from licenses.rules.pricing import PriceBook, PricedLine
from licenses.rules.rulebook import RuleBook
from licenses.rules.terms import (
    YEAR,
    anniversary_cover,
    first_cover,
    next_anniversary,
    next_express_cover,
    term_containing,
    year_end,
)
from portal.kernel.explanation import Explanation
from portal.kernel.period import DAY, Period, whole_months


def period_text(period: Period) -> str:
    """A period as explanations keep it: both ends, 2026-08-01..2027-06-30."""
    return f"{period.starts_on}..{period.ends_on}"


def explain_first_cover(acquired_on: date, version: str) -> Explanation:
    """The first S&S period of a license acquired on that day (rule T2)."""
    return Explanation("T2", {"acquired_on": acquired_on}, period_text(first_cover(acquired_on)), version)


def explain_term(initial_start: date, on: date, version: str) -> Explanation | None:
    """The Term that `on` lies in (rule T1). None before the initial Term."""
    term = term_containing(initial_start, on)
    if term is None:
        return None
    return Explanation("T1", {"initial_start": initial_start, "on": on}, period_text(term), version)


def explain_anniversary(initial_start: date, on: date, version: str) -> Explanation:
    """The first Anniversary on or after `on` of an Agreement whose initial Term began on `initial_start` (rule T1)."""
    initial = Period(initial_start, year_end(initial_start))
    inputs = {"initial_start": initial_start, "initial_end": initial.ends_on, "on": on}
    first = Explanation("T1", {"initial_start": initial_start, "on": initial_start}, period_text(initial), version)
    return Explanation("T1", inputs, next_anniversary(initial_start, on), version, parts=(first,))


def explain_months(cover: Period, version: str) -> Explanation:
    """The months of cover (rule T6). Raises ValueError for cover that isn't made of whole months."""
    inputs = {"starts_on": cover.starts_on, "ends_on": cover.ends_on}
    return Explanation("T6", inputs, whole_months(cover), version)


def explain_cover(
    rule: str,
    cover: Period,
    paid_until: date,
    version: str,
    *,
    anniversary: date | None = None,
    transition_until: date | None = None,
) -> Explanation:
    """The cover that an order takes a line to (rules T3, T4, T5), standing on its months where they are whole.

    `transition_until` is the last day that an open transition quote covers, where one lies between.
    """
    inputs: dict[str, object] = {"paid_until": paid_until}
    if anniversary:
        inputs["anniversary"] = anniversary
    if transition_until:
        inputs["transition_until"] = transition_until
    # Express cover is 12 months whatever day it starts on; it isn't counted.
    parts = () if rule == "T3" else (explain_months(cover, version),)
    return Explanation(rule, inputs, period_text(cover), version, parts=parts)


def explain_next_level(points: Decimal, book: RuleBook) -> Explanation | None:
    """The points that are missing to the level above that of `points` (rule P1). None at the top."""
    above = next_level(points, book)
    if above is None:
        return None
    level, missing = above
    inputs = {"points": points, "next_level": level, "threshold": dict(book.ladder)[level]}
    return Explanation("P1", inputs, missing, book.version)


def explain_standing(standing: Standing, book: RuleBook) -> Explanation:
    """The RSVP level of an Agreement: by its points (rule P4), or outside the ladder (rule P8)."""
    if standing.level in book.outside_levels:
        return explain_outside(standing.level, book.version)
    return standing.explanation


def explain_outside(level: str, version: str) -> Explanation:
    """A level outside the ladder, which no points move (rule P8)."""
    return Explanation("P8", {"level": level}, level, version)


def explain_balance(standing: Standing, on: date, version: str) -> Explanation | None:
    """The points of the Term that `on` lies in (rule P7). None before the initial Term."""
    if standing.term is None:
        return None
    return Explanation("P7", {"starts_on": standing.term.starts_on, "on": on}, standing.points, version)


def explain_price(line: PricedLine, on: date, price_list: str, prices: PriceBook | None = None) -> Explanation:
    """The unit price of a line ordered on `on` (section 4); with `prices`, from which day the row is valid."""
    inputs: dict[str, object] = {
        "part_number": line.renewal_part,
        "level": line.level,
        "on": on,
        "price_list": price_list,
        "list_unit_price": line.list_unit_price,
        "currency": line.currency,
    }
    row = prices.find(line.renewal_part, line.level, on) if prices else None
    if row:
        inputs["valid_from"] = row.valid_from
    return Explanation("4", inputs, line.unit_price, line.version)


def explain_amount(line: PricedLine, on: date, price_list: str, order: Explanation | None = None) -> Explanation:
    """The amount of a line (rule T7), standing on its unit price, which stands on the level of its `order`."""
    price = explain_price(line, on, price_list)
    if order:
        price = replace(price, parts=(replace(order, parts=()),))
    return replace(line.explain()[0], parts=(price,))


def explain_points(line: PricedLine) -> Explanation:
    """The points of a line (rule P2), or why there are none (rule P3)."""
    made = line.explain()
    return made[1] if len(made) > 1 else no_points(line.version)


def no_points(version: str) -> Explanation:
    """An order that earns none (rule P3)."""
    return Explanation("P3", {}, Decimal("0.00"), version)


def explain_sum(
    summed: str, parts: tuple[Explanation, ...], total: Decimal, version: str, **inputs: object
) -> Explanation:
    """A sum of `parts` (section 7); `summed` is "amount" or "points"."""
    return Explanation("7", {"summed": summed, "lines": len(parts), **inputs}, total, version, parts=parts)


def explain_valid_until(first_start: date, made_on: date, valid_until: date, version: str) -> Explanation:
    """The last day that quoted prices hold (rule T10)."""
    return Explanation("T10", {"first_start": first_start, "made_on": made_on}, valid_until, version)


def explain_held_cover(
    cover: Period, acquired_on: date, paid_until: date | None, anniversary: date | None, version: str
) -> Explanation | None:
    """Cover that a line has, by the rule that makes just these days of what was paid before.

    `paid_until` is the end of the period before, None for the first; `anniversary` any Anniversary of the line's
    Agreement, None on Express. The period that came with the license follows T2; one that ends before an Anniversary
    T4; one of 12 months T3. None where no rule makes these days: the order itself says them.
    """
    if cover == first_cover(acquired_on):
        return explain_first_cover(acquired_on, version)
    if paid_until is None or cover.starts_on != paid_until + DAY:
        return None
    after = cover.ends_on + DAY
    if anniversary and (after.month, after.day) == (anniversary.month, anniversary.day):
        begun = after - YEAR
        if anniversary_cover(paid_until, begun) == cover:
            return explain_cover("T4", cover, paid_until, version, anniversary=begun)
    if next_express_cover(paid_until) == cover:
        return explain_cover("T3", cover, paid_until, version)
    return None
