"""The renewal calendar and the coverage radar as CSV and as spreadsheets. Text is never a formula."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from licenses.intake.sheets import Value, csv_file
from licenses.papers.frame import Cell
from licenses.sheets import Book
from portal.kernel.period import Period
from renewals.models import RenewalQuote
from renewals.queries.radar import RadarLine
from renewals.queries.year import Entry
from renewals.rules.calendar import Sums
from renewals.words.overviews import FINDING_REMEDIES, FINDINGS, KINDS, RISKS

CALENDAR_WIDTHS = (16, 26, 36, 14, 40, 10, 10, 16, 12, 18, 10, 14, 30)
RADAR_WIDTHS = (36, 12, 36, 14, 60, 20, 10, 22, 30, 30, 16, 16, 16, 10, 60)
SUM_WIDTHS = (16, 10, 10, 18, 18, 18, 10)


def calendar_columns() -> list[str]:
    """The headings of an entry."""
    return [
        _("Day"), _("What"), _("Customer"), _("Number"), _("Site"), _("Lines"), _("Units"), _("Quote"), _("Status"),
        _("Amount"), _("Currency"), _("Estimate"), _("Risk"),
    ]  # fmt: skip


def calendar_cells(entry: Entry) -> list[Cell]:
    """An entry as a row."""
    return [
        entry.on,
        str(KINDS[entry.kind]),
        entry.customer.name if entry.customer else None,
        entry.number,
        entry.site.name if entry.site else None,
        entry.lines,
        entry.units,
        str(entry.quote) if entry.quote else None,
        str(RenewalQuote.Status(entry.status).label) if entry.status else None,
        entry.amount,
        entry.currency or None,
        (_("yes") if entry.estimated else _("no")) if entry.amount is not None else None,
        ", ".join(str(RISKS[risk]) for risk in entry.risks) or None,
    ]


def calendar_xlsx(entries: Sequence[Entry], sums: Sequence[Sums], made_at: datetime, lang: str) -> bytes:
    """The entries, and on a second sheet the sums by month and currency."""
    book = Book(lang, _("Renewal calendar"), made_at, "DKK")
    sheet = book.sheet(_("Renewals"), calendar_columns(), CALENDAR_WIDTHS)
    for row, entry in enumerate(entries, start=1):
        book.write(sheet, row, calendar_cells(entry), amounts={9})
    sheet.autofilter(0, 0, max(len(entries), 1), len(CALENDAR_WIDTHS) - 1)
    columns = [_("Month"), _("Currency"), _("Entries"), _("Quotes"), _("Estimates"), _("At risk"), _("With a risk")]
    sheet = book.sheet(_("By month"), columns, SUM_WIDTHS)
    for row, each in enumerate(sums, start=1):
        figures: list[Cell] = [each.entries, each.quoted, each.estimated, each.at_risk, each.risky]
        book.write(sheet, row, [each.month, each.currency or None, *figures], amounts={3, 4, 5})
    return book.bytes()


def calendar_csv(entries: Iterable[Entry], lang: str) -> bytes:
    """The entries."""
    return csv_file(calendar_columns(), ([_value(cell) for cell in calendar_cells(each)] for each in entries), lang)


def radar_columns() -> list[str]:
    """The headings of a line with what is wrong."""
    return [
        _("Customer"), _("Site number"), _("Site"), _("Part number"), _("Description"), _("Order reference"),
        _("Quantity"), _("What is wrong"), _("Without cover"), _("Paid twice"), _("Lapsed from"), _("Cover ends"),
        _("Reinstatement estimate"), _("Currency"), _("What to do"),
    ]  # fmt: skip


def radar_cells(row: RadarLine) -> list[Cell]:
    """A line as a row."""
    line, judged = row.line, row.judged
    return [
        row.customer.name,
        line.site.site_number,
        line.site.name,
        line.part_id,
        line.part.description,
        line.order_reference,
        row.units,
        ", ".join(str(FINDINGS[each]) for each in judged.findings),
        _days(judged.gaps),
        _days(judged.overlaps),
        judged.lapsed_from,
        judged.segments[-1].ends_on if judged.segments else None,
        row.estimate.amount if row.estimate else None,
        row.currency if row.estimate else None,
        " ".join(str(FINDING_REMEDIES[each]) for each in judged.findings),
    ]


def radar_xlsx(lines: Sequence[RadarLine], made_at: datetime, lang: str) -> bytes:
    """The lines."""
    book = Book(lang, _("Coverage radar"), made_at, "DKK")
    sheet = book.sheet(_("Lines"), radar_columns(), RADAR_WIDTHS)
    for row, line in enumerate(lines, start=1):
        book.write(sheet, row, radar_cells(line), amounts={12})
    sheet.autofilter(0, 0, max(len(lines), 1), len(RADAR_WIDTHS) - 1)
    return book.bytes()


def radar_csv(lines: Iterable[RadarLine], lang: str) -> bytes:
    """The lines."""
    return csv_file(radar_columns(), ([_value(cell) for cell in radar_cells(each)] for each in lines), lang)


def _days(periods: Iterable[Period]) -> str | None:
    return "; ".join(f"{each.starts_on.isoformat()}..{each.ends_on.isoformat()}" for each in periods) or None


def _value(cell: Cell) -> Value:
    if isinstance(cell, datetime):
        return cell.date()
    return Decimal(cell) if isinstance(cell, int) else cell
