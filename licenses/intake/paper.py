"""A filled-in PDF form: what stands in the fields of its rows. Meant to run in the child process; nothing is drawn."""

import logging
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.errors import LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from licenses.intake.headings import fold
from licenses.intake.limits import Limits
from portal.kernel.errors import Fault, Invalid

ROW_FIELD = re.compile(r"row([1-9]\d{0,3})_([a-z_]{1,60})")
# Of so many headings as a page shows, a form is known whose fields are gone.
SHOWN_HEADINGS = 4
# What runs, starts, sends or carries something; a link that a person may click is none of it.
ACTIVE_KEYS = frozenset(("/JS", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/XFA"))
ACTIONS = frozenset(("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition"))
FAULTS = (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, NotImplementedError, OSError)
# An end record of a zip, with its comment, lies in a file's last bytes.
ZIP_END, ZIP_TAIL_BYTES = b"PK\x05\x06", 22 + 65_535


def rows(path: Path, known: Collection[str], limits: Limits) -> Iterator[tuple[int, Sequence[str]]]:
    """The names of the fields as headings, numbered 0, then each row with anything in it, numbered as on the page.

    `known` are the folded headings of the form that is wanted. Raises Invalid: `file_not_what_it_says` when there is
    more in the file than a PDF, `file_password`, `file_pdf_active`, `file_pdf_flat`, `file_pdf_foreign`,
    `file_damaged`, `file_too_complex`.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    _check_ends(path)
    try:
        filled = _filled(path, known, limits)
    except LimitReachedError as error:
        raise Invalid(Fault("file_too_complex", "file")) from error
    except FAULTS as error:
        raise Invalid(Fault("file_damaged", "file", params={"part": ""})) from error
    names = list(dict.fromkeys(name for cells in filled.values() for name in cells))
    yield 0, names
    for number in sorted(filled):
        yield number, [filled[number].get(name, "") for name in names]


def _check_ends(path: Path) -> None:
    """Whether the file is a PDF from its first byte to its last: no page before it, no archive behind it."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - ZIP_TAIL_BYTES, 0))
        tail = file.read()
    end = tail.rfind(b"%%EOF")
    if end < 0:
        raise Invalid(Fault("file_damaged", "file", params={"part": ""}))
    if tail[end + 5 :].strip(b"\0\t\n\f\r ") or _ends_as_zip(tail):
        params = {"says": "pdf", "looks": "data around a PDF", "extension": ".pdf"}
        raise Invalid(Fault("file_not_what_it_says", "file", params=params))


def _ends_as_zip(tail: bytes) -> bool:
    at = tail.find(ZIP_END)
    while at >= 0:
        if len(tail) - at == 22 + int.from_bytes(tail[at + 20 : at + 22], "little"):
            return True
        at = tail.find(ZIP_END, at + 1)
    return False


def _filled(path: Path, known: Collection[str], limits: Limits) -> Mapping[int, Mapping[str, str]]:
    with PdfReader(path, strict=False) as reader:
        if reader.is_encrypted:
            raise Invalid(Fault("file_password", "file"))
        _refuse_active(reader, limits)
        fields = reader.get_fields() or {}
        filled: dict[int, dict[str, str]] = {}
        for name, field in fields.items():
            found = ROW_FIELD.fullmatch(name)
            if found and fold(found[2]) in known:
                filled.setdefault(int(found[1]), {})[found[2]] = _text(field.get("/V"))
        if not filled:
            raise Invalid(Fault("file_pdf_flat" if _shows_form(reader, known) else "file_pdf_foreign", "file"))
        return filled


def _text(value: Any) -> str:
    if isinstance(value, IndirectObject):
        value = value.get_object()
    if isinstance(value, bytes):
        return value.decode("cp1252", "replace").strip()
    return value.strip() if isinstance(value, str) and not isinstance(value, NameObject) else ""


def _shows_form(reader: PdfReader, known: Collection[str]) -> bool:
    """Whether the first page has the form's headings in its text."""
    try:
        text = fold(reader.pages[0].extract_text())
    except (*FAULTS, RecursionError):
        return False
    return sum(name in text for name in known if len(name) > SHOWN_HEADINGS) >= SHOWN_HEADINGS


def _refuse_active(reader: PdfReader, limits: Limits) -> None:
    """`file_pdf_active` for scripts, actions and attachments anywhere below the catalog; each object is seen once."""
    seen: set[tuple[int, int]] = set()
    pending: list[Any] = [reader.trailer.raw_get("/Root")]
    while pending:
        found = pending.pop()
        if isinstance(found, IndirectObject):
            key = (found.idnum, found.generation)
            if key in seen:
                continue
            seen.add(key)
            if len(seen) > limits.pdf_objects:
                raise Invalid(Fault("file_too_complex", "file"))
            found = found.get_object()
        if isinstance(found, DictionaryObject):
            if not ACTIVE_KEYS.isdisjoint(found) or found.get("/S") in ACTIONS:
                raise Invalid(Fault("file_pdf_active", "file"))
            pending.extend(found.values())
        elif isinstance(found, ArrayObject):
            pending.extend(found)
