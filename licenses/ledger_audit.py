"""The full recount: every balance, rule of conservation, chain and level again from the facts, compared with what is.

SQL counts whole tables at once; levels are folded entry by entry, by another road than the one that pages take.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from licenses.models import (
    CoverPeriod,
    Entitlement,
    Hold,
    PointsClosing,
    PointsMovement,
    Proof,
    QuantityMovement,
    TermClosing,
)
from licenses.queries import rule_books, standings
from licenses.rules.levels import after_anniversary, better, level_of
from licenses.rules.rulebook import BASE_LEVEL, Shelf
from licenses.rules.terms import term_containing, terms_between
from portal.kernel.errors import Fault
from portal.kernel.period import DAY
from sites.models import Agreement, Customer


@dataclass(frozen=True, slots=True)
class Audit:
    """How many rows of each kind were recounted, and each thing that doesn't agree."""

    counts: dict[str, int]
    breaks: list[Fault] = field(default_factory=list)


def audit(on: date) -> Audit:
    """Recounts everything that the current actor sees, levels as of `on`. Wants one transaction that stands still."""
    breaks: list[Fault] = []
    checks: tuple[Callable[[], Iterator[Fault]], ...] = (
        _lines,
        _negative_days,
        _conservation,
        _movements,
        lambda: _chain("quantity"),
        lambda: _chain("points"),
        _points,
        _day_closings,
        _term_closings,
        lambda: _levels(on),
    )
    for check in checks:
        breaks.extend(check())
    return Audit(_counts(), breaks)


def _counts() -> dict[str, int]:
    counted: dict[str, QuerySet[Any]] = {
        _("customers"): Customer.objects.all(),
        _("license lines"): Entitlement.objects.all(),
        _("quantity movements"): QuantityMovement.objects.all(),
        _("coverage periods"): CoverPeriod.objects.all(),
        _("open holds"): Hold.objects.filter(released_at__isnull=True),
        _("valid proofs"): Proof.objects.filter(status=Proof.Status.VALID),
        _("points movements"): PointsMovement.objects.all(),
        _("day closings"): PointsClosing.objects.all(),
        _("Term closings"): TermClosing.objects.all(),
        _("Agreements"): Agreement.objects.all(),
    }
    return {name: rows.count() for name, rows in counted.items()}


def _rows(sql: str, params: dict[str, Any] | None = None) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        yield from cursor.fetchall()


_LINES = """
WITH arrived AS (SELECT target_id AS id, sum(quantity) AS units FROM licenses_quantitymovement GROUP BY target_id),
     departed AS (SELECT source_id AS id, sum(quantity) AS units FROM licenses_quantitymovement GROUP BY source_id),
     promised AS (SELECT entitlement_id AS id, sum(quantity) AS units FROM licenses_hold
                   WHERE released_at IS NULL GROUP BY entitlement_id),
     covered AS (SELECT DISTINCT ON (entitlement_id) entitlement_id AS id, starts_on, ends_on
                   FROM licenses_coverperiod ORDER BY entitlement_id, starts_on DESC),
     proved AS (SELECT entitlement_id AS id, count(*) AS papers, sum(quantity) AS units FROM licenses_proof
                 WHERE status = 'valid' GROUP BY entitlement_id)
SELECT * FROM (
    SELECT e.id, e.part_id, coalesce(a.units, 0) - coalesce(d.units, 0) AS balance, coalesce(h.units, 0) AS promised,
           (e.coverage_start, e.coverage_end) IS DISTINCT FROM (c.starts_on, c.ends_on) AS cover_differs,
           coalesce(p.papers, 0) AS papers, coalesce(p.units, 0) AS proved
      FROM licenses_entitlement e
      LEFT JOIN arrived a USING (id) LEFT JOIN departed d USING (id) LEFT JOIN promised h USING (id)
      LEFT JOIN covered c USING (id) LEFT JOIN proved p USING (id)
) AS line
WHERE balance < 0 OR promised > balance OR cover_differs OR proved <> balance
   OR papers <> CASE WHEN balance > 0 THEN 1 ELSE 0 END
ORDER BY id
"""


def _lines() -> Iterator[Fault]:
    """Each line: balance, promises, cover and proof (rules M5, M8, V3)."""
    for line, part, balance, promised, cover_differs, papers, proved in _rows(_LINES):
        told = {"line": line, "part_number": part, "balance": balance}
        if balance < 0:
            yield _break("ledger_negative", **told)
        if promised > balance:
            yield _break("ledger_promised", **told, promised=promised)
        if cover_differs:
            yield _break("ledger_cover", **told)
        if papers != (balance > 0) or proved != balance:
            yield _break("ledger_proof", **told, papers=papers, proved=proved)


_NEGATIVE_DAYS = """
SELECT DISTINCT ON (line) line, effective_on, units FROM (
    SELECT line, effective_on, sum(sum(quantity)) OVER (PARTITION BY line ORDER BY effective_on) AS units FROM (
        SELECT target_id AS line, effective_on, quantity FROM licenses_quantitymovement WHERE target_id IS NOT NULL
        UNION ALL
        SELECT source_id, effective_on, -quantity FROM licenses_quantitymovement WHERE source_id IS NOT NULL
    ) AS sides GROUP BY line, effective_on
) AS days WHERE units < 0 ORDER BY line, effective_on
"""


def _negative_days() -> Iterator[Fault]:
    """No line ever held less than nothing, on any day."""
    for line, on, units in _rows(_NEGATIVE_DAYS):
        yield _break("ledger_negative_day", line=line, on=on, balance=units)


_CONSERVATION = """
WITH RECURSIVE family AS (
    SELECT id, id AS root, part_id, order_reference, acquired_on FROM licenses_entitlement WHERE moved_from_id IS NULL
    UNION ALL
    SELECT e.id, f.root, e.part_id, e.order_reference, e.acquired_on
      FROM licenses_entitlement e JOIN family f ON f.id = e.moved_from_id
), sides AS (
    SELECT t.root, m.quantity AS balance, CASE WHEN m.source_id IS NULL THEN m.quantity ELSE 0 END AS bought
      FROM licenses_quantitymovement m JOIN family t ON t.id = m.target_id
    UNION ALL
    SELECT s.root, -m.quantity, CASE WHEN m.target_id IS NULL THEN -m.quantity ELSE 0 END
      FROM licenses_quantitymovement m JOIN family s ON s.id = m.source_id
), sums AS (SELECT root, sum(balance) AS balance, sum(bought) AS bought FROM sides GROUP BY root),
orders AS (
    SELECT root, count(DISTINCT (part_id, order_reference, acquired_on)) AS kinds FROM family GROUP BY root
)
SELECT e.id, e.order_reference, e.part_id, coalesce(s.bought, 0), coalesce(s.balance, 0), o.kinds
  FROM orders o JOIN licenses_entitlement e ON e.id = o.root LEFT JOIN sums s ON s.root = o.root
 WHERE coalesce(s.bought, 0) <> coalesce(s.balance, 0) OR o.kinds > 1
 ORDER BY e.id
"""


def _conservation() -> Iterator[Fault]:
    """Per order and first line: acquired less given up is what all lines that came of it hold (rule M5)."""
    for root, order, part, bought, balance, kinds in _rows(_CONSERVATION):
        told = {"line": root, "order_reference": order, "part_number": part}
        if bought != balance:
            yield _break("ledger_conservation", **told, bought=bought, balance=balance)
        if kinds > 1:
            yield _break("ledger_order_changed", **told)


_MOVEMENTS = """
SELECT m.id, m.customer_id = coalesce(s.customer_id, t.customer_id), o.id IS NULL
       OR (o.source_id, o.target_id, o.quantity) IS NOT DISTINCT FROM (m.target_id, m.source_id, m.quantity)
  FROM licenses_quantitymovement m
  LEFT JOIN licenses_entitlement s ON s.id = m.source_id
  LEFT JOIN licenses_entitlement t ON t.id = m.target_id
  LEFT JOIN licenses_quantitymovement o ON o.id = m.reverses_id
 WHERE m.customer_id IS DISTINCT FROM coalesce(s.customer_id, t.customer_id)
    OR (o.id IS NOT NULL
        AND (o.source_id, o.target_id, o.quantity) IS DISTINCT FROM (m.target_id, m.source_id, m.quantity))
 ORDER BY m.id
"""


def _movements() -> Iterator[Fault]:
    """Each movement stands with its source's owner, each reversal mirrors what it reverses."""
    for movement, owned, mirrors in _rows(_MOVEMENTS):
        if not owned:
            yield _break("ledger_owner", movement=movement)
        if not mirrors:
            yield _break("ledger_reversal", movement=movement)


_CHAIN = """
WITH links AS (
    SELECT m.id, m.customer_id, m.sequence, m.chain,
           row_number() OVER w AS place,
           licenses_{ledger}_link(
               coalesce(lag(m.chain) OVER w, sha256(convert_to('{ledger}|' || m.customer_id, 'UTF8'))), m) AS due
      FROM licenses_{ledger}movement m WINDOW w AS (PARTITION BY m.customer_id ORDER BY m.sequence)
), ends AS (
    SELECT DISTINCT ON (customer_id) customer_id, sequence, chain FROM links ORDER BY customer_id, sequence DESC
)
SELECT 'ledger_link', customer_id, sequence FROM links WHERE chain <> due
UNION ALL
SELECT 'ledger_gap', customer_id, min(sequence) FROM links WHERE sequence <> place GROUP BY customer_id
UNION ALL
SELECT 'ledger_head', coalesce(e.customer_id, h.customer_id), coalesce(e.sequence, 0)
  FROM ends e FULL JOIN (SELECT * FROM licenses_ledgerhead WHERE ledger = '{ledger}') h USING (customer_id)
 WHERE coalesce(e.sequence, 0) <> coalesce(h.sequence, 0) OR (e.chain IS NOT NULL AND e.chain IS DISTINCT FROM h.chain)
ORDER BY 1, 2, 3
"""


def _chain(ledger: str) -> Iterator[Fault]:
    """A customer's movements, numbered without a gap, each sealed with the one before, up to the head."""
    for code, customer, sequence in _rows(_CHAIN.format(ledger=ledger)):
        yield _break(code, ledger=ledger, customer=customer, sequence=sequence)


_POINTS = """
SELECT 'ledger_points_site', m.id FROM licenses_pointsmovement m LEFT JOIN sites_site s ON s.id = m.site_id
 WHERE s.agreement_id IS DISTINCT FROM m.agreement_id
UNION ALL
SELECT 'ledger_points_early', m.id FROM licenses_pointsmovement m JOIN sites_agreement a ON a.id = m.agreement_id
 WHERE a.term_start IS NULL OR m.effective_on < a.term_start
UNION ALL
SELECT 'ledger_owner', m.id FROM licenses_pointsmovement m JOIN sites_agreement a ON a.id = m.agreement_id
 WHERE a.customer_id <> m.customer_id
UNION ALL
SELECT 'ledger_reversal', m.id FROM licenses_pointsmovement m JOIN licenses_pointsmovement o ON o.id = m.reverses_id
 WHERE (o.agreement_id, o.site_id, o.source_id, o.target_id, o.amount)
       IS DISTINCT FROM (m.agreement_id, m.site_id, m.target_id, m.source_id, m.amount)
ORDER BY 1, 2
"""


def _points() -> Iterator[Fault]:
    """Each entry belongs to a site of its Agreement and to a Term; each reversal mirrors (rules P6, P7)."""
    for code, movement in _rows(_POINTS):
        yield _break(code, movement=movement)


# The last closing of each day beside the running sums of all that was closed; those that later ones took the place of,
# which are few, beside what their ledger held when they were written.
_DAY_CLOSINGS = """
WITH versions AS (
    SELECT agreement_id, term_start, day, points, peak, through,
           row_number() OVER (PARTITION BY agreement_id, day ORDER BY through DESC) AS version,
           max(through) OVER (PARTITION BY agreement_id) AS closed
      FROM licenses_pointsclosing
), marks AS (SELECT DISTINCT agreement_id, closed FROM versions),
entries AS (
    SELECT m.agreement_id, licenses_term_start(a.term_start, m.effective_on) AS term, m.effective_on, m.sequence,
           CASE WHEN m.target_id IS NULL THEN -m.amount ELSE m.amount END AS signed
      FROM licenses_pointsmovement m JOIN marks k ON k.agreement_id = m.agreement_id AND m.sequence <= k.closed
      JOIN sites_agreement a ON a.id = m.agreement_id
), running AS (
    SELECT *, sum(signed) OVER (PARTITION BY agreement_id, term ORDER BY effective_on, sequence) AS points FROM entries
), peaks AS (
    SELECT *, greatest(max(points) OVER (PARTITION BY agreement_id, term ORDER BY effective_on, sequence), 0) AS peak
      FROM running
), due AS (
    SELECT DISTINCT ON (agreement_id, effective_on) agreement_id, term AS term_start, effective_on AS day, points, peak
      FROM peaks ORDER BY agreement_id, effective_on, sequence DESC
), compared AS (
    SELECT v.agreement_id, v.day, v.points, v.peak, d.points AS due, d.peak AS due_peak,
           v.term_start IS NOT DISTINCT FROM d.term_start AS in_term
      FROM versions v LEFT JOIN due d USING (agreement_id, day) WHERE v.version = 1
    UNION ALL
    SELECT v.agreement_id, v.day, v.points, v.peak, sum(e.signed), greatest(max(e.running), 0), true
      FROM versions v CROSS JOIN LATERAL (
          SELECT n.signed, sum(n.signed) OVER (ORDER BY n.effective_on, n.sequence) AS running FROM entries n
           WHERE n.agreement_id = v.agreement_id AND n.term = v.term_start AND n.effective_on <= v.day
             AND n.sequence <= v.through) AS e
     WHERE v.version > 1 GROUP BY v.agreement_id, v.day, v.through, v.points, v.peak
)
SELECT agreement_id, day, points, peak, coalesce(due, 0), coalesce(due_peak, 0) FROM compared
 WHERE (points, peak) IS DISTINCT FROM (due, due_peak) OR NOT in_term ORDER BY agreement_id, day
"""


def _day_closings() -> Iterator[Fault]:
    """Each day closing says what the entries up to it come to (rule P7)."""
    for agreement, day, points, peak, due, due_peak in _rows(_DAY_CLOSINGS):
        told = {"agreement": agreement, "on": day, "points": due, "highest": due_peak}
        yield _break("ledger_day_closing", **told, shown_points=points, shown_highest=peak)


_TERM_CLOSINGS = """
SELECT c.agreement_id, c.starts_on, c.ends_on, c.points, coalesce(r.points, 0)
  FROM licenses_termclosing c
  LEFT JOIN LATERAL (
      SELECT sum(CASE WHEN m.target_id IS NULL THEN -m.amount ELSE m.amount END) AS points
        FROM licenses_pointsmovement m
       WHERE m.agreement_id = c.agreement_id AND m.effective_on BETWEEN c.starts_on AND c.ends_on
         AND m.recorded_at <= c.recorded_at) AS r ON true
 WHERE c.points IS DISTINCT FROM coalesce(r.points, 0)
 ORDER BY c.agreement_id, c.starts_on, c.recorded_at
"""
_LATE = """
SELECT m.id FROM licenses_pointsmovement m
  JOIN licenses_termclosing c ON c.agreement_id = m.agreement_id AND m.effective_on BETWEEN c.starts_on AND c.ends_on
   AND m.recorded_at > c.recorded_at
 WHERE NOT EXISTS (
     SELECT 1 FROM licenses_termreopening r
      WHERE r.agreement_id = m.agreement_id AND r.starts_on <= c.starts_on
        AND r.reopened_at BETWEEN c.recorded_at AND m.recorded_at)
 GROUP BY m.id ORDER BY m.id
"""


def _term_closings() -> Iterator[Fault]:
    """Each Term closing says what was in the Term; nothing came into one afterwards but while it was re-opened (P7)."""
    for agreement, starts_on, ends_on, points, due in _rows(_TERM_CLOSINGS):
        told = {"agreement": agreement, "starts_on": starts_on, "ends_on": ends_on}
        yield _break("ledger_term_closing", **told, points=due, shown_points=points)
    for (movement,) in _rows(_LATE):
        yield _break("ledger_points_late", movement=movement)


_ENTRIES = """
SELECT agreement_id, effective_on, CASE WHEN target_id IS NULL THEN -amount ELSE amount END
  FROM licenses_pointsmovement WHERE effective_on <= %(on)s ORDER BY agreement_id, effective_on, sequence
"""


def _levels(on: date) -> Iterator[Fault]:
    """Every Agreement's points and level, entry by entry (rules P4, P5), beside what pages and quotes go by."""
    entries = {
        agreement: [(day, points) for _agreement, day, points in rows]
        for agreement, rows in groupby(_rows(_ENTRIES, {"on": on}), key=lambda row: row[0])
    }
    agreements = list(Agreement.objects.select_related("customer").order_by("number"))
    shown, books = standings(agreements, on), rule_books()
    for agreement in agreements:
        points, level = _fold(agreement, entries.get(agreement.pk, []), on, books)
        stands = shown[agreement.pk]
        if (stands.points, stands.level) != (points, level):
            told = {"agreement": agreement.number, "points": points, "level": level}
            yield _break("ledger_level", **told, shown_points=stands.points, shown_level=stands.level)


def _fold(agreement: Agreement, entries: list[tuple[date, Decimal]], on: date, books: Shelf) -> tuple[Decimal, str]:
    """The Term's points and the RSVP on `on`, taking one entry after the other and each Anniversary in its turn."""
    level = agreement.customer.outside_level or agreement.opening_level or BASE_LEVEL
    points = Decimal(0)
    if agreement.term_start is None or on < agreement.term_start:
        return points, level
    by_term: dict[date, list[Decimal]] = {}
    for day, amount in entries:
        term = term_containing(agreement.term_start, day)
        if term:
            by_term.setdefault(term.starts_on, []).append(amount)
    for term in terms_between(agreement.term_start, agreement.term_start, on):
        if term.starts_on != agreement.term_start:
            level, points = after_anniversary(level, points, books.on(term.starts_on)), Decimal(0)
        book = books.on(min(term.ends_on + DAY, on))
        for amount in by_term.get(term.starts_on, []):
            points += amount
            level = better(level, level_of(points, book), book)
    return points, level


def _break(code: str, **told: Any) -> Fault:
    line = told.get("line")
    return Fault(code, line=str(line) if line else None, params=told)
