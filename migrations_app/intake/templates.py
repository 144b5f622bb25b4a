"""The transfer form to fill in, and rows that come back: spreadsheets and CSV. Texts in the asked language."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from licenses.intake.cells import FIRST_DAY, LAST_DAY, MAX_QUANTITY
from licenses.intake.headings import Column
from licenses.intake.limits import LIMITS
from licenses.intake.sheets import DATE_FORMATS, OPTIONS, RISKY, csv_file, language
from migrations_app.intake.guide import explanations, notes
from migrations_app.intake.headings import FORM
from migrations_app.intake.paper_form import pdf
from migrations_app.intake.values import MAX_LENGTH

__all__ = ["FailedRow", "csv", "failed_rows", "pdf", "xlsx"]

WIDTHS = {"part_number": 16, "quantity": 12, "effective_on": 16, "reference": 20, "reason": 40}


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A row that didn't go through: the sheet's number, its values as they stood there, the reasons as sentences."""

    number: int
    values: Mapping[str, str]
    reasons: Sequence[str]


def xlsx(lang: str) -> bytes:
    """The empty form as a workbook: the data sheet, and a second one that explains every column."""
    with translation.override(lang):
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer, OPTIONS) as book:
            book.set_properties({"title": gettext("Transfer form"), "comments": gettext("Not a form of IBM's.")})
            bold = book.add_format(
                {"bold": True, "bottom": 1, "bg_color": "#E0E0E0", "text_wrap": True, "valign": "top"}
            )
            _data_sheet(book, lang, bold)
            _help_sheet(book, lang, bold)
        return buffer.getvalue()


def csv(lang: str) -> bytes:
    """The headings as UTF-8 with its mark: semicolons for Danish, as Danish spreadsheets expect, commas otherwise."""
    return csv_file([column.heading(lang) for column in FORM.columns], (), lang)


def failed_rows(rows: Iterable[FailedRow], lang: str) -> bytes:
    """Rows that didn't go through, in the form's shape with their reasons, to be mended and sent again."""
    danish = language(lang) == "da"
    with translation.override(lang):
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer, OPTIONS | {"constant_memory": True}) as book:
            bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E0E0E0"})
            plain, quoted = (
                book.add_format({"num_format": "@"}),
                book.add_format({"num_format": "@", "quote_prefix": True}),
            )
            sheet = book.add_worksheet(gettext("Rows to mend"))
            sheet.freeze_panes(1, 0)
            headings = [column.heading(lang) for column in FORM.columns]
            headings += ["årsager til afvisning", "række i filen"] if danish else ["reasons", "row in the file"]
            for index, column in enumerate(FORM.columns):
                sheet.set_column(index, index, _width(column), plain)
            sheet.set_column(len(FORM.columns), len(FORM.columns), 80, plain)
            for index, heading in enumerate(headings):
                sheet.write_string(0, index, heading, bold)
            for number, row in enumerate(rows, start=1):
                texts = [row.values.get(column.field, "") for column in FORM.columns] + [" ".join(row.reasons)]
                for index, text in enumerate(texts):
                    if text:
                        style = quoted if text.startswith(RISKY) else plain
                        sheet.write_string(number, index, text[: LIMITS.cell_characters], style)
                sheet.write_number(number, len(texts), row.number)
        return buffer.getvalue()


def _width(column: Column) -> int:
    return WIDTHS.get(column.field, 22)


def _data_sheet(book: Workbook, lang: str, bold: Format) -> None:
    sheet = book.add_worksheet(gettext("Form"))
    text = book.add_format({"num_format": "@"})
    formats = {
        "quantity": book.add_format({"num_format": "0"}),
        "effective_on": book.add_format({"num_format": DATE_FORMATS[language(lang)]}),
    }
    told = explanations()
    for index, column in enumerate(FORM.columns):
        sheet.set_column(index, index, _width(column), formats.get(column.field, text))
        sheet.write_string(0, index, column.heading(lang), bold)
        rule = _validation(column) | {
            "input_title": column.heading(lang)[:32],
            "input_message": told[column.field][:255],
        }
        sheet.data_validation(1, index, LIMITS.data_rows, index, rule)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _validation(column: Column) -> dict[str, Any]:
    """What the spreadsheet itself checks while a cell is typed."""
    wrong = {"error_title": gettext("Please check"), "ignore_blank": True}
    if column.field == "quantity":
        message = gettext("Write a whole number, at least 1.")
        return wrong | {
            "validate": "integer",
            "criteria": "between",
            "minimum": 1,
            "maximum": MAX_QUANTITY,
            "error_message": message,
        }
    if column.field == "effective_on":
        message = gettext("Write a date, such as 31.1.2027.")
        return wrong | {
            "validate": "date",
            "criteria": "between",
            "minimum": FIRST_DAY,
            "maximum": LAST_DAY,
            "error_message": message,
        }
    message = gettext("The text is too long.")
    return wrong | {
        "validate": "length", "criteria": "<=", "value": MAX_LENGTH[column.field], "error_message": message,
    }  # fmt: skip


def _help_sheet(book: Workbook, lang: str, bold: Format) -> None:
    sheet: Worksheet = book.add_worksheet(gettext("How to fill in"))
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    titles = (gettext("Column"), gettext("Also read as"), gettext("Needed"), gettext("What to write"))
    for index, (title, width) in enumerate(zip(titles, (26, 26, 10, 80), strict=True)):
        sheet.set_column(index, index, width, wrap)
        sheet.write_string(0, index, title, bold)
    told = explanations()
    other = "en" if language(lang) == "da" else "da"
    for row, column in enumerate(FORM.columns, start=1):
        needed = gettext("yes") if column.required else gettext("no")
        for index, text in enumerate((column.heading(lang), column.heading(other), needed, told[column.field])):
            sheet.write_string(row, index, text, wrap)
    for row, text in enumerate(notes(), start=len(FORM.columns) + 2):
        sheet.merge_range(row, 0, row, len(titles) - 1, text, wrap)
        sheet.set_row(row, 32)
    sheet.freeze_panes(1, 0)
