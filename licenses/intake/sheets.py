"""What every file that we write for spreadsheets has in common."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

# Texts stay texts: nothing in a cell becomes a formula, a link or a number by itself.
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# What a spreadsheet would take for a formula when such a cell is edited or exported.
RISKY = ("=", "+", "-", "@", "\t", "\r")
DATE_FORMATS = {"da": "d.m.yyyy", "en": "yyyy-mm-dd"}

Value = str | Decimal | date | None


def language(lang: str) -> str:
    """`da` for every kind of Danish, `en` otherwise."""
    return "da" if lang.lower().startswith("da") else "en"


def csv_file(headings: Sequence[str], rows: Iterable[Sequence[Value]], lang: str) -> bytes:
    """UTF-8 with its mark; semicolons and decimal commas for Danish, as Danish spreadsheets expect, else commas."""
    danish = language(lang) == "da"
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if danish else ",")
    writer.writerow(headings)
    writer.writerows([_written(value, danish) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _written(value: Value, danish: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",") if danish else f"{value:f}"
    if isinstance(value, date):
        return f"{value.day}.{value.month}.{value.year}" if danish else value.isoformat()
    return value
