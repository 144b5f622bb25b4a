"""A price list as a file: its columns in English and Danish, and one row of text into one price."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from licenses.intake.cells import (
    Unreadable,
    cell_fault,
    parse_amount,
    parse_date,
    parse_part_number,
    plain_text,
    texts_of,
    too_wide,
)
from licenses.intake.headings import Column, HeadingMap, HeadingTable
from licenses.intake.opened import OpenFile, open_form
from licenses.intake.reader import RawRow
from licenses.rules.price_rows import PriceLine
from portal.kernel.errors import Fault

# What we add to a file that is sent back.
FINDINGS = {"en": ("findings", "row in the file"), "da": ("fund", "række i filen")}

PRICES = HeadingTable(
    (
        Column(
            "part_number",
            "part_number",
            "varenummer",
            True,
            ("part", "part no", "part num", "partnumber", "varenr", "vare nr", "delnummer", "produktnummer"),
        ),
        Column("country", "country", "land", True, ("country code", "landekode")),
        Column("currency", "currency", "valuta", True, ("currency code", "valutakode", "møntsort")),
        Column("level", "level", "niveau", True, ("price level", "svp level", "rsvp level", "prisniveau")),
        Column(
            "price",
            "price",
            "pris",
            True,
            ("amount", "unit price", "net price", "negotiated price", "beløb", "enhedspris", "stykpris", "aftalt pris"),
        ),
        Column(
            "list_price", "list_price", "listepris", False, ("list amount", "list unit price", "vejledende pris", "srp")
        ),
        Column(
            "valid_from",
            "valid_from",
            "gyldig fra",
            False,
            ("from", "start date", "starts on", "fra", "fra dato", "startdato"),
        ),
        Column(
            "valid_to",
            "valid_to",
            "gyldig til",
            False,
            ("to", "until", "valid until", "end date", "ends on", "til", "til dato", "slutdato"),
        ),
    ),
    ignored=(*FINDINGS["en"], *FINDINGS["da"]),
)
FIELDS = tuple(column.field for column in PRICES.columns)
REQUIRED = frozenset(column.field for column in PRICES.columns if column.required)
MOST_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class ParsedPrice:
    """What a row says: `line` as far as it can be read, `faults` for the rest, `values` as they stand there."""

    number: int
    line: PriceLine
    country: str
    currency: str
    values: Mapping[str, str]
    faults: tuple[Fault, ...] = ()


def open_price_file(path: Path, filename: str, folder: Path | None = None) -> OpenFile[ParsedPrice]:
    """Read `path`, uploaded as `filename`. Raises Invalid as `open_form`."""
    return open_form(path, filename, PRICES, parse_price, folder)


def parse_price(raw: RawRow, headings: HeadingMap) -> ParsedPrice:
    """Read one row below `headings`. Faults carry field and row number, and the heading as the file has it."""
    values = texts_of(raw, headings)
    faults = too_wide(raw, headings)
    texts: dict[str, str] = {}
    amounts: dict[str, Decimal] = {}
    days: dict[str, date] = {}
    for field in FIELDS:
        try:
            text = plain_text(values.get(field, ""), required=field in REQUIRED, limit=MOST_CHARACTERS)
            if not text:
                continue
            if field in ("price", "list_price"):
                amounts[field] = parse_amount(text)
            elif field in ("valid_from", "valid_to"):
                days[field] = parse_date(text)
            else:
                texts[field] = parse_part_number(text) if field == "part_number" else text.upper()
        except Unreadable as error:
            faults.append(cell_fault(error, field, raw, headings, values))
    line = PriceLine(
        texts.get("part_number", ""),
        texts.get("level", ""),
        amounts.get("price"),
        days.get("valid_from"),
        days.get("valid_to"),
        amounts.get("list_price"),
    )
    return ParsedPrice(raw.number, line, texts.get("country", ""), texts.get("currency", ""), values, tuple(faults))
