"""Where Agreements stand: points per Term, level, what is missing. As of a day, as known at an instant (rule P7)."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import cast
from uuid import UUID

from django.db import connection

from licenses.queries.books import rule_books
from licenses.rules.levels import Standing, TermPoints, explain_reset, standing_in_term
from licenses.rules.levels import standing as standing_by_rule
from licenses.rules.rulebook import BASE_LEVEL, Shelf
from licenses.rules.terms import term_containing, terms_between
from portal.kernel.period import Period
from sites.models import Agreement, Customer
from sites.models.organization import CustomerType

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


_POINTS_AT = """
SELECT agreement, term, points, peak, opening, ended_points, ended_level, rule_version, customer_type
  FROM licenses_points_at(%s::uuid[], %s, coalesce(%s::timestamptz, 'infinity'))
"""


def standings(
    agreements: Iterable[Agreement], on: date, known_at: datetime | None = None, *, whole: bool = False
) -> dict[UUID, Standing]:
    """Where each agreement stands on `on`, as known at `known_at` (now, where None). A fixed number of queries.

    What the last closings say is taken from there. With `whole`, every Term is walked from the first entry on, and
    the explanation tells each of them.
    """
    wanted = list(agreements)
    books = rule_books()
    found = {} if whole else _from_closings(wanted, on, known_at, books)
    rest = [a for a in wanted if a.pk not in found]
    if not rest:
        return found
    types = dict(Customer.objects.filter(pk__in={a.customer_id for a in rest}).values_list("pk", "customer_type"))
    points = term_points(rest, on, known_at)
    for agreement in rest:
        movements = points.get(agreement.pk, ())
        opened = _opened_at(agreement, types.get(agreement.customer_id, "commercial"))
        found[agreement.pk] = standing_by_rule(agreement.term_start, opened, movements, on, books)
    return found


def _opened_at(agreement: Agreement, customer_type: str) -> str | None:
    """The level that the initial Term opened with; a customer outside the ladder stays there (rule P8)."""
    return CustomerType(customer_type).outside_level or agreement.opening_level


def _from_closings(
    agreements: list[Agreement], on: date, known_at: datetime | None, books: Shelf
) -> dict[UUID, Standing]:
    """The agreements whose running Term's opening level is known: it is the first, or the one before stands closed."""
    begun = {a.pk: a for a in agreements if a.term_start is not None and a.term_start <= on}
    if not begun:
        return {}
    found: dict[UUID, Standing] = {}
    with connection.cursor() as cursor:
        cursor.execute(_POINTS_AT, [[str(pk) for pk in begun], on, known_at])
        for key, starts_on, points, peak, opening, *ended, customer_type in cursor.fetchall():
            agreement, reset = begun[key], None
            if opening is not None:
                ended_points, ended_level, version = ended
                reset = explain_reset(ended_level, ended_points, opening, starts_on, version)
            elif starts_on == agreement.term_start:
                opening = _opened_at(agreement, customer_type) or BASE_LEVEL
            else:
                continue
            term = cast(Period, term_containing(cast(date, agreement.term_start), on))
            found[key] = standing_in_term(term, opening, TermPoints(starts_on, points, peak), on, books, reset)
    return found


def standing(agreement: Agreement, on: date, known_at: datetime | None = None, *, whole: bool = False) -> Standing:
    """Where one agreement stands."""
    return standings([agreement], on, known_at, whole=whole)[agreement.pk]
