"""What the renewal calendar is made of: lines by end of cover, quotes, choices and contacts of many sites at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, Sum

from licenses.models import Part
from licenses.queries import NOT_RENEWED, parts_by_number
from licenses.rules.orders import HeldLine
from licenses.rules.terms import YEAR
from licenses.sets import array
from portal.kernel.period import DAY
from renewals.models import LineChoice, QuoteLine, RenewalQuote
from renewals.queries.stored import latest_of
from renewals.rules.choosing import Choice
from renewals.rules.estimating import Alike
from sites.models import DeadAddress, Site, SiteContact

Status = RenewalQuote.Status
# Those that differ in nothing but their key as one; lines that something was chosen of, each by itself.
_ENDS = """
SELECT k.site, e.part_id, e.coverage_end, q.units, q.moved_on, e.chosen, count(*)
  FROM unnest(%(sites)s::uuid[]) AS k(site)
 CROSS JOIN LATERAL (
       SELECT id, part_id, coverage_end, CASE WHEN id = ANY (%(chosen)s::uuid[]) THEN id END AS chosen
         FROM licenses_entitlement
        WHERE site_id = k.site AND follows_id IS NULL AND NOT traded_up AND part_id = ANY (%(parts)s)
          AND coverage_end >= %(first)s AND coverage_end < %(until)s OFFSET 0) e
 CROSS JOIN LATERAL (
       SELECT a.units - coalesce((SELECT sum(quantity) FROM licenses_quantitymovement WHERE source_id = e.id), 0)
                AS units, a.moved_on
         FROM (SELECT coalesce(sum(quantity), 0) AS units,
                      max(effective_on) FILTER (WHERE reason = 'transfer') AS moved_on
                 FROM licenses_quantitymovement WHERE target_id = e.id) a OFFSET 0) q
 WHERE q.units > 0
 GROUP BY k.site, e.part_id, e.coverage_end, q.units, q.moved_on, e.chosen
 ORDER BY k.site, e.part_id, e.coverage_end, q.units, q.moved_on, e.chosen
"""


@dataclass(frozen=True, slots=True)
class Choices:
    """What customers chose of their lines, by customer and order; `lines` are the lines."""

    by_customer: Mapping[UUID, Mapping[tuple[str, date], Mapping[str, Choice]]] = field(default_factory=dict)
    lines: frozenset[UUID] = frozenset()


def choices_of(customers: Collection[UUID]) -> Choices:
    """All that is in force of these customers."""
    found: dict[UUID, dict[tuple[str, date], dict[str, Choice]]] = {}
    lines = set()
    rows = LineChoice.objects.among("customer_id", customers).filter(ended_at__isnull=True)
    for row in rows:
        of_customer = found.setdefault(row.customer_id, {})
        of_customer.setdefault((row.kind, row.due_on), {})[str(row.entitlement_id)] = Choice(row.quantity, row.reason)
        lines.add(row.entitlement_id)
    return Choices(found, frozenset(lines))


def ends_of(sites: Sequence[Site], on: date, chosen: Collection[UUID]) -> dict[UUID, list[Alike]]:
    """The lines of each site whose cover isn't lapsed and ends within two years: what an Anniversary of the coming
    year renews. Two queries."""
    values: dict[str, Any] = {
        "sites": array(site.pk for site in sites),
        "chosen": array(chosen),
        "first": on - DAY,
        "until": on + YEAR + YEAR,
        "parts": list(Part.objects.exclude(kind__in=NOT_RENEWED).values_list("pk", flat=True)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ENDS, values)
        rows = cursor.fetchall()
    parts = parts_by_number({row[1] for row in rows})
    found: dict[UUID, list[Alike]] = {}
    for number, (site, part, end, units, moved_on, line, count) in enumerate(rows):
        renewal = parts[part].renewal_part
        held = HeldLine(
            key=str(line or number),
            part_number=part,
            renewal_part=parts[part].renewal_part_id,
            quantity=int(units),
            cover_end=end,
            points_each=(renewal.points_each if renewal else None) or Decimal(0),
            reinstatement_part=None,
            cover_start=end,
        )
        found.setdefault(site, []).append(Alike(held, count, moved_on))
    return found


QuoteKey = tuple[str, UUID | None, date]


def quotes_about(agreements: Collection[UUID], sites: Collection[UUID], on: date) -> dict[QuoteKey, RenewalQuote]:
    """The newest quote that isn't replaced of each order to come, by kind, holder, and Anniversary or day."""
    live = RenewalQuote.objects.filter(status__in=[Status.ISSUED, Status.ACCEPTED, Status.DECLINED])
    of_agreements = live.among("agreement_id", agreements).filter(anniversary__gte=on)
    of_sites = live.among("site_id", sites).filter(ordered_on__gte=on)
    found: dict[QuoteKey, list[RenewalQuote]] = {}
    for quote in [*of_agreements.select_related("customer"), *of_sites.select_related("customer")]:
        key = (str(quote.kind), quote.agreement_id or quote.site_id, quote.anniversary or quote.ordered_on)
        found.setdefault(key, []).append(quote)
    return {key: newest for key, quotes in found.items() if (newest := latest_of(quotes))}


def amounts_by_start(quotes: Iterable[RenewalQuote]) -> dict[tuple[UUID, date], Decimal]:
    """What each of the quotes asks for the cover that starts on a day."""
    rows = QuoteLine.objects.among("quote_id", [quote.pk for quote in quotes]).order_by()
    sums = rows.values_list("quote_id", "cover_start").annotate(sum=Sum("amount"))
    return {(quote, start): amount for quote, start, amount in sums}


@dataclass(frozen=True, slots=True)
class Contacts:
    """Who answers for sites: (site, from, to or None, whether mail reaches them)."""

    rows: Mapping[UUID, Sequence[tuple[date, date | None, bool]]]

    def reachable(self, site: UUID | None, day: date) -> bool:
        """Whether an Administrative or Primary Contact is in office on `day` whose mail doesn't come back."""
        rows = self.rows.get(site, ()) if site else ()
        return any(starts <= day and (ends is None or day <= ends) and reached for starts, ends, reached in rows)


def contacts_of(sites: Collection[UUID], customers: Collection[UUID], on: date) -> Contacts:
    """The contacts of sites from `on`; addresses that fail are those that nobody has dealt with."""
    dead = DeadAddress.objects.among("customer_id", customers).unhandled().values_list("customer_id", "email")
    failing = {(customer, email.casefold()) for customer, email in dead}
    roles = [SiteContact.Role.PRIMARY, SiteContact.Role.ADMINISTRATIVE]
    rows = SiteContact.objects.among("site_id", sites).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    found: dict[UUID, list[tuple[date, date | None, bool]]] = {}
    kept: Any = rows.filter(role__in=roles).values_list("site_id", "customer_id", "email", "valid_from", "valid_to")
    for site, customer, email, starts, ends in kept:
        found.setdefault(site, []).append((starts, ends, (customer, email.casefold()) not in failing))
    return Contacts(found)
