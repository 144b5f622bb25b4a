"""Rule book section 2: its vectors, and that periods tile time."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses.rules.terms import (
    anniversary_cover,
    express_covers,
    first_cover,
    next_anniversary,
    next_express_cover,
    stub,
    term_containing,
    terms_between,
    year_end,
)
from portal.kernel.period import Period, is_month_end, whole_months
from tests.rules.worlds import month_end

DAY = timedelta(days=1)
JULY = date(2025, 7, 1)
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
MONTH_ENDS = st.builds(month_end, st.just(date(2025, 1, 1)), st.integers(-60, 60))


def period(text: str) -> Period:
    return Period(*(date.fromisoformat(part) for part in text.split("..")))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2024-03-15", "2025-03-31"),
        ("2024-03-01", "2025-02-28"),
        ("2024-02-29", "2025-02-28"),
        ("2023-02-28", "2024-02-29"),
        ("2024-12-31", "2025-12-31"),
        ("2025-12-01", "2026-11-30"),
        ("2023-03-01", "2024-02-29"),
        ("2024-01-31", "2025-01-31"),
    ],
)
def test_a_year_ends_as_the_rule_book_says(start: str, end: str) -> None:
    assert year_end(date.fromisoformat(start)) == date.fromisoformat(end)
    assert first_cover(date.fromisoformat(start)) == period(f"{start}..{end}")


@pytest.mark.parametrize(
    ("cover_end", "cover", "months"),
    [("2025-03-31", "2025-04-01..2025-06-30", 3), ("2024-11-30", "2024-12-01..2025-06-30", 7)],
)
def test_transition_vectors(cover_end: str, cover: str, months: int) -> None:
    found = stub(date.fromisoformat(cover_end), JULY)
    assert found == period(cover)
    assert whole_months(found) == months


def test_cover_that_reaches_the_anniversary_renews_there() -> None:
    assert stub(date(2025, 6, 30), JULY) is None
    assert anniversary_cover(date(2025, 6, 30), JULY) == period("2025-07-01..2026-06-30")
    assert stub(date(2025, 7, 31), JULY) is None
    later = anniversary_cover(date(2025, 7, 31), JULY)
    assert later == period("2025-08-01..2026-06-30")
    assert whole_months(later) == 11


def test_the_window_of_an_anniversary_is_half_open() -> None:
    assert anniversary_cover(date(2025, 5, 31), JULY) is None
    assert anniversary_cover(date(2026, 5, 31), JULY) == period("2026-06-01..2026-06-30")
    assert anniversary_cover(date(2026, 6, 30), JULY) is None


def test_the_long_transition_reaches_one_year_further() -> None:
    assert stub(date(2025, 3, 31), JULY, "long") == period("2025-04-01..2026-06-30")
    assert stub(date(2025, 6, 30), JULY, "long") is None


def test_express_renews_year_after_year() -> None:
    assert next_express_cover(date(2023, 2, 28)) == period("2023-03-01..2024-02-29")
    assert next_express_cover(date(2024, 2, 29)) == period("2024-03-01..2025-02-28")
    covers = express_covers(date(2023, 2, 28), date(2025, 3, 1))
    assert covers == (period("2023-03-01..2024-02-29"), period("2024-03-01..2025-02-28"))
    assert express_covers(date(2025, 3, 31), date(2025, 4, 1)) == ()


def test_no_term_before_the_initial_one() -> None:
    assert term_containing(date(2025, 3, 15), date(2025, 3, 14)) is None
    assert terms_between(date(2025, 3, 15), date(2024, 1, 1), date(2025, 3, 14)) == ()
    assert term_containing(date(2025, 3, 15), date(2026, 3, 31)) == period("2025-03-15..2026-03-31")
    assert term_containing(date(2025, 3, 15), date(2026, 4, 1)) == period("2026-04-01..2027-03-31")


def test_the_start_of_the_initial_term_is_no_anniversary() -> None:
    assert next_anniversary(date(2025, 3, 1), date(2025, 3, 1)) == date(2026, 3, 1)
    assert next_anniversary(date(2025, 3, 15), date(2026, 4, 1)) == date(2026, 4, 1)
    assert next_anniversary(date(2025, 3, 15), date(2026, 4, 2)) == date(2027, 4, 1)
    assert next_anniversary(date(2025, 3, 15), date(2020, 1, 1)) == date(2026, 4, 1)


@given(DAYS, st.integers(0, 4000), st.integers(0, 2000))
def test_terms_tile_time(start: date, skip: int, length: int) -> None:
    first = start + timedelta(days=skip)
    last = first + timedelta(days=length)
    terms = terms_between(start, first, last)
    assert first in terms[0]
    assert last in terms[-1]
    assert all(a.ends_on + DAY == b.starts_on for a, b in pairwise(terms))
    assert all(term_containing(start, day) == t for t in terms for day in (t.starts_on, t.ends_on))


@given(DAYS, st.integers(0, 4000))
def test_anniversaries_are_firsts_that_follow_a_terms_end(start: date, skip: int) -> None:
    on = start + timedelta(days=skip)
    anniversary = next_anniversary(start, on)
    assert anniversary >= on
    assert anniversary.day == 1
    ended = term_containing(start, anniversary - DAY)
    assert ended and ended.ends_on + DAY == anniversary
    assert is_month_end(year_end(on))


@given(MONTH_ENDS, DAYS, st.sampled_from(("stub", "long")))
def test_stubs_and_years_tile_time(cover_end: date, start: date, policy: str) -> None:
    """From the end of paid cover, transition and Anniversary orders leave no gap and pay no day twice."""
    anniversary = next_anniversary(start, max(start, cover_end - timedelta(days=200)))
    end, covers = cover_end, []
    bridge = stub(cover_end, anniversary, policy)
    if bridge:
        covers.append(bridge)
        end = bridge.ends_on
    for _ in range(6):
        cover = anniversary_cover(end, anniversary)
        if cover:
            covers.append(cover)
            end = cover.ends_on
            assert end + DAY == anniversary.replace(year=anniversary.year + 1)
        anniversary = anniversary.replace(year=anniversary.year + 1)
    joints = [cover_end, *(c.ends_on for c in covers)]
    assert [c.starts_on for c in covers] == [day + DAY for day in joints[:-1]]
    assert all(whole_months(c) >= 1 for c in covers)
