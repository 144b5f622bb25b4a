"""One row of text into one line of the transfer form, with every fault of the row at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from migrations_app.intake.headings import FIELDS, REQUIRED, HeadingMap
from migrations_app.intake.reader import REPLACEMENT, RawRow
from portal.kernel.errors import Fault

MAX_QUANTITY = 10**9
MAX_LENGTH = {
    "source_site_number": 10,
    "part_number": 20,
    "target_site_number": 10,
    "order_reference": 40,
    "reference": 100,
    "reason": 1000,
}
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
# Day 0 of the spreadsheet calendar, for dates that arrive as their bare number.
SERIAL_START = date(1899, 12, 30)

SHORTENED = re.compile(r"-?\d+(?:[.,]\d+)?[eE]\+\d+")
WHOLE = re.compile(r"\d+")
TRAILING_ZEROS = re.compile(r"(\d+)[.,]0{1,2}")
THOUSANDS = re.compile(r"\d{1,3}(?:[.'\u2019]\d{3})+(?:,0+)?")
BOTH_MARKS = re.compile(r"\d{1,3}(?:,\d{3})+\.0+")
COMMA_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
ISO_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
DANISH_DATE = re.compile(r"(\d{1,2})([.\-])(\d{1,2})\2(\d{4})")
SLASHED_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}")
SERIAL_DATE = re.compile(r"\d{5}")
QUOTED_FORMULA = re.compile(r'="([^"=]*)"')
ERROR_VALUES = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#I/T", "#REFERENCE!", "#VÆRDI!")


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
    """What a row says: `row` when it can be read, `values` as they stood there, `faults` when it can't."""

    number: int
    row: FormRow | None
    values: Mapping[str, str]
    faults: tuple[Fault, ...] = ()


class Unreadable(Exception):
    """A value that isn't what its field takes: the fault's code and figures."""

    def __init__(self, code: str, **params: str | int):
        super().__init__(code)
        self.code, self.params = code, params


def parse_row(raw: RawRow, headings: HeadingMap) -> ParsedRow:
    """Read one row below `headings`. Faults carry field and row number, and the heading as the file has it."""
    columns = headings.columns
    values = {field: _cell(raw, columns[field]) for field in FIELDS if field in columns}
    line = str(raw.number)
    faults: list[Fault] = []
    if len(raw.cells) > headings.width:
        params = {"cells": len(raw.cells), "headings": headings.width, "row": raw.number}
        faults.append(Fault("row_too_wide", None, line, params))
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
            place = {"row": raw.number, "heading": headings.titles.get(field, field)}
            shown = {"value": values.get(field, "")[:60]} | place | error.params
            faults.append(Fault(error.code, field, line, shown))
    if faults:
        return ParsedRow(raw.number, None, values, tuple(faults))
    row = FormRow(raw.number, quantity=quantity, effective_on=effective_on, **texts)
    return ParsedRow(raw.number, row, values)


def parse_quantity(text: str) -> int:
    """A whole number from 1 to a thousand million; `1.000` and `1 000` are a thousand, `12,0` is twelve.

    Raises Unreadable: `quantity_ambiguous` for `1,000`, `quantity_not_whole`, `quantity_range`.
    """
    bare = re.sub(r"\s", "", text)
    zeros = TRAILING_ZEROS.fullmatch(bare)
    if zeros:
        bare = zeros.group(1)
    elif BOTH_MARKS.fullmatch(bare):
        bare = bare.partition(".")[0].replace(",", "")
    elif THOUSANDS.fullmatch(bare):
        bare = re.sub(r"[.'\u2019]", "", bare.partition(",")[0])
    elif COMMA_THOUSANDS.fullmatch(bare):
        raise Unreadable("quantity_ambiguous")
    if bare.startswith("-") and WHOLE.fullmatch(bare[1:]):
        raise Unreadable("row_quantity_range", most=MAX_QUANTITY)
    if not bare.isascii() or not WHOLE.fullmatch(bare):
        raise Unreadable("row_quantity_not_whole")
    if len(bare) > 18 or not 1 <= int(bare) <= MAX_QUANTITY:
        raise Unreadable("row_quantity_range", most=MAX_QUANTITY)
    return int(bare)


def parse_date(text: str) -> date:
    """A day as 31.1.2027, 31-01-2027 or 2027-01-31, or the bare number of a spreadsheet date.

    Raises Unreadable: `date_ambiguous` for slashes, `date_shape`, `date_unknown_day`, `date_range`.
    """
    bare = re.sub(r"(?<=[.\-])\s+", "", text)
    if iso := ISO_DATE.fullmatch(bare):
        year, month, day = (int(part) for part in iso.groups())
    elif danish := DANISH_DATE.fullmatch(bare):
        day, month, year = int(danish[1]), int(danish[3]), int(danish[4])
    elif SERIAL_DATE.fullmatch(bare) and bare.isascii():
        return _in_range(SERIAL_START + timedelta(days=int(bare)))
    elif SLASHED_DATE.fullmatch(bare):
        raise Unreadable("date_ambiguous")
    else:
        raise Unreadable("date_shape")
    try:
        return _in_range(date(year, month, day))
    except ValueError as error:
        raise Unreadable("date_unknown_day") from error


def _in_range(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Unreadable("date_range", first=FIRST_DAY.year, last=LAST_DAY.year)
    return day


def _cell(raw: RawRow, index: int) -> str:
    """A row's cell without the blanks and invisible marks around it."""
    return raw.cells[index].strip(" \t\r\n\xa0\u2007\u202f\u200b\ufeff") if index < len(raw.cells) else ""


def _text(field: str, value: str) -> str:
    """A value that may stand in `field`, before its own form is looked at."""
    quoted = QUOTED_FORMULA.fullmatch(value)  # how CSV files keep leading zeros
    text = quoted.group(1).strip() if quoted else value
    if REPLACEMENT in text:
        raise Unreadable("value_characters")
    if text.startswith("="):
        raise Unreadable("value_formula")
    if text.upper().startswith(ERROR_VALUES):
        raise Unreadable("value_error")
    if not text:
        if field in REQUIRED:
            raise Unreadable("value_missing")
        return ""
    if field != "reason" and SHORTENED.fullmatch(text):
        raise Unreadable("value_shortened")
    if field in MAX_LENGTH and len(text) > MAX_LENGTH[field]:
        raise Unreadable("value_too_long", limit=MAX_LENGTH[field])
    if field.endswith("_site_number") and not (text.isascii() and text.isdigit()):
        raise Unreadable("site_number_shape")
    if field == "part_number":
        text = text.upper()
        if not (text.isascii() and text.isalnum()):
            raise Unreadable("part_number_shape")
    return text
