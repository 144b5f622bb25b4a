"""One row of text into one line of the transfer form, with every fault of the row at once."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from functools import lru_cache, partial
from typing import Any, NamedTuple

from licenses.intake.cells import (
    BLANKS,
    Unreadable,
    cell_fault,
    parse_date,
    parse_part_number,
    parse_quantity,
    plain_text,
    texts_of,
    too_wide,
)
from licenses.intake.headings import HeadingMap
from licenses.intake.reader import RawRow
from migrations_app.intake.headings import FIELDS
from portal.kernel.errors import Fault

# Quantities and days are remembered up to so many characters.
SHORT = 24
MAX_LENGTH = {
    "source_site_number": 10,
    "part_number": 20,
    "target_site_number": 10,
    "order_reference": 40,
    "reference": 100,
    "reason": 1000,
}


class FormRow(NamedTuple):
    """One line of the transfer form. `number` is the sheet's own; texts that weren't given are empty."""

    number: int
    source_site_number: str
    part_number: str
    quantity: int
    target_site_number: str
    order_reference: str = ""
    effective_on: date | None = None
    reference: str = ""
    reason: str = ""

    def kept(self) -> dict[str, str]:
        """The row as it was understood, by field: site numbers with their zeros, ISO dates, plain quantities."""
        day = self.effective_on.isoformat() if self.effective_on else ""
        return {f: day if f == "effective_on" else str(getattr(self, f)) for f in FIELDS}


class ParsedRow(NamedTuple):
    """What a row says: `row` when it can be read, `values` as they stood there, `faults` when it can't.

    `readable` is then the row as far as it can be read: what can't is empty (a quantity 0), and has its fault.
    """

    number: int
    row: FormRow | None
    values: Mapping[str, str]
    faults: tuple[Fault, ...] = ()
    readable: FormRow | None = None


def parse_row(raw: RawRow, headings: HeadingMap) -> ParsedRow:
    """Read one row below `headings`. Faults carry field and row number, and the heading as the file has it."""
    values = texts_of(raw, headings)
    if len(raw.cells) <= headings.width:
        with suppress(Unreadable):
            row = _faultless(raw.number, values)
            return ParsedRow(raw.number, row, values, readable=row)
    return _faulty(raw, headings, values)


def text_of(raw: RawRow, headings: HeadingMap, field: str) -> str:
    """One field as `parse_row` reads it, empty where it can't be read. For fields of text."""
    at = headings.columns.get(field)
    said = raw.cells[at].strip(BLANKS) if at is not None and at < len(raw.cells) else ""
    try:
        return str(READERS[field](said))
    except Unreadable:
        return ""


def _faultless(number: int, values: Mapping[str, str]) -> FormRow:
    """A row in which every field can be read: most of them. Raises Unreadable at the first that can't."""
    text = values.get
    return FormRow(
        number,
        _site_number(text("source_site_number", "")),
        _part_number(text("part_number", "")),
        _quantity(text("quantity", "")),
        _site_number(text("target_site_number", "")),
        _optional("order_reference", text("order_reference", "")),
        _day(text("effective_on", "")),
        _optional("reference", text("reference", "")),
        _optional("reason", text("reason", "")),
    )


def _faulty(raw: RawRow, headings: HeadingMap, values: Mapping[str, str]) -> ParsedRow:
    """A row that isn't `_faultless`: each field by itself, so that all its faults are told."""
    faults = too_wide(raw, headings)
    read: dict[str, Any] = {}
    for field in FIELDS:
        try:
            read[field] = READERS[field](values.get(field, ""))
        except Unreadable as error:
            faults.append(cell_fault(error, field, raw, headings, values))
    row = FormRow(raw.number, **{**UNREAD, **read})
    return ParsedRow(raw.number, None, values, tuple(faults), row)


def _site_number(value: str) -> str:
    text = plain_text(value, required=True, limit=MAX_LENGTH["source_site_number"])
    if not (text.isascii() and text.isdigit()):
        raise Unreadable("site_number_shape")
    return text


def _part_number(value: str) -> str:
    return parse_part_number(plain_text(value, required=True, limit=MAX_LENGTH["part_number"]))


def _quantity(value: str) -> int:
    return _known_quantity(value) if len(value) <= SHORT else _any_quantity(value)


def _any_quantity(value: str) -> int:
    return parse_quantity(plain_text(value, required=True))


def _day(value: str) -> date | None:
    if not value:
        return None
    return _known_day(value) if len(value) <= SHORT else _any_day(value)


def _any_day(value: str) -> date | None:
    text = plain_text(value, required=False)
    return parse_date(text) if text else None


def _optional(field: str, value: str) -> str:
    return plain_text(value, required=False, limit=MAX_LENGTH[field], prose=field == "reason") if value else ""


# A form says the same few quantities and days again and again. What is kept is bounded, and so is each of it.
_known_quantity = lru_cache(maxsize=4096)(_any_quantity)
_known_day = lru_cache(maxsize=4096)(_any_day)

READERS: Mapping[str, Callable[[str], Any]] = {
    "source_site_number": _site_number,
    "part_number": _part_number,
    "quantity": _quantity,
    "target_site_number": _site_number,
    "order_reference": partial(_optional, "order_reference"),
    "effective_on": _day,
    "reference": partial(_optional, "reference"),
    "reason": partial(_optional, "reason"),
}
UNREAD: Mapping[str, Any] = dict.fromkeys(FIELDS, "") | {"quantity": 0, "effective_on": None}
