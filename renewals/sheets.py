"""A renewal quote as a spreadsheet and as CSV: figures as such, in the quote's language. Text is never a formula."""

from datetime import UTC, datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import override

from licenses.intake.sheets import Value, csv_file
from licenses.papers.frame import Cell
from licenses.sheets import Book
from portal.kernel.money import round_money
from renewals.papers import QuotePaper
from renewals.papers.labels import banners, disclaimers, kinds, line_labels, quote_title, statuses
from renewals.papers.quote import QuotePaperLine, amount_of, by_site, points_of

WIDTHS = (8, 12, 14, 14, 60, 12, 20, 12, 16, 16, 9, 16, 16, 18, 10)
# Where the amounts stand among the cells of a line.
AMOUNTS = frozenset({11, 12, 13})


def quote_xlsx(paper: QuotePaper, lang: str) -> bytes:
    """Three sheets in `lang`: the lines, the sums by site, and what the quote is about."""
    with override(lang):
        book = Book(lang, quote_title(paper), _midnight(paper), paper.currency)
        sheet = book.sheet(_("Lines"), line_labels(), WIDTHS)
        for row, line in enumerate(paper.lines, start=1):
            book.write(sheet, row, _cells(line, paper.currency), amounts=AMOUNTS)
        sheet.autofilter(0, 0, len(paper.lines), len(WIDTHS) - 1)
        _subtotals(book, paper)
        said = [*banners(paper), _("Amounts are without VAT."), *disclaimers(paper)]
        book.facts(_("About the quote"), quote_title(paper), _facts(paper), said, amounts={_("Total without VAT")})
        return book.bytes()


def quote_csv(paper: QuotePaper, lang: str) -> bytes:
    """The lines in `lang`, each with the quote that it is of."""
    with override(lang):
        note = " ".join([*banners(paper), *disclaimers(paper)])
        headings = [_("Quote"), _("Version"), *line_labels(), _("Note")]
        of = (paper.number, Decimal(paper.version))
        rows = ([*of, *map(_value, _cells(line, paper.currency)), note] for line in paper.lines)
        return csv_file(headings, rows, lang)


def _cells(line: QuotePaperLine, currency: str) -> list[Cell]:
    return [
        line.item,
        line.site_number,
        line.part_number,
        line.renewal_part or None,
        line.description,
        line.quantity,
        line.order_reference,
        line.points,
        line.cover_start,
        line.cover_end,
        line.months,
        round_money(line.list_unit_price, currency),
        round_money(line.unit_price, currency),
        round_money(line.amount, currency),
        currency,
    ]


def _midnight(paper: QuotePaper) -> datetime:
    day = paper.issued_on
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _value(cell: Cell) -> Value:
    return Decimal(cell) if isinstance(cell, int) else cell


def _subtotals(book: Book, paper: QuotePaper) -> None:
    labels = [_("Site number"), _("Site"), _("Lines"), _("Points"), _("Amount"), _("Currency")]
    sheet = book.sheet(_("Subtotals"), labels, (12, 50, 10, 14, 18, 10))
    row = 0
    for row, (site, lines) in enumerate(by_site(paper), start=1):
        where = ", ".join(filter(None, (site.name, *site.address))) or None
        sums: list[Cell] = [len(lines), points_of(lines), round_money(amount_of(lines), paper.currency)]
        book.write(sheet, row, [site.number, where, *sums, paper.currency], amounts={4})
    total: list[Cell] = [len(paper.lines), paper.points, round_money(paper.total, paper.currency), paper.currency]
    book.write(sheet, row + 1, [_("Total without VAT"), None, *total], amounts={4})


def _facts(paper: QuotePaper) -> list[tuple[str, Cell]]:
    return [
        (_("Quote"), paper.number),
        (_("Version"), paper.version),
        (_("Kind"), kinds().get(paper.kind, paper.kind)),
        (_("Status"), statuses().get(paper.status, paper.status)),
        (_("Customer"), ", ".join([paper.customer_name, *paper.customer_address])),
        (_("IBM Customer Number"), paper.customer_number or None),
        (_("Agreement number"), paper.agreement_number or None),
        (_("Anniversary"), paper.anniversary),
        (_("RSVP level"), paper.rsvp_level or None),
        (_("Level of this quote"), paper.quote_level),
        *((c.role, ", ".join(filter(None, (c.name, c.email)))) for c in paper.contacts),
        (_("Issued on"), paper.issued_on),
        (_("Prices valid until"), paper.valid_until),
        (_("Points"), paper.points),
        (_("Total without VAT"), round_money(paper.total, paper.currency)),
        (_("Currency"), paper.currency),
    ]
