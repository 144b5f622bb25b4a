"""The coverage radar: what is wrong with cover, over all lines of the customers in sight.

The database finds the lines, by the same arithmetic as `renewals.rules.radar`, which then says of those on a page
which days they are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from licenses.models import CoverPeriod, Entitlement, Part
from licenses.queries import NOT_RENEWED, ListedPrices, held_lines, price_book, rule_book
from licenses.rules.pricing import ReinstatementEstimate, reinstatement_estimate
from licenses.sets import array
from renewals.queries.reach import Reach
from renewals.rules.radar import Finding, Judged, Paid, judge
from sites.models import Customer

PAGE_SIZE = 50
MOST_EXPORTED = 10_000
# Of every site its license lines with the renewal lines that belong to them (`line` is the license). Periods of a line
# never overlap, so where nothing follows it their days tell whether there is a gap; where something does, each period
# counts as often as it was bought. Looked up by keys and joined with nothing, see licenses.sets; `ANY (ARRAY[…])` takes
# the index by line, which is faster than the one that keeps periods apart.
_FOUND = """
WITH mine AS MATERIALIZED (
        SELECT e.id, coalesce(e.follows_id, e.id) AS line, e.follows_id IS NOT NULL AS renewal,
               bool_or(e.follows_id IS NOT NULL) OVER (PARTITION BY coalesce(e.follows_id, e.id)) AS followed,
               e.part_id = ANY (%(parts)s) AND NOT e.traded_up AND e.follows_id IS NULL AS license,
               k.customer, k.site, k.number, e.part_id
          FROM unnest(%(customers)s::uuid[], %(sites)s::uuid[], %(numbers)s::text[]) AS k(customer, site, number)
         CROSS JOIN LATERAL (SELECT id, follows_id, part_id, traded_up FROM licenses_entitlement
                              WHERE site_id = k.site OFFSET 0) e),
     bought AS (
        SELECT m.line, m.customer, m.site, m.number, c.starts_on, c.ends_on,
               max(m.part_id) FILTER (WHERE m.license) AS part_id,
               greatest(count(DISTINCT c.source) FILTER (WHERE m.renewal), 1) AS times
          FROM mine m
         CROSS JOIN LATERAL (SELECT starts_on, ends_on, source FROM licenses_coverperiod
                              WHERE entitlement_id = ANY (ARRAY[m.id]) OFFSET 0) c
         WHERE m.followed
         GROUP BY m.line, m.customer, m.site, m.number, c.starts_on, c.ends_on),
     together AS (
        SELECT line, customer, site, number, max(part_id) AS part_id, max(ends_on) AS last,
               range_agg(daterange(starts_on, ends_on, '[]')) AS days,
               sum(times * (ends_on - starts_on + 1)) AS paid
          FROM bought GROUP BY line, customer, site, number),
     covered AS (
        SELECT m.id, m.customer, m.site, m.number, m.part_id, c.last, c.paid < c.last - c.first + 1 AS gap,
               false AS overlap
          FROM mine m
         CROSS JOIN LATERAL (SELECT min(starts_on) AS first, max(ends_on) AS last,
                                    sum(ends_on - starts_on + 1) AS paid
                               FROM licenses_coverperiod WHERE entitlement_id = ANY (ARRAY[m.id]) OFFSET 0) c
         WHERE m.license AND NOT m.followed
     UNION ALL
        SELECT t.line, t.customer, t.site, t.number, t.part_id, t.last, u.runs > 1, t.paid > u.days
          FROM together t
         CROSS JOIN LATERAL (SELECT count(*) AS runs, sum(upper(r) - lower(r)) AS days FROM unnest(t.days) r) u
         WHERE t.part_id IS NOT NULL),
     judged AS (
        SELECT id, customer, site, number, part_id, gap, overlap, last < %(on)s::date - 1 AS lapsed,
               extract(day FROM last + 1) <> 1 AS odd_end
          FROM covered),
     found AS MATERIALIZED (
        SELECT j.*, q.units
          FROM judged j
         CROSS JOIN LATERAL (
               SELECT coalesce((SELECT sum(quantity) FROM licenses_quantitymovement WHERE target_id = j.id), 0)
                    - coalesce((SELECT sum(quantity) FROM licenses_quantitymovement WHERE source_id = j.id), 0)
                      AS units OFFSET 0) q
         WHERE (j.gap OR j.overlap OR j.lapsed OR j.odd_end) AND q.units > 0)
"""
_COUNTED = """
SELECT 'count', grouping(site, part_id), customer, site, number, part_id, count(*), count(*) FILTER (WHERE gap),
       count(*) FILTER (WHERE overlap), count(*) FILTER (WHERE lapsed), count(*) FILTER (WHERE odd_end)
  FROM found GROUP BY GROUPING SETS ((), (customer), (customer, site, number), (part_id))
"""
_LISTED = """
(SELECT 'line', 0, customer, id, number, part_id, units::bigint, gap::int, overlap::int, lapsed::int, odd_end::int
   FROM found WHERE (%(kind)s = '' OR (%(kind)s = 'gap' AND gap) OR (%(kind)s = 'overlap' AND overlap)
                  OR (%(kind)s = 'lapsed' AND lapsed) OR (%(kind)s = 'odd_end' AND odd_end))
    AND (%(part)s = '' OR part_id = %(part)s)
    AND (number, part_id, id) > (%(number)s, %(after_part)s, %(after)s::uuid)
  ORDER BY number, part_id, id LIMIT %(most)s)
"""
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many lines something is wrong with, of which kinds; a line may have several."""

    lines: int = 0
    gap: int = 0
    overlap: int = 0
    lapsed: int = 0
    odd_end: int = 0

    def of(self, finding: Finding) -> int:
        """Lines of one kind."""
        return int(getattr(self, finding.value))


@dataclass(frozen=True, slots=True)
class Group:
    """A customer, a site or a product, with what is wrong there."""

    key: str
    name: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class RadarLine:
    """A line with what is wrong, and what taking lapsed cover up again may cost (rule T8)."""

    line: Entitlement
    customer: Customer
    units: int
    judged: Judged
    estimate: ReinstatementEstimate | None
    currency: str
    demonstration: bool


@dataclass(frozen=True, slots=True)
class Radar:
    """What was found: the counts of all, by customer, site and product; a page of lines, and where the next begins."""

    counts: Counts
    customers: tuple[Group, ...]
    sites: tuple[Group, ...]
    products: tuple[Group, ...]
    lines: tuple[RadarLine, ...]
    next: str = ""


def radar(reach: Reach, on: date, *, kind: str = "", part: str = "", after: str = "", most: int = PAGE_SIZE) -> Radar:
    """Counts of everything in reach; of its lines those of one `kind` and `part`, by site, part and key, that come
    `after` another one. A fixed number of queries."""
    number, after_part, key = _place(after)
    values: dict[str, Any] = {
        "customers": array(site.customer_id for site in reach.sites),
        "sites": array(site.pk for site in reach.sites),
        "numbers": array(site.site_number for site in reach.sites),
        "parts": list(Part.objects.exclude(kind__in=NOT_RENEWED).values_list("pk", flat=True)),
        "on": on, "kind": kind, "part": part, "number": number, "after_part": after_part, "after": str(key),
        "most": most + 1,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(f"{_FOUND} {_COUNTED} UNION ALL {_LISTED}", values)
        rows = cursor.fetchall()
    listed = [row for row in rows if row[0] == "line"]
    shown = listed[:most]
    last = shown[-1] if len(listed) > most else None
    return Radar(
        **_counted(rows, reach),
        lines=tuple(_lines(shown, reach, on)),
        next=f"{last[4]}~{last[5]}~{last[3]}" if last else "",
    )


def _place(after: str) -> tuple[str, str, UUID]:
    """Where a page begins; a bad cursor begins at the start."""
    try:
        number, part, key = after.replace("\0", "").split("~")
        return number, part, UUID(key)
    except ValueError:
        return "", "", _NOBODY


def _counted(rows: Iterable[Sequence[Any]], reach: Reach) -> dict[str, Any]:
    sites = {site.pk: site for site in reach.sites}
    found: dict[str, list[Group]] = {"customers": [], "sites": [], "products": []}
    whole = Counts()
    for what, _level, customer, site, number, part, *figures in rows:
        if what != "count":
            continue
        counts = Counts(*figures)
        if part:
            found["products"].append(Group(part, "", counts))
        elif site:
            found["sites"].append(Group(number, sites[site].name, counts))
        elif customer:
            found["customers"].append(Group(str(customer), reach.customers[customer].name, counts))
        else:
            whole = counts
    names = dict(Part.objects.filter(pk__in=[g.key for g in found["products"]]).values_list("pk", "description"))
    found["products"] = [Group(g.key, names.get(g.key, ""), g.counts) for g in found["products"]]
    worst = {name: tuple(sorted(groups, key=lambda g: (-g.counts.lines, g.key))) for name, groups in found.items()}
    return {"counts": whole, **worst}


def _lines(rows: Sequence[Sequence[Any]], reach: Reach, on: date) -> Iterable[RadarLine]:
    keys = [row[3] for row in rows]
    lines = Entitlement.objects.among("pk", keys).with_quantity().select_related("part__renewal_part", "site")
    by_key = {line.pk: line for line in lines}
    periods = _periods(keys)
    customers = {reach.customers[row[2]] for row in rows}
    pairs = {(str(customer.country), customer.currency) for customer in customers}
    held = {line.key: line for line in held_lines(by_key.values())}
    parts = {part for line in held.values() for part in line.priced_parts}
    books = {pair: price_book(*pair, parts) for pair in sorted(pairs)}
    book = rule_book(on)
    for row in rows:
        line, customer = by_key[row[3]], reach.customers[row[2]]
        judged = judge(periods.get(line.pk, ()), on)
        prices: ListedPrices = books[str(customer.country), customer.currency]
        estimate = None
        if judged.lapsed_from and (known := held.get(str(line.pk))):
            estimate = reinstatement_estimate(
                known.key,
                reinstatement_part=known.reinstatement_part,
                renewal_part=known.renewal_part,
                quantity=known.quantity,
                on=on,
                prices=prices.book,
                book=book,
            )
        yield RadarLine(line, customer, row[6], judged, estimate, customer.currency, prices.demonstration)


def _periods(keys: Sequence[UUID]) -> dict[UUID, list[Paid]]:
    """The recorded periods of license lines and of the renewal lines that belong to them."""
    following = dict(Entitlement.objects.among("follows_id", keys).values_list("pk", "follows_id"))
    rows = CoverPeriod.objects.among("entitlement_id", [*keys, *following])
    found: dict[UUID, list[Paid]] = {}
    for key, starts_on, ends_on, source in rows.values_list("entitlement_id", "starts_on", "ends_on", "source"):
        line = following.get(key)
        found.setdefault(line or key, []).append(Paid(starts_on, ends_on, source, renewal=line is not None))
    return found
