"""What the quotes of Agreements and Express sites are made of: of many at once, in a fixed number of queries."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from uuid import UUID

from django.db import connection
from django.db.models import Max

from licenses.models import LedgerHead, QuantityMovement
from licenses.queries import ListedPrices, RenewableLine, held_lines, price_book, renewable_at, rule_book, standings
from licenses.rules.levels import Standing
from licenses.rules.orders import HeldLine, is_lapsed
from licenses.rules.rulebook import RuleBook
from licenses.rules.terms import next_anniversary, term_containing
from licenses.sets import array
from portal.kernel.errors import Fault
from portal.kernel.period import DAY
from renewals.queries.choices import ChoicesByOrder, choices_of
from renewals.rules.choosing import chosen
from sites.models import Agreement, Customer, Site


@dataclass(frozen=True, slots=True)
class Holdings:
    """The lines that quotes are made of, with what prices them on a day, and what the customer chose of them.

    `arrived` tells when units last came by a transfer, of lines whose cover ends before the Anniversary; `standing`
    and `anniversary` are those of an Agreement, None for an Express site.
    """

    customer: Customer
    on: date
    sites: Mapping[UUID, Site]
    lines: dict[str, RenewableLine]
    held: dict[str, HeldLine]
    arrived: dict[str, date]
    prices: ListedPrices
    book: RuleBook
    choices: ChoicesByOrder
    agreement: Agreement | None = None
    site: Site | None = None
    standing: Standing | None = None
    anniversary: date | None = None

    def chose(self, kind: str, due_on: date, key: str) -> bool:
        """Whether the customer chose something of this line for the order of `due_on`."""
        return key in self.choices.get((kind, due_on), {})

    def chosen(self, kind: str, due_on: date, lines: Iterable[HeldLine]) -> tuple[list[HeldLine], list[Fault]]:
        """What the customer renews of `lines` with the order of `due_on`, and what is declined."""
        kept, declined = chosen(lines, self.choices.get((kind, due_on), {}))
        return kept, [replace(fault, params={**fault.params, "kind": kind}) for fault in declined]

    def in_print(self, line: RenewableLine) -> tuple[bool, str, str, date, str, str]:
        """The order of print: the Originating Site first, then by site, part and purchase."""
        site = self.sites[line.site_id]
        return (
            not site.originating,
            site.site_number,
            line.part_id,
            line.acquired_on,
            line.order_reference,
            str(line.pk),
        )


def term_start(agreement: Agreement, on: date) -> date:
    """The day from which its Terms are counted on `on`: without a Term yet, from that day (rule T1)."""
    return agreement.term_start if agreement.term_start and agreement.term_start <= on else on


def coming_anniversary(agreement: Agreement, on: date) -> date:
    """The first Anniversary on or after `on`."""
    return next_anniversary(term_start(agreement, on), on)


def agreement_holdings(
    agreements: Sequence[Agreement], on: date, tried: ChoicesByOrder | None = None
) -> dict[UUID, Holdings]:
    """What all sites of each Agreement hold; needs `customer`.

    Choices of lines are those in force, unless others are to be `tried`.
    """
    sites: dict[UUID, list[Site]] = {a.pk: [] for a in agreements}
    for site in Site.objects.among("agreement_id", sites):
        if site.agreement_id is not None:
            sites[site.agreement_id].append(site)
    lines = renewable_at([site.pk for found in sites.values() for site in found])
    held = {a.pk: _held(lines, sites[a.pk]) for a in agreements}
    stands = standings(agreements, on)
    days = {a.pk: coming_anniversary(a, on) for a in agreements}
    arrived = _arrived(
        UUID(line.key)
        for a in agreements
        for line in held[a.pk].values()
        if line.cover_end < days[a.pk] - DAY and not is_lapsed(line.cover_end, on)
    )
    prices, book = _prices(held.values()), rule_book(on)
    choices = choices_of(a.customer_id for a in agreements)
    return {
        a.pk: Holdings(
            customer=a.customer,
            on=on,
            sites={site.pk: site for site in sites[a.pk]},
            lines={str(line.pk): line for site in sites[a.pk] for line in lines[site.pk]},
            held=held[a.pk],
            arrived=arrived,
            prices=prices(str(a.customer.country), a.customer.currency),
            book=book,
            choices=choices[a.customer_id] if tried is None else tried,
            agreement=a,
            standing=stands[a.pk],
            anniversary=days[a.pk],
        )
        for a in agreements
    }


def express_holdings(sites: Sequence[Site], on: date, tried: ChoicesByOrder | None = None) -> dict[UUID, Holdings]:
    """What each Express site holds, as for Agreements; needs `customer`."""
    choices = choices_of(site.customer_id for site in sites)
    lines = renewable_at([site.pk for site in sites])
    held = {site.pk: _held(lines, [site]) for site in sites}
    prices, book = _prices(held.values()), rule_book(on)
    return {
        site.pk: Holdings(
            customer=site.customer,
            on=on,
            sites={site.pk: site},
            lines={str(line.pk): line for line in lines[site.pk]},
            held=held[site.pk],
            arrived={},
            prices=prices(str(site.customer.country), site.customer.currency),
            book=book,
            choices=choices[site.customer_id] if tried is None else tried,
            site=site,
        )
        for site in sites
    }


def _held(lines: Mapping[UUID, list[RenewableLine]], sites: Iterable[Site]) -> dict[str, HeldLine]:
    return {line.key: line for site in sites for line in held_lines(lines[site.pk])}


def _prices(held: Iterable[Mapping[str, HeldLine]]) -> Callable[[str, str], ListedPrices]:
    """The list of a country and currency, of the parts that any of the lines is priced by; asked for once each."""
    parts = {part for lines in held for line in lines.values() for part in line.priced_parts}
    return cache(lambda country, currency: price_book(country, currency, parts))


def _arrived(keys: Iterable[UUID]) -> dict[str, date]:
    rows = QuantityMovement.objects.among("target_id", keys).filter(reason=QuantityMovement.Reason.TRANSFER)
    return {str(k): day for k, day in rows.values_list("target_id").annotate(Max("effective_on")).order_by()}


def customers_of(model: type[Agreement | Site], keys: Sequence[UUID]) -> set[UUID]:
    """Whose rows the quotes of Agreements, or of Express sites, are made of: an Agreement's sites may be several's."""
    owners = model._default_manager.filter(pk__in=keys).values_list("customer_id", flat=True)
    if model is Site:
        return set(owners)
    return {*owners, *Site.objects.among("agreement_id", keys).values_list("customer_id", flat=True)}


def ledger_heads(customers: Sequence[UUID]) -> dict[UUID, int]:
    """How many movements of units each of many customers has had: an Express site has no version of its own."""
    rows = LedgerHead.objects.filter(ledger="quantity").among("customer_id", customers)
    return dict(rows.values_list("customer_id", "sequence")) if customers else {}


_MOVED_INTO = """
SELECT w.id FROM unnest(%s::uuid[], %s::date[]) AS w(id, since)
 WHERE EXISTS (SELECT FROM sites_site s
                CROSS JOIN LATERAL (SELECT id FROM licenses_entitlement e
                                     WHERE e.site_id = s.id AND e.moved_from_id IS NOT NULL OFFSET 0) AS e
                CROSS JOIN LATERAL (SELECT 1 FROM licenses_quantitymovement m
                                     WHERE m.target_id = e.id AND m.reason = 'transfer'
                                       AND m.effective_on >= w.since OFFSET 0) AS m
                WHERE s.agreement_id = w.id)
"""


def moved_into(agreements: Sequence[Agreement], on: date) -> set[UUID]:
    """Those of the agreements whose sites got units by a transfer in the Term that `on` lies in."""
    if not agreements:
        return set()
    # An initial Term may be longer than a year (rule T1), so its own first day counts.
    terms = [term_containing(a.term_start, on) if a.term_start else None for a in agreements]
    since = [term.starts_on if term else on for term in terms]
    with connection.cursor() as cursor:
        cursor.execute(_MOVED_INTO, [array(a.pk for a in agreements), array(since)])
        return {key for (key,) in cursor.fetchall()}
