"""Read models over parts, prices, holdings and ledgers: a fixed number of queries whatever the rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection

from licenses.models import Entitlement, Price, PriceList
from licenses.rules.levels import Standing, TermPoints
from licenses.rules.levels import standing as standing_by_rule
from licenses.rules.orders import HeldLine
from licenses.rules.pricing import PriceBook, PriceRow
from licenses.rules.rulebook import CURRENT, RuleBook
from licenses.rules.simulation import AgreementState, state_at
from licenses.rules.terms import terms_between
from sites.models import Agreement, Customer


@dataclass(frozen=True, slots=True)
class ListedPrices:
    """A price book ready for the rules, and whether its prices are invented ones."""

    book: PriceBook
    name: str
    demonstration: bool


def rule_book() -> RuleBook:
    """The rules in force."""
    return CURRENT


def price_book(country: str, currency: str, parts: Iterable[str] | None = None) -> ListedPrices:
    """The list of a country and currency; of the named parts only, where they are given.

    Without a list the book is empty: every line then says that its price is missing.
    """
    found = PriceList.objects.filter(country=country, currency=currency).order_by("name").first()
    if found is None:
        return ListedPrices(PriceBook(currency, (), ""), "", False)
    prices = Price.objects.filter(price_list=found)
    if parts is not None:
        prices = prices.filter(part_id__in=set(parts))
    rows = tuple(
        PriceRow(part, level, amount, valid_from, valid_to)
        for part, level, amount, valid_from, valid_to in prices.values_list(
            "part_id", "level", "amount", "valid_from", "valid_to"
        )
    )
    return ListedPrices(PriceBook(currency, rows, found.name), found.name, found.demonstration)


_TERM_POINTS = """
WITH running AS (
    SELECT p.agreement_id, width_bucket(p.effective_on, b.starts) AS term,
           CASE WHEN p.target_id IS NULL THEN -p.amount ELSE p.amount END AS points,
           sum(CASE WHEN p.target_id IS NULL THEN -p.amount ELSE p.amount END) OVER (
               PARTITION BY p.agreement_id, width_bucket(p.effective_on, b.starts)
               ORDER BY p.effective_on, p.sequence) AS level
      FROM licenses_pointsmovement p
      JOIN (SELECT (x->>'agreement')::uuid AS agreement_id,
                   ARRAY(SELECT jsonb_array_elements_text(x->'starts')::date) AS starts
              FROM jsonb_array_elements(%s::jsonb) AS x) b USING (agreement_id)
     WHERE p.effective_on <= %s AND p.effective_on >= b.starts[1]
       AND (%s::timestamptz IS NULL OR p.recorded_at <= %s)
)
SELECT agreement_id, term, sum(points), greatest(max(level), 0) FROM running GROUP BY agreement_id, term
"""


def term_points(
    agreements: Iterable[Agreement], on: date, known_at: datetime | None = None
) -> dict[UUID, tuple[TermPoints, ...]]:
    """Points per Term of each agreement, counting what is effective by `on` and was recorded by `known_at`."""
    import json

    starts = {
        a.pk: [t.starts_on for t in terms_between(a.term_start, a.term_start, on)]
        for a in agreements
        if a.term_start is not None and a.term_start <= on
    }
    if not starts:
        return {}
    asked = json.dumps([{"agreement": str(k), "starts": [d.isoformat() for d in v]} for k, v in starts.items()])
    found: dict[UUID, list[TermPoints]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TERM_POINTS, [asked, on, known_at, known_at])
        for agreement, term, points, peak in cursor.fetchall():
            found.setdefault(agreement, []).append(TermPoints(starts[agreement][term - 1], points, Decimal(peak)))
    return {k: tuple(v) for k, v in found.items()}


def standings(agreements: Iterable[Agreement], on: date, known_at: datetime | None = None) -> dict[UUID, Standing]:
    """Where each agreement stands on `on`, as known at `known_at` (now, where None). Two queries for any number."""
    wanted = list(agreements)
    points = term_points(wanted, on, known_at)
    types = dict(Customer.objects.filter(pk__in={a.customer_id for a in wanted}).values_list("pk", "customer_type"))
    book = rule_book()
    found = {}
    for agreement in wanted:
        outside = Customer(customer_type=types.get(agreement.customer_id, "commercial")).outside_level
        level = outside or agreement.opening_level
        found[agreement.pk] = standing_by_rule(agreement.term_start, level, points.get(agreement.pk, ()), on, book)
    return found


def standing(agreement: Agreement, on: date, known_at: datetime | None = None) -> Standing:
    """Where one agreement stands."""
    return standings([agreement], on, known_at)[agreement.pk]


def held_lines(entitlements: Iterable[Entitlement], quantities: dict[UUID, int] | None = None) -> list[HeldLine]:
    """The rules' view of license lines: needs `part`, `part.renewal_part` and `with_quantity`.

    Lines without cover are left to the caller: they have nothing to renew. `quantities` replaces what is owned.
    """
    lines = []
    for line in entitlements:
        if line.coverage_end is None or line.coverage_start is None:
            continue
        renewal = line.part.renewal_part
        lines.append(
            HeldLine(
                key=str(line.pk),
                part_number=line.part_id,
                renewal_part=line.part.renewal_part_id,
                quantity=(quantities or {}).get(line.pk, line.quantity),
                cover_end=line.coverage_end,
                points_each=(renewal.points_each if renewal else None) or Decimal(0),
                reinstatement_part=line.part.reinstatement_part_id,
                cover_start=line.coverage_start,
            )
        )
    return lines


def renewable_lines(agreement: Agreement) -> list[Entitlement]:
    """The license lines of all sites of the agreement that have cover of their own, with quantities."""
    rows = Entitlement.objects.held_now().filter(
        site__agreement=agreement, follows__isnull=True, traded_up=False, coverage_end__isnull=False
    )
    return list(rows.exclude(part__kind__in=NOT_RENEWED).select_related("part__renewal_part", "site").order_by("pk"))


NOT_RENEWED = ("S&S_RENEWAL", "S&S_REINSTATEMENT", "MEDIA_IMAGE", "OTHER")


def agreement_state(agreement: Agreement, on: date, without: Sequence[UUID] = ()) -> AgreementState:
    """The agreement as the what-if takes it on `on`: Term, level, points and its own lines."""
    own = [line for line in renewable_lines(agreement) if line.pk not in set(without)]
    outside = agreement.customer.outside_level
    return state_at(
        on,
        initial_start=agreement.term_start,
        initial_level=agreement.opening_level,
        movements=term_points([agreement], on).get(agreement.pk, ()),
        own=held_lines(own),
        outside_level=outside,
        book=rule_book(),
    )
