"""Values of one cell: texts, part numbers, whole numbers and days, in Danish and English writing."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from licenses.intake.headings import HeadingMap
from licenses.intake.reader import REPLACEMENT, RawRow
from portal.kernel.errors import Fault

MAX_QUANTITY = 10**9
MAX_AMOUNT = Decimal(10) ** 12
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
# Day 0 of the spreadsheet calendar, for dates that arrive as their bare number.
SERIAL_START = date(1899, 12, 30)

SHORTENED = re.compile(r"-?\d+(?:[.,]\d+)?[eE]\+\d+")
WHOLE = re.compile(r"\d+")
TRAILING_ZEROS = re.compile(r"(\d+)[.,]0{1,2}")
THOUSANDS = re.compile(r"\d{1,3}(?:[.'\u2019]\d{3})+(?:,0+)?")
BOTH_MARKS = re.compile(r"\d{1,3}(?:,\d{3})+\.0+")
COMMA_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
AMOUNT = re.compile(r"\d+(?:[.,]\d{1,4})?")
GROUPED_AMOUNT = re.compile(r"[1-9]\d{0,2}(?:(?P<mark>[.,'\u2019])\d{3})(?:(?P=mark)\d{3})*(?:(?P<point>[.,])\d{1,4})?")
# 1.234: a thousand and more for one reader, less than two for another.
UNCLEAR_AMOUNT = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
ISO_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
DANISH_DATE = re.compile(r"(\d{1,2})([.\-])(\d{1,2})\2(\d{4})")
SLASHED_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}")
SERIAL_DATE = re.compile(r"\d{5}")
QUOTED_FORMULA = re.compile(r'="([^"=]*)"')
BLANKS = " \t\r\n\xa0\u2007\u202f\u200b\ufeff"
ERROR_VALUES = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#I/T", "#REFERENCE!", "#VÆRDI!")


class Unreadable(Exception):
    """A value that isn't what its field takes: the fault's code and figures."""

    def __init__(self, code: str, **params: str | int):
        super().__init__(code)
        self.code, self.params = code, params


def texts_of(raw: RawRow, headings: HeadingMap) -> dict[str, str]:
    """The cells of a row by field, without the blanks and invisible marks around them."""
    cells, count = raw.cells, len(raw.cells)
    return {field: cells[at].strip(BLANKS) if at < count else "" for field, at in headings.columns.items()}


def too_wide(raw: RawRow, headings: HeadingMap) -> list[Fault]:
    """`row_too_wide` when the row has cells without a heading above them: values may stand in the wrong column."""
    if len(raw.cells) <= headings.width:
        return []
    params = {"cells": len(raw.cells), "headings": headings.width, "row": raw.number}
    return [Fault("row_too_wide", None, str(raw.number), params)]


def cell_fault(error: Unreadable, field: str, raw: RawRow, headings: HeadingMap, texts: Mapping[str, str]) -> Fault:
    """The fault of one cell: its field, the sheet's row, the heading as the file has it, and what stood there."""
    place = {"row": raw.number, "heading": headings.titles.get(field, field)}
    shown = {"value": texts.get(field, "")[:60]} | place | error.params
    return Fault(error.code, field, str(raw.number), shown)


def in_row(fault: Fault, number: int, titles: Mapping[str, str]) -> Fault:
    """A fault found about the row `number`, told with the row and the heading that the file has above its field."""
    place = {"row": number, "heading": titles.get(fault.field or "", fault.field or "")}
    return replace(fault, line=str(number), params={**fault.params, **place})


def plain_text(value: str, *, required: bool, limit: int = 0, prose: bool = False) -> str:
    """What a cell says, before its own form is looked at; at most `limit` characters, 0 for no limit.

    `prose` may look like a shortened number. Raises Unreadable: `value_characters`, `value_formula`, `value_error`,
    `value_missing`, `value_shortened`, `value_too_long`.
    """
    if value and value[0] not in "=#" and REPLACEMENT not in value and "+" not in value:
        if limit and len(value) > limit:
            raise Unreadable("value_too_long", limit=limit)
        return value  # most of them: nothing below could be found in it
    quoted = QUOTED_FORMULA.fullmatch(value)  # how CSV files keep leading zeros
    text = quoted.group(1).strip() if quoted else value
    if REPLACEMENT in text:
        raise Unreadable("value_characters")
    if text.startswith("="):
        raise Unreadable("value_formula")
    if text.upper().startswith(ERROR_VALUES):
        raise Unreadable("value_error")
    if not text:
        if required:
            raise Unreadable("value_missing")
        return ""
    if not prose and SHORTENED.fullmatch(text):
        raise Unreadable("value_shortened")
    if limit and len(text) > limit:
        raise Unreadable("value_too_long", limit=limit)
    return text


def parse_part_number(text: str) -> str:
    """A part number in capitals. Raises Unreadable: `part_number_shape` for anything but letters and digits."""
    if not (text.isascii() and text.isalnum()):
        raise Unreadable("part_number_shape")
    return text.upper()


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


def parse_amount(text: str) -> Decimal:
    """An amount of money in Danish or English writing: `1.234,50`, `1,234.50`, `1 234,5` and `1234.5` are the same.

    Spreadsheets hand over amounts as `1234.5`. Raises Unreadable: `amount_ambiguous` for `1.234` and `1,234`,
    `amount_shape`, `amount_range` for negative ones and from a million million on.
    """
    bare = re.sub(r"\s", "", text)
    if not bare.isascii():
        bare = bare.replace("\u2019", "'").replace("\u2212", "-")
    sign, bare = bare[:1] == "-", bare.removeprefix("-")
    if UNCLEAR_AMOUNT.fullmatch(bare):
        raise Unreadable("amount_ambiguous")
    grouped = GROUPED_AMOUNT.fullmatch(bare)
    if grouped and grouped["mark"] != grouped["point"]:
        bare = bare.replace(grouped["mark"], "")
    elif not AMOUNT.fullmatch(bare):
        raise Unreadable("amount_shape")
    if not bare.isascii():
        raise Unreadable("amount_shape")
    amount = Decimal(bare.replace(",", "."))
    if sign or amount >= MAX_AMOUNT:
        raise Unreadable("amount_range")
    return amount


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
