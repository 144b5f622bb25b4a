"""One row of text into one line of the transfer form, with every fault of the row at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from licenses.intake.cells import (
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
from migrations_app.intake.headings import FIELDS, REQUIRED
from portal.kernel.errors import Fault

MAX_LENGTH = {
    "source_site_number": 10,
    "part_number": 20,
    "target_site_number": 10,
    "order_reference": 40,
    "reference": 100,
    "reason": 1000,
}


@dataclass(frozen=True, slots=True)
class FormRow:
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


@dataclass(frozen=True, slots=True)
class ParsedRow:
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
    faults = too_wide(raw, headings)
    texts: dict[str, str] = {}
    quantity, effective_on = 0, None
    for field in FIELDS:
        try:
            text = _text(field, values.get(field, ""))
            if field == "quantity":
                quantity = parse_quantity(text)
            elif field == "effective_on":
                effective_on = parse_date(text) if text else None
            else:
                texts[field] = text
        except Unreadable as error:
            faults.append(cell_fault(error, field, raw, headings, values))
    row = FormRow(
        raw.number,
        quantity=quantity,
        effective_on=effective_on,
        **{field: texts.get(field, "") for field in FIELDS if field not in ("quantity", "effective_on")},
    )
    if faults:
        return ParsedRow(raw.number, None, values, tuple(faults), row)
    return ParsedRow(raw.number, row, values, readable=row)


def _text(field: str, value: str) -> str:
    """A value that may stand in `field`, before its own form is looked at."""
    required = field in REQUIRED
    text = plain_text(value, required=required, limit=MAX_LENGTH.get(field, 0), prose=field == "reason")
    if text and field.endswith("_site_number") and not (text.isascii() and text.isdigit()):
        raise Unreadable("site_number_shape")
    return parse_part_number(text) if text and field == "part_number" else text
