"""Which parts a workbook may not hold: macros, links to other files, embedded objects, ActiveX, encryption."""

import posixpath
import re
from collections.abc import Iterable

from licenses.intake.archive import Archive
from licenses.intake.limits import Limits
from licenses.intake.scan import Attributes, ElementScan
from portal.kernel.errors import Fault, Invalid

COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CONTAINERS = (COMPOUND_FILE, b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")

# (path, code), matched on the lower-cased path of a part.
BY_PATH = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (r"vbaproject|vbadata|/macrosheets/|/dialogsheets/|^customui/|^basic/|^scripts/|intlmacrosheet", "file_macros"),
        (r"/externallinks/|/connections\.xml$|/querytables/|/webextensions/|^xl/model/", "file_external_links"),
        (r"/embeddings/|/oleobject", "file_ole"),
        (r"/activex/", "file_activex"),
        (r"^encryptedpackage$|^encrypted-package$|^encryptioninfo$", "file_password"),
    )
)
BY_CONTENT_TYPE = (
    ("macroenabled", "file_macros"),
    ("vbaproject", "file_macros"),
    ("macrosheet", "file_macros"),
    ("dialogsheet", "file_macros"),
    ("externallink", "file_external_links"),
    ("connections+xml", "file_external_links"),
    ("oleobject", "file_ole"),
    ("vnd.sun.star.oleobject", "file_ole"),
    ("activex", "file_activex"),
)
# Links a reader only shows; every other link out of the file is refused.
HARMLESS_LINKS = ("/hyperlink",)


def by_path(names: Iterable[str]) -> dict[str, str]:
    """Codes of forbidden parts, each with the first path that has it."""
    found: dict[str, str] = {}
    for name in names:
        for pattern, code in BY_PATH:
            if pattern.search(name.lower()):
                found.setdefault(code, name)
    return found


def compound_files(archive: Archive) -> dict[str, str]:
    """OLE containers, and archives in the archive, under whatever name."""
    for info in archive.parts():
        if info.file_size and archive.head(info, 8).startswith(CONTAINERS):
            return {"file_ole": info.filename}
    return {}


def by_content_type(part: str, elements: Iterable[tuple[str, Attributes]]) -> dict[str, str]:
    """Codes of forbidden content types in `[Content_Types].xml` or an ODS manifest."""
    found: dict[str, str] = {}
    for name, attributes in elements:
        if name == "encryption-data":
            found.setdefault("file_password", part)
        for key, value in attributes.items():
            if key.rpartition(":")[2].lower() in ("contenttype", "media-type"):
                for word, code in BY_CONTENT_TYPE:
                    if word in value.lower():
                        found.setdefault(code, attributes.get("PartName", part))
    return found


def by_relationship(part: str, elements: Iterable[tuple[str, Attributes]]) -> dict[str, str]:
    """Links out of the file, other than those a person may click."""
    for name, attributes in elements:
        leaves = name == "Relationship" and attributes.get("TargetMode", "").lower() == "external"
        if leaves and not attributes.get("Type", "").endswith(HARMLESS_LINKS):
            return {"file_external_links": part}
    return {}


def first_worksheet(
    workbook: str, elements: list[tuple[str, Attributes]], links: Iterable[tuple[str, Attributes]]
) -> tuple[str, str]:
    """Title and part of the first visible sheet that is a worksheet.

    Raises Invalid: `file_empty` when the workbook names none, `file_damaged` when it names two alike: by its title
    the reader would find either.
    """
    titles = [attributes.get("name", "").casefold() for name, attributes in elements if name == "sheet"]
    if len(set(titles)) != len(titles):
        raise Invalid(Fault("file_damaged", "file", params={"part": workbook[:100]}))
    targets: dict[str, str] = {}
    for _, link in links:
        if link.get("Type", "").endswith("/worksheet"):
            base = "/" + posixpath.dirname(workbook)
            targets[link.get("Id", "")] = posixpath.normpath(posixpath.join(base, link.get("Target", ""))).lstrip("/")
    for name, attributes in elements:
        link_id = next((v for k, v in attributes.items() if k.endswith(":id")), "")
        if name == "sheet" and attributes.get("state", "visible") == "visible" and link_id in targets:
            return attributes.get("name", ""), targets[link_id]
    raise Invalid(Fault("file_empty", "file"))


def relationships_of(part: str) -> str:
    """Where the links of a part are written down."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def elements(archive: Archive, part: str, limits: Limits, wanted: Iterable[str]) -> list[tuple[str, Attributes]]:
    """The named elements of one small part; none when the part isn't there."""
    for info in archive.parts():
        if info.filename == part:
            scan = ElementScan(part, limits, frozenset(wanted))
            scan.run(archive.stream(info))
            return scan.found
    return []
