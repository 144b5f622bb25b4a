"""Equal lines merged: whole years cost the same; parts of a year are off by half a minor unit a line at most."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from licenses.rules.orders import merged
from tests.rules.worlds import Drawn, computed, held, worlds

HALF = Decimal("0.005")


@st.composite
def crowds(draw: st.DrawFn) -> Drawn:
    """A world in which each moved line stands there several times, with another quantity each."""
    drawn = draw(worlds())
    moved = [
        replace(line, key=f"{line.key}-{number}", quantity=quantity)
        for line in drawn.moved
        for number, quantity in enumerate(draw(st.lists(st.integers(1, 40), min_size=1, max_size=6)))
    ]
    return replace(drawn, moved=tuple(moved))


def _merged(drawn: Drawn) -> Drawn:
    return replace(drawn, moved=tuple(line for line, _count in merged(drawn.moved)))


@given(crowds())
def test_nothing_is_lost_and_nothing_unequal_is_merged(drawn: Drawn) -> None:
    found = merged(drawn.moved)
    assert sum(line.quantity for line, _ in found) == sum(line.quantity for line in drawn.moved)
    assert sum(count for _, count in found) == len(drawn.moved)
    kinds = [replace(line, key="", quantity=0) for line, _ in found]
    assert len(set(kinds)) == len(kinds) and set(kinds) == {replace(x, key="", quantity=0) for x in drawn.moved}


@given(crowds())
def test_money_and_points_are_off_by_the_rounding_of_parts_of_a_year_alone(drawn: Drawn) -> None:
    one_by_one, together = computed(drawn), computed(_merged(drawn))
    stubs = sum(
        line.months % 12 != 0 for order in (*one_by_one.stay_orders, *one_by_one.orders_with) for line in order.lines
    )
    if any(a.level_with != b.level_with for a, b in zip(one_by_one.terms, together.terms, strict=True)):
        # A hundredth of a point can decide a level: only beside a threshold, and only where something was rounded.
        assert stubs
        return
    assert one_by_one.stay.total == together.stay.total  # Express renews by whole years
    for points in ("points_with", "points_without"):
        for a, b in zip(one_by_one.terms, together.terms, strict=True):
            assert abs(getattr(a, points) - getattr(b, points)) <= HALF * stubs
    if [o.price_level for o in one_by_one.orders_with] == [o.price_level for o in together.orders_with]:
        assert abs(one_by_one.migrate.total - together.migrate.total) <= HALF * stubs


def test_equal_lines_become_one() -> None:
    lines = [held("a", quantity=2), held("b", quantity=3), held("c", part_number="D0BBBLL")]
    assert merged(lines) == [(held("a", quantity=5), 2), (held("c", part_number="D0BBBLL"), 1)]
    assert merged([]) == []
