"""When somebody is told of an end of cover: vectors of rule T9, and properties over simulated years."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenses.rules.rulebook import CURRENT
from licenses.rules.terms import anniversary_cover, next_anniversary
from renewals.rules.ladder import (
    LATER_RUNG,
    PATIENCE,
    TOO_LATE,
    Due,
    Ending,
    allowed,
    day_of,
    due,
    ending_of,
    ordered,
    planned,
    rungs_of,
)

LADDER = rungs_of(CURRENT)
END = date(2027, 6, 30)
DAY = timedelta(days=1)
days = st.dates(date(2024, 1, 1), date(2033, 12, 31))
ladders = st.sets(st.integers(-14, 365), min_size=1, max_size=9).map(ordered)


def test_the_books_ladder_is_that_of_the_rule():
    assert LADDER == (120, 90, 60, 30, 14, 7, 1, -1)


@pytest.mark.parametrize(
    ("ends_on", "rung", "day"),
    [
        (END, 120, date(2027, 3, 2)),
        (END, 1, date(2027, 6, 29)),
        (END, -1, date(2027, 7, 1)),
        (date(2028, 2, 29), 1, date(2028, 2, 28)),
        (date(2028, 2, 29), -1, date(2028, 3, 1)),
        (date(2028, 3, 31), 30, date(2028, 3, 1)),
        (date(2027, 3, 31), 30, date(2027, 3, 1)),
    ],
)
def test_days_of_rungs(ends_on, rung, day):
    assert day_of(ends_on, rung) == day


def test_nothing_is_due_before_the_first_rung():
    assert due(END, LADDER, date(2027, 3, 1), set()) == Due(None)


def test_after_three_days_of_silence_the_latest_alone_is_told():
    # 7 and 1 fell due while nobody ran, and so did the day after.
    assert due(END, LADDER, date(2027, 7, 2), {120, 90, 60, 30, 14}) == Due(-1, ((7, LATER_RUNG), (1, LATER_RUNG)))


def test_long_after_the_end_nothing_is_told_and_all_is_settled():
    found = due(END, LADDER, END + PATIENCE + 2 * DAY, {120, 90, 60})
    assert found == Due(None, tuple((rung, TOO_LATE) for rung in (30, 14, 7, 1, -1)))


def test_whoever_checks_contacts_is_not_told_at_a_later_rung():
    assert due(END, LADDER, day_of(END, 120), set(), {120}) == Due(120)
    assert due(END, LADDER, day_of(END, 90), set(), {120}) == Due(None, ((120, LATER_RUNG),))
    assert due(END, LADDER, day_of(END, 90), {120}, {120}) == Due(None)


def test_a_rung_added_behind_the_one_that_was_told_is_passed_over():
    assert due(END, (60, 45, 30), day_of(END, 30), {60, 30}) == Due(None, ((45, LATER_RUNG),))


def test_the_plan_is_what_is_still_to_come():
    plan = planned(END, LADDER, day_of(END, 29), {120, 90, 60})
    assert plan[0] == (day_of(END, 29), 30)
    assert [rung for _, rung in plan] == [30, 14, 7, 1, -1]


@pytest.mark.parametrize(
    ("cover_end", "term_start", "today", "found"),
    [
        # Rule T4: what ends the day before the Anniversary, and what ends in the year after, renew there together.
        ("2027-06-30", "2026-06-02", "2027-03-01", Ending(date(2027, 6, 30), date(2027, 7, 1))),
        ("2027-11-30", "2026-06-02", "2027-03-01", Ending(date(2027, 6, 30), date(2027, 7, 1))),
        ("2028-05-31", "2026-06-02", "2027-03-01", Ending(date(2027, 6, 30), date(2027, 7, 1))),
        ("2028-06-30", "2026-06-02", "2027-03-01", Ending(date(2028, 6, 30), date(2028, 7, 1))),
        # The Anniversary itself is the day after; from then on a line that wasn't renewed ends for itself.
        ("2027-06-30", "2026-06-02", "2027-07-01", Ending(date(2027, 6, 30), date(2027, 7, 1))),
        ("2027-06-30", "2026-06-02", "2027-07-02", Ending(date(2027, 6, 30), None)),
        ("2027-11-30", "2026-06-02", "2027-07-02", Ending(date(2027, 11, 30), None)),
        # Ends before the first Anniversary: moved in, for a transition quote (rule T5). No Term yet: the same.
        ("2027-03-31", "2026-06-02", "2026-11-01", Ending(date(2027, 3, 31), None)),
        ("2027-03-31", None, "2026-11-01", Ending(date(2027, 3, 31), None)),
        ("2025-02-28", "2024-02-29", "2024-12-01", Ending(date(2025, 2, 28), date(2025, 3, 1))),
    ],
)
def test_what_a_line_under_an_agreement_is_told_with(cover_end, term_start, today, found):
    start = date.fromisoformat(term_start) if term_start else None
    assert ending_of(date.fromisoformat(cover_end), start, date.fromisoformat(today)) == found


@given(days, days, days)
def test_a_line_is_told_with_the_anniversary_that_renews_it(cover_end, term_start, today):
    found = ending_of(cover_end, term_start, today)
    if found.anniversary is None:
        assert found.ends_on == cover_end
        return
    assert found.anniversary >= today and found.ends_on == found.anniversary - DAY
    assert next_anniversary(term_start, found.anniversary) == found.anniversary
    assert anniversary_cover(cover_end, found.anniversary) is not None


class Diary:
    """Somebody who is told by the rule, with a memory of it as the database has."""

    def __init__(self, ends_on, ladder):
        self.ends_on, self.ladder = ends_on, ladder
        self.told, self.passed = [], []

    def run(self, today):
        settled = {rung for rung, _ in (*self.told, *self.passed)}
        found = due(self.ends_on, self.ladder, today, settled)
        if found.tell is not None:
            self.told.append((found.tell, today))
        self.passed += [(rung, today) for rung, _ in found.passed]


@settings(deadline=None, max_examples=40)
@given(days, ladders)
def test_run_daily_each_rung_is_told_on_its_day_once(ends_on, ladder):
    diary = Diary(ends_on, ladder)
    for offset in range(-380, 40):
        diary.run(ends_on + offset * DAY)
        diary.run(ends_on + offset * DAY)  # beat runs twice
    assert diary.told == [(rung, day_of(ends_on, rung)) for rung in ladder]
    assert diary.passed == []


@settings(deadline=None)
@given(days, ladders, st.lists(st.integers(-400, 60), min_size=1, max_size=80))
def test_whatever_days_it_runs_on_nothing_is_told_twice_or_too_early(ends_on, ladder, offsets):
    """Clocks that jump to and fro, pauses, runs on one day over and over."""
    diary = Diary(ends_on, ladder)
    for offset in offsets:
        diary.run(ends_on + offset * DAY)
    rungs = [rung for rung, _ in diary.told]
    assert len(rungs) == len(set(rungs))
    assert not {*rungs} & {rung for rung, _ in diary.passed}
    assert rungs == sorted(rungs, reverse=True)
    assert all(day >= day_of(ends_on, rung) for rung, day in diary.told)
    last = max(offsets)
    reached = {rung for rung in ladder if day_of(ends_on, rung) <= ends_on + last * DAY}
    assert {rung for rung, _ in (*diary.told, *diary.passed)} == reached


@settings(deadline=None, max_examples=40)
@given(days, ladders, st.integers(0, 500), st.integers(1, 30))
def test_after_a_pause_one_notice_makes_up_for_all(ends_on, ladder, at, pause):
    diary = Diary(ends_on, ladder)
    start = ends_on - timedelta(days=400)
    for offset in range(at):
        diary.run(start + offset * DAY)
    before = len(diary.told)
    diary.run(start + (at + pause) * DAY)
    assert len(diary.told) - before <= 1


@pytest.mark.parametrize(
    ("rungs", "good"), [((30,), True), ((-1,), False), ((), False), ((366,), False), ((1, -31), False), ((0, 7), True)]
)
def test_a_ladder_of_ones_own_has_a_rung_in_time(rungs, good):
    assert allowed(rungs) is good
