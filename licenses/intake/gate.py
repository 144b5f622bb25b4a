"""The gate: what a file must be before anything reads it. Every refusal is a Fault with a stable code.

Order: size, extension, what the bytes say, zip structure, parts, every XML without DTD, real rows and cells.
"""

import mmap
import re
from array import array
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

from licenses.intake import parts
from licenses.intake.archive import Archive
from licenses.intake.limits import LIMITS, MIB, Limits
from licenses.intake.scan import ElementScan, Places, RootScan, SheetFacts
from licenses.intake.scan_ods import OdsScan
from licenses.intake.scan_xlsx import SharedTexts, WorksheetScan
from portal.kernel.errors import Fault, Invalid

Kind = Literal["xlsx", "ods", "csv", "pdf"]
KINDS: dict[str, Kind] = {".xlsx": "xlsx", ".ods": "ods", ".csv": "csv"}
PAPER: dict[str, Kind] = {".pdf": "pdf"}
OLD_EXCEL = (".xls", ".xlt", ".xlw")
WITH_MACROS = (".xlsm", ".xltm", ".xlam", ".xla")
ODS_MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"
XML_SUFFIXES = (".xml", ".rels", ".vml")
ROOT_BYTES = 64 * 1024

# What foreign bytes look like: shown to the reader as the kind the file really is.
MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"%PDF", "pdf"),
    (parts.COMPOUND_FILE, "ole"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "rar"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
)
MARKUP = re.compile(rb"\s*<(\?xml|!doctype|html|table|head|body|workbook|script|svg)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Passed:
    """A file that may be read: its kind and, in a workbook, the title of the sheet that counts."""

    kind: Kind
    sheet: str = ""


def check_name(filename: str, size: int, limits: Limits = LIMITS, *, paper: bool = False) -> Kind:
    """The kind that a file of this name claims; cheap enough for the request that takes the upload.

    `size` in bytes; with `paper` a filled-in PDF form is a kind, too. Raises Invalid: `file_too_large`, `file_empty`,
    `file_old_xls`, `file_macros`, `file_kind`.
    """
    faults = []
    suffix = PurePath(filename.replace("\\", "/")).suffix.lower()
    kind = (KINDS | PAPER if paper else KINDS).get(suffix)
    most = limits.pdf_bytes if kind == "pdf" else limits.file_bytes
    if size > most:
        params = {"size": -(-size // MIB), "limit": most // MIB}
        faults.append(Fault("file_too_large", "file", params=params))
    if size == 0:
        faults.append(Fault("file_empty", "file"))
    if kind is None:
        code = {**dict.fromkeys(OLD_EXCEL, "file_old_xls"), **dict.fromkeys(WITH_MACROS, "file_macros")}
        faults.append(Fault(code.get(suffix, "file_kind"), "file", params={"extension": suffix[:20], "part": ""}))
    if faults or kind is None:
        raise Invalid(*faults)
    return kind


def check(path: Path, filename: str, limits: Limits = LIMITS) -> Passed:
    """Let `path`, uploaded as `filename`, through the whole gate.

    Raises Invalid with every fault of the first stage that finds any.
    """
    kind = check_name(filename, path.stat().st_size, limits, paper=True)
    _check_magic(path, kind)
    if kind in ("csv", "pdf"):
        return Passed(kind)
    with Archive(path, limits) as archive:
        return _check_xlsx(archive, limits) if kind == "xlsx" else _check_ods(archive, limits)


def _check_magic(path: Path, kind: Kind) -> None:
    with path.open("rb") as file:
        head = file.read(1024)
    looks = next((name for magic, name in MAGIC if head.startswith(magic)), "")
    if looks == "ole":
        raise Invalid(Fault(_compound_code(path), "file", params=_says(kind, looks)))
    if kind == "csv":
        if not looks and MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
            looks = "markup"
        if looks:
            raise Invalid(Fault("file_not_what_it_says", "file", params=_says(kind, looks)))
    elif looks != ("pdf" if kind == "pdf" else "zip"):
        raise Invalid(Fault("file_not_what_it_says", "file", params=_says(kind, looks or "text")))


def _compound_code(path: Path) -> str:
    """Excel puts an encrypted workbook into an OLE container; the old .xls is one too."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            return "file_password"
        if any(data.find(name.encode("utf-16-le") + b"\x00\x00") >= 0 for name in ("Workbook", "Book")):
            return "file_old_xls"
    return "file_not_what_it_says"


def _says(kind: str, looks: str) -> dict[str, str]:
    return {"says": kind, "looks": looks, "extension": f".{kind}"}


def _check_xlsx(archive: Archive, limits: Limits) -> Passed:
    names = archive.names
    if "[Content_Types].xml" not in names:
        looks = "ods" if "mimetype" in names else "zip"
        raise Invalid(Fault("file_not_what_it_says", "file", params=_says("xlsx", looks)))
    found = parts.by_path(names) | parts.compound_files(archive)
    types = parts.elements(archive, "[Content_Types].xml", limits, ("Override", "Default"))
    found |= parts.by_content_type("[Content_Types].xml", types)
    _raise_for(found)
    roots = _roots(archive, limits)
    workbooks = [part for part, root in roots.items() if root == "workbook"]
    if len(workbooks) != 1:
        raise Invalid(Fault("file_not_what_it_says", "file", params=_says("xlsx", "zip")))
    shared = _shared_texts(archive, limits, roots)
    sheets: dict[str, SheetFacts] = {}
    seen: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for info in archive.parts():
        part, root = info.filename, roots.get(info.filename)
        if root == "sst":
            continue
        if root is None:
            for _ in archive.stream(info):  # not XML: only its real size and checksum matter
                pass
        elif root == "worksheet":
            sheet = WorksheetScan(part, limits, shared)
            sheet.run(archive.stream(info))
            sheets[part] = sheet.facts
        else:
            scan = ElementScan(part, limits, frozenset(("sheet", "Relationship")))
            scan.run(archive.stream(info))
            seen[part] = scan.found
            if root == "Relationships":
                found |= parts.by_relationship(part, scan.found)
    _raise_for(found)
    links = seen.get(parts.relationships_of(workbooks[0]), [])
    title, first = parts.first_worksheet(workbooks[0], seen[workbooks[0]], links)
    if first not in sheets:
        raise Invalid(Fault("file_damaged", "file", params={"part": first[:100]}))
    sheets[first].name = title
    _raise_for_sheets(list(sheets.values()), sheets[first], limits)
    return Passed("xlsx", title)


def _check_ods(archive: Archive, limits: Limits) -> Passed:
    mimetype = next((i for i in archive.parts() if i.filename == "mimetype"), None)
    if mimetype is None or archive.head(mimetype, 128).strip() != ODS_MIMETYPE:
        looks = "xlsx" if "[Content_Types].xml" in archive.names else "zip"
        raise Invalid(Fault("file_not_what_it_says", "file", params=_says("ods", looks)))
    found = parts.by_path(archive.names) | parts.compound_files(archive)
    manifest = "META-INF/manifest.xml"
    entries = parts.elements(archive, manifest, limits, ("file-entry", "encryption-data"))
    found |= parts.by_content_type(manifest, entries)
    _raise_for(found)
    roots = _roots(archive, limits)
    sheets: list[SheetFacts] = []
    for info in archive.parts():
        part = info.filename
        if part == "content.xml":
            scan = OdsScan(part, limits)
            scan.run(archive.stream(info))
            found |= dict.fromkeys(scan.suspects, part)
            sheets = scan.sheets
        elif part in roots:
            ElementScan(part, limits, frozenset()).run(archive.stream(info))
        else:
            for _ in archive.stream(info):
                pass
    _raise_for(found)
    if not sheets:
        raise Invalid(Fault("file_empty", "file"))
    _raise_for_sheets(sheets, sheets[0], limits)
    return Passed("ods", sheets[0].name)


def _roots(archive: Archive, limits: Limits) -> dict[str, str]:
    """The first element of every part that is XML, by its name or by its bytes."""
    roots: dict[str, str] = {}
    for info in archive.parts():
        head = archive.head(info, ROOT_BYTES)
        start = head[:64].removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
        if not info.filename.lower().endswith(XML_SUFFIXES) and start.replace(b"\0", b"").lstrip()[:1] != b"<":
            continue
        scan = RootScan(info.filename, limits)
        scan.run([head])
        if not scan.root:
            raise Invalid(Fault("file_damaged", "file", params={"part": info.filename[:100]}))
        roots[info.filename] = scan.root
    return roots


def _shared_texts(archive: Archive, limits: Limits, roots: dict[str, str]) -> "array[int]":
    """Lengths of the workbook's shared texts. Read first: a cell only names an index."""
    lengths: array[int] = array("I")
    tables = [info for info in archive.parts() if roots.get(info.filename) == "sst"]
    if len(tables) > 1:
        raise Invalid(Fault("file_damaged", "file", params={"part": tables[1].filename[:100]}))
    for info in tables:
        scan = SharedTexts(info.filename, limits)
        scan.run(archive.stream(info))
        lengths = scan.lengths
    return lengths


def _raise_for(found: dict[str, str]) -> None:
    if found:
        raise Invalid(*(Fault(code, "file", params={"part": part[:100]}) for code, part in sorted(found.items())))


def _raise_for_sheets(sheets: list[SheetFacts], first: SheetFacts, limits: Limits) -> None:
    """Sizes count for every sheet, since a reader may load them all; what cells hold only for the one that counts."""
    faults: list[Fault] = []
    for sheet in sheets:
        title = {"sheet": sheet.name[:100]}
        if sheet.rows > limits.data_rows + 1:
            rows = {"rows": sheet.rows - 1, "limit": limits.data_rows}
            faults.append(Fault("file_too_many_rows", "file", params=title | rows))
        if sheet.last_column > limits.columns:
            columns = {"columns": sheet.last_column, "limit": limits.columns}
            faults.append(Fault("file_too_many_columns", "file", params=title | columns))
        area = sheet.last_row * sheet.last_column
        if not faults and (area > limits.area_cells or sheet.characters > limits.text_characters):
            faults.append(Fault("file_too_many_cells", "file", params=title | {"limit": limits.area_cells}))
    faults += _places("file_formula", first.formulas)
    faults += _places("file_error_value", first.errors)
    faults += _places("file_cell_too_long", first.long_cells, {"limit": limits.cell_characters})
    if not faults and first.rows == 0:
        faults.append(Fault("file_empty", "file"))
    if faults:
        raise Invalid(*faults)


def _places(code: str, places: Places, params: dict[str, int] | None = None) -> list[Fault]:
    """One fault for each place that is named, with how many there are in all."""
    shared = {"count": places.count} | (params or {})
    rows = ["".join(c for c in cell if c.isdigit()) for cell in places.first]
    return [
        Fault(code, "file", line=row, params=shared | {"cell": cell, "row": int(row)})
        for cell, row in zip(places.first, rows, strict=True)
    ]
