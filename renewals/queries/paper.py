"""A quote as the paper that it is printed as."""

from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import override
from django_countries import countries

from portal.kernel.explanation import Explanation
from renewals.models import QuoteLine, RenewalQuote
from renewals.papers import QuotePaper, QuotePaperContact, QuotePaperLine, QuotePaperSite
from renewals.queries.stored import state_of
from renewals.queries.why import line_why, quote_why
from sites.clock import today
from sites.models import Customer, Site, SiteContact


def paper_of(quote: RenewalQuote) -> QuotePaper:
    """`quote` in its own language; needs `agreement` and `customer`.

    It says the same whoever prints it: a site of another customer under the Agreement keeps its number alone.
    """
    lines = list(quote.lines.all())
    numbers = {line.site_number for line in lines}
    sites = {s.site_number: s for s in Site.objects.filter(site_number__in=numbers, customer_id=quote.customer_id)}
    with override(quote.language):
        return _paper(quote, lines, sites)


def _paper(quote: RenewalQuote, lines: list[QuoteLine], sites: dict[str, Site]) -> QuotePaper:
    return QuotePaper(
        number=quote.number,
        version=quote.version,
        kind=quote.kind,
        status=state_of(quote, today()),
        issued_on=quote.issued_at.date(),
        valid_until=quote.valid_until,
        customer_name=quote.customer.name,
        customer_address=_address(quote.customer),
        customer_number=quote.customer.ibm_customer_number,
        sites=tuple(_site(number, sites.get(number)) for number in dict.fromkeys(line.site_number for line in lines)),
        lines=tuple(_line(line) for line in lines),
        points=quote.points,
        total=quote.total,
        currency=quote.currency,
        quote_level=quote.quote_level,
        rsvp_level=quote.rsvp_level,
        agreement_number=quote.agreement.number if quote.agreement else "",
        anniversary=quote.anniversary,
        contacts=tuple(_contacts(sites.values())),
        demo_prices=quote.demonstration_prices,
        registration_number=quote.customer.registration_number,
        country=str(quote.customer.country),
        whys=tuple(_shared(quote, lines)),
    )


def _shared(quote: RenewalQuote, lines: Sequence[QuoteLine]) -> Iterator[Explanation]:
    """Why the level is what it is, one step back, and until when prices hold; and the first line's price, by whose
    rule that of every line is."""
    whole = quote_why(quote, lines)
    if "level" in whole:
        yield from (whole["level"], *whole["level"].parts, whole["valid_until"])
    yield from (kept for kept in (line_why(line).get("price") for line in lines[:1]) if kept)


def _contacts(sites: Iterable[Site]) -> list[QuotePaperContact]:
    """Those of the Originating Site; of an Express site its own."""
    ranked = sorted(sites, key=lambda s: (not s.originating, s.site_number))
    rows = SiteContact.objects.filter(site__in=ranked[:1]).valid_on(today()).order_by("role", "name")
    return [QuotePaperContact(str(c.get_role_display()), c.name, c.email) for c in rows]


def _site(number: str, site: Site | None) -> QuotePaperSite:
    return QuotePaperSite(number, site.name, _address(site)) if site else QuotePaperSite(number, "")


def _address(where: Site | Customer) -> tuple[str, ...]:
    town = f"{where.postal_code} {where.city}".strip()
    return tuple(line for line in (where.street, town, countries.name(str(where.country))) if line)


def _line(line: QuoteLine) -> QuotePaperLine:
    kept = line_why(line)
    return QuotePaperLine(
        item=line.item,
        part_number=line.part_number,
        renewal_part=line.renewal_part,
        description=line.description,
        quantity=line.quantity,
        order_reference=line.order_reference,
        site_number=line.site_number,
        points=line.points,
        cover_start=line.cover_start,
        cover_end=line.cover_end,
        months=line.months,
        list_unit_price=line.list_unit_price,
        unit_price=line.unit_price,
        amount=line.amount,
        amount_why=kept["amount"],
        points_why=kept["points"],
        cover_why=kept.get("cover"),
    )
