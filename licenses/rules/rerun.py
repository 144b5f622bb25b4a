"""A stored derivation, computed again years later: does it still come to the figure that was stored?

Given the explanation and the rule book of its version, each node's result is computed from its inputs by the rule
itself, and what it stands on is compared with what went into it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from licenses.rules.coverage import HELD, Segment, cover_of
from licenses.rules.explaining import period_text
from licenses.rules.levels import after_anniversary, better, level_of, next_level, order_levels
from licenses.rules.pricing import extend, line_points
from licenses.rules.rulebook import BASE_LEVEL, RuleBook
from licenses.rules.terms import (
    anniversary_cover,
    first_cover,
    next_anniversary,
    next_express_cover,
    stub,
    term_containing,
    year_end,
)
from portal.kernel.explanation import Explanation
from portal.kernel.money import round_exact
from portal.kernel.period import DAY, Period, whole_months

BookOf = Callable[[str], RuleBook | None]


@dataclass(frozen=True, slots=True)
class Broken:
    """A figure that no longer follows: `figure` is "result" or the name of an input; both values as text.

    `recomputed` is None where it can't be computed at all: an unknown rule or version, inputs that can't be read.
    """

    rule: str
    figure: str
    stored: str
    recomputed: str | None


def rerun(stored: Explanation, book_of: BookOf) -> tuple[Broken, ...]:
    """Every break in `stored` and in what it stands on; empty where all of it still holds.

    `book_of` gives the rule book of a version, None for one that there is none of.
    """
    found = list(_own(stored, book_of))
    for part in stored.parts:
        found += rerun(part, book_of)
    return tuple(found)


def _own(stored: Explanation, book_of: BookOf) -> tuple[Broken, ...]:
    book = book_of(stored.version)
    if book is None:
        return (Broken(stored.rule, "version", stored.version, None),)
    compute = RERUNS.get(stored.rule)
    if compute is None:
        return (Broken(stored.rule, "rule", stored.rule, None),)
    try:
        expected = compute(stored, book)
    except (KeyError, ValueError, TypeError, InvalidOperation, OverflowError, ZeroDivisionError):
        return (Broken(stored.rule, "inputs", str(dict(stored.inputs)), None),)
    told = {"result": stored.result, **stored.inputs}
    return tuple(
        Broken(stored.rule, figure, _text(told.get(figure)), _text(value))
        for figure, value in expected.items()
        if not _same(told.get(figure), value)
    )


# What a rule computes: the result, and those inputs that follow from others or from what the figure stands on.
Expected = dict[str, Any]


def _decimal(why: Explanation, name: str) -> Decimal:
    return Decimal(str(why.inputs[name]))


def _day(why: Explanation, name: str) -> date:
    value = why.inputs[name]
    return value if isinstance(value, date) else date.fromisoformat(value)


def _whole(why: Explanation, name: str) -> int:
    return int(why.inputs[name])


def _given(why: Explanation, name: str) -> str | None:
    value = why.inputs.get(name)
    return None if value is None else str(value)


def _span(period: Period | None) -> str | None:
    return period_text(period) if period else None


def _part(why: Explanation, rule: str) -> Explanation | None:
    return next((part for part in why.parts if part.rule == rule), None)


def _term(why: Explanation, book: RuleBook) -> Expected:
    start, on = _day(why, "initial_start"), _day(why, "on")
    if ".." in str(why.result):
        return {"result": _span(term_containing(start, on))}
    return {"result": next_anniversary(start, on), "initial_end": year_end(start)}


def _first_cover(why: Explanation, book: RuleBook) -> Expected:
    return {"result": _span(first_cover(_day(why, "acquired_on")))}


def _express(why: Explanation, book: RuleBook) -> Expected:
    if "paid_until" in why.inputs:
        return _counted(why, next_express_cover(_day(why, "paid_until")))
    return {"result": BASE_LEVEL}


def _anniversary_cover(why: Explanation, book: RuleBook) -> Expected:
    paid = _day(why, "transition_until" if _given(why, "transition_until") else "paid_until")
    return _counted(why, anniversary_cover(paid, _day(why, "anniversary")))


def _transition(why: Explanation, book: RuleBook) -> Expected:
    return _counted(why, stub(_day(why, "paid_until"), _day(why, "anniversary"), book.transition))


def _counted(why: Explanation, cover: Period | None) -> Expected:
    """The cover; the months that it stands on must be those of the same days."""
    months = _part(why, "T6")
    same = months is None or str(why.result) == f"{months.inputs['starts_on']}..{months.inputs['ends_on']}"
    return {"result": _span(cover) if same else None}


def _months(why: Explanation, book: RuleBook) -> Expected:
    return {"result": whole_months(Period(_day(why, "starts_on"), _day(why, "ends_on")))}


def _charge(why: Explanation, book: RuleBook) -> Expected:
    currency = why.inputs["currency"]
    made = extend(_decimal(why, "unit_price"), _whole(why, "quantity"), _whole(why, "months"), currency, book.version)
    price = _part(why, "4")
    return {"result": made.amount} | ({"unit_price": price.result} if price else {})


def _points(why: Explanation, book: RuleBook) -> Expected:
    points, _why = line_points(_decimal(why, "points_each"), _whole(why, "quantity"), _whole(why, "months"), "")
    return {"result": points}


def _reinstatement(why: Explanation, book: RuleBook) -> Expected:
    if "factor" in why.inputs:
        annual = _part(why, "T7")
        made = {"result": _decimal(why, "annual_renewal") * _whole(why, "factor"), "factor": book.reinstatement_factor}
        return made | ({"annual_renewal": annual.result} if annual else {})
    # A list price times a whole quantity has no more places than the price.
    return {"result": _decimal(why, "unit_price") * _whole(why, "quantity")}


def _valid_until(why: Explanation, book: RuleBook) -> Expected:
    return {"result": max(_day(why, "first_start") - DAY, _day(why, "made_on"))}


def _ladder(why: Explanation, book: RuleBook) -> Expected:
    above = next_level(_decimal(why, "points"), book)
    if above is None:
        return {"result": None, "next_level": None, "threshold": None}
    return {"result": above[1], "next_level": above[0], "threshold": dict(book.ladder)[above[0]]}


def _level(why: Explanation, book: RuleBook) -> Expected:
    if "order_points" in why.inputs:
        made = order_levels(
            _given(why, "rsvp_before"), _decimal(why, "order_points"), _decimal(why, "points_before"), book
        )
        return {
            "result": made.price_level,
            "own_level": made.own,
            "rsvp_after": made.rsvp_after,
            "points_after": made.points_after,
        } | ({"rsvp_before": _left_by(why.parts[-1])} if why.parts and why.parts[-1].rule in _LEVELS else {})
    opening = _given(why, "opening_level") or BASE_LEVEL
    last = why.parts[-1] if why.parts else None
    if last is not None and last.rule == "P4":
        # A Term of a what-if: the level is what its last order left.
        return {"result": last.inputs["rsvp_after"]}
    made_level = better(opening, level_of(_decimal(why, "highest_points"), book), book)
    return {"result": made_level} | ({"opening_level": last.result} if last is not None else {})


def _left_by(level: Explanation) -> Any:
    """The RSVP level that an order, a Term or an Anniversary leaves to what comes after it."""
    return level.inputs.get("rsvp_after", level.result)


def _reset(why: Explanation, book: RuleBook) -> Expected:
    made: Expected = {"result": after_anniversary(why.inputs["old_level"], _decimal(why, "term_points"), book)}
    return made | ({"old_level": _left_by(why.parts[-1])} if why.parts else {})


def _outside(why: Explanation, book: RuleBook) -> Expected:
    return {"result": why.inputs["level"] if why.inputs["level"] in book.outside_levels else None}


def _term_of_day(why: Explanation, book: RuleBook) -> Expected:
    start, _sep, end = str(why.result).partition("..")
    inside = date.fromisoformat(start) <= _day(why, "on") <= date.fromisoformat(end)
    return {"result": why.result if inside else None}


def _no_points(why: Explanation, book: RuleBook) -> Expected:
    return {"result": Decimal(0)}


def _fact(why: Explanation, book: RuleBook) -> Expected:
    """A price or a ledger's balance is data: it must be one, and a price must have begun by the order's day."""
    Decimal(str(why.result))
    early = _given(why, "valid_from") is not None and _day(why, "valid_from") > _day(why, "on")
    return {"result": None if early else why.result}


def _sum_of_lines(why: Explanation, book: RuleBook) -> Expected:
    return {"result": sum((Decimal(str(p.result)) for p in why.parts), Decimal(0)), "lines": len(why.parts)}


def _sum_of_orders(why: Explanation, book: RuleBook) -> Expected:
    if "with" in why.inputs:
        return {"result": _decimal(why, "with") - _decimal(why, "without")}
    return {"result": sum((_decimal(part, "amount") for part in why.parts), Decimal(0))}


def _accrued(why: Explanation, book: RuleBook) -> Expected:
    if "within" in why.inputs:
        return {"result": _as_decimal(_share(why))}
    exact = sum((_share(part) for part in why.parts), Fraction(0))
    return {"result": round_exact(exact, str(why.inputs["currency"]))}


def _share(why: Explanation) -> Fraction:
    return Fraction(_decimal(why, "amount")) * _whole(why, "within") / _whole(why, "months")


def _as_decimal(exact: Fraction) -> Decimal:
    return Decimal(exact.numerator) / exact.denominator


def _points_of_term(why: Explanation, book: RuleBook) -> Expected:
    ordered = sum((_decimal(part, "order_points") for part in why.parts), Decimal(0))
    return {"result": _decimal(why, "before") + _decimal(why, "ordered"), "ordered": ordered}


def _coverage(why: Explanation, book: RuleBook) -> Expected:
    spans = [tuple(map(date.fromisoformat, span.split(".."))) for span in str(why.inputs["segments"]).split(", ")]
    counted = cover_of(
        "", [Segment(start, end, HELD) for start, end in spans], _day(why, "effective_on"), _day(why, "until")
    )
    return {"result": counted.gap_days, "overlap_days": counted.overlap_days}


def _same(stored: Any, expected: Any) -> bool:
    if stored is None or expected is None:
        return stored is None and expected is None
    if isinstance(expected, Decimal):
        try:
            return Decimal(str(stored)) == expected
        except InvalidOperation:
            return False
    return str(stored) == str(expected)


def _text(value: Any) -> str:
    return "–" if value is None else str(value)


# Rules whose result is an Agreement's RSVP level.
_LEVELS = ("P4", "P5", "P8")

RERUNS: dict[str, Callable[[Explanation, RuleBook], Expected]] = {
    "T1": _term,
    "T2": _first_cover,
    "T3": _express,
    "T4": _anniversary_cover,
    "T5": _transition,
    "T6": _months,
    "T7": _charge,
    "T8": _reinstatement,
    "T10": _valid_until,
    "P1": _ladder,
    "P2": _points,
    "P3": _no_points,
    "P4": _level,
    "P5": _reset,
    "P6": _term_of_day,
    "P7": _fact,
    "P8": _outside,
    "4": _fact,
    "6.6": _sum_of_orders,
    "6.7": _accrued,
    "6.8": _points_of_term,
    "6.9": _coverage,
    "7": _sum_of_lines,
}
