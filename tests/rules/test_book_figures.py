"""A rule book as figures: what is written is read again, every fault at once, differences named."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses.rules.book_figures import POLICIES, differences, figures_of, read_figures, restored, stored
from licenses.rules.levels import TermPoints, standing
from licenses.rules.rulebook import CURRENT, Shelf

NUMBERS = {p.name: st.integers(p.least, p.most).map(str) for p in POLICIES if not p.choices and not p.many}
DAYS = st.sets(st.sampled_from([-1, *range(1, 366)]), min_size=1, max_size=12).map(
    lambda days: ", ".join(str(day) for day in sorted(days, reverse=True))
)


@given(st.fixed_dictionaries(NUMBERS | {"reminder_days": DAYS}), st.sampled_from(["stub", "long"]))
def test_what_is_written_is_read_again(figures, transition):
    book, faults = read_figures("2030.1", figures | {"transition": transition}, CURRENT)
    assert not faults
    assert {name: figures_of(book)[name] for name in figures} == figures
    assert restored("2030.1", stored(book)) == book
    assert {c.name for c in differences(CURRENT, book)} == {
        name for name, value in (figures | {"transition": transition}).items() if figures_of(CURRENT)[name] != value
    }


@pytest.mark.parametrize("later", ["moneyback_days", "contact_check_days", "reminder_days"])
def test_a_policy_that_came_later_has_its_default_in_the_books_before_it(later):
    kept = {name: value for name, value in stored(CURRENT).items() if name != later}
    assert restored("2030.1", kept) == replace(CURRENT, version="2030.1")


def test_every_fault_at_once_and_the_book_stays():
    given_figures = {
        "minimum_months": "0",
        "reversal_days": "ten",
        "transition": "both",
        "ladder_D": "500",
        "ladder_E": "400",
        "ladder_F": "many",
    }
    book, faults = read_figures("2030.1", given_figures, CURRENT)
    assert {(f.code, f.field) for f in faults} == {
        ("policy_range", "minimum_months"),
        ("policy_range", "reversal_days"),
        ("choice_unknown", "transition"),
        ("ladder_falls", "ladder_E"),
        ("threshold_unread", "ladder_F"),
    }
    assert not differences(CURRENT, book)


def test_a_customer_is_reminded_on_the_days_of_rule_t9():
    assert (CURRENT.contact_check_days, CURRENT.quote_days) == (120, 90)
    assert CURRENT.reminder_days == (60, 30, 14, 7, 1, -1)
    book, faults = read_figures("2030.1", {"reminder_days": " 45,10 , 1 "}, CURRENT)
    assert (book.reminder_days, faults) == ((45, 10, 1), ())
    assert [(c.name, c.after) for c in differences(CURRENT, book)] == [("reminder_days", "45, 10, 1")]


@pytest.mark.parametrize(
    "text",
    ["30, 60", "30, 30", "366", "0", "-2", "--1", "-1, 7", "ten", "7,", "7;1", ", ".join(map(str, range(13, 0, -1)))],
)
def test_reminders_are_days_that_come_nearer_to_the_end_of_cover(text):
    book, faults = read_figures("2030.1", {"reminder_days": text}, CURRENT)
    assert [(f.code, f.field) for f in faults] == [("days_unread", "reminder_days")]
    assert not differences(CURRENT, book)


def test_a_book_has_its_reminders_in_order():
    with pytest.raises(ValueError, match="reminders"):
        replace(CURRENT, reminder_days=(7, 30))


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-1", "0", "1e30", "1.001"])
def test_a_threshold_is_a_positive_number_of_points(text):
    _book, faults = read_figures("2030.1", {"ladder_D": text}, CURRENT)
    assert [f.code for f in faults] == ["threshold_unread"]


def test_levels_above_h_can_be_loaded_and_levels_left_out():
    figures = {f"ladder_{level}": points for level, points in (("D", "500"), ("H", "9000"), ("I", "20000.50"))}
    book, faults = read_figures("2030.1", figures, CURRENT)
    assert not faults
    assert book.ladder == (
        ("BL", Decimal(0)), ("D", Decimal(500)), ("H", Decimal(9000)), ("I", Decimal("20000.50")),
    )  # fmt: skip


def test_an_ended_term_is_measured_by_the_ladder_of_its_anniversary():
    """A ladder that rises later leaves the level that was earned before as it was."""
    steep, _ = read_figures("2027.1", {"ladder_D": "5000", "ladder_E": "9000"}, CURRENT)
    start, posted = date(2025, 3, 1), [TermPoints(date(2025, 3, 1), Decimal(1200), Decimal(1200))]
    shelf = Shelf(((date(2000, 1, 1), CURRENT), (date(2026, 4, 1), steep)))
    before, after = (standing(start, None, posted, date(2026, 3, 15), books) for books in (CURRENT, shelf))
    assert (before.level, before.opening_level) == (after.level, after.opening_level) == ("E", "E")
    later = standing(start, None, posted, date(2026, 6, 1), shelf)
    assert (later.opening_level, later.level) == ("E", "E")
    assert later.missing == Decimal(5000)


def test_a_shelf_gives_the_book_of_a_day():
    new, _ = read_figures("2027.1", {"reversal_days": "60"}, CURRENT)
    shelf = Shelf(((date(2000, 1, 1), CURRENT), (date(2027, 1, 1), new)))
    assert shelf.on(date(1999, 1, 1)) is shelf.on(date(2026, 12, 31)) is CURRENT
    assert shelf.on(date(2027, 1, 1)) is new
    assert shelf.of("2027.1") is new and shelf.of("2028.1") is None
    assert shelf.next_after(date(2026, 12, 31)) == date(2027, 1, 1) and shelf.next_after(date(2027, 1, 1)) is None
    with pytest.raises(ValueError, match="follow"):
        Shelf(((date(2027, 1, 1), new), (date(2027, 1, 1), CURRENT)))
