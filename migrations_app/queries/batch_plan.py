"""What a checked form would do: per source and target, and in sum, to points, levels, cover and money."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain, groupby
from typing import Any
from uuid import UUID

from django.db import connection

from licenses.queries import ListedPrices, agreement_states, price_book, rule_books
from licenses.rules.levels import NO_POINTS
from licenses.rules.orders import HeldLine, is_lapsed, merged
from licenses.rules.pricing import PriceBook
from licenses.rules.rulebook import Shelf
from licenses.rules.simulation import AgreementState
from licenses.rules.whatif import TermOutlook, WhatIf, run
from migrations_app.facts import HORIZON_MONTHS
from migrations_app.models import TransferBatch
from sites.models import Customer, Site

MOST_LINES = 2000
"""So many lines are compared one by one; more are merged first."""
MOST_ROUTES = 200
MOST_TARGETS = 50

# Of valid rows alone; what they take stands in their allocation. Analyzed: of rows just written nothing is known.
_ASKED = """
CREATE TEMPORARY TABLE asked ON COMMIT DROP AS
SELECT r.number, r.values->>'source_site_number' AS source, r.values->>'target_site_number' AS target,
       r.target_site_id, r.effective_on AS day, (a->>0)::uuid AS line, (a->>1)::bigint AS units
  FROM migrations_app_batchrow r, jsonb_array_elements(r.allocation) AS a
 WHERE r.batch_id = %(batch)s AND r.outcome = 'valid';
ANALYZE asked
"""
_ROUTES = """
SELECT source, target, day, count(DISTINCT number), count(DISTINCT line), sum(units),
       count(DISTINCT line) FILTER (WHERE e.coverage_end IS NULL OR e.coverage_end + 1 < greatest(day, %(today)s)),
       min(e.coverage_end) FILTER (WHERE e.coverage_end + 1 >= greatest(day, %(today)s))
  FROM asked JOIN licenses_entitlement e ON e.id = line
 GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3
"""
# By target: what one agreement gets on one day is compared as one move. A site that has none is a target of its own.
_LINES = """
WITH taken AS (
    SELECT coalesce(t.agreement_id, t.id) AS target, min(t.site_number) AS site, day, line, sum(units) AS units
      FROM asked JOIN sites_site t ON t.id = asked.target_site_id GROUP BY coalesce(t.agreement_id, t.id), day, line
)
SELECT taken.target, min(site) OVER same, taken.day, count(*) OVER same, e.id, e.part_id, p.renewal_part_id,
       taken.units, e.coverage_end, coalesce(rp.points_each, 0), p.reinstatement_part_id, e.coverage_start,
       s.agreement_id
  FROM taken JOIN licenses_entitlement e ON e.id = taken.line
  JOIN sites_site s ON s.id = e.site_id
  JOIN licenses_part p ON p.part_number = e.part_id
  LEFT JOIN licenses_part rp ON rp.part_number = p.renewal_part_id
WINDOW same AS (PARTITION BY taken.target, taken.day)
 ORDER BY 4 DESC, 1, 3, e.id
"""


def plan_of(batch: TransferBatch, today: date) -> dict[str, Any]:
    """The plan of the valid rows as plain JSON: `routes`, `targets`, and the `sum` of both.

    What each target agreement gets on a day is a what-if of its own. Of more than MOST_TARGETS the largest are
    compared, and `targets_left` tells how many aren't.
    """
    asked: dict[str, Any] = {"batch": batch.pk, "today": today}
    compared = _Comparison(today)
    targets, left = [], 0
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, asked)
    routes = _routes(asked)
    with connection.chunked_cursor() as cursor:
        cursor.execute(_LINES, asked)
        for number, (_target, rows) in enumerate(groupby(cursor, key=lambda row: (row[0], row[2]))):
            if number < MOST_TARGETS:
                targets.append(compared.target(rows))
            else:
                left += 1
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE asked")
    return {
        "horizon_months": HORIZON_MONTHS,
        "routes": routes[:MOST_ROUTES],
        "routes_left": max(len(routes) - MOST_ROUTES, 0),
        "targets": targets,
        "targets_left": left,
        "sum": _sum(routes, targets),
        "demonstration": compared.demonstration,
    }


def _routes(asked: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_ROUTES, asked)
        found = cursor.fetchall()
    return [
        {
            "source": source, "target": target, "effective_on": _iso(day), "rows": rows, "lines": lines,
            "units": int(units), "lapsed": lapsed, "cover_end": _iso(ends),
        }
        for source, target, day, rows, lines, units, lapsed, ends in found
    ]  # fmt: skip


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


@dataclass
class _Taken:
    """What one target gets on one day: the lines with cover and how many each stands for, and the rest.

    `leaving` are units of lines that stand under the target's own agreement already.
    """

    site: str
    day: date | None
    merged: bool
    lines: list[tuple[HeldLine, int]] = field(default_factory=list)
    leaving: dict[UUID, int] = field(default_factory=dict)
    count: int = 0
    units: int = 0
    uncovered: int = 0

    def line(self, row: tuple[Any, ...]) -> HeldLine | None:
        """One more line; None where it has no cover, so that there is nothing to renew."""
        target, _site, _day, _size, key, part, renewal, units, ends, points, reinstatement, starts, leaves = row
        self.count += 1
        self.units += int(units)
        if leaves == target:
            self.leaving[key] = int(units)
        if ends is None or starts is None:
            self.uncovered += 1
            return None
        return HeldLine(str(key), part, renewal, int(units), ends, Decimal(points), reinstatement, starts)


def _taken(rows: Iterable[tuple[Any, ...]]) -> _Taken:
    stream = iter(rows)
    first = next(stream)
    taken = _Taken(site=first[1], day=first[2], merged=first[3] > MOST_LINES)
    lines = (line for row in chain([first], stream) if (line := taken.line(row)))
    taken.lines = merged(lines) if taken.merged else [(line, 1) for line in lines]
    return taken


class _Comparison:
    """What-ifs of one form: prices and rules are asked for once."""

    def __init__(self, today: date):
        self.today = today
        self.books: Shelf = rule_books()
        self.demonstration = False
        self._prices: dict[tuple[str, str], ListedPrices] = {}

    def target(self, rows: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
        """What the rows of one target and day do to it."""
        taken = _taken(rows)
        site = Site.objects.select_related("customer", "agreement__customer").get(site_number=taken.site)
        on = max(taken.day or self.today, self.today)
        state = AgreementState(outside_level=site.customer.outside_level)
        if site.agreement is not None:
            state = agreement_states(site.agreement, [on], taken.leaving, MOST_LINES)[on]
        lines = [line for line, _count in taken.lines]
        result = run(lines, state, on, HORIZON_MONTHS, self._prices_of(site.customer), self.books.on(on))
        return _told(taken, site, result)

    def _prices_of(self, customer: Customer) -> PriceBook:
        key = (str(customer.country), customer.currency)
        if key not in self._prices:
            self._prices[key] = price_book(*key)
        self.demonstration |= self._prices[key].demonstration
        return self._prices[key].book


def _told(taken: _Taken, site: Site, result: WhatIf) -> dict[str, Any]:
    counts = {line.key: count for line, count in taken.lines}
    lapsed = [line for line, _count in taken.lines if is_lapsed(line.cover_end, result.effective_on)]
    term = _term(result)
    return {
        "agreement": site.agreement.number if site.agreement else None,
        "site": site.site_number,
        "customer": site.customer.name,
        "effective_on": _iso(taken.day),
        "lines": taken.count,
        "units": taken.units,
        "anniversary": result.anniversary.isoformat(),
        "points_without": str(term.points_without),
        "points_with": str(term.points_with),
        "level_without": term.level_without,
        "level_with": term.level_with,
        "currency": result.currency,
        "stay": str(result.stay.total),
        "migrate": str(result.migrate.total),
        "lapsed": sum(counts[line.key] for line in lapsed),
        "gaps": sum(counts[line.key] for line in result.coverage if line.gaps),
        "uncovered": taken.uncovered,
        "left_out": sum(counts[key] for key in {f.line for f in result.left_out} if key in counts),
        "merged": taken.merged,
    }


def _term(result: WhatIf) -> TermOutlook:
    """The Term that begins with the next Anniversary: the first that moved licenses are renewed in together."""
    return next((term for term in result.terms if term.starts_on == result.anniversary), result.terms[-1])


def _sum(routes: list[dict[str, Any]], targets: list[dict[str, Any]]) -> dict[str, Any]:
    money: dict[str, list[Decimal]] = {}
    for target in targets:
        both = money.setdefault(target["currency"], [Decimal(0), Decimal(0)])
        both[0] += Decimal(target["stay"])
        both[1] += Decimal(target["migrate"])
    gained = (Decimal(t["points_with"]) - Decimal(t["points_without"]) for t in targets)
    return {
        "rows": sum(route["rows"] for route in routes),
        "lines": sum(target["lines"] for target in targets),
        "units": sum(route["units"] for route in routes),
        "points": str(sum(gained, NO_POINTS)),
        "lapsed": sum(route["lapsed"] for route in routes),
        "gaps": sum(target["gaps"] for target in targets),
        "cover_end": min((route["cover_end"] for route in routes if route["cover_end"]), default=None),
        "money": [
            {"currency": currency, "stay": str(stay), "migrate": str(migrate)}
            for currency, (stay, migrate) in sorted(money.items())
        ],
    }
