"""Renewal quote as a paper (rule book section 7): what it says, and the calculation behind each line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from licenses.papers.frame import frame, shown_facts
from licenses.papers.labels import demonstration_prices, not_affiliated
from licenses.papers.render import breakable, render
from licenses.why import Why, why
from portal.kernel.explanation import Explanation
from sites.formats import format_amount, format_date, format_money, format_number, format_points

# Millimeters that the longest date of a language takes in the table: 30.9.2027, 30 September 2027.
WIDEST_DAY = 25
DAY_WIDTHS = {"da": 19, "en": WIDEST_DAY}


@dataclass(frozen=True, slots=True)
class QuotePaperContact:
    """A contact of the quote: `role` in the quote's language."""

    role: str
    name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class QuotePaperSite:
    """A site that the quote holds lines of."""

    number: str
    name: str
    address: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuotePaperLine:
    """One line: prices in the quote's currency for 12 months and one unit, `amount` for `months` and `quantity`.

    `amount_why`, `points_why` and, where it is known, `cover_why` are the derivations that the appendix prints.
    """

    item: int
    part_number: str
    renewal_part: str
    description: str
    quantity: int | Decimal
    order_reference: str
    site_number: str
    points: Decimal
    cover_start: date
    cover_end: date
    months: int
    list_unit_price: Decimal
    unit_price: Decimal
    amount: Decimal
    amount_why: Explanation
    points_why: Explanation
    cover_why: Explanation | None = None


@dataclass(frozen=True, slots=True)
class QuotePaper:
    """What one version of a quote says. Lines are printed by site in the order of `sites`; `whys` derive what all
    lines share, below the appendix.

    Raises ValueError when points or total aren't the sum of the lines, or a line's site isn't among `sites`:
    such a paper is never printed.
    """

    number: str
    version: int
    kind: str
    status: str
    issued_on: date
    valid_until: date
    customer_name: str
    customer_address: tuple[str, ...]
    customer_number: str
    sites: tuple[QuotePaperSite, ...]
    lines: tuple[QuotePaperLine, ...]
    points: Decimal
    total: Decimal
    currency: str
    quote_level: str
    rsvp_level: str = ""
    agreement_number: str = ""
    anniversary: date | None = None
    contacts: tuple[QuotePaperContact, ...] = ()
    demo_prices: bool = False
    whys: tuple[Explanation, ...] = ()

    def __post_init__(self) -> None:
        named = {site.number for site in self.sites}
        stray = sorted({line.site_number for line in self.lines} - named)
        if stray:
            raise ValueError(f"quote {self.number}: lines stand at sites that it doesn't name: {', '.join(stray)}")
        if (amount := _amount(self.lines)) != self.total:
            raise ValueError(f"quote {self.number}: total {self.total} isn't the sum of its lines, {amount}")
        if (points := _points(self.lines)) != self.points:
            raise ValueError(f"quote {self.number}: points {self.points} aren't the sum of its lines, {points}")


def quote_pdf(paper: QuotePaper, lang: str) -> bytes:
    """The quote in `lang` (da or en): A4 landscape, PDF/A-2a and PDF/UA-1, the calculation of each line appended.

    Raises Unprintable for a character that the font lacks.
    """
    with override(lang):
        return render("quote.typ", _data(paper, lang), lang)


def _data(paper: QuotePaper, lang: str) -> dict[str, Any]:
    name = _("Renewal quote %(number)s, version %(version)s") % {"number": paper.number, "version": paper.version}
    valid = _("Prices valid until %(day)s") % {"day": format_date(paper.valid_until, lang)}
    total = format_money(paper.total, paper.currency, lang)
    by_site = _by_site(paper)
    return {
        **frame(name, paper.issued_on, paper.customer_name, " ".join(_disclaimers(paper))),
        "subheading": _kinds().get(paper.kind, paper.kind),
        "banners": _banners(paper),
        "total_label": _("Total without VAT"),
        "total": total,
        "valid_until": valid,
        "facts": shown_facts(_facts(paper, lang)),
        "column_labels": _column_labels(),
        "day_width": DAY_WIDTHS.get(lang, WIDEST_DAY),
        "sites": [_site(site, lines, paper.currency, lang) for site, lines in by_site],
        "totals": [[_("Points"), format_points(paper.points, lang)], [_("Total without VAT"), total]],
        "notes": [
            f"{valid}.",
            _("A part of a line's quantity is a new price and a new version."),
            *_disclaimers(paper),
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
        "appendix": [_calculation(line, paper.currency, lang) for _where, lines in by_site for line in lines],
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
        (_("Status"), [_statuses().get(paper.status, paper.status)]),
    ]


def _column_labels() -> list[str]:
    return [
        _("Item"),
        _("Part and renewal part"),
        _("Description"),
        _("Quantity"),
        _("Order reference"),
        _("Points"),
        _("Cover start"),
        _("Cover end"),
        _("Months"),
        _("List unit price"),
        _("Unit price"),
        _("Amount"),
    ]


def _site(site: QuotePaperSite, lines: list[QuotePaperLine], currency: str, lang: str) -> dict[str, Any]:
    where = ", ".join(filter(None, (site.name, *site.address)))
    return {
        "title": breakable(_("Site %(number)s: %(where)s") % {"number": site.number, "where": where}),
        "lines": [_row(line, currency, lang) for line in lines],
        "subtotal_label": _("Subtotal of site %(number)s") % {"number": site.number},
        "points": format_points(_points(lines), lang),
        "amount": format_money(_amount(lines), currency, lang),
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


def _by_site(paper: QuotePaper) -> list[tuple[QuotePaperSite, list[QuotePaperLine]]]:
    """Each site that has lines, with them, in the order of `sites`."""
    held: dict[str, list[QuotePaperLine]] = {site.number: [] for site in paper.sites}
    for line in paper.lines:
        held[line.site_number].append(line)
    return [(site, held[site.number]) for site in paper.sites if held[site.number]]


def _amount(lines: Iterable[QuotePaperLine]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))


def _points(lines: Iterable[QuotePaperLine]) -> Decimal:
    return sum((line.points for line in lines), Decimal(0))


def _kinds() -> dict[str, str]:
    return {
        "anniversary": _("All cover of the agreement, taken to one anniversary"),
        "transition": _("Transition quote: cover up to the first anniversary after the move"),
        "express": _("Renewal of Passport Advantage Express licenses"),
    }


def _statuses() -> dict[str, str]:
    return {
        "draft": _("Draft"),
        "issued": _("Issued"),
        "accepted": _("Accepted"),
        "declined": _("Declined"),
        "superseded": _("Superseded"),
        "expired": _("Expired"),
    }


def _banners(paper: QuotePaper) -> list[str]:
    told = {
        "draft": _("Draft: the prices are not offered yet."),
        "declined": _("Declined: this version can't be accepted any more."),
        "superseded": _("Superseded: a later version of this quote replaces this one."),
        "expired": _("Expired: these prices no longer hold."),
    }
    return [told[paper.status]] if paper.status in told else []


def _disclaimers(paper: QuotePaper) -> list[str]:
    return [not_affiliated(), *([demonstration_prices()] if paper.demo_prices else [])]
