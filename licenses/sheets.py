"""Papers as spreadsheets: the same values as the papers, dates and figures as such. Text is never a formula."""

from collections.abc import Container, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from licenses.intake.limits import LIMITS
from licenses.intake.sheets import OPTIONS, RISKY
from licenses.papers import holdings as holdings_paper
from licenses.papers import points as points_paper
from licenses.papers.frame import Cell
from licenses.papers.holdings import HoldingsPaper
from licenses.papers.points import PointsPaper
from portal.kernel.money import minor_step

DAYS = {"da": "d.m.yyyy", "en": "d mmmm yyyy"}
INSTANTS = {"da": "d.m.yyyy hh.mm.ss", "en": "d mmmm yyyy hh:mm:ss"}


class Book:
    """A workbook in one language, dated so that the same values give the same bytes."""

    def __init__(self, lang: str, title: str, made_at: datetime, currency: str = ""):
        self.buffer = BytesIO()
        self.book: Workbook = xlsxwriter.Workbook(self.buffer, OPTIONS)
        language = lang if lang in DAYS else "en"
        self.book.set_properties({"title": title, "created": made_at.astimezone(UTC).replace(tzinfo=None)})
        self.head = self.book.add_format({"bold": True, "bg_color": "#e0e0e0", "text_wrap": True, "valign": "top"})
        self.title = self.book.add_format({"bold": True, "font_size": 14})
        self.day = self._as(DAYS[language])
        self.instant = self._as(INSTANTS[language])
        self.points = self._as("#,##0.00")
        self.units = self._as("#,##0")
        places = -int(minor_step(currency).as_tuple().exponent)
        self.money = self._as("#,##0." + "0" * places if places else "#,##0")
        self.quoted = self.book.add_format({"quote_prefix": True})

    def _as(self, pattern: str) -> Format:
        return self.book.add_format({"num_format": pattern, "align": "right"})

    def sheet(self, name: str, columns: Sequence[str], widths: Sequence[int]) -> Worksheet:
        """A sheet with headings that stay in sight."""
        sheet = self.book.add_worksheet(name)
        for place, (label, width) in enumerate(zip(columns, widths, strict=True)):
            sheet.write_string(0, place, label, self.head)
            sheet.set_column(place, place, width)
        sheet.freeze_panes(1, 0)
        return sheet

    def write(self, sheet: Worksheet, row: int, cells: Iterable[Cell], *, amounts: Container[int] = ()) -> None:
        """One row; None leaves its cell empty. `amounts` are the places of money, all other decimals are points."""
        for place, value in enumerate(cells):
            if value is None:
                continue
            if isinstance(value, datetime):
                sheet.write_datetime(row, place, timezone.localtime(value).replace(tzinfo=None), self.instant)
            elif isinstance(value, date):
                sheet.write_datetime(row, place, value, self.day)
            elif isinstance(value, Decimal):
                sheet.write_number(row, place, value, self.money if place in amounts else self.points)
            elif isinstance(value, int):
                sheet.write_number(row, place, value, self.units)
            else:
                style = self.quoted if value.startswith(RISKY) else None
                sheet.write_string(row, place, value[: LIMITS.cell_characters], style)

    def facts(
        self,
        name: str,
        title: str,
        facts: Iterable[tuple[str, Cell]],
        sentences: Iterable[str],
        *,
        amounts: Container[str] = (),
    ) -> None:
        """A sheet of labels and values, with sentences below; `amounts` are the labels of money."""
        sheet = self.book.add_worksheet(name)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 34)
        sheet.write_string(0, 0, title, self.title)
        row = 2
        for label, value in facts:
            self.write(sheet, row, [label, value], amounts={1} if label in amounts else ())
            row += 1
        for sentence in sentences:
            row += 1
            sheet.write_string(row, 0, sentence)

    def bytes(self) -> bytes:
        """The file."""
        self.book.close()
        return self.buffer.getvalue()


def points_xlsx(paper: PointsPaper, lang: str) -> bytes:
    """The statement of points in `lang`: entries, Terms, and the figures."""
    with override(lang):
        book = Book(lang, points_paper.points_title(paper), paper.known_at)
        columns = [*points_paper.points_columns(), _("Note")]
        sheet = book.sheet(_("Entries"), columns, [18, 26, 12, 14, 22, 14, 16, 44])
        for row, entry in enumerate(paper.entries, start=1):
            cells: list[Cell] = [
                entry.effective_on,
                entry.recorded_at,
                entry.site_number,
                points_paper.kind_name(entry.kind),
                entry.reference,
                entry.points,
                entry.balance,
                "; ".join(points_paper.mirror_sentences(entry.mirrors, lang)) or None,
            ]
            book.write(sheet, row, cells)
        sheet = book.sheet(_("Terms"), points_paper.term_columns(), [18, 18, 14, 14, 18])
        for row, each in enumerate(paper.terms, start=1):
            book.write(sheet, row, points_paper.term_cells(each))
        told = [paper.summary, points_paper.left_out_sentence(paper, lang)]
        book.facts(_("Figures"), points_paper.points_title(paper), _points_facts(paper), filter(None, told))
        return book.bytes()


def _points_facts(paper: PointsPaper) -> list[tuple[str, Cell]]:
    term = paper.term
    ends: list[tuple[str, Cell]] = [
        (_("Term from"), term.starts_on if term else None),
        (_("Term to"), term.ends_on if term else None),
    ]
    return points_paper.points_facts(paper, ends)


def holdings_xlsx(paper: HoldingsPaper, lang: str) -> bytes:
    """The statement of holdings in `lang`: the lines, and what they are about."""
    with override(lang):
        book = Book(lang, holdings_paper.holdings_title(paper), paper.known_at)
        sheet = book.sheet(_("Licenses"), holdings_paper.holdings_columns(), [14, 60, 24, 12, 20, 18, 18, 18, 18])
        for row, line in enumerate(paper.lines, start=1):
            book.write(sheet, row, holdings_paper.holdings_cells(line))
        told = filter(None, [holdings_paper.left_out_sentence(paper, lang)])
        book.facts(_("About"), holdings_paper.holdings_title(paper), holdings_paper.holdings_facts(paper), told)
        return book.bytes()
