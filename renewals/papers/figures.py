"""What the paper of a quote holds, written out for its reader, whether it is set whole or in parts."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from licenses.papers.frame import frame, shown_facts
from licenses.papers.render import breakable
from licenses.why import Why, why
from renewals.papers.labels import banners, column_labels, disclaimers, kinds, quote_title, statuses
from renewals.papers.quote import QuotePaper, QuotePaperLine, QuotePaperSite, amount_of, points_of
from sites.formats import format_amount, format_date, format_money, format_number, format_points

# Millimeters across the page; what the columns take at least; that of the description takes what is left.
ACROSS = 273.0
LEAST = [9.0, 30.0, 0.0, 13.0, 21.0, 15.0, 18.5, 18.5, 13.5, 18.0, 17.0, 18.0]
DESCRIPTION = 2
# Columns of figures and days, which never break. Millimeters at 7.5 pt: a digit or letter, what separates them, and
# the room beside them.
FIGURES = (0, 3, 5, 6, 7, 9, 10, 11)
DIGIT, SEPARATOR, BESIDE = 1.62, 0.8, 2.6
# Site numbers that are listed one by one at the top.
MOST_SITES = 6


def shared(paper: QuotePaper, lang: str, rows: Collection[list[str]]) -> dict[str, Any]:
    """What every template of a quote reads."""
    total = format_money(paper.total, paper.currency, lang)
    valid = _("Prices valid until %(day)s") % {"day": format_date(paper.valid_until, lang)}
    return {
        **frame(quote_title(paper), paper.issued_on, paper.customer_name, " ".join(disclaimers(paper))),
        "subheading": kinds().get(paper.kind, paper.kind),
        "banners": banners(paper),
        "total_label": _("Total without VAT"),
        "total": total,
        "valid_until": valid,
        "facts": shown_facts(_facts(paper, lang)),
        "column_labels": column_labels(),
        "widths": _widths(rows),
        "totals": [[_("Points"), format_points(paper.points, lang)], [_("Total without VAT"), total]],
        "notes": [
            f"{valid}.",
            _("A part of a line's quantity is a new price and a new version."),
            *disclaimers(paper),
        ],
        "appendix_title": _("Appendix: how each line is calculated"),
        "appendix_notes": [_derivation(why(each, paper.currency)) for each in paper.whys],
    }


def _facts(paper: QuotePaper, lang: str) -> list[tuple[str, list[str]]]:
    contacts = [f"{c.role}: {c.name}" + (f", {c.email}" if c.email else "") for c in paper.contacts]
    return [
        (_("Customer"), [paper.customer_name, *paper.customer_address]),
        (_("Contacts"), contacts),
        (_("Agreement number"), [paper.agreement_number]),
        (_("RSVP level"), [paper.rsvp_level]),
        (_("Issued on"), [format_date(paper.issued_on, lang)]),
        (_("IBM Customer Number"), [paper.customer_number]),
        (_("Site numbers"), [_site_numbers(paper)]),
        (_("Anniversary"), [format_date(paper.anniversary, lang)] if paper.anniversary else []),
        (_("Level of this quote"), [paper.quote_level]),
        (_("Status"), [statuses().get(paper.status, paper.status)]),
    ]


def _site_numbers(paper: QuotePaper) -> str:
    """Each, or the first few and how many more there are: all of them stand above their lines."""
    numbers = [site.number for site in paper.sites]
    if len(numbers) <= MOST_SITES:
        return ", ".join(numbers)
    shown = numbers[: MOST_SITES - 1]
    more = len(numbers) - len(shown)
    told = ngettext("%(numbers)s and %(count)s more", "%(numbers)s and %(count)s more", more)
    return told % {"numbers": ", ".join(shown), "count": more}


def _widths(rows: Collection[list[str]]) -> list[float]:
    """Millimeters of each column: figures have the room that the longest of them takes."""
    widths = list(LEAST)
    for place in FIGURES:
        longest = max((_long(row[place]) for row in rows), default=0.0)
        widths[place] = max(widths[place], round(longest + BESIDE, 2))
    widths[DESCRIPTION] = round(ACROSS - sum(widths), 2)
    return widths


def _long(figure: str) -> float:
    wide = sum(c.isalnum() for c in figure)
    return wide * DIGIT + (len(figure) - wide) * SEPARATOR


def site_title(site: QuotePaperSite) -> str:
    """What stands above a site's lines."""
    where = ", ".join(filter(None, (site.name, *site.address)))
    title = _("Site %(number)s: %(where)s") % {"number": site.number, "where": where}
    return breakable(title if where else title.removesuffix(": "))


def sums(site: QuotePaperSite, lines: Collection[QuotePaperLine], currency: str, lang: str) -> list[str]:
    """What stands below a site's lines: label, points, amount."""
    return [
        _("Subtotal of site %(number)s") % {"number": site.number},
        format_points(points_of(lines), lang),
        format_money(amount_of(lines), currency, lang),
    ]


def row_of(line: QuotePaperLine, currency: str, lang: str) -> list[str]:
    """A line's cells."""
    parts = " ".join(dict.fromkeys(filter(None, (line.part_number, line.renewal_part))))
    return [
        format_number(line.item, lang),
        breakable(parts),
        breakable(line.description),
        format_number(line.quantity, lang),
        breakable(line.order_reference),
        format_points(line.points, lang),
        format_date(line.cover_start, lang),
        format_date(line.cover_end, lang),
        format_number(line.months, lang),
        format_amount(line.list_unit_price, currency, lang),
        format_amount(line.unit_price, currency, lang),
        format_amount(line.amount, currency, lang),
    ]


def calculated() -> str:
    """How amounts and points come about."""
    return _(
        "Amount = unit price for 12 months × quantity × months ÷ 12, rounded once, half up, to the currency's "
        "smallest unit. Points = points per unit × quantity × months ÷ 12, rounded half up to two places."
    )


def versions(paper: QuotePaper) -> str:
    """By which rules, of which rule book."""
    found = ", ".join(sorted({line.amount_why.version for line in paper.lines}))
    return _("Rules %(rules)s, rule book version %(version)s.") % {"rules": "T7, P2, P3", "version": found}


def _derivation(told: Why) -> str:
    """A figure that all lines share: rule, what it says, and how it came about here."""
    rule = _("Rule %(rule)s, %(title)s") % {"rule": told.rule, "title": told.title}
    return breakable(f"{rule}: {told.sentence} {told.statement}")
