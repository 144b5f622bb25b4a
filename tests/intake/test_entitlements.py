"""Exports of holdings: days in words, periods in one field, headings folded and mapped, parts by description."""

from datetime import date

import pytest

from licenses.intake.cells import Unreadable
from licenses.intake.entitlements import HOLDINGS, map_columns, open_holdings, parse_holding, read_as, read_mapping
from licenses.intake.export_dates import parse_export_date, parse_period
from licenses.intake.reader import RawRow

NEW_YEAR, SYLVESTER = date(2011, 1, 1), date(2011, 12, 31)


@pytest.mark.parametrize(
    "text", ["05 Mar 2011", "5. marts 2011", "5-MAR-2011", "5 March, 2011", "5.3.2011", "2011-03-05", "05-03-2011"]
)
def test_days_are_read_in_words_and_in_figures(text):
    assert parse_export_date(text) == date(2011, 3, 5)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("05 Mxr 2011", "date_shape"), ("31 Feb 2011", "date_unknown_day"), ("05/03/2011", "date_ambiguous"),
        ("5 Marvelous 2011", "date_shape"), ("05 Mar 1911", "date_range"),
    ],
)  # fmt: skip
def test_what_is_no_day_says_why(text, code):
    with pytest.raises(Unreadable) as caught:
        parse_export_date(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "Start date 01 Jan 2011 End date 31 Dec 2011", "start date: 01 Jan 2011 end date: 31 Dec 2011",
        "Startdato 1. januar 2011 Slutdato 31. december 2011", "1.1.2011 - 31.12.2011", "2011-01-01 to 2011-12-31",
        "fra 1.1.2011 til 31.12.2011", "01 Jan 2011–31 Dec 2011",
    ],
)  # fmt: skip
def test_a_period_is_read_from_one_field(text):
    assert parse_period(text) == (NEW_YEAR, SYLVESTER)


@pytest.mark.parametrize("text", ["01 Jan 2011", "Start date 01 Jan 2011", "whole year"])
def test_half_a_period_is_none(text):
    with pytest.raises(Unreadable):
        parse_period(text)


def test_headings_are_folded_in_both_languages_and_any_order():
    headings = ["  IBM Order Reference No.:", "ANTAL", "Part#", "Sale order date", "Dækningsperiode", "Ordretype", "Zz"]
    found = map_columns(headings, {})
    assert found.columns == {"order_reference": 0, "quantity": 1, "part_number": 2, "acquired_on": 3, "coverage": 4}
    assert found.faults == ()
    assert [w.params["heading"] for w in found.warnings] == ["Zz"]


def test_every_own_heading_is_known():
    for name in (
        "site_number", "part_number", "description", "quantity", "order_reference", "acquired_on", "coverage_start",
        "coverage_end", "points",
    ):  # fmt: skip
        assert HOLDINGS.field_of(name) == name


def test_what_somebody_said_goes_before_the_guess():
    taught, faults = read_mapping({"Number": "part_number", "part": None, "Qty": "quantity", "When": "acquired_on"})
    assert faults == []
    found = map_columns(["part", "Number", "quantity", "Qty.", "When"], taught)
    assert found.columns == {"part_number": 1, "quantity": 3, "acquired_on": 4}
    assert found.faults == ()


def test_missing_and_double_columns_are_all_told():
    found = map_columns(["Part", "Varenummer", "Remarks"], {})
    assert [(f.code, f.field) for f in found.faults] == [
        ("file_heading_twice", "part_number"), ("file_heading_missing", "quantity"),
        ("file_heading_missing", "acquired_on"),
    ]  # fmt: skip


def test_points_that_cannot_be_read_only_warn():
    headings = map_columns(["part_number", "quantity", "acquired_on", "points"], {})
    row = parse_holding(RawRow(2, ("d1aaall", "1.000", "5.3.2024", "many")), headings)
    assert (row.holding.part_number, row.holding.quantity) == ("D1AAALL", 1000)
    assert [(f.code, f.severity) for f in row.faults] == [("amount_shape", "warning")]


TITLES = "IBM Passport Advantage;;\nOrders of site 7004511, per 1.11.2026;;\n\n"
ROWS = "Part number;Quantity;Sale order date\nD1AAALL;1.000;05 Mar 2024\n\nD2BBBLL;2;5.3.2024\n"


@pytest.fixture
def opened(tmp_path):
    def read(text, encoding="utf-8-sig", **taught):
        path = tmp_path / "export.csv"
        path.write_bytes(text.encode(encoding))
        with open_holdings(path, "export.csv", taught, tmp_path) as opened:
            file = read_as(opened, taught)
            return file.headings, file.count, list(file.rows())

    return read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_titles_above_the_headings_are_told_and_the_rows_keep_their_numbers(opened, mark, encoding):
    text = (TITLES.replace(",", "") + ROWS).replace(";", mark)
    headings, count, rows = opened(text, encoding)
    assert [(w.code, w.line) for w in headings.warnings] == [("file_row_above", "1"), ("file_row_above", "2")]
    assert headings.warnings[0].params["value"] == "IBM Passport Advantage"
    assert (count, headings.faults) == (2, ())
    assert [(r.number, r.holding.part_number, r.holding.quantity, r.faults) for r in rows] == [
        (5, "D1AAALL", 1000, ()), (7, "D2BBBLL", 2, ()),
    ]  # fmt: skip


def test_headings_that_nobody_knows_are_found_below_titles_too(opened):
    headings, count, _ = opened("Bericht;;\nNummer;Stück;Tag\nD1AAALL;1;5.3.2024\n", nummer="part_number")
    assert (headings.columns, count) == ({"part_number": 0}, 1)
    assert [w.line for w in headings.warnings if w.code == "file_row_above"] == ["1"]


def test_headings_in_the_first_row_stay_there(opened):
    headings, count, _ = opened("Part;Qty\nPart number;Quantity\nD1AAALL;1\n")
    assert (count, [w.code for w in headings.warnings]) == (2, [])


@pytest.mark.parametrize(
    "row",
    [
        ("", "1.000", "", "Total"), ("Total", "1000"), ("I alt:", "12"), ("", "", "Grand total points", "12"),
        ("Subtotal", "3"), ("", "Sum"), ("Samlet antal", "7"),
    ],
)  # fmt: skip
def test_rows_of_sums_are_told_as_such(row):
    headings = map_columns(["part_number", "quantity", "acquired_on", "description"], {})
    assert [f.code for f in parse_holding(RawRow(9, row), headings).faults] == ["import_row_sum"]


def test_headings_that_are_repeated_are_told_as_such_and_a_license_is_no_sum():
    headings = map_columns(["part_number", "quantity", "acquired_on", "description"], {})
    again = parse_holding(RawRow(9, ("Part no.", "Quantity", "x", "y")), headings)
    assert [f.code for f in again.faults] == ["import_row_headings"]
    line = parse_holding(RawRow(9, ("D1AAALL", "1", "2024-03-05", "Total Storage License")), headings)
    assert line.faults == () and line.holding.quantity == 1
    lost = parse_holding(RawRow(9, ("", "1", "2024-03-05", "Summit License")), headings)
    assert [f.code for f in lost.faults] == ["value_missing"]
