"""The forms that are handed out: they pass our own gate, carry both languages, and nothing in them is a formula."""

import io
from pathlib import Path

import openpyxl
import pypdf
import pytest

from licenses.intake.headings import map_headings
from licenses.intake.reader import read
from licenses.intake.sheets import JudgedRow
from migrations_app.intake import templates
from migrations_app.intake.headings import FIELDS, FORM
from portal.kernel.errors import Invalid

ROW = ("0012345", "D0ABCLL", 3, "0099999")


def load(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


@pytest.mark.parametrize("lang", ["en", "da"])
def test_workbook(tmp_path: Path, lang: str):
    book = load(templates.xlsx(lang))
    data, guide = book.worksheets
    assert [c.value for c in data[1]] == [c.heading(lang) for c in FORM.columns]
    assert data.max_row == 1
    assert data.freeze_panes == "A2"
    assert len(data.data_validations.dataValidation) == len(FIELDS)
    assert [guide.cell(row, 1).value for row in range(2, 10)] == [c.heading(lang) for c in FORM.columns]
    for column, value in enumerate(ROW, start=1):
        data.cell(2, column, value)
    path = tmp_path / "filled.xlsx"
    book.save(path)
    opened = read(path, path.name, known=FORM.names)
    assert not map_headings(opened.headings.cells, FORM).warnings
    assert [r.cells for r in opened.rows] == [("0012345", "D0ABCLL", "3", "0099999")]


@pytest.mark.parametrize(("lang", "delimiter"), [("en", ","), ("da", ";")])
def test_csv(tmp_path: Path, lang: str, delimiter: str):
    data = templates.csv(lang)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(delimiter.encode()) == len(FIELDS) - 1
    path = tmp_path / "form.csv"
    path.write_bytes(data)
    assert read(path, path.name, known=FORM.names).headings.cells == tuple(c.heading(lang) for c in FORM.columns)


@pytest.mark.parametrize("lang", ["en", "da"])
def test_pdf_is_fillable(lang: str):
    reader = pypdf.PdfReader(io.BytesIO(templates.pdf(lang)))
    fields = reader.get_fields() or {}
    assert {f"row{row}_{field}" for row in range(1, 13) for field in FIELDS} <= set(fields)
    assert all(field.get("/TU") for field in fields.values())
    text = reader.pages[0].extract_text()
    assert "IBM" in text
    assert len(reader.pages) == 1
    assert ("Varenummer" in text) == (lang == "da")
    assert reader.trailer["/Root"]["/Lang"].startswith(lang)


def test_failed_rows_come_back_as_text_with_their_reasons(tmp_path: Path):
    values = {"part_number": "=1+1", "quantity": "@x", "source_site_number": "0012345", "reason": "-1"}
    rows = [JudgedRow(7, values, ["Not a part.", "Not a number."])]
    data = templates.failed_rows(rows, "da")
    sheet = load(data).worksheets[0]
    found = {sheet.cell(1, c).value: sheet.cell(2, c) for c in range(1, sheet.max_column + 1)}
    assert found["varenummer"].value == "=1+1"
    assert found["varenummer"].data_type == "s"
    assert found["varenummer"].quotePrefix
    assert found["antal"].quotePrefix
    assert found["begrundelse"].quotePrefix
    assert found["afgivende lokation"].value == "0012345"
    assert found["årsager til afvisning"].value == "Not a part. Not a number."
    assert found["række i filen"].value == 7
    path = tmp_path / "failed.xlsx"
    path.write_bytes(data)
    opened = read(path, path.name, known=FORM.names)
    mapped = map_headings(opened.headings.cells, FORM)
    assert not mapped.faults
    assert not mapped.warnings
    assert len(list(opened.rows)) == 1


def test_an_empty_template_says_that_it_has_no_rows(tmp_path: Path):
    path = tmp_path / "form.xlsx"
    path.write_bytes(templates.xlsx("en"))
    assert list(read(path, path.name, known=FORM.names).rows) == []
    path.write_bytes(b"")
    with pytest.raises(Invalid) as caught:
        read(path, path.name, known=FORM.names)
    assert caught.value.code == "file_empty"
