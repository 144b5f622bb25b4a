"""What a customer holds as a file: Passport Advantage exports and anything like them (rule book section 8)."""

import re
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from licenses.intake.cells import (
    Unreadable,
    cell_fault,
    parse_amount,
    parse_part_number,
    parse_quantity,
    plain_text,
    texts_of,
    too_wide,
)
from licenses.intake.child import read_in_child
from licenses.intake.export_dates import parse_export_date, parse_period
from licenses.intake.headings import Column, HeadingMap, HeadingTable, fold, missing, placed, titles_of, unread
from licenses.intake.normalized import NormalizedFile
from licenses.intake.opened import OpenFile
from licenses.intake.reader import HEADING_ROWS, RawRow
from portal.kernel.errors import Fault, Invalid

HOLDINGS = HeadingTable(
    (
        Column(
            "site_number",
            "site_number",
            "lokationsnummer",
            False,
            ("site no", "site", "ibm site number", "ibm site no", "pa site number", "lokation", "lokationsnr"),
        ),
        Column(
            "part_number",
            "part_number",
            "varenummer",
            True,
            ("part", "part no", "part num", "ibm part number", "varenr", "delnummer", "produktnummer"),
        ),
        Column(
            "description",
            "description",
            "beskrivelse",
            False,
            ("part description", "product description", "product", "part desc", "varebeskrivelse", "varetekst",
             "produktbeskrivelse", "produkt"),
        ),
        Column(
            "quantity",
            "quantity",
            "antal",
            True,
            ("qty", "order quantity", "ordered quantity", "entitled quantity", "total quantity", "part quantity",
             "part qty", "mængde", "stk", "bestilt antal"),
        ),
        Column(
            "order_reference",
            "order_reference",
            "ordrereference",
            False,
            ("ibm order reference no", "ibm order reference number", "ibm order reference", "order reference no",
             "order reference number", "order ref", "order number", "order no", "order", "sale order number",
             "sales order number", "ibm ordrereference", "ordrenummer", "ordrenr", "salgsordrenummer"),
        ),
        Column(
            "acquired_on",
            "acquired_on",
            "anskaffelsesdato",
            False,
            ("sale order date", "sales order date", "order date", "purchase date", "acquisition date", "acquired",
             "ordredato", "købsdato", "salgsordredato", "anskaffet", "anskaffet den"),
        ),
        Column(
            "coverage",
            "coverage",
            "dækning",
            False,
            ("coverage dates", "coverage period", "cover", "dækningsperiode", "dækningsdatoer"),
        ),
        Column(
            "coverage_start",
            "coverage_start",
            "dækning fra",
            False,
            ("coverage starts", "coverage start date", "coverage from", "cover start", "start date", "starts on",
             "dækningsstart", "dækning starter", "startdato"),
        ),
        Column(
            "coverage_end",
            "coverage_end",
            "dækning til",
            False,
            ("coverage ends", "coverage end date", "coverage to", "cover end", "end date", "ends on",
             "expiration date", "dækningsslut", "dækning slutter", "slutdato", "udløbsdato"),
        ),
        Column("points", "points", "point", False, ("total points", "points total", "point i alt", "samlede point")),
        Column(
            "customer_number",
            "customer_number",
            "kundenummer",
            False,
            ("ibm customer number", "ibm customer no", "customer no", "ibm kundenummer", "kundenr"),
        ),
        Column(
            "agreement_number",
            "agreement_number",
            "aftalenummer",
            False,
            ("agreement no", "agreement", "pa agreement number", "aftalenr", "aftale"),
        ),
    ),
    ignored=("order type", "ordretype", "customer name", "kundenavn"),
)  # fmt: skip
FIELDS = tuple(column.field for column in HOLDINGS.columns)
LENGTHS = {
    "part_number": 12,
    "description": 300,
    "order_reference": 40,
    "site_number": 20,
    "customer_number": 20,
    "agreement_number": 20,
}
SHORT = 60
DATED = ("acquired_on", "coverage", "coverage_start")
SAMPLES, LOOKED_AT = 3, 50
# A heading that stands there for the second time.
AGAIN = re.compile(r" \(\d+\)$")
# How a row of sums begins, in English and Danish.
SUM = re.compile(
    r"\W*(?:(?:grand|sub)[\s-]*)?(?:totals?|totalt|sum|i\s?alt|samlet|mellemsum|hovedtotal)\b", re.IGNORECASE
)
LEAST_KNOWN, LEAST_CELLS = 2, 3
# Rows that are no line of anybody's: they keep no line from being gone.
NO_LINES = ("import_row_sum", "import_row_headings")


@dataclass(frozen=True, slots=True)
class Holding:
    """A row as far as it can be read; None or empty where nothing stood or nothing could be read."""

    site_number: str = ""
    part_number: str = ""
    description: str = ""
    quantity: int | None = None
    order_reference: str = ""
    acquired_on: date | None = None
    coverage_start: date | None = None
    coverage_end: date | None = None
    points: Decimal | None = None
    customer_number: str = ""
    agreement_number: str = ""


@dataclass(frozen=True, slots=True)
class ParsedHolding:
    """A row by its number in the sheet: what it says, the cells as they stand there, and every fault of them."""

    number: int
    holding: Holding
    values: Mapping[str, str]
    faults: tuple[Fault, ...] = ()


def read_mapping(asked: object) -> tuple[dict[str, str], list[Fault]]:
    """What somebody says about headings, by folded heading ('' for a column not to be read), and what is wrong with it.

    Takes a mapping of heading → field, None or '' for none. Faults: `mapping_shape`, `mapping_field_unknown`,
    `mapping_field_twice`.
    """
    if not isinstance(asked, Mapping) or not all(
        isinstance(k, str) and (v is None or isinstance(v, str)) for k, v in asked.items()
    ):
        return {}, [Fault("mapping_shape", "mapping")]
    taught: dict[str, str] = {}
    faults = []
    for heading, field in asked.items():
        field = (field or "").strip()
        if field and field not in FIELDS:
            params = {"heading": heading[:SHORT], "value": field[:SHORT], "choices": ", ".join(FIELDS)}
            faults.append(Fault("mapping_field_unknown", "mapping", params=params))
        elif field and field in taught.values():
            faults.append(Fault("mapping_field_twice", "mapping", params={"heading": heading[:SHORT], "value": field}))
        taught[fold(heading)] = field
    return taught, faults


def map_columns(headings: Sequence[str], taught: Mapping[str, str], row: int = 1) -> HeadingMap:
    """Find each field's column: as taught where something was said about a heading, by the synonyms otherwise.

    Faults: `file_heading_twice`, `file_heading_missing` for part number, quantity, and the day of purchase where
    cover doesn't tell it either. Warnings: `file_heading_unknown` or `file_heading_near`.
    """
    line = str(row)
    said = {field for heading in headings if (field := taught.get(fold(heading)))}

    def field_of(heading: str) -> str | None:
        if fold(heading) in taught:
            return taught[fold(heading)] or None
        field = HOLDINGS.field_of(AGAIN.sub("", heading))
        return None if field in said else field  # somebody named another column for it

    columns, unnamed, twice = placed(headings, field_of, line)
    lacking = [c for c in HOLDINGS.columns if c.required and c.field not in columns]
    if not any(field in columns for field in DATED):
        lacking += [c for c in HOLDINGS.columns if c.field == "acquired_on"]
    faults = (*twice, *missing(lacking, line))
    warnings = unread([h for h in unnamed if fold(h) not in taught], HOLDINGS, columns, line)
    return HeadingMap(columns, titles_of(headings, columns), len(headings), faults, warnings)


def open_holdings(
    path: Path, filename: str, taught: Collection[str] = (), folder: Path | None = None
) -> OpenFile[ParsedHolding]:
    """Read `path`, uploaded as `filename`, in a limited process; its rows may be read where headings have no faults.

    `taught` are folded headings that were said to mean something; `read_as` tells what. Raises Invalid for the file
    itself, `file_no_rows`.
    """
    known = HOLDINGS.names | frozenset(taught)
    file = read_in_child(path, filename, folder, known=known)
    file, above = below_titles(file, known)
    if file.count == 0:
        file.remove()
        raise Invalid(Fault("file_no_rows", "file"))
    file = replace(file, headings=RawRow(file.headings.number, tuple(_told_apart(file))))
    unread = HeadingMap({}, {}, len(file.headings.cells), warnings=tuple(above))
    return read_as(OpenFile(file, unread, parse_holding), {})


def read_as(opened: OpenFile[ParsedHolding], taught: Mapping[str, str]) -> OpenFile[ParsedHolding]:
    """The same file with its headings as `taught` and, where nothing was said, by their names."""
    above = tuple(fault for fault in opened.headings.warnings if fault.code == "file_row_above")
    headings = map_columns(opened.file.headings.cells, taught, row=opened.file.headings.number)
    return replace(opened, headings=replace(headings, warnings=(*above, *headings.warnings)))


def below_titles(file: NormalizedFile, known: Container[str]) -> tuple[NormalizedFile, list[Fault]]:
    """The file from its headings on, and `file_row_above` for each row above them: titles, dates of reports.

    The headings are the row with the most `known` ones among the first, where the very first has less than two; with
    no such row, the first of three cells and more.
    """
    first = [file.headings, *islice(file.rows(), HEADING_ROWS - 1)]

    def score(row: RawRow) -> int:
        return sum(fold(cell) in known for cell in row.cells)

    best = max(first, key=score)  # of several, the uppermost
    if score(best) < LEAST_KNOWN:
        best = next((row for row in first if sum(bool(cell) for cell in row.cells) >= LEAST_CELLS), file.headings)
    if best is file.headings or score(file.headings) >= LEAST_KNOWN:
        return file, []
    above = [row for row in first if row.number < best.number]
    told = [
        Fault(
            "file_row_above",
            "file",
            str(row.number),
            {"row": row.number, "value": " · ".join(cell for cell in row.cells if cell)[: SHORT * 2]},
            severity="warning",
        )
        for row in above
    ]
    return replace(file, headings=best, count=file.count - len(above)), told


def _told_apart(file: NormalizedFile) -> list[str]:
    """The headings, each once: `Date (2)` for a second one, `(C)` for a column that has values and no heading."""
    rows = [row.cells for row in islice(file.rows(), LOOKED_AT)]
    seen: dict[str, int] = {}
    names = []
    for at, heading in enumerate(file.headings.cells):
        name = " ".join(heading.split())
        if not fold(name):
            name = f"({_letters(at)})" if any(cells[at] for cells in rows if at < len(cells)) else ""
        seen[fold(name)] = times = seen.get(fold(name), 0) + 1
        names.append(f"{name} ({times})" if name and times > 1 else name)
    return names


def _letters(at: int) -> str:
    """The letters of a column in a spreadsheet: A for 0, AA for 26."""
    return (_letters(at // 26 - 1) if at >= 26 else "") + chr(ord("A") + at % 26)


def samples_of(file: OpenFile[ParsedHolding]) -> dict[str, list[str]]:
    """The first different values of each column, shortened, by heading: they tell what a heading means."""
    found: dict[str, list[str]] = {heading: [] for heading in file.mapping}
    for row in islice(file.file.rows(), LOOKED_AT):
        for heading, cell in zip(file.file.headings.cells, row.cells, strict=False):
            shown = found.get(heading)
            value = " ".join(cell.split())[:SHORT]
            if shown is not None and value and value not in shown and len(shown) < SAMPLES:
                shown.append(value)
    return found


def _is_summed(raw: RawRow, values: Mapping[str, str]) -> bool:
    """Whether the row only sums up others: it names no part, and something in it says so."""
    part = values.get("part_number", "")
    return (not part or bool(SUM.match(part))) and any(SUM.match(cell) for cell in raw.cells)


def parse_holding(raw: RawRow, headings: HeadingMap) -> ParsedHolding:
    """Read one row below `headings`. Points are told only, so a fault of theirs is a warning.

    Sums and headings that are repeated are told as such and as nothing else: `import_row_sum`, `import_row_headings`.
    """
    values = texts_of(raw, headings)
    if HOLDINGS.field_of(values.get("part_number", "")) == "part_number":
        return _no_line("import_row_headings", raw, values)
    if _is_summed(raw, values):
        return _no_line("import_row_sum", raw, values)
    faults = too_wide(raw, headings)
    found: dict[str, Any] = {}
    for field in FIELDS:
        required = field in ("part_number", "quantity")
        try:
            text = plain_text(
                values.get(field, ""),
                required=required,
                limit=LENGTHS.get(field, SHORT * 2),
                prose=field == "description",
            )
            if text:
                found |= _read(field, text)
        except Unreadable as error:
            fault = cell_fault(error, field, raw, headings, values)
            faults.append(replace(fault, severity="warning") if field == "points" else fault)
    return ParsedHolding(raw.number, Holding(**found), values, tuple(faults))


def _no_line(code: str, raw: RawRow, values: Mapping[str, str]) -> ParsedHolding:
    return ParsedHolding(raw.number, Holding(), values, (Fault(code, None, str(raw.number), {"row": raw.number}),))


def _read(field: str, text: str) -> dict[str, Any]:
    """What one cell says, by field of Holding. Raises Unreadable."""
    if field == "part_number":
        return {field: parse_part_number(text)}
    if field == "quantity":
        return {field: parse_quantity(text)}
    if field == "points":
        return {field: parse_amount(text).quantize(Decimal("0.01"))}
    if field == "coverage":
        first, last = parse_period(text)
        return {"coverage_start": first, "coverage_end": last}
    if field in ("acquired_on", "coverage_start", "coverage_end"):
        return {field: parse_export_date(text)}
    return {field: " ".join(text.split())}
