"""The level forecast: what is expected, what is missing, the smallest sets that close it, a level in danger."""

from datetime import date
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses.rules.forecast import BOTH, KEEP, MOVE, REACH, RENEW, Forecast, Goal, Offer, forecast, smallest_set
from licenses.rules.levels import TermPoints, after_anniversary, level_of, order_of, standing
from licenses.rules.orders import HeldLine
from licenses.rules.rulebook import CURRENT
from portal.kernel.explanation import Explanation
from portal.kernel.period import Period
from tests.rules.worlds import LEVELS, held, money, month_end

START, ON, LAST = date(2025, 7, 1), date(2026, 11, 24), date(2027, 6, 30)
TERM = date(2026, 7, 1)


def foretold(
    points: str, *own: HeldLine, express: tuple[HeldLine, ...] = (), opened: str = "BL", first: str = "0"
) -> Forecast | None:
    """An Agreement from 1 July 2025 that opened at a level, with the points of its first and of its second Term."""
    rows = [TermPoints(START, Decimal(first), Decimal(first)), TermPoints(TERM, Decimal(points), Decimal(points))]
    return forecast(standing(START, opened, rows, ON, CURRENT), own, express, ON, CURRENT)


def line(key: str, points: str, cover_end: date = LAST, **more: object) -> HeldLine:
    return held(key, cover_end=cover_end, points_each=Decimal(points), **more)


def goal(made: Forecast | None, kind: str) -> Goal:
    assert made
    return next(g for g in made.goals if g.kind == kind)


def test_so_many_points_short_and_the_two_lines_that_close_it() -> None:
    lines = line("a", "200"), line("b", "150"), line("c", "120"), line("d", "20")
    reach = goal(foretold("690", *lines, first="700", opened="D"), REACH)
    assert (reach.level, reach.threshold, reach.missing) == ("E", 1000, Decimal("310.00"))
    (way,) = reach.ways
    assert (way.kind, [o.key for o in way.offers], way.points) == (RENEW, ["a", "c"], Decimal("320.00"))
    assert (reach.explanation.rule, reach.explanation.result) == ("P1", Decimal("310.00"))


def test_lines_due_within_the_term_are_expected_with_their_months() -> None:
    made = foretold("100", line("due", "120", date(2026, 12, 31)))
    assert made
    assert (made.points, made.expected) == (100, Decimal("160.00"))
    assert made.due[0].cover == Period(date(2027, 1, 1), LAST)
    assert goal(made, REACH).missing == Decimal("340.00")


def test_a_level_that_would_fall_and_what_keeps_it() -> None:
    made = foretold("300", line("a", "2200"), opened="F", first="2500")
    assert made and made.falls and (made.level, made.opening_level) == ("F", "E")
    keep = goal(made, KEEP)
    assert (keep.level, keep.missing, [o.key for o in keep.ways[0].offers]) == ("F", Decimal("2200.00"), ["a"])
    assert [g.kind for g in made.goals] == [KEEP, REACH]


def test_express_lines_alone_or_both_together_close_what_own_lines_cannot() -> None:
    own, express = line("own", "100"), line("pae", "450")
    assert [w.kind for w in goal(foretold("100", own, express=(express,)), REACH).ways] == [MOVE]
    together = goal(foretold("0", own, express=(line("pae", "400"),)), REACH).ways
    assert [(w.kind, {o.key for o in w.offers}) for w in together] == [(BOTH, {"own", "pae"})]
    assert goal(foretold("0", own), REACH).ways == ()


@pytest.mark.parametrize(
    "left_out",
    [
        line("lapsed", "900", date(2026, 10, 31)),
        line("beyond", "900", date(2028, 6, 30)),
        line("no part", "900", renewal_part=None),
        line("no month end", "900", date(2027, 6, 29)),
    ],
    ids=lambda each: each.key,
)
def test_lines_that_no_order_of_the_term_can_hold_are_no_way(left_out: HeldLine) -> None:
    made = foretold("100", left_out)
    assert made and made.expected == 100
    assert goal(made, REACH).ways == ()


def test_no_forecast_before_the_first_term_nor_outside_the_ladder() -> None:
    assert forecast(standing(None, None, (), ON, CURRENT), (), (), ON, CURRENT) is None
    assert forecast(standing(START, "GV", (), ON, CURRENT), (), (), ON, CURRENT) is None


def test_the_top_has_nothing_to_reach() -> None:
    made = foretold("10000", opened="H", first="10000")
    assert made and made.goals == ()


offers = st.lists(st.integers(0, 60_000).map(money), max_size=7).map(
    lambda found: [
        Offer(str(n), 1, Period(TERM, LAST), points, Explanation("P2", {}, points, "x"))
        for n, points in enumerate(found)
    ]
)


@given(offers, st.integers(1, 150_000).map(money))
def test_no_smaller_set_closes_it(found: list[Offer], missing: Decimal) -> None:
    chosen = smallest_set(found, missing)
    total = sum((o.points for o in found), Decimal(0))
    if chosen is None:
        assert total < missing
        return
    assert sum(o.points for o in chosen) >= missing
    assert len({o.key for o in chosen}) == len(chosen)
    fewer = combinations(found, len(chosen) - 1)
    assert all(sum((o.points for o in each), Decimal(0)) < missing for each in fewer)
    assert smallest_set(list(reversed(found)), missing) == chosen


@st.composite
def lines(draw: st.DrawFn, prefix: str) -> tuple[HeldLine, ...]:
    found = []
    for number in range(draw(st.integers(0, 5))):
        end = month_end(ON, draw(st.integers(-3, 24)))
        points = money(draw(st.integers(0, 400_000)))
        found.append(held(f"{prefix}{number}", cover_end=end, points_each=points, quantity=draw(st.integers(1, 9))))
    return tuple(found)


@given(lines("own"), lines("pae"), st.sampled_from(LEVELS), st.integers(0, 1_200_000).map(money))
def test_what_closes_a_gap_really_does(
    own: tuple[HeldLine, ...], express: tuple[HeldLine, ...], opened: str, points: Decimal
) -> None:
    rows = [TermPoints(START, Decimal(10000), Decimal(10000)), TermPoints(TERM, points, points)]
    stands = standing(START, opened, rows, ON, CURRENT)
    made = forecast(stands, own, express, ON, CURRENT)
    assert made and made.expected >= points
    assert order_of(made.level, CURRENT) - order_of(made.opening_level, CURRENT) in (0, 1)
    for each in made.goals:
        assert each.missing == each.threshold - made.expected > 0
        for way in each.ways:
            closed = made.expected + way.points
            assert order_of(level_of(closed, CURRENT), CURRENT) >= order_of(each.level, CURRENT)
            if each.kind == KEEP:
                assert after_anniversary(made.level, closed, CURRENT) == made.level
