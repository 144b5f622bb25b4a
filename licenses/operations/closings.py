"""Closings behind the points ledger: days of busy Agreements, and Terms that have ended. Repeats change nothing."""

from datetime import date, datetime
from typing import cast
from uuid import UUID

from django.db import connection, transaction

from licenses.models import TermClosing
from licenses.queries.adjustments import with_standing
from licenses.queries.standings import standings
from licenses.rules.levels import EndedTerm, ended_terms
from sites.models import Agreement
from sites.tenancy import Actor

# Fewer entries than this since the last closing are read in no time.
OPEN_ENTRIES = 50
_AT_ONCE = 200

# Entries are numbered and recorded under a lock of their customer's chain, so what is seen is a prefix of it.
_CLOSE_DAYS = """
WITH due AS (
    SELECT a.id, a.customer_id, a.term_start, coalesce(k.through, 0) AS through,
           coalesce(k.through_at, '-infinity') AS through_at
      FROM sites_agreement a
      LEFT JOIN LATERAL (
          SELECT c.through, c.through_at FROM licenses_pointsclosing c
           WHERE c.agreement_id = a.id ORDER BY c.recorded_at DESC, c.through DESC LIMIT 1) AS k ON true
     WHERE a.term_start IS NOT NULL AND %(least)s <= (
          SELECT count(*) FROM (
              SELECT 1 FROM licenses_pointsmovement m
               WHERE m.agreement_id = a.id AND m.recorded_at >= coalesce(k.through_at, '-infinity')
                 AND m.sequence > coalesce(k.through, 0) LIMIT %(least)s) AS few)),
     news AS (
    SELECT d.id, licenses_term_start(d.term_start, m.effective_on) AS term, min(m.effective_on) AS first_day
      FROM due d JOIN licenses_pointsmovement m
        ON m.agreement_id = d.id AND m.recorded_at >= d.through_at AND m.sequence > d.through
     GROUP BY 1, 2),
     ends AS (
    SELECT d.id, max(m.sequence) AS through, max(m.recorded_at) AS through_at
      FROM due d JOIN licenses_pointsmovement m
        ON m.agreement_id = d.id AND m.recorded_at >= d.through_at AND m.sequence > d.through
     GROUP BY 1),
     running AS (
    SELECT n.id, n.term, n.first_day, m.effective_on, m.sequence,
           sum(CASE WHEN m.target_id IS NULL THEN -m.amount ELSE m.amount END)
               OVER (PARTITION BY n.id, n.term ORDER BY m.effective_on, m.sequence) AS points
      FROM news n JOIN due d USING (id) JOIN ends e USING (id)
      JOIN licenses_pointsmovement m ON m.agreement_id = n.id AND m.effective_on >= n.term AND m.sequence <= e.through
       AND licenses_term_start(d.term_start, m.effective_on) = n.term
     WHERE n.term IS NOT NULL),
     peaks AS (
    SELECT *, greatest(max(points) OVER (PARTITION BY id, term ORDER BY effective_on, sequence), 0) AS peak
      FROM running),
     days AS (
    SELECT DISTINCT ON (id, effective_on) id, term, first_day, effective_on, points, peak
      FROM peaks ORDER BY id, effective_on, sequence DESC)
INSERT INTO licenses_pointsclosing
       (customer_id, agreement_id, term_start, day, points, peak, through, through_at, recorded_at)
SELECT d.customer_id, d.id, y.term, y.effective_on, y.points, y.peak, e.through, e.through_at, clock_timestamp()
  FROM days y JOIN due d USING (id) JOIN ends e USING (id)
 WHERE y.effective_on >= y.first_day
ON CONFLICT DO NOTHING
"""


@transaction.atomic
def close_days(*, actor: Actor, least: int = OPEN_ENTRIES) -> int:
    """Close the days of every Agreement with `least` or more entries since its last closing.

    The portal's own work. Returns how many closings were written; two at once write them once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE_DAYS, {"least": least})
        return int(cursor.rowcount)


_TERMS_DUE = """
SELECT a.id FROM sites_agreement a
 WHERE a.term_start <= %(on)s AND licenses_term_start(a.term_start, %(on)s) > a.term_start
   AND NOT EXISTS (
       SELECT 1 FROM licenses_termclosing c
        WHERE c.agreement_id = a.id AND c.ends_on = licenses_term_start(a.term_start, %(on)s) - 1
          AND licenses_term_closed(a.id, c.starts_on))
   AND NOT EXISTS (SELECT 1 FROM licenses_termreopening r WHERE r.agreement_id = a.id AND r.until >= %(on)s)
 ORDER BY a.id LIMIT %(most)s
"""


@transaction.atomic
def close_terms(*, actor: Actor, on: date) -> int:
    """Close the Terms that ended before `on`, of some Agreements at a time (rule P5). Returns of how many.

    A Term that a rep re-opened stays open through the day that was named.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TERMS_DUE, {"on": on, "most": _AT_ONCE})
        due = [key for (key,) in cursor.fetchall()]
    if not due:
        return 0
    # Postings take the same lock: none lands in a Term while it is being closed.
    locked = Agreement.objects.select_for_update(of=("self",)).filter(pk__in=due).order_by("pk")
    agreements = list(locked.select_related("customer"))
    at = _instant()
    found = standings(agreements, on, whole=True)
    closed = _closed(due)
    TermClosing.objects.bulk_create(
        _closing(agreement, ended, at)
        for agreement in agreements
        for ended in ended_terms(cast(date, agreement.term_start), found[agreement.pk])
        if (agreement.pk, ended.term.starts_on) not in closed
    )
    return len(agreements)


def _instant() -> datetime:
    """The database's clock, which re-openings and entries are recorded by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (at,) = cursor.fetchone()
    return cast(datetime, at)


def _closed(keys: list[UUID]) -> set[tuple[UUID, date]]:
    rows = with_standing(TermClosing.objects.filter(agreement__in=keys)).filter(stands=True)
    return set(rows.values_list("agreement_id", "starts_on"))


def _closing(agreement: Agreement, ended: EndedTerm, at: datetime) -> TermClosing:
    return TermClosing(
        customer_id=agreement.customer_id,
        agreement=agreement,
        starts_on=ended.term.starts_on,
        ends_on=ended.term.ends_on,
        points=ended.points,
        level=ended.level,
        opens_with=ended.opens_with,
        rule_version=ended.version,
        recorded_at=at,
    )
