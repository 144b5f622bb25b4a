"""Why each figure of a what-if is what it is (rule book section 6): made on demand, never while it runs."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from licenses.rules.accrual import months_within
from licenses.rules.coverage import HELD, LineCoverage
from licenses.rules.explaining import (
    explain_amount,
    explain_cover,
    explain_next_level,
    explain_outside,
    explain_points,
    explain_sum,
    period_text,
)
from licenses.rules.levels import NO_POINTS
from licenses.rules.pricing import PricedLine, PricedOrder
from licenses.rules.rulebook import RuleBook
from licenses.rules.simulation import ANNIVERSARY, EXPRESS, TRANSITION
from licenses.rules.terms import YEAR
from licenses.rules.whatif import Event, Side, TermOutlook, WhatIf
from portal.kernel.explanation import Explanation
from portal.kernel.money import round_money
from portal.kernel.period import DAY, Period

COVER_RULES = {EXPRESS: "T3", ANNIVERSARY: "T4", TRANSITION: "T5"}


def order_of_event(answer: WhatIf, event: Event) -> PricedOrder:
    """The order that an event shows the compared lines of. Raises ValueError for an event of another answer."""
    orders = answer.stay_orders if event.kind == EXPRESS else answer.orders_with
    for order in orders:
        if order.on == event.on and order.lines[: len(event.lines)] == event.lines:
            return order
    raise ValueError(f"no order of {event.on} in this what-if")


def explain_event(answer: WhatIf, event: Event) -> dict[str, Explanation]:
    """`level`, `points` and `amount` of an event; the level and the points are those of the whole order."""
    order = order_of_event(answer, event)
    points = tuple(explain_points(line) for line in order.lines if line.earns)
    level = order.explain(with_lines=False)
    if not points:
        points = (explain_points(order.lines[0]),)
    amounts = tuple(line.explain()[0] for line in event.lines)
    return {
        "level": level,
        "points": explain_sum("points", points, event.points, answer.rule_version),
        "amount": explain_sum("amount", amounts, event.amount, answer.rule_version, currency=answer.currency),
    }


def explain_event_line(answer: WhatIf, event: Event, line: PricedLine) -> dict[str, Explanation]:
    """`amount` and `points` of one line of an event, with its `cover`."""
    order = order_of_event(answer, event)
    return {
        "amount": explain_amount(line, event.on, answer.price_list, order.explain(with_lines=False)),
        "points": explain_points(line),
        "cover": _cover(answer, event.kind, line.cover),
    }


def explain_totals(answer: WhatIf) -> dict[str, Explanation]:
    """The two sides' totals, what they stand on by Agreement, and each calendar year."""
    stay, moved, without = (_orders(o) for o in (answer.stay_orders, answer.orders_with, answer.orders_without))

    def total(amount: Decimal, parts: tuple[Explanation, ...], **inputs: object) -> Explanation:
        return Explanation("6.6", _window(answer) | inputs, amount, answer.rule_version, parts=parts)

    agreement_with = total(answer.agreement_total_with, moved)
    agreement_without = total(answer.agreement_total_without, without)
    sides = {"with": answer.agreement_total_with, "without": answer.agreement_total_without}
    found = {
        "stay.total": total(answer.stay.total, stay),
        "migrate.total": total(answer.migrate.total, (agreement_with, agreement_without), **sides),
        "agreement_total_with": agreement_with,
        "agreement_total_without": agreement_without,
    }
    found |= {f"stay.by_year.{year}": _year(answer, answer.stay, year) for year in answer.stay.by_year}
    found |= {f"migrate.by_year.{year}": _year(answer, answer.migrate, year) for year in answer.migrate.by_year}
    return found


def explain_accrued(answer: WhatIf) -> dict[str, Explanation]:
    """The cost of the cover that falls in the window, by shares of months (step 7)."""
    stay = _shares(answer, _lines(answer.stay_orders), 1)
    move = _shares(answer, _lines(answer.orders_with), 1) + _shares(answer, _lines(answer.orders_without), -1)

    def accrued(amount: Decimal, parts: tuple[Explanation, ...]) -> Explanation:
        return Explanation("6.7", _window(answer), amount, answer.rule_version, "half_up_once_on_the_exact_sum", parts)

    return {
        "stay.accrued": accrued(answer.stay.accrued, stay),
        "migrate.accrued": accrued(answer.migrate.accrued, move),
    }


def explain_outlook(answer: WhatIf, term: TermOutlook, book: RuleBook) -> dict[str, Explanation]:
    """Points and levels of a Term with and without the move, and what is missing to the next level (step 8)."""
    found: dict[str, Explanation] = {}
    for side, orders, points, level in (
        ("with", answer.orders_with, term.points_with, term.level_with),
        ("without", answer.orders_without, term.points_without, term.level_without),
    ):
        inside = [o for o in orders if term.starts_on <= o.on <= term.ends_on]
        ordered = sum((o.points for o in inside), NO_POINTS)
        inputs = {"starts_on": term.starts_on, "ends_on": term.ends_on, "before": points - ordered, "ordered": ordered}
        steps = tuple(o.explain(with_lines=False) for o in inside)
        found[f"points_{side}"] = Explanation("6.8", inputs, points, answer.rule_version, parts=steps)
        found[f"level_{side}"] = _level(points, level, steps, book)
    missing = explain_next_level(term.points_with, book) if term.next_level else None
    if missing:
        found["missing"] = missing
    return found


def explain_coverage(answer: WhatIf, coverage: LineCoverage) -> Explanation:
    """The days without cover of one line, standing on each segment that it has or would get (step 9)."""
    inputs = {
        "effective_on": answer.effective_on,
        "until": answer.until,
        "segments": ", ".join(period_text(Period(s.starts_on, s.ends_on)) for s in coverage.segments),
        "overlap_days": coverage.overlap_days,
    }
    bought = (s for s in coverage.segments if s.source != HELD)
    parts = tuple(_cover(answer, s.source, Period(s.starts_on, s.ends_on)) for s in bought)
    return Explanation("6.9", inputs, coverage.gap_days, answer.rule_version, parts=parts)


def _cover(answer: WhatIf, kind: str, cover: Period) -> Explanation:
    """The cover that an order of a `kind` takes a line to, right after what was paid before."""
    rule = COVER_RULES[kind]
    # The order of an Anniversary covers to the day before the next one; a transition ends at the answer's first.
    anniversaries = {"T4": cover.ends_on + DAY - YEAR, "T5": answer.anniversary}
    paid_until = cover.starts_on - DAY
    return explain_cover(rule, cover, paid_until, answer.rule_version, anniversary=anniversaries.get(rule))


def _window(answer: WhatIf) -> dict[str, object]:
    """What both sides are summed over."""
    return {"effective_on": answer.effective_on, "until": answer.until, "currency": answer.currency}


def _orders(orders: Sequence[PricedOrder]) -> tuple[Explanation, ...]:
    return tuple(o.explain(with_lines=False) for o in orders)


def _lines(orders: Iterable[PricedOrder]) -> Iterable[PricedLine]:
    return (line for o in orders for line in o.lines)


def _year(answer: WhatIf, side: Side, year: str) -> Explanation:
    """What is ordered in one calendar year, with less without the move."""
    inputs: dict[str, object] = {"year": year, "currency": answer.currency}
    if side is answer.stay:
        parts = _orders([o for o in answer.stay_orders if str(o.on.year) == year])
        return Explanation("6.6", inputs, side.by_year[year], answer.rule_version, parts=parts)
    moved = [o for o in answer.orders_with if str(o.on.year) == year]
    without = [o for o in answer.orders_without if str(o.on.year) == year]
    zero = round_money(Decimal(0), answer.currency)
    inputs |= {
        "with": sum((o.amount for o in moved), zero),
        "without": sum((o.amount for o in without), zero),
    }
    parts = _orders(moved) + _orders(without)
    return Explanation("6.6", inputs, side.by_year[year], answer.rule_version, parts=parts)


def _shares(answer: WhatIf, lines: Iterable[PricedLine], sign: int) -> tuple[Explanation, ...]:
    """Amounts that share months and months in the window, as one share each; those of no month in it are none."""
    sums: dict[tuple[int, int], tuple[Decimal, int]] = {}
    counted: dict[Period, int] = {}
    for line in lines:
        if line.cover not in counted:
            counted[line.cover] = months_within(line.cover, answer.effective_on, answer.until)
        key = (line.months, counted[line.cover])
        amount, count = sums.get(key, (Decimal(0), 0))
        sums[key] = (amount + sign * line.amount, count + 1)
    return tuple(
        Explanation(
            "6.7",
            {"amount": amount, "within": within, "months": months, "lines": count, "currency": answer.currency},
            amount * within / months,
            answer.rule_version,
        )
        for (months, within), (amount, count) in sorted(sums.items(), reverse=True)
        if within
    )


def _level(points: Decimal, level: str, steps: tuple[Explanation, ...], book: RuleBook) -> Explanation:
    """The RSVP at a Term's end: outside the ladder, or what the last order in it left, or what it opened with."""
    if level in book.outside_levels:
        return explain_outside(level, book.version)
    opening = steps[0].inputs["rsvp_before"] if steps else level
    inputs = {"opening_level": opening, "points": points, "highest_points": points}
    return Explanation("P4", inputs, level, book.version, parts=steps)
