"""A renewal quote as PDF: what it says, and the calculation behind each line."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from licenses.papers.frame import frame, shown_facts
from licenses.papers.render import breakable, render
from licenses.why import Why, why
from renewals.papers.labels import banners, column_labels, disclaimers, kinds, quote_title, statuses
from renewals.papers.quote import QuotePaper, QuotePaperLine, QuotePaperSite, amount_of, by_site, points_of
from sites.formats import format_amount, format_date, format_money, format_number, format_points

# Millimeters that the longest date of a language takes in the table: 30.9.2027, 30 September 2027.
WIDEST_DAY = 25
DAY_WIDTHS = {"da": 19, "en": WIDEST_DAY}


def quote_pdf(paper: QuotePaper, lang: str) -> bytes:
    """The quote in `lang` (da or en): A4 landscape, PDF/A-2a and PDF/UA-1, the calculation of each line appended.

    Raises Unprintable for a character that the font lacks.
    """
    with override(lang):
        return render("quote.typ", _data(paper, lang), lang)


def _data(paper: QuotePaper, lang: str) -> dict[str, Any]:
    name = quote_title(paper)
    valid = _("Prices valid until %(day)s") % {"day": format_date(paper.valid_until, lang)}
    total = format_money(paper.total, paper.currency, lang)
    sites = by_site(paper)
    return {
        **frame(name, paper.issued_on, paper.customer_name, " ".join(disclaimers(paper))),
        "subheading": kinds().get(paper.kind, paper.kind),
        "banners": banners(paper),
        "total_label": _("Total without VAT"),
        "total": total,
        "valid_until": valid,
        "facts": shown_facts(_facts(paper, lang)),
        "column_labels": column_labels(),
        "day_width": DAY_WIDTHS.get(lang, WIDEST_DAY),
        "sites": [_site(site, lines, paper.currency, lang) for site, lines in sites],
        "totals": [[_("Points"), format_points(paper.points, lang)], [_("Total without VAT"), total]],
        "notes": [
            f"{valid}.",
            _("A part of a line's quantity is a new price and a new version."),
            *disclaimers(paper),
        ],
        "appendix_title": _("Appendix: how each line is calculated"),
        "appendix_text": _(
            "Amount = unit price for 12 months × quantity × months ÷ 12, rounded once, half up, to the currency's "
            "smallest unit. Points = points per unit × quantity × months ÷ 12, rounded half up to two places."
        )
        + " "
        + _("Rules %(rules)s, rule book version %(version)s.")
        % {"rules": "T7, P2, P3", "version": ", ".join(sorted({line.amount_why.version for line in paper.lines}))},
        "appendix_labels": [
            _("Item"),
            _("Renewal part"),
            _("Site number"),
            _("Unit price × quantity × months ÷ 12 = amount"),
            _("Amount (%(currency)s)") % {"currency": paper.currency},
            _("Points"),
        ],
        "appendix_notes": [_derivation(why(each, paper.currency)) for each in paper.whys],
        "appendix": [_calculation(line, paper.currency, lang) for _where, lines in sites for line in lines],
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
        (_("Site numbers"), [", ".join(site.number for site in paper.sites)]),
        (_("Anniversary"), [format_date(paper.anniversary, lang)] if paper.anniversary else []),
        (_("Level of this quote"), [paper.quote_level]),
        (_("Status"), [statuses().get(paper.status, paper.status)]),
    ]


def _site(site: QuotePaperSite, lines: list[QuotePaperLine], currency: str, lang: str) -> dict[str, Any]:
    where = ", ".join(filter(None, (site.name, *site.address)))
    return {
        "title": breakable(_("Site %(number)s: %(where)s") % {"number": site.number, "where": where}),
        "lines": [_row(line, currency, lang) for line in lines],
        "subtotal_label": _("Subtotal of site %(number)s") % {"number": site.number},
        "points": format_points(points_of(lines), lang),
        "amount": format_money(amount_of(lines), currency, lang),
    }


def _row(line: QuotePaperLine, currency: str, lang: str) -> list[str]:
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


def _calculation(line: QuotePaperLine, currency: str, lang: str) -> list[str]:
    """Item, part, site, the derivation of the amount with that of the cover below it, the amount, and the derivation
    of the points."""
    derived = [line.amount_why, *([line.cover_why] if line.cover_why else [])]
    return [
        format_number(line.item, lang),
        breakable(line.renewal_part or line.part_number),
        line.site_number,
        ". ".join(why(each, currency).sentence for each in derived),
        format_amount(line.amount, currency, lang),
        why(line.points_why).sentence,
    ]


def _derivation(told: Why) -> str:
    """A figure that all lines share: rule, what it says, and how it came about here."""
    rule = _("Rule %(rule)s, %(title)s") % {"rule": told.rule, "title": told.title}
    return breakable(f"{rule}: {told.sentence} {told.statement}")
