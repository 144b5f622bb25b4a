"""What comes out of good files: rows of text with the sheet's own numbers, whatever the file's kind and encoding."""

from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest

from licenses.intake.limits import LIMITS
from licenses.intake.reader import REPLACEMENT, RawRow, cell_text, read
from migrations_app.intake.headings import FORM
from portal.kernel.errors import Invalid

from .builders import HEADINGS, ROW, cell, ods, ods_row, sheet, told, workbook, written

DANISH = ("Afgivende Lokation", "Varenr.", "Antal", "Modtagende lokation", "Begrundelse")


def rows(path: Path, limits=LIMITS) -> list[RawRow]:
    opened = read(path, path.name, limits, FORM.names)
    return [opened.headings, *opened.rows]


def refused(path: Path, limits=LIMITS):
    with pytest.raises(Invalid) as caught:
        rows(path, limits)
    (fault,) = told(*caught.value.faults)
    return fault


@pytest.fixture
def text(tmp_path):
    return tmp_path / "form.csv"


def test_workbook_types_become_text(tmp_path):
    values = [
        12.0,
        1234567,
        0.5,
        True,
        date(2027, 1, 31),
        datetime.fromisoformat("2027-01-31 12:30"),
        "007",
        12345678901234567,
    ]
    made = written(tmp_path / "a.xlsx", [["h"] * 8, values])
    assert rows(made)[1].cells == (
        "12",
        "1234567",
        "0.5",
        "TRUE",
        "2027-01-31",
        "2027-01-31 12:30:00",
        "007",
        "1.234567890123457e+16",
    )
    assert cell_text(None) == ""
    assert cell_text(time(12, 30)) == "12:30:00"


def test_row_numbers_are_the_sheets_own(tmp_path, text):
    lines = [[], HEADINGS, ROW, ["", " "], [], ROW]
    expected = [2, 3, 6]
    assert [r.number for r in rows(written(tmp_path / "a.xlsx", lines))] == expected
    table = "".join(ods_row(line) for line in lines)
    assert [r.number for r in rows(ods(tmp_path / "a.ods", table))] == expected
    text.write_text("\n".join(";".join(line) for line in lines))
    assert [r.number for r in rows(text)] == expected


def test_ods_values(tmp_path):
    cells = (
        '<table:table-cell office:value-type="float" office:value="1234567"><text:p>1.234.567</text:p>'
        '</table:table-cell><table:table-cell office:value-type="date" office:date-value="2027-01-31">'
        "<text:p>31.1.27</text:p></table:table-cell>"
    )
    path = ods(tmp_path / "a.ods", ods_row(["a", "b"]) + f"<table:table-row>{cells}</table:table-row>")
    assert rows(path)[1].cells == ("1234567", "2027-01-31")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_encodings_and_delimiters(text, encoding, delimiter):
    lines = [DANISH, ("0012345", "D0ABCLL", "3", "0099999", "Sammenlægning på Ærø")]
    text.write_bytes("\r\n".join(delimiter.join(line) for line in lines).encode(encoding))
    assert [r.cells for r in rows(text)] == lines


def test_text_after_a_long_ascii_start_decides_the_encoding(text):
    text.write_bytes(b"h1;h2\n" + b"a;b\n" * 100_000 + "æ;ø\n".encode("cp1252"))
    limits = replace(LIMITS, data_rows=200_000)
    assert rows(text, limits)[-1].cells == ("æ", "ø")


def test_text_in_no_known_encoding(text):
    text.write_bytes(b"h1;h2\na;\x81\x8d\n")
    assert (refused(text).code, refused(text).line) == ("file_encoding", "2")
    text.write_bytes(b"\xef\xbb\xbfh1;h2\na;\xe6\n")
    assert refused(text).code == "file_encoding"
    text.write_bytes("a;b\n".encode("utf-32"))
    assert refused(text).code == "file_encoding"
    text.write_bytes("a;b\n".encode("utf-16") + b"\x00\xd8")
    assert refused(text).code == "file_encoding"


def test_quotes_newlines_and_the_separator_hint(text):
    text.write_text('sep=;\na;b\n"x;""y""\nz";2\n')
    assert rows(text) == [RawRow(1, ("a", "b")), RawRow(2, ('x;"y"\nz', "2"))]


def test_commas_inside_danish_headings_do_not_win(text):
    text.write_text('varenummer;antal;"afgivende, lokation, a, b, c";modtagende lokation\n1;2;3;4\n')
    assert len(rows(text)[0].cells) == 4


def test_unfit_characters_are_marked(text):
    text.write_bytes(b"a;b\nx\x00y;\x1bz\n")
    assert rows(text)[1].cells == (f"x{REPLACEMENT}y", f"{REPLACEMENT}z")
    text.write_bytes(b"a;b\n\xed\xa0\x80;1\n")  # a lone surrogate, which isn't UTF-8: read byte by byte
    cells = rows(text)[1].cells
    assert not any("\ud800" <= c <= "\udfff" for c in "".join(cells))


def test_binary_named_csv(text):
    text.write_bytes((b"\0\1\2\3" + b"abcd" * 8) * 50)
    assert refused(text).code == "file_not_what_it_says"


def test_a_quote_that_never_closes(text):
    text.write_text('a;b\n1;"' + "x\n" * 20_000)
    fault = refused(text)
    assert (fault.code, fault.line) == ("file_cell_too_long", "2")


def test_a_cell_of_ten_million_characters(text):
    text.write_text("a;b\n1;" + "x" * 900_000)
    assert refused(text).code == "file_cell_too_long"
    text.write_text("x" * 900_000)
    assert refused(text).code == "file_cell_too_long"
    text.write_text("a;b\n1;" + "x" * 10_000_000)
    assert (refused(text).code, refused(text).line) == ("file_line_too_long", "2")
    text.write_text("x" * 10_000_000)
    assert refused(text).code == "file_line_too_long"


def test_too_many_rows_and_columns(text):
    text.write_text("a;b\n" + "1;2\n" * 4)
    fault = refused(text, replace(LIMITS, data_rows=3))
    assert (fault.code, fault.line) == ("file_too_many_rows", "5")
    text.write_text("a;b\n" + ";" * 300 + "x\n")
    assert refused(text).code == "file_too_many_columns"
    text.write_text("a;b\n1;2" + ";" * 300 + "\n")
    assert rows(text)[1].cells == ("1", "2")


def test_blank_text_files(text):
    text.write_text("\n ; ;\n\n")
    assert refused(text).code == "file_empty"


def test_only_the_first_visible_sheet_is_read(tmp_path):
    book = workbook(
        tmp_path / "a.xlsx",
        {"xl/worksheets/sheet1.xml": sheet(f'<row r="1">{cell("A1", "only")}</row><row r="2">{cell("A2", "x")}</row>')},
    )
    assert [r.cells for r in rows(book)] == [("only",), ("x",)]
