"""Gaps and overlaps of cover (section 6, step 9)."""

from datetime import date

from licenses.rules.accrual import months_within
from licenses.rules.coverage import Segment, cover_of
from portal.kernel.period import Period


def day(number: int) -> date:
    return date(2026, 1, number)


def test_gaps_lie_in_the_window_and_after_the_first_segment() -> None:
    segments = [Segment(day(20), day(22), "anniversary"), Segment(day(5), day(8), "held")]
    found = cover_of("1", segments, day(1), day(31))
    assert [s.starts_on for s in found.segments] == [day(5), day(20)]
    assert found.gaps == (Period(day(9), day(19)), Period(day(23), day(30)))
    assert cover_of("1", segments, day(7), day(12)).gaps == (Period(day(9), day(11)),)
    assert cover_of("1", segments[:1], day(1), day(10)).gaps == ()
    assert cover_of("1", [], day(1), day(10)).gaps == ()


def test_overlaps_are_days_paid_twice_told_once() -> None:
    segments = [
        Segment(day(1), day(20), "held"),
        Segment(day(5), day(10), "transition"),
        Segment(day(8), day(12), "anniversary"),
        Segment(day(20), day(25), "anniversary"),
    ]
    assert cover_of("1", segments, day(1), day(31)).overlaps == (Period(day(5), day(12)), Period(day(20), day(20)))


def test_months_count_by_their_first_day() -> None:
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    assert months_within(year, date(2026, 1, 1), date(2027, 1, 1)) == 12
    assert months_within(year, date(2026, 1, 2), date(2026, 3, 2)) == 2
    assert months_within(year, date(2027, 1, 1), date(2028, 1, 1)) == 0
