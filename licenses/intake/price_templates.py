"""The price list to fill in: a spreadsheet or CSV, empty or with prices in it. Texts in the asked language."""

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from licenses.intake.price_list import FINDINGS, PRICES
from licenses.intake.sheets import DATE_FORMATS, OPTIONS, JudgedRow, Value, csv_file, help_sheet, judged_rows, language

WIDTHS = {"part_number": 16, "country": 8, "currency": 8, "level": 8}
OTHER_WIDTH = 16
DAYS = ("valid_from", "valid_to")
AMOUNTS = ("price", "list_price")


def explanations() -> dict[str, str]:
    """What to write into each column, by field."""
    return {
        "part_number": gettext("The part as it stands in the catalog."),
        "country": gettext("The two letters of the list's country, such as DK."),
        "currency": gettext("The three letters of the list's currency, such as DKK."),
        "level": gettext("The price level, such as BL, D or GV."),
        "price": gettext("For 12 months of a renewal, or for one unit of a license; what is paid, excluding VAT."),
        "list_price": gettext("The published price, where the price beside it is negotiated."),
        "valid_from": gettext("The first day of the price. Empty: the effective day that is given with the file."),
        "valid_to": gettext("The last day of the price. Empty: until another one begins."),
    }


def csv(lang: str, rows: Iterable[Sequence[Value]] = ()) -> bytes:
    """The headings as CSV, and below them `rows` in their order."""
    return csv_file([column.heading(lang) for column in PRICES.columns], rows, lang)


def xlsx(lang: str, rows: Iterable[Sequence[Value]] = ()) -> bytes:
    """A workbook with the data sheet, filled with `rows`, and a second sheet that explains every column."""
    with translation.override(lang):
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer, OPTIONS) as book:
            book.set_properties({"title": gettext("Price list")})
            bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E0E0E0", "text_wrap": True})
            _data_sheet(book, lang, bold, rows)
            help_sheet(book, PRICES, explanations(), lang, bold)
        return buffer.getvalue()


def with_findings(rows: Iterable[JudgedRow], lang: str) -> bytes:
    """A file as it was read, with what was found beside each row: to be mended and handed in again as a whole."""
    widths = [OTHER_WIDTH] * len(PRICES.columns)
    with translation.override(lang):
        return judged_rows(PRICES, FINDINGS, rows, lang, title=gettext("Prices"), widths=widths)


def _data_sheet(book: Workbook, lang: str, bold: Format, rows: Iterable[Sequence[Value]]) -> None:
    sheet = book.add_worksheet(gettext("Prices"))
    text = book.add_format({"num_format": "@"})
    amount = book.add_format({"num_format": "#,##0.00"})
    day = book.add_format({"num_format": DATE_FORMATS[language(lang)]})
    formats = dict.fromkeys(AMOUNTS, amount) | dict.fromkeys(DAYS, day)
    styles = [formats.get(column.field, text) for column in PRICES.columns]
    for index, column in enumerate(PRICES.columns):
        sheet.set_column(index, index, WIDTHS.get(column.field, OTHER_WIDTH), styles[index])
        sheet.write_string(0, index, column.heading(lang), bold)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    for number, row in enumerate(rows, start=1):
        for index, value in enumerate(row):
            if isinstance(value, Decimal):
                sheet.write_number(number, index, float(value), styles[index])
            elif isinstance(value, str):
                sheet.write_string(number, index, value, styles[index])
            elif value is not None:
                sheet.write_datetime(number, index, value, styles[index])
