"""What every file that we write for spreadsheets has in common."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import xlsxwriter
from django.utils.translation import gettext
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from licenses.intake.headings import HeadingTable
from licenses.intake.limits import LIMITS

# Texts stay texts: nothing in a cell becomes a formula, a link or a number by itself.
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# What a spreadsheet would take for a formula when such a cell is edited or exported.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Findings, and the number of the row.
ADDED_WIDTHS = (80, 16)
DATE_FORMATS = {"da": "d.m.yyyy", "en": "yyyy-mm-dd"}

Value = str | Decimal | date | None


def language(lang: str) -> str:
    """`da` for every kind of Danish, `en` otherwise."""
    return "da" if lang.lower().startswith("da") else "en"


def csv_file(headings: Sequence[str], rows: Iterable[Sequence[Value]], lang: str) -> bytes:
    """UTF-8 with its mark; semicolons and decimal commas for Danish, as Danish spreadsheets expect, else commas.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
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
    return f"'{value}" if value.startswith(RISKY) else value


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A row of a file: the sheet's number, its values as they stood there, what was found as sentences."""

    number: int
    values: Mapping[str, str]
    findings: Sequence[str]


def judged_rows(
    table: HeadingTable,
    added: Mapping[str, Sequence[str]],
    rows: Iterable[JudgedRow],
    lang: str,
    *,
    title: str,
    widths: Sequence[int],
) -> bytes:
    """Rows in the shape of their form, with what was found beside each, to be mended and handed in again.

    `added` are the headings of findings and row number by language, which the form's reader ignores; `title` names
    the sheet, `widths` are those of the form's own columns.
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, OPTIONS | {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E0E0E0"})
        plain = book.add_format({"num_format": "@"})
        quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        headings = [*(column.heading(lang) for column in table.columns), *added[language(lang)]]
        for index, (heading, width) in enumerate(zip(headings, (*widths, *ADDED_WIDTHS), strict=True)):
            sheet.set_column(index, index, width, plain)
            sheet.write_string(0, index, heading, bold)
        for at, row in enumerate(rows, start=1):
            texts = [row.values.get(column.field, "") for column in table.columns] + [" ".join(row.findings)]
            for index, text in enumerate(texts):
                if text:
                    style = quoted if text.startswith(RISKY) else plain
                    sheet.write_string(at, index, text[: LIMITS.cell_characters], style)
            sheet.write_number(at, len(texts), row.number)
    return buffer.getvalue()


def help_sheet(
    book: Workbook,
    table: HeadingTable,
    explained: Mapping[str, str],
    lang: str,
    bold: Format,
    notes: Sequence[str] = (),
) -> None:
    """A sheet that explains every column of the form by its field, and `notes` below; in the active language."""
    sheet = book.add_worksheet(gettext("How to fill in"))
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    titles = (gettext("Column"), gettext("Also read as"), gettext("Needed"), gettext("What to write"))
    for index, (title, width) in enumerate(zip(titles, (26, 26, 10, 80), strict=True)):
        sheet.set_column(index, index, width, wrap)
        sheet.write_string(0, index, title, bold)
    other = "en" if language(lang) == "da" else "da"
    for row, column in enumerate(table.columns, start=1):
        needed = gettext("yes") if column.required else gettext("no")
        for index, text in enumerate((column.heading(lang), column.heading(other), needed, explained[column.field])):
            sheet.write_string(row, index, text, wrap)
    for row, text in enumerate(notes, start=len(table.columns) + 2):
        sheet.merge_range(row, 0, row, len(titles) - 1, text, wrap)
        sheet.set_row(row, 32)
    sheet.freeze_panes(1, 0)
