"""The transfer form to fill in, and rows that come back: spreadsheets and CSV. Texts in the asked language."""

import io
from collections.abc import Iterable
from typing import Any

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from licenses.intake.cells import FIRST_DAY, LAST_DAY, MAX_QUANTITY
from licenses.intake.headings import Column
from licenses.intake.limits import LIMITS
from licenses.intake.sheets import DATE_FORMATS, OPTIONS, JudgedRow, csv_file, help_sheet, judged_rows, language
from migrations_app.intake.guide import explanations, notes
from migrations_app.intake.headings import FINDINGS, FORM
from migrations_app.intake.paper_form import pdf
from migrations_app.intake.values import MAX_LENGTH

__all__ = ["csv", "failed_rows", "pdf", "xlsx"]

WIDTHS = {"part_number": 16, "quantity": 12, "effective_on": 16, "reference": 20, "reason": 40}


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
            help_sheet(book, FORM, explanations(), lang, bold, notes())
        return buffer.getvalue()


def csv(lang: str) -> bytes:
    """The headings as UTF-8 with its mark: semicolons for Danish, as Danish spreadsheets expect, commas otherwise."""
    return csv_file([column.heading(lang) for column in FORM.columns], (), lang)


def failed_rows(rows: Iterable[JudgedRow], lang: str) -> bytes:
    """Rows that didn't go through, in the form's shape with their reasons, to be mended and sent again."""
    widths = [_width(column) for column in FORM.columns]
    with translation.override(lang):
        return judged_rows(FORM, FINDINGS, rows, lang, title=gettext("Rows to mend"), widths=widths)


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
