"""Charts: nothing is drawn outside, nothing contradicts its figures, and steps hang together."""

import itertools
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.charts import BOTTOM, LEAST_APART, TOP, Key, Label, bar_chart, percent, scale_of, step_chart

AMOUNTS = st.decimals(min_value="-99999999", max_value="99999999", places=2)
KEYS = (Key("stay", "Stay"), Key("move", "Move"))


def _place(x: str) -> Decimal:
    return Decimal(x.removesuffix("%"))


@given(st.lists(AMOUNTS, min_size=1, max_size=8))
def test_a_scale_holds_zero_and_every_value(values: list[Decimal]) -> None:
    scale, marks = scale_of(values)
    assert scale.low <= min([*values, Decimal(0)]) and scale.high >= max([*values, Decimal(0)])
    assert Decimal(0) in marks and marks == tuple(sorted(marks)) and 2 <= len(marks) <= 7
    assert scale.y(scale.low) == BOTTOM and scale.y(scale.high) == TOP
    ordered = sorted(values)
    assert [scale.y(v) for v in ordered] == sorted((scale.y(v) for v in ordered), reverse=True)


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=13))
def test_bars_stand_inside_beside_each_other_and_on_zero(rows: list[tuple[Decimal, Decimal]]) -> None:
    chart = bar_chart("s", [(str(n), row) for n, row in enumerate(rows)], KEYS, str)
    zero = next(rule.y for rule in chart.rules if rule.kind == "zero")
    assert len(chart.bars) == 2 * len(rows) and len(chart.labels) == len(rows)
    for bar in chart.bars:
        assert bar.y >= TOP and bar.y + bar.height <= BOTTOM
        assert zero in (bar.y, bar.y + bar.height)
    edges = [(_place(bar.x), _place(bar.x) + _place(bar.width)) for bar in chart.bars]
    assert all(0 <= left < right <= 100 for left, right in edges)
    assert all(right <= left + Decimal("0.02") for (_, right), (left, _) in itertools.pairwise(edges))


def test_a_chart_of_nothing_but_zeros_is_a_line() -> None:
    chart = bar_chart("s", [("a", (Decimal(0), Decimal(0)))], KEYS, str)
    assert {bar.height for bar in chart.bars} == {0}


@given(
    st.lists(st.decimals(min_value=1, max_value=20000, places=2), min_size=1, max_size=8, unique=True),
    st.decimals(min_value=0, max_value=20000, places=2),
)
def test_thresholds_all_have_a_line_and_no_words_on_top_of_others(levels: list[Decimal], value: Decimal) -> None:
    thresholds = [(f"L{n}", level) for n, level in enumerate(sorted(levels))]
    chart = bar_chart("s", [("a", (value,))], KEYS[:1], str, thresholds=thresholds)
    drawn = [rule for rule in chart.rules if rule.kind == "threshold"]
    assert len(drawn) == len(levels)
    told = sorted(rule.y for rule in drawn if rule.label)
    assert told and all(below - above >= LEAST_APART for above, below in itertools.pairwise(told))


@given(
    st.lists(
        st.tuples(st.decimals(min_value=0, max_value=100, places=2), AMOUNTS),
        min_size=1, max_size=20, unique_by=lambda point: point[0],
    )
)  # fmt: skip
def test_steps_hang_together_from_edge_to_edge(points: list[tuple[Decimal, Decimal]]) -> None:
    chart = step_chart("s", [(KEYS[0], sorted(points))], [Label(percent(Decimal(50)), "middle")], str)
    ends = [((_place(s.x1), s.y1), (_place(s.x2), s.y2)) for s in chart.strokes]
    if not ends:
        return
    assert ends[0][0][0] == 0 and ends[-1][1][0] == 100
    assert all(end == start for (_, end), (start, _) in itertools.pairwise(ends))
    assert all(s.x1 == s.x2 or s.y1 == s.y2 for s in chart.strokes)
