"""Section 6 of the rule book once more, written from the text alone and in another manner.

Months are counted as whole numbers, money in minor units, points in hundredths, days one by one; nothing of
licenses.rules is used but the shape of its inputs.
"""

import calendar
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from tests.rules.worlds import Drawn

NAMES = ["BL", "D", "E", "F", "G", "H"]
FROM = [0, 500_00, 1000_00, 2500_00, 5000_00, 10000_00]


def month(day: date) -> int:
    return day.year * 12 + day.month - 1


def first(index: int) -> date:
    return date(index // 12, index % 12 + 1, 1)


def later(day: date, months: int) -> date:
    index = month(day) + months
    year, number = index // 12, index % 12 + 1
    return date(year, number, min(day.day, calendar.monthrange(year, number)[1]))


def half_up(value: Fraction) -> int:
    """Away from zero on a tie, as money is rounded on both sides of it."""
    size = floor(abs(value) + Fraction(1, 2))
    return size if value >= 0 else -size


def rung(points: int) -> int:
    return sum(points >= limit for limit in FROM) - 1


class Recount:
    """Every figure, in minor units and hundredths. `long` is the other transition policy of rule T5."""

    def __init__(self, drawn: Drawn, *, long: bool = False):
        self.long = long
        self.e, self.h = drawn.effective_on, later(drawn.effective_on, drawn.months)
        self.rows = drawn.prices.rows
        self.outside = drawn.agreement.outside_level
        self.start = drawn.agreement.initial_start or self.e
        # The first Anniversary ever: a year after a first, else the first of the month after the next year's month.
        self.first_anniversary = month(self.start) + (12 if self.start.day == 1 else 13)
        self.a = self.first_anniversary
        while first(self.a) < self.e:
            self.a += 12
        self.level = NAMES.index(drawn.agreement.rsvp or "BL") if not self.outside else 0
        self.points = int(drawn.agreement.term_points * 100)
        # A line's cover as the month that follows its end.
        self.after = {ln.key: month(ln.cover_end) + 1 for ln in (*drawn.moved, *drawn.agreement.own)}
        everything = (*drawn.moved, *drawn.agreement.own)
        unfit = {ln.key for ln in everything if not ln.renewal_part or (ln.cover_end + timedelta(days=1)).day != 1}
        lapsed = {ln.key for ln in drawn.moved if ln.cover_end + timedelta(days=1) < self.e}
        self.moved = {ln.key: ln for ln in drawn.moved if ln.key not in lapsed | unfit}
        ends = {ln.key: ln.cover_end + timedelta(days=1) for ln in drawn.agreement.own}
        self.own = {ln.key: ln for ln in drawn.agreement.own if ends[ln.key] >= first(self.a) and ln.key not in unfit}
        self.all_moved = drawn.moved
        self._leave_out_the_unpriced()
        self.told = {ln.key for ln in everything} - set(self.moved) - set(self.own)

    def _leave_out_the_unpriced(self) -> None:
        """Whatever has no price in any order stays out of all of them."""
        while True:
            self.unpriced: set[str] = set()
            self.stay()
            self.agreement(True)
            self.agreement(False)
            if not self.unpriced:
                return
            for key in self.unpriced:
                self.moved.pop(key, None)
                self.own.pop(key, None)

    def price(self, part: str, level: str, on: date) -> int | None:
        rows = [r for r in self.rows if r.part_number == part and r.level == level and r.valid_from <= on]
        valid = [r for r in rows if r.valid_to is None or on <= r.valid_to]
        return int(max(valid or rows, key=lambda r: r.valid_from).amount * 100) if rows else None

    def stay(self) -> dict[str, Any]:
        events: dict[date, int] = defaultdict(int)
        accrued = Fraction(0)
        for key, line in self.moved.items():
            start = self.after[key]
            while first(start) < self.h:
                price = self.price(line.renewal_part, "BL", first(start))
                if price is None:
                    self.unpriced.add(key)
                    break
                amount = price * line.quantity
                events[first(start)] += amount
                inside = sum(self.e <= first(m) < self.h for m in range(start, start + 12))
                accrued += Fraction(amount * inside, 12)
                start += 12
        return {"events": dict(events), "total": sum(events.values()), "accrued": half_up(accrued)}

    def agreement(self, with_moved: bool) -> dict[str, Any]:
        lines = {**(self.moved if with_moved else {}), **self.own}
        after = {key: self.after[key] for key in lines}
        state = {"level": self.level, "points": self.points}
        orders: list[dict[str, Any]] = []

        def order(kind: str, on: date, keys: list[str], until: int) -> None:
            if not keys:
                return
            points: dict[str, int] = {
                k: half_up(Fraction(int(lines[k].points_each * 100) * lines[k].quantity * (until - after[k]), 12))
                for k in keys
            }
            while True:
                at = max(state["level"], rung(sum(points.values())))
                name = self.outside or NAMES[at]
                none = {k for k in points if self.price(lines[k].renewal_part, name, on) is None}
                if not none:
                    break
                self.unpriced |= none
                points = {k: value for k, value in points.items() if k not in none}
            keys = list(points)
            amounts, accrued = {}, Fraction(0)
            for k in keys:
                months = until - after[k]
                price = self.price(lines[k].renewal_part, name, on) or 0
                amounts[k] = half_up(Fraction(price * lines[k].quantity * months, 12))
                inside = sum(self.e <= first(m) < self.h for m in range(after[k], until))
                accrued += Fraction(amounts[k] * inside, months)
            state["points"] += sum(points.values())
            state["level"] = max(state["level"], rung(state["points"]))
            spans = {k: (after[k], until) for k in keys}
            orders.append(
                {"kind": kind, "on": on, "level": name, "points": sum(points.values())}
                | {"amounts": amounts, "accrued": accrued, "spans": spans}
            )
            after.update(dict.fromkeys(keys, until))

        terms: list[tuple[int, str]] = []
        stub_end = self.a + 12 if self.long else self.a
        order("transition", self.e, [k for k in lines if k in self.moved and after[k] < self.a], stub_end)
        if first(self.a) > self.e:
            terms.append((state["points"], self.outside or NAMES[state["level"]]))
        anniversary = self.a
        while first(anniversary) < self.h:
            if first(anniversary) > self.e:
                state = {"level": max(state["level"] - 1, rung(state["points"]), 0), "points": 0}
            keys = [k for k in lines if anniversary <= after[k] < anniversary + 12]
            order("anniversary", first(anniversary), keys, anniversary + 12)
            terms.append((state["points"], self.outside or NAMES[state["level"]]))
            anniversary += 12
        return {"orders": orders, "terms": terms, "total": sum(sum(o["amounts"].values()) for o in orders)}

    def coverage(self, orders: list[dict[str, Any]]) -> dict[str, tuple[set[date], set[date]]]:
        """Per moved line the days of its gaps and of its overlaps, looked at day by day."""
        found = {}
        for line in self.all_moved:
            times: dict[date, int] = defaultdict(int)
            spans = [(line.cover_start, line.cover_end + timedelta(days=1))]
            spans += [tuple(map(first, o["spans"][line.key])) for o in orders if line.key in o["spans"]]
            for start, stop in spans:
                for n in range((stop - start).days):
                    times[start + timedelta(days=n)] += 1
            window = (self.e + timedelta(days=n) for n in range((self.h - self.e).days))
            begin = min(start for start, _ in spans)
            found[line.key] = (
                {d for d in window if d >= begin and not times[d]},
                {d for d, count in times.items() if count > 1},
            )
        return found
