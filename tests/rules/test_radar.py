"""What is wrong with the cover of a line: the same gaps and overlaps as the what-if's."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.period import Period
from renewals.rules.radar import Finding, Paid, judge

TODAY = date(2026, 11, 24)
OLD = Paid(date(2024, 1, 1), date(2024, 6, 15), "O-0")
FIRST = Paid(date(2025, 1, 15), date(2026, 1, 31), "O-1")
NEXT = Paid(date(2026, 2, 1), date(2027, 1, 31), "O-2")


@pytest.mark.parametrize(
    ("periods", "findings"),
    [
        ([], ()),
        ([FIRST, NEXT], ()),
        ([FIRST], (Finding.LAPSED,)),
        ([Paid(date(2025, 12, 1), TODAY - timedelta(days=1), "O-1")], (Finding.ODD_END,)),
        ([FIRST, Paid(date(2026, 3, 1), date(2027, 2, 28), "O-2")], (Finding.GAP,)),
        ([FIRST, NEXT, Paid(date(2028, 1, 1), date(2028, 12, 31), "O-3")], (Finding.GAP,)),
        ([FIRST, NEXT, Paid(date(2026, 12, 1), date(2027, 11, 30), "O-3", renewal=True)], (Finding.OVERLAP,)),
        ([FIRST, NEXT, Paid(NEXT.starts_on, NEXT.ends_on, "O-2", renewal=True)], ()),
        ([NEXT, *(Paid(NEXT.starts_on, NEXT.ends_on, each, renewal=True) for each in "AB")], (Finding.OVERLAP,)),
        (
            [OLD, FIRST, Paid(FIRST.starts_on, date(2025, 3, 30), "X", True)],
            (Finding.GAP, Finding.OVERLAP, Finding.LAPSED),
        ),
    ],
)  # fmt: skip
def test_what_is_found(periods: list[Paid], findings: tuple[Finding, ...]) -> None:
    assert judge(periods, TODAY).findings == findings


def test_a_line_lapses_when_it_cant_be_renewed_any_more() -> None:
    ended = Paid(date(2025, 11, 1), date(2026, 10, 31), "O-1")
    assert judge([ended], date(2026, 11, 1)).lapsed_from is None
    assert judge([ended], date(2026, 11, 2)).lapsed_from == date(2026, 11, 1)


def test_the_days_are_told() -> None:
    found = judge([FIRST, Paid(date(2026, 3, 1), date(2027, 2, 28), "O-2"), Paid(date(2027, 2, 1), TODAY.replace(year=2027), "X", True)], TODAY)  # fmt: skip # noqa: E501
    assert found.gaps == (Period(date(2026, 2, 1), date(2026, 2, 28)),)
    assert found.overlaps == (Period(date(2027, 2, 1), date(2027, 2, 28)),)
    assert found.odd_end == date(2027, 11, 24)


_periods = st.lists(
    st.builds(
        lambda start, days, source, renewal: Paid(start, start + timedelta(days=days), source, renewal),
        st.dates(date(2024, 1, 1), date(2027, 12, 31)),
        st.integers(0, 400),
        st.sampled_from(["A", "B"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


@given(_periods)
def test_each_day_is_counted_by_hand(periods: list[Paid]) -> None:
    found = judge(periods, TODAY)
    first, last = min(p.starts_on for p in periods), max(p.ends_on for p in periods)
    for number in range(0, (last - first).days + 1, 7):
        day = first + timedelta(days=number)
        times = sum(each.starts_on <= day <= each.ends_on for each in found.segments)
        assert any(day in gap for gap in found.gaps) == (times == 0)
        assert any(day in twice for twice in found.overlaps) == (times > 1)
    assert {s.starts_on for s in found.segments} <= {p.starts_on for p in periods}
    # The last day is paid for, so no gap reaches beyond it.
    assert all(first < gap.starts_on and gap.ends_on < last for gap in found.gaps)
