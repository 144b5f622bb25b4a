"""The filled-in PDF form: what a PDF program writes into its fields comes out as rows, however few there are."""

import io
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ByteStringObject, NameObject

from migrations_app.intake import templates
from migrations_app.intake.form import open_form
from migrations_app.intake.headings import FIELDS
from migrations_app.intake.paper_form import ROWS
from migrations_app.intake.values import ParsedRow
from portal.kernel.errors import Invalid

from .builders import ROW, told

REASON = "Sammenlægning på Ærø, 5 €"


def filled(lang: str, rows: dict[int, tuple[str, ...]], **options: bool) -> PdfWriter:
    writer = PdfWriter(clone_from=io.BytesIO(templates.pdf(lang)))
    values = {
        f"row{number}_{field}": text for number, row in rows.items() for field, text in zip(FIELDS, row, strict=False)
    }
    writer.update_page_form_field_values(
        writer.pages[0], values | {"customer_name": "Nordvind"}, auto_regenerate=False, **options
    )
    return writer


def read(writer: PdfWriter, folder: Path) -> list[ParsedRow]:
    path = folder / "upload"
    writer.write(path)
    with open_form(path, "Form.PDF", folder) as form:
        assert not form.headings.warnings
        found = list(form.rows())
        assert form.count == len(found)
        assert [row for unit in form.units(lambda row, _: row.number, 1) for row in unit] == found
    told(*(fault for row in found for fault in row.faults))
    return found


def refused(path: Path) -> list[str]:
    with pytest.raises(Invalid) as caught:
        open_form(path, "a.pdf", path.parent)
    return [fault.code for fault in told(*caught.value.faults)]


@pytest.mark.parametrize("lang", ["en", "da"])
def test_every_field_of_every_row(tmp_path: Path, lang: str) -> None:
    row = ("0012345", "d0abcll", "1.000", "0099999", "PO-77", "31.1.2027", "r-1", REASON)
    found = read(filled(lang, dict.fromkeys(range(1, ROWS + 1), row)), tmp_path)
    assert [r.number for r in found] == list(range(1, ROWS + 1))
    for parsed in found:
        assert parsed.row is not None
        assert (parsed.row.part_number, parsed.row.quantity, parsed.row.reason) == ("D0ABCLL", 1000, REASON)
        assert str(parsed.row.effective_on) == "2027-01-31"


def test_rows_that_are_left_empty_are_passed_over(tmp_path: Path) -> None:
    first, second = read(filled("en", {2: ROW, 11: ("0012345", "", "0", "0099999")}), tmp_path)
    assert (first.number, second.number) == (2, 11)
    assert first.row is not None
    assert [(f.code, f.field, f.line) for f in second.faults] == [
        ("value_missing", "part_number", "11"),
        ("row_quantity_range", "quantity", "11"),
    ]


def test_drawn_values_do_not_hide_the_fields(tmp_path: Path) -> None:
    (parsed,) = read(filled("da", {1: ROW}, flatten=True), tmp_path)
    assert parsed.row is not None


def test_a_program_that_rewrites_or_appends(tmp_path: Path) -> None:
    once = io.BytesIO()
    filled("en", {1: ROW}).write(once)
    again = PdfWriter(once, incremental=True)
    again.update_page_form_field_values(again.pages[0], {"row3_quantity": "7"}, auto_regenerate=False)
    first, third = read(again, tmp_path)
    assert (first.number, third.number, third.values["quantity"]) == (1, 3, "7")
    rewritten = PdfWriter(clone_from=PdfReader(once))
    rewritten.compress_identical_objects()
    assert len(read(rewritten, tmp_path)) == 1


def test_values_in_bytes_and_as_other_things(tmp_path: Path) -> None:
    writer = filled("en", {1: ROW})
    for annotation in writer.pages[0]["/Annots"]:
        field = annotation.get_object()
        if field.get("/T") == "row1_reason":
            field[NameObject("/V")] = ByteStringObject("Ærø".encode("cp1252"))
        if field.get("/T") == "row1_reference":
            field[NameObject("/V")] = NameObject("/Off")
    (parsed,) = read(writer, tmp_path)
    assert (parsed.values["reason"], parsed.values["reference"]) == ("Ærø", "")


def test_the_form_as_it_was_handed_out(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(templates.pdf("da"))
    assert refused(path) == ["file_no_rows"]


@pytest.mark.parametrize("lang", ["en", "da"])
def test_a_printed_form_is_told_from_another_pdf(tmp_path: Path, lang: str) -> None:
    writer = filled(lang, {1: ROW}, flatten=True)
    writer.remove_annotations(subtypes="/Widget")
    del writer.root_object["/AcroForm"]
    path = tmp_path / "upload"
    writer.write(path)
    assert refused(path) == ["file_pdf_flat"]
    blank = PdfWriter()
    blank.add_blank_page(100, 100)
    blank.write(path)
    assert refused(path) == ["file_pdf_foreign"]
