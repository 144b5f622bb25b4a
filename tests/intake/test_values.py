"""One row of text: what each field takes, and that a row's faults are told all at once."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses.intake.cells import MAX_QUANTITY, Unreadable, parse_date, parse_quantity, texts_of
from licenses.intake.headings import map_headings
from licenses.intake.reader import RawRow
from migrations_app.intake.headings import FIELDS, FORM
from migrations_app.intake.values import _faulty, parse_row

from .builders import told

HEADINGS = map_headings(FIELDS, FORM)
GOOD = {
    "source_site_number": "0012345",
    "part_number": "D0ABCLL",
    "quantity": "3",
    "target_site_number": "0099999",
}


def parse(**changes: str):
    values = GOOD | changes
    parsed = parse_row(RawRow(7, tuple(values.get(f, "") for f in FIELDS)), HEADINGS)
    told(*parsed.faults)
    return parsed


def codes(**changes: str) -> list[tuple[str, str | None]]:
    return [(f.code, f.field) for f in parse(**changes).faults]


def test_a_good_row():
    row = parse(order_reference="0001", effective_on="1.2.2027", reference="r-1", reason="- flyttes").row
    assert row is not None
    assert (row.number, row.source_site_number, row.quantity) == (7, "0012345", 3)
    assert (row.order_reference, row.effective_on) == ("0001", date(2027, 2, 1))
    assert (row.reference, row.reason) == ("r-1", "- flyttes")


def test_optional_fields_may_be_empty_or_cut_off():
    row = parse_row(RawRow(2, ("0012345", "D0ABCLL", "3", "0099999")), HEADINGS).row
    assert row is not None
    assert (row.order_reference, row.effective_on, row.reference, row.reason) == ("", None, "", "")


def test_every_fault_of_a_row_at_once():
    parsed = parse(source_site_number="12A", part_number="", quantity="1,5", effective_on="31.2.2027")
    assert parsed.row is None
    assert [(f.code, f.field, f.line) for f in parsed.faults] == [
        ("site_number_shape", "source_site_number", "7"),
        ("value_missing", "part_number", "7"),
        ("row_quantity_not_whole", "quantity", "7"),
        ("date_unknown_day", "effective_on", "7"),
    ]
    assert parsed.values["quantity"] == "1,5"
    assert parsed.faults[2].params == {"row": 7, "heading": "quantity", "value": "1,5"}


def test_faults_name_the_heading_as_the_file_has_it():
    headings = map_headings(["Afgivende lokation", "Varenr.", "Antal", "Modtagende lokation"], FORM)
    parsed = parse_row(RawRow(2, ("1", "", "1", "2")), headings)
    assert parsed.faults[0].params["heading"] == "Varenr."


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("12.0", 12),
        ("12,00", 12),
        ("1.000", 1000),
        ("1.234.567", 1234567),
        ("1 000", 1000),
        ("1\u00a0000", 1000),
        ("1'000", 1000),
        ("1.000,00", 1000),
        ("1,000.00", 1000),
        ("007", 7),
        ("1000000000", MAX_QUANTITY),
    ],
)
def test_quantities(text, value):
    assert parse_quantity(text) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0", "row_quantity_range"),
        ("-3", "row_quantity_range"),
        ("1000000001", "row_quantity_range"),
        ("9" * 5000, "row_quantity_range"),
        ("1.5", "row_quantity_not_whole"),
        ("1,50", "row_quantity_not_whole"),
        ("tre", "row_quantity_not_whole"),
        ("٣", "row_quantity_not_whole"),
        ("½", "row_quantity_not_whole"),
        ("nan", "row_quantity_not_whole"),
        ("1.00.000", "row_quantity_not_whole"),
        ("1,000", "quantity_ambiguous"),
        ("12,000", "quantity_ambiguous"),
    ],
)
def test_quantities_that_are_none(text, code):
    with pytest.raises(Unreadable) as caught:
        parse_quantity(text)
    assert caught.value.code == code
    assert codes(quantity=text) == [(code, "quantity")]


@pytest.mark.parametrize(
    "text",
    ["31.1.2027", "31.01.2027", "31-01-2027", "2027-01-31", "2027/1/31", "2027-01-31 12:30:00", "31. 1. 2027", "46418"],
)
def test_dates(text):
    assert parse_date(text) == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("29.2.2027", "date_unknown_day"),
        ("2027-13-01", "date_unknown_day"),
        ("31.4.2027", "date_unknown_day"),
        ("01/02/2027", "date_ambiguous"),
        ("1.2.27", "date_shape"),
        ("1.2-2027", "date_shape"),
        ("soon", "date_shape"),
        ("1.1.0001", "date_range"),
        ("9999-12-31", "date_range"),
        ("99999", "date_range"),
    ],
)
def test_dates_that_are_none(text, code):
    with pytest.raises(Unreadable) as caught:
        parse_date(text)
    assert caught.value.code == code
    assert codes(effective_on=text) == [(code, "effective_on")]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("reason", "a\ufffdb", "value_characters"),
        ("reason", "=HYPERLINK(1)", "value_formula"),
        ("part_number", "#N/A", "value_error"),
        ("order_reference", "1.23457E+15", "value_shortened"),
        ("source_site_number", "1,23E+06", "value_shortened"),
        ("reference", "x" * 101, "value_too_long"),
        ("target_site_number", "12345678901", "value_too_long"),
        ("target_site_number", "１２", "site_number_shape"),
        ("part_number", "D0-ABC", "part_number_shape"),
    ],
)
def test_texts_that_may_not_stand_there(field, value, code):
    assert codes(**{field: value}) == [(code, field)]


def test_leading_zeros_the_way_csv_files_keep_them():
    row = parse(source_site_number='="0012345"', part_number=" d0abcll\u00a0").row
    assert row is not None
    assert (row.source_site_number, row.part_number) == ("0012345", "D0ABCLL")


def test_more_cells_than_headings():
    cells = (*GOOD.values(), "", "", "", "a", "b")
    assert [f.code for f in told(*parse_row(RawRow(3, cells), HEADINGS).faults)] == ["row_too_wide"]


@given(st.lists(st.text(max_size=30), max_size=10))
def test_any_row_is_read_or_faulted(cells):
    parsed = parse_row(RawRow(2, tuple(cells)), HEADINGS)
    assert (parsed.row is None) == bool(parsed.faults)


@given(st.integers(1, MAX_QUANTITY))
def test_danish_thousands_read_back(number):
    assert parse_quantity(f"{number:,}".replace(",", ".")) == parse_quantity(str(number)) == number


CELLS = st.one_of(
    st.sampled_from(
        ["", "0012345", "12A", "D0ABCLL", "d0-abc", "x" * 41, "æøå", '="007"', "=1+1", "#N/A", "�", "1E+05"]
    ),
    st.sampled_from(["3", "1.000", "1,000", "0", "-1", "+45", "1 000", " " * 30 + "7"]),
    st.sampled_from(["31.1.2027", "31.2.2027", "1/2/27", "45000", "2027-  01-31"]),
    st.text(max_size=8),
)


@given(st.lists(CELLS, min_size=8, max_size=9))
def test_the_quick_way_reads_as_the_thorough_one(cells):
    raw = RawRow(2, tuple(cells))
    quick, thorough = parse_row(raw, HEADINGS), _faulty(raw, HEADINGS, texts_of(raw, HEADINGS))
    assert (quick.faults, quick.values, quick.readable) == (thorough.faults, thorough.values, thorough.readable)
    assert quick.row == (None if thorough.faults else thorough.readable)
    assert parse_row(raw, HEADINGS) == quick  # the second time from memory
