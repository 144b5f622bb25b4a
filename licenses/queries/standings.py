"""Where Agreements stand: points per Term, level, what is missing. As of a day, as known at an instant (rule P7)."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection

from licenses.queries.books import rule_books
from licenses.rules.levels import Standing, TermPoints
from licenses.rules.levels import standing as standing_by_rule
from licenses.rules.terms import terms_between
from sites.models import Agreement, Customer

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
    books = rule_books()
    found = {}
    for agreement in wanted:
        outside = Customer(customer_type=types.get(agreement.customer_id, "commercial")).outside_level
        level = outside or agreement.opening_level
        found[agreement.pk] = standing_by_rule(agreement.term_start, level, points.get(agreement.pk, ()), on, books)
    return found


def standing(agreement: Agreement, on: date, known_at: datetime | None = None) -> Standing:
    """Where one agreement stands."""
    return standings([agreement], on, known_at)[agreement.pk]
