"""A renewal quote for machines: a Quotation of OASIS UBL 2.1.

Elements stand in the order that the standard's schema asks for. Amounts are without VAT, so no tax is named. The seller
is this portal, which says that it isn't IBM; the words are in the quote's language, figures as XML writes them.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext as _
from django.utils.translation import override

from licenses.papers.labels import PRODUCT
from portal.kernel.money import round_money
from renewals.papers.labels import banners, disclaimers, kinds
from renewals.papers.quote import QuotePaper, QuotePaperLine, QuotePaperSite

_SCHEMAS = "urn:oasis:names:specification:ubl:schema:xsd:"
NAMESPACES = {
    "": f"{_SCHEMAS}Quotation-2",
    "cac": f"{_SCHEMAS}CommonAggregateComponents-2",
    "cbc": f"{_SCHEMAS}CommonBasicComponents-2",
}
VERSION = "2.1"
# UN/ECE Recommendation 20: one unit, a month.
UNIT, MONTH = "C62", "MON"
# The Danish business register, as Danish public bodies name it, by the customer's country.
REGISTERS = {"DK": "DK:CVR"}
# XML 1.0 has no way to write these.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Piece = str | tuple[str, Any] | tuple[str, dict[str, str], Any]


def quote_ubl(paper: QuotePaper, lang: str) -> bytes:
    """The quote as UTF-8 XML, its texts in `lang` (da or en)."""
    with override(lang):
        named = "".join(f" xmlns{':' if p else ''}{p}={quoteattr(uri)}" for p, uri in NAMESPACES.items())
        inside = "".join(_written(name, *rest) for name, *rest in _quotation(paper, lang))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Quotation{named}>{inside}</Quotation>\n'.encode()


def _quotation(paper: QuotePaper, lang: str) -> Iterator[tuple[Any, ...]]:
    yield "cbc:UBLVersionID", VERSION
    yield "cbc:ID", f"{paper.number}-v{paper.version}"
    yield "cbc:IssueDate", paper.issued_on.isoformat()
    said = [kinds().get(paper.kind, paper.kind), _("Amounts are without VAT."), *banners(paper), *disclaimers(paper)]
    for text in said:
        yield "cbc:Note", {"languageID": lang}, text
    yield "cbc:PricingCurrencyCode", paper.currency
    yield "cbc:LineCountNumeric", str(len(paper.lines))
    yield "cac:ValidityPeriod", [("cbc:EndDate", paper.valid_until.isoformat())]
    if paper.agreement_number:
        yield "cac:Contract", _contract(paper)
    yield "cac:SellerSupplierParty", [("cac:Party", [("cac:PartyName", [("cbc:Name", PRODUCT)])])]
    yield "cac:OriginatorCustomerParty", _customer(paper)
    total = _amount(paper.total, paper.currency)
    yield (
        "cac:QuotedMonetaryTotal",
        [("cbc:LineExtensionAmount", *total), ("cbc:TaxExclusiveAmount", *total), ("cbc:PayableAmount", *total)],
    )
    sites = {site.number: site for site in paper.sites}
    for line in paper.lines:
        yield "cac:QuotationLine", _line(line, sites[line.site_number], paper.currency, lang)


def _contract(paper: QuotePaper) -> list[tuple[Any, ...]]:
    """The Agreement, with the Anniversary and levels that stand for it."""
    levels = _("RSVP level %(rsvp)s, level of this quote %(own)s")
    return [
        ("cbc:ID", paper.agreement_number),
        ("cbc:ContractType", "Passport Advantage"),
        ("cbc:Note", levels % {"rsvp": paper.rsvp_level, "own": paper.quote_level}),
        *([("cac:ValidityPeriod", [("cbc:StartDate", paper.anniversary.isoformat())])] if paper.anniversary else []),
    ]


def _customer(paper: QuotePaper) -> list[tuple[Any, ...]]:
    entity: list[tuple[Any, ...]] = [("cbc:RegistrationName", paper.customer_name)]
    if paper.registration_number:
        scheme = {"schemeID": REGISTERS[paper.country]} if paper.country in REGISTERS else {}
        prefix = paper.country if scheme and not paper.registration_number.startswith(paper.country) else ""
        entity.append(("cbc:CompanyID", scheme, prefix + paper.registration_number))
    party: list[tuple[Any, ...]] = [
        ("cac:PartyName", [("cbc:Name", paper.customer_name)]),
        *_address("cac:PostalAddress", paper.customer_address, paper.country),
        ("cac:PartyLegalEntity", entity),
    ]
    if paper.contacts:
        first = paper.contacts[0]
        mail = [("cbc:ElectronicMail", first.email)] if first.email else []
        party.append(("cac:Contact", [("cbc:Name", first.name), *mail, ("cbc:Note", first.role)]))
    # The number that the seller knows the customer by.
    account = [("cbc:SupplierAssignedAccountID", paper.customer_number)] if paper.customer_number else []
    return [*account, ("cac:Party", party)]


def _address(name: str, rows: tuple[str, ...], country: str = "") -> list[tuple[Any, ...]]:
    inside: list[tuple[Any, ...]] = [("cac:AddressLine", [("cbc:Line", row)]) for row in rows]
    if country:
        inside.append(("cac:Country", [("cbc:IdentificationCode", country)]))
    return [(name, inside)] if inside else []


def _line(line: QuotePaperLine, site: QuotePaperSite, currency: str, lang: str) -> list[tuple[Any, ...]]:
    quantity = ({"unitCode": UNIT}, f"{line.quantity:f}" if isinstance(line.quantity, Decimal) else str(line.quantity))
    amount = _amount(line.amount, currency)
    return [
        ("cbc:ID", str(line.item)),
        ("cbc:Quantity", *quantity),
        ("cbc:LineExtensionAmount", *amount),
        (
            "cac:LineItem",
            [
                ("cbc:ID", str(line.item)),
                (
                    "cbc:Note",
                    {"languageID": lang},
                    _("Amount = price for 12 months × quantity × %(months)s ÷ 12") % {"months": line.months},
                ),
                ("cbc:Quantity", *quantity),
                ("cbc:LineExtensionAmount", *amount),
                ("cac:Delivery", _delivery(line, site)),
                (
                    "cac:PricingReference",
                    [("cac:AlternativeConditionPrice", _price(line.list_unit_price, currency, True))],
                ),
                ("cac:Price", _price(line.unit_price, currency, False)),
                ("cac:Item", _item(line)),
            ],
        ),
    ]


def _delivery(line: QuotePaperLine, site: QuotePaperSite) -> list[tuple[Any, ...]]:
    """Where the cover holds, and from when to when."""
    name = [("cbc:Name", site.name)] if site.name else []
    period = [
        ("cbc:StartDate", line.cover_start.isoformat()),
        ("cbc:EndDate", line.cover_end.isoformat()),
        ("cbc:DurationMeasure", {"unitCode": MONTH}, str(line.months)),
    ]
    where = [("cbc:ID", {"schemeName": "site number"}, site.number), *name, *_address("cac:Address", site.address)]
    return [("cac:DeliveryLocation", where), ("cac:PromisedDeliveryPeriod", period)]


def _price(amount: Decimal, currency: str, listed: bool) -> list[tuple[Any, ...]]:
    return [
        ("cbc:PriceAmount", *_amount(amount, currency)),
        ("cbc:BaseQuantity", {"unitCode": UNIT}, "1"),
        ("cbc:PriceType", _("List price for 12 months") if listed else _("Price for 12 months")),
    ]


def _item(line: QuotePaperLine) -> list[tuple[Any, ...]]:
    """The part that is ordered; the part that it renews, its order and its points as properties."""
    told = {
        _("Renewed part"): line.part_number if line.renewal_part else "",
        _("Order reference"): line.order_reference,
        _("Points"): f"{line.points:f}",
    }
    return [
        ("cbc:Description", line.description),
        ("cbc:Name", line.description),
        ("cac:SellersItemIdentification", [("cbc:ID", line.renewal_part or line.part_number)]),
        *(
            ("cac:AdditionalItemProperty", [("cbc:Name", name), ("cbc:Value", value)])
            for name, value in told.items()
            if value
        ),
    ]


def _amount(amount: Decimal, currency: str) -> tuple[dict[str, str], str]:
    return {"currencyID": currency}, f"{round_money(amount, currency):f}"


def _written(name: str, *rest: Any) -> str:
    """An element: its attributes, if any, and its text or the elements in it."""
    attributes, inside = rest if len(rest) > 1 else ({}, rest[0])
    named = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    if isinstance(inside, str):
        return f"<{name}{named}>{escape(_FORBIDDEN.sub('', inside))}</{name}>"
    return f"<{name}{named}>{''.join(_written(*each) for each in inside)}</{name}>"
