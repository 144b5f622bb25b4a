"""Workbooks built part by part, good and hostile, so that each test shows what its file holds."""

import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import xlsxwriter

from licenses.words import WORDS as LICENSE_WORDS
from migrations_app.words import WORDS as MOVE_WORDS
from portal.kernel.errors import Fault

HEADINGS = ("source_site_number", "part_number", "quantity", "target_site_number")
ROW = ("0012345", "D0ABCLL", "3", "0099999")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"

BASE = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{CONTENT}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{CONTENT}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{LINK}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINK}"><sheets>'
    '<sheet name="Form" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{LINK}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{LINK}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}


def cell(ref: str, text: str) -> str:
    """An inline text cell."""
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'


def sheet(cells: str, dimension: str = "") -> str:
    """A worksheet of one part; `cells` are whole rows."""
    claimed = f'<dimension ref="{dimension}"/>' if dimension else ""
    return f'<worksheet xmlns="{MAIN}">{claimed}<sheetData>{cells}</sheetData></worksheet>'


def form_rows(*rows: Iterable[str]) -> str:
    """Heading row and data rows as inline texts."""
    lines = []
    for number, row in enumerate([HEADINGS, *(rows or (ROW,))], start=1):
        cells = "".join(cell(f"{chr(65 + i)}{number}", text) for i, text in enumerate(row))
        lines.append(f'<row r="{number}">{cells}</row>')
    return "".join(lines)


def parts(changes: Mapping[str, str | bytes] | None = None) -> dict[str, str | bytes]:
    """The parts of a good workbook, with `changes`."""
    return BASE | {"xl/worksheets/sheet1.xml": sheet(form_rows())} | (changes or {})


def pack(path: Path, members: Mapping[str, str | bytes] | Iterable[tuple[str, str | bytes]]) -> Path:
    """Zip members in order; a list of pairs may repeat a name."""
    pairs = members.items() if isinstance(members, Mapping) else members
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pairs:
            archive.writestr(name, content)
    return path


def workbook(path: Path, changes: Mapping[str, str | bytes] | None = None) -> Path:
    """A good workbook with `changes` to its parts."""
    return pack(path, parts(changes))


def written(path: Path, rows: Iterable[Iterable[object]], **options: bool) -> Path:
    """A workbook as XlsxWriter makes it: values by their Python types."""
    with xlsxwriter.Workbook(path, {"default_date_format": "d.m.yyyy"} | options) as book:
        data = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                data.write(number, column, value)
    return path


def ods(path: Path, table: str, changes: Mapping[str, str | bytes] | None = None) -> Path:
    """An OpenDocument spreadsheet with the rows of `table`."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = " ".join(f'xmlns:{n}="{office}:{n}:1.0"' for n in ("office", "table", "text", "script", "manifest"))
    members: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": f"<manifest:manifest {spaces}/>",
        "content.xml": f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="Form">{table}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>",
    }
    return pack(path, members | (changes or {}))


def ods_row(texts: Iterable[str], attributes: str = "") -> str:
    """One row of text cells."""
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{t}</text:p></table:table-cell>' for t in texts
    )
    return f"<table:table-row {attributes}>{cells}</table:table-row>"


def compound(stream: str) -> bytes:
    """Enough of an OLE container to be told by its magic and by the name of one stream."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1016 + stream.encode("utf-16-le") + b"\0" * 512


def patched(path: Path, old: bytes, new: bytes, count: int = -1) -> Path:
    """Replace bytes inside a finished file, for names that no zip writer would write."""
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, count))
    return path


def in_memory(members: Mapping[str, str | bytes]) -> bytes:
    """The zip of `members` as bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def told(*faults: Fault) -> tuple[Fault, ...]:
    """The same faults, each after its words were filled with its figures (KeyError where one is missing)."""
    for fault in faults:
        words = (LICENSE_WORDS | MOVE_WORDS)[fault.code]
        assert str(words.message) % fault.params
        assert words.remedy == "" or str(words.remedy) % fault.params
    return faults
