"""Rule book section 3: the ladder, orders, resets and credits."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses.rules.levels import (
    TermPoints,
    after_anniversary,
    better,
    level_of,
    next_level,
    order_levels,
    order_of,
    standing,
)
from licenses.rules.rulebook import CURRENT, RuleBook, assumptions

D = Decimal
LEVELS = st.sampled_from([name for name, _ in CURRENT.ladder])
POINTS = st.decimals(0, 20000, places=2)
START = date(2024, 3, 15)


@pytest.mark.parametrize(
    ("points", "level"),
    [
        ("-5", "BL"),
        ("0", "BL"),
        ("499.99", "BL"),
        ("500", "D"),
        ("999.99", "D"),
        ("1000", "E"),
        ("2500", "F"),
        ("5000.00", "G"),
        ("9999.99", "G"),
        ("10000", "H"),
        ("99999", "H"),
    ],
)
def test_levels_begin_at_their_threshold(points: str, level: str) -> None:
    assert level_of(D(points), CURRENT) == level


def test_the_next_level_and_what_is_missing() -> None:
    assert next_level(D("0"), CURRENT) == ("D", D("500.00"))
    assert next_level(D("499.99"), CURRENT) == ("D", D("0.01"))
    assert next_level(D("500"), CURRENT) == ("E", D("500.00"))
    assert next_level(D("10000"), CURRENT) is None


def test_levels_outside_the_ladder_never_move() -> None:
    assert better("GV", "H", CURRENT) == better("H", "GV", CURRENT) == "GV"
    assert after_anniversary("ED", D("9000"), CURRENT) == "ED"
    levels = order_levels("GV", D("6000"), D("10"), CURRENT)
    assert (levels.price_level, levels.rsvp_after, levels.points_after) == ("GV", "GV", D("6010"))
    with pytest.raises(ValueError, match="'Z'"):
        better("Z", "BL", CURRENT)


def test_the_orders_of_a_new_agreement() -> None:
    rsvp, points, prices, after = None, D("0"), [], []
    for order in ("420", "90", "1900", "3000"):
        levels = order_levels(rsvp, D(order), points, CURRENT)
        rsvp, points = levels.rsvp_after, levels.points_after
        prices.append(levels.price_level)
        after.append(rsvp)
    assert prices == ["BL", "BL", "E", "F"]
    assert after == ["BL", "D", "E", "G"]


@pytest.mark.parametrize(
    ("old", "points", "new"),
    [
        ("H", 0, "G"),
        ("F", 1200, "E"),
        ("F", 300, "E"),
        ("D", 700, "D"),
        ("D", 0, "BL"),
        ("E", 6000, "G"),
        ("BL", 0, "BL"),
    ],
)
def test_reset_vectors(old: str, points: int, new: str) -> None:
    assert after_anniversary(old, D(points), CURRENT) == new


@given(LEVELS, POINTS)
def test_a_level_falls_by_one_at_most_and_rises_to_what_was_earned(old: str, points: Decimal) -> None:
    new = after_anniversary(old, points, CURRENT)
    assert order_of(new, CURRENT) >= order_of(old, CURRENT) - 1
    assert order_of(new, CURRENT) >= order_of(level_of(points, CURRENT), CURRENT)
    assert new in (level_of(points, CURRENT), CURRENT.ladder[max(order_of(old, CURRENT) - 1, 0)][0])


@given(st.one_of(st.none(), LEVELS), POINTS, POINTS)
def test_an_order_lowers_nothing(rsvp: str | None, order: Decimal, before: Decimal) -> None:
    levels = order_levels(rsvp, order, before, CURRENT)
    floor = order_of(rsvp or "BL", CURRENT)
    assert order_of(levels.price_level, CURRENT) >= max(floor, order_of(levels.own, CURRENT))
    assert order_of(levels.rsvp_after, CURRENT) >= floor
    assert levels.points_after == before + order


def test_standing_walks_the_terms() -> None:
    movements = [
        TermPoints(date(2024, 3, 15), D("2600"), D("2600")),
        TermPoints(date(2025, 4, 1), D("10"), D("10")),
    ]
    first = standing(START, None, movements[:1], date(2025, 3, 31), CURRENT)
    assert (first.level, first.opening_level, first.points, first.next_level) == ("F", "BL", D("2600"), "G")
    assert (first.missing, first.anniversary) == (D("2400.00"), date(2025, 4, 1))
    second = standing(START, None, movements, date(2025, 4, 1), CURRENT)
    assert (second.level, second.opening_level, second.points) == ("F", "F", D("10"))
    third = standing(START, None, movements, date(2026, 4, 1), CURRENT)
    assert (third.level, third.points, third.missing) == ("E", D("0"), D("500.00"))
    assert [p.rule for p in third.explanation.parts] == ["P5", "P5"]
    assert third.explanation.parts[1].inputs["term_points"] == D("10")


def test_a_credit_lowers_no_level_within_its_term_but_counts_at_the_reset() -> None:
    credited = [TermPoints(START, D("400"), D("1200"))]
    assert standing(START, None, credited, date(2024, 9, 1), CURRENT).level == "E"
    assert standing(START, None, credited, date(2024, 9, 1), CURRENT).next_level == "D"
    assert standing(START, None, credited, date(2025, 4, 1), CURRENT).level == "D"


def test_standing_without_a_term() -> None:
    for start, on in ((None, date(2025, 1, 1)), (START, date(2024, 3, 14))):
        found = standing(start, None, [], on, CURRENT)
        assert (found.term, found.level, found.points, found.anniversary) == (None, "BL", D("0"), None)
        assert (found.next_level, found.missing) == ("D", D("500.00"))


def test_standing_outside_the_ladder_and_with_a_known_level() -> None:
    outside = standing(START, "GV", [TermPoints(START, D("9000"), D("9000"))], date(2026, 1, 1), CURRENT)
    assert (outside.level, outside.next_level, outside.missing) == ("GV", None, None)
    assert standing(START, "H", [], date(2024, 3, 15), CURRENT).level == "H"
    assert standing(START, "H", [], date(2027, 4, 1), CURRENT).level == "E"


def test_points_belong_to_a_term() -> None:
    with pytest.raises(ValueError, match="2024-04-01"):
        standing(START, None, [TermPoints(date(2024, 4, 1), D("1"), D("1"))], date(2025, 1, 1), CURRENT)


def test_a_rule_book_is_checked() -> None:
    assert assumptions(CURRENT) == ("T1", "T5", "T7", "T8", "P2", "P6")
    assert "T5-long" in assumptions(RuleBook("x", CURRENT.ladder, transition="long"))
    for ladder in ((), (("BL", D(1)),), (("BL", D(0)), ("D", D(0)))):
        with pytest.raises(ValueError, match="rises from 0"):
            RuleBook("x", ladder)
    with pytest.raises(ValueError, match="transition"):
        RuleBook("x", CURRENT.ladder, transition="none")
