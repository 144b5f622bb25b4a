"""Runs of plain rows of an ODS, accounted for as a whole (see `licenses.intake.quick`).

Plain is a cell with at most one paragraph of text, written as spreadsheet programs write it; a formula, a link, a
comment or a repeated row isn't, and the parser sees it.
"""

import re
from dataclasses import dataclass

from licenses.intake.quick import BLANKS

# Entities of the language itself stand in many descriptions; each is one character.
PART = r"[^<&\x00-\x08\x0b-\x1f\ufffe\uffff]*"
TEXT = PART + "(?:&(?:amp|lt|gt|quot|apos);" + PART + ")*"
ENTITY = re.compile("&[a-z]+;")
VALUE = r'"[^"<>&\x00-\x1f]{0,100}"'
STYLE = f"(?: table:style-name={VALUE})?"
REPEAT = r'(?: table:number-columns-repeated="[1-9]\d{0,4}")?'
KIND = (
    f" office:value-type={VALUE}(?: office:currency={VALUE})?"
    f"(?: office:(?:value|date-value|time-value|boolean-value)={VALUE})?(?: calcext:value-type={VALUE})?"
)
EMPTY = f"<table:table-cell{STYLE}{REPEAT}/>"
CELL = f"<table:table-cell{STYLE}{REPEAT}{KIND}(?:/>|>(?:<text:p/>|<text:p>{TEXT}</text:p>)?</table:table-cell>)"
ROW = re.compile(f"<table:table-row{STYLE}>(?:{CELL}|{EMPTY})*</table:table-row>{BLANKS}", re.ASCII)
END = "</table:table-row>"
OPENING = "<table:table-cell"
REPEATED = re.compile(r'table:number-columns-repeated="(\d+)"', re.ASCII)
REPEATED_TEXT = re.compile(r'table:number-columns-repeated="(\d+)" office[^>]*[^/]><text:p>([^<]*)<', re.ASCII)
PARAGRAPH = re.compile("<text:p>([^<]*)<")


@dataclass(frozen=True, slots=True)
class PlainOdsRows:
    """What a run of rows holds, as `SheetFacts` counts it: all `rows`, those `used`, and which was the `last_used`."""

    rows: int
    used: int
    last_used: int
    last_column: int
    characters: int
    longest: int


def plain_ods_rows(block: bytes) -> PlainOdsRows | None:
    """What `block` holds when it is plain rows from its first byte to its last; None otherwise."""
    try:
        text = block.decode()
    except UnicodeDecodeError:
        return None
    if not text or "]]>" in text or sum(map(len, ROW.findall(text))) != len(text):
        return None
    lengths = list(map(_length, PARAGRAPH.findall(text)))
    repeated = ((int(times) - 1) * _length(told) for times, told in REPEATED_TEXT.findall(text))
    widths = list(map(_width, text.split(END)[:-1]))
    used = [at for at, width in enumerate(widths, start=1) if width]
    return PlainOdsRows(
        rows=len(widths),
        used=len(used),
        last_used=max(used, default=0),
        last_column=max(widths, default=0),
        characters=sum(lengths) + sum(repeated),
        longest=max(lengths, default=0),
    )


def _width(row: str) -> int:
    """The last column in which a row holds something; 0 where it holds nothing."""
    while row.endswith("/>"):  # empty cells at its end, most often one that is repeated up to the sheet's last column
        cell = row.rfind(OPENING)
        if ' office:value-type="' in row[cell:]:
            break
        row = row[: max(cell, 0)]
    width = row.count(OPENING)
    return width + sum(int(times) - 1 for times in REPEATED.findall(row)) if "repeated" in row else width


def _length(text: str) -> int:
    return len(ENTITY.sub("x", text)) if "&" in text else len(text)
