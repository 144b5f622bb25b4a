"""Whole imports of holdings by sets: what a file changes in the record as it stands, and the recording itself.

A line is known by site, part, order reference and day of purchase. Nothing recorded is changed: lines and cover are
added, quantities are corrected by entries of the ledger. Only a line that an earlier import knew can be gone.
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from licenses.models import EntitlementImport, EntitlementImportRow
from licenses.operations.postings import QuantityEntry, post_quantities
from licenses.operations.proofs import renew_proofs
from licenses.operations.sets import whole_sets

CHUNK = 5000
SECONDS = 300

_FORGET = "DELETE FROM licenses_entitlementimportrow WHERE file_import_id = %(import)s AND number IS NULL"

# The lines at the sites that the file names, with what they hold, have promised, and whether units went between sites.
_LINES = """
WITH holding_lines AS MATERIALIZED (
SELECT e.id, e.site_id, e.part_id, e.order_reference, e.acquired_on, e.moved_from_id IS NOT NULL AS arrived,
       coalesce(a.units, 0) - coalesce(d.units, 0) AS units, coalesce(h.units, 0) AS held,
       coalesce(a.transfers, 0) + coalesce(d.transfers, 0) > 0 AS moved, c.ends_on AS covered_to,
       e.coverage_start, e.coverage_end
  FROM licenses_entitlement e
  LEFT JOIN LATERAL (SELECT sum(quantity) AS units, count(*) FILTER (WHERE reason = 'transfer') AS transfers
                       FROM licenses_quantitymovement WHERE target_id = e.id) a ON true
  LEFT JOIN LATERAL (SELECT sum(quantity) AS units, count(*) FILTER (WHERE reason = 'transfer') AS transfers
                       FROM licenses_quantitymovement WHERE source_id = e.id) d ON true
  LEFT JOIN LATERAL (SELECT sum(quantity) AS units FROM licenses_hold
                      WHERE entitlement_id = e.id AND released_at IS NULL) h ON true
  LEFT JOIN LATERAL (SELECT max(ends_on) AS ends_on FROM licenses_coverperiod WHERE entitlement_id = e.id) c ON true
 WHERE e.customer_id = %(customer)s
   AND e.site_id IN (SELECT DISTINCT site_id FROM licenses_entitlementimportrow
                      WHERE file_import_id = %(import)s AND site_id IS NOT NULL))
"""
_COMPARE = """
     brought AS (
        SELECT *, first_value(number) OVER (PARTITION BY site_id, part_number, order_reference, acquired_on
                                            ORDER BY number) AS first_number
          FROM licenses_entitlementimportrow WHERE file_import_id = %(import)s AND readable),
     met AS (
        SELECT b.id AS row_id, count(*) AS lines, (array_agg(l.id ORDER BY l.units DESC, l.id))[1] AS line,
               sum(l.units) AS units, sum(l.held) AS held, bool_or(l.moved OR l.arrived) AS moved,
               max(l.covered_to) AS covered_to, min(l.coverage_start) AS covered_from,
               max(l.coverage_end) AS covered_until
          FROM brought b JOIN holding_lines l ON (l.site_id, l.part_id, l.order_reference, l.acquired_on)
                                               = (b.site_id, b.part_number, b.order_reference, b.acquired_on)
         GROUP BY b.id),
     dated AS (
        SELECT DISTINCT ON (b.id) b.id AS row_id, l.acquired_on
          FROM brought b JOIN holding_lines l ON (l.site_id, l.part_id, l.order_reference)
                                               = (b.site_id, b.part_number, b.order_reference)
         WHERE b.order_reference <> '' AND l.acquired_on <> b.acquired_on AND l.units > 0
         ORDER BY b.id, l.acquired_on),
     seen AS (
        SELECT b.id, b.number, b.first_number, m.line, m.units, d.acquired_on AS other_day, m.held, m.covered_from,
               m.covered_until, b.coverage_end < m.covered_to AS shorter,
               CASE WHEN m.line IS NULL OR m.covered_to IS NULL THEN b.coverage_start
                    WHEN b.coverage_end > m.covered_to
                    THEN greatest(b.coverage_start, m.covered_to + 1) END AS adds_from,
               CASE WHEN m.line IS NULL OR m.covered_to IS NULL OR b.coverage_end > m.covered_to
                    THEN b.coverage_end END AS adds_to,
               m.units <> b.quantity AS differs, b.quantity, m.lines > 1 AS several, m.moved
          FROM brought b LEFT JOIN met m ON m.row_id = b.id LEFT JOIN dated d ON d.row_id = b.id),
     judged AS (
        SELECT *, CASE WHEN number <> first_number THEN 'import_row_twice'
                       WHEN line IS NULL AND other_day IS NOT NULL THEN 'import_day_differs'
                       WHEN differs AND (moved OR several) OR several AND adds_to IS NOT NULL THEN 'import_line_moved'
                       WHEN differs AND quantity < held THEN 'import_line_promised'
                       WHEN shorter THEN 'import_cover_shorter' END AS found
          FROM seen),
     told AS (SELECT *, CASE WHEN found <> 'import_cover_shorter' THEN found END AS fault FROM judged)
UPDATE licenses_entitlementimportrow r
   SET entitlement_id = j.line, before_quantity = j.units, before_coverage_start = j.covered_from,
       before_coverage_end = j.covered_until,
       adds_from = CASE WHEN j.fault IS NULL THEN j.adds_from END,
       adds_to = CASE WHEN j.fault IS NULL THEN j.adds_to END,
       outcome = CASE WHEN j.fault IS NOT NULL THEN 'rejected' WHEN j.line IS NULL THEN 'new'
                      WHEN j.differs OR j.adds_to IS NOT NULL THEN 'changed' ELSE 'same' END,
       against = CASE WHEN j.found IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(jsonb_build_object(
           'code', j.found, 'field', CASE j.found WHEN 'import_day_differs' THEN 'acquired_on'
                                                  WHEN 'import_row_twice' THEN 'part_number'
                                                  WHEN 'import_cover_shorter' THEN 'coverage_end' ELSE 'quantity' END,
           'line', j.number::text, 'severity', CASE WHEN j.fault IS NULL THEN 'warning' ELSE 'error' END,
           'mends', NULL, 'heals_on', NULL,
           'params', jsonb_build_object('row', j.number, 'part_number', r.part_number, 'value', r.quantity,
                                        'before', j.units, 'held', j.held, 'day', j.other_day,
                                        'other', j.first_number, 'until', j.covered_until,
                                        'end', r.coverage_end))) END
  FROM told j WHERE r.id = j.id
"""
# A rejected row keeps the lines of its part; one whose part can't be read keeps all. Sums and headings keep none.
_GONE = """
INSERT INTO licenses_entitlementimportrow
       (file_import_id, customer_id, outcome, readable, site_id, part_number, kind, description, order_reference,
        acquired_on, entitlement_id, before_quantity, before_coverage_start, before_coverage_end, "values", errors,
        against)
SELECT %(import)s, %(customer)s, CASE WHEN l.held > 0 OR l.moved THEN 'rejected' ELSE 'gone' END, false, l.site_id,
       l.part_id, p.kind, p.description, l.order_reference, l.acquired_on, l.id, l.units, l.coverage_start,
       l.coverage_end, '{}', '[]',
       CASE WHEN l.held > 0 OR l.moved THEN jsonb_build_array(jsonb_build_object(
           'code', CASE WHEN l.moved THEN 'import_line_moved' ELSE 'import_line_promised' END, 'field', NULL,
           'line', NULL, 'severity', 'error', 'mends', NULL, 'heals_on', NULL,
           'params', jsonb_build_object('row', NULL, 'part_number', l.part_id, 'value', 0, 'before', l.units,
                                        'held', l.held))) ELSE '[]'::jsonb END
  FROM holding_lines l JOIN licenses_part p ON p.part_number = l.part_id
 WHERE l.units > 0
   AND EXISTS (SELECT 1 FROM licenses_entitlementimportrow o
                 JOIN licenses_entitlementimport i ON i.id = o.file_import_id
                WHERE o.entitlement_id = l.id AND i.status = 'accepted'
                  AND o.outcome IN ('new', 'changed', 'same'))
   AND NOT EXISTS (SELECT 1 FROM licenses_entitlementimportrow r
                    WHERE r.file_import_id = %(import)s AND r.readable
                      AND (r.site_id, r.part_number, r.order_reference, r.acquired_on)
                        = (l.site_id, l.part_id, l.order_reference, l.acquired_on))
   AND l.part_id NOT IN (SELECT part_number FROM licenses_entitlementimportrow
                          WHERE file_import_id = %(import)s AND outcome = 'rejected' AND part_number <> '')
   AND NOT EXISTS (SELECT 1 FROM licenses_entitlementimportrow
                    WHERE file_import_id = %(import)s AND outcome = 'rejected' AND part_number = ''
                      AND NOT errors @? '$[*] ? (@.code == "import_row_sum" || @.code == "import_row_headings")')
 ORDER BY l.part_id, l.order_reference, l.id
"""
_COUNT = """
SELECT count(*) FILTER (WHERE number IS NOT NULL),
       count(*) FILTER (WHERE number IS NOT NULL AND outcome = 'rejected'),
       count(*) FILTER (WHERE outcome = 'new'), count(*) FILTER (WHERE outcome = 'changed'),
       count(*) FILTER (WHERE outcome = 'gone'), count(*) FILTER (WHERE outcome = 'same'),
       md5(coalesce(string_agg(concat_ws('|', number, outcome, entitlement_id, before_quantity, adds_from, adds_to),
                               ';' ORDER BY number, part_number, order_reference, entitlement_id), '')),
       count(DISTINCT part_number) FILTER (WHERE outcome = 'new' AND part_number NOT IN (
           SELECT part_number FROM licenses_part))
  FROM licenses_entitlementimportrow WHERE file_import_id = %(import)s
"""
_FIGURES = ("rows_read", "rows_rejected", "rows_new", "rows_changed", "rows_gone", "rows_same", "compared", "parts_new")

# A part that the catalog lacks comes with its kind alone: points and renewal part are for the catalog's keepers.
_PARTS = """
INSERT INTO licenses_part (part_number, description, kind, metric, product, eligible)
SELECT DISTINCT ON (part_number) part_number, description, kind, '', left(description, 120), true
  FROM licenses_entitlementimportrow WHERE file_import_id = %(import)s AND outcome = 'new' AND description <> ''
 ORDER BY part_number, number ON CONFLICT DO NOTHING
"""
_NAME = """
UPDATE licenses_entitlementimportrow SET entitlement_id = gen_random_uuid()
 WHERE file_import_id = %(import)s AND outcome = 'new'
"""
_OPEN = """
INSERT INTO licenses_entitlement (id, customer_id, site_id, part_id, order_reference, acquired_on, coverage_start,
                                  coverage_end, traded_up)
SELECT entitlement_id, customer_id, site_id, part_number, order_reference, acquired_on, adds_from, adds_to, false
  FROM licenses_entitlementimportrow WHERE file_import_id = %(import)s AND outcome = 'new'
"""
_COVER = """
INSERT INTO licenses_coverperiod (id, customer_id, entitlement_id, starts_on, ends_on, source, recorded_at)
SELECT gen_random_uuid(), customer_id, entitlement_id, adds_from, adds_to,
       CASE WHEN outcome = 'new' AND order_reference <> '' THEN order_reference ELSE %(reference)s END, %(at)s
  FROM licenses_entitlementimportrow
 WHERE file_import_id = %(import)s AND outcome IN ('new', 'changed') AND adds_to IS NOT NULL
"""
_COVERED = """
UPDATE licenses_entitlement e SET coverage_start = r.adds_from, coverage_end = r.adds_to
  FROM licenses_entitlementimportrow r
 WHERE r.file_import_id = %(import)s AND r.outcome = 'changed' AND r.adds_to IS NOT NULL AND e.id = r.entitlement_id
"""
# A renewal line follows the only license at its site that its part renews (rule M6), whichever of the two came first.
_FOLLOW = """
WITH came AS (
    SELECT DISTINCT site_id, part_number FROM licenses_entitlementimportrow
     WHERE file_import_id = %(import)s AND outcome = 'new'),
     asked AS (
    SELECT came.site_id, p.renewal_part_id AS renewal
      FROM came JOIN licenses_part p ON p.part_number = came.part_number WHERE p.renewal_part_id IS NOT NULL
    UNION
    SELECT came.site_id, p.renewal_part_id FROM came JOIN licenses_part p ON p.renewal_part_id = came.part_number),
     single AS (
    SELECT a.site_id, a.renewal, (array_agg(l.id))[1] AS license
      FROM asked a
      JOIN licenses_part p ON p.renewal_part_id = a.renewal
      JOIN licenses_entitlement l ON l.customer_id = %(customer)s AND l.site_id = a.site_id
                                 AND l.part_id = p.part_number
     GROUP BY 1, 2 HAVING count(*) = 1)
UPDATE licenses_entitlement e SET follows_id = single.license
  FROM single
 WHERE e.customer_id = %(customer)s AND e.site_id = single.site_id AND e.part_id = single.renewal
   AND e.follows_id IS NULL
"""


def compare(case: EntitlementImport) -> dict[str, Any]:
    """Tell each row what it changes in the record as it stands, and add the lines that are gone.

    Needs the customer's imports locked and the case in `checking` or `applying`. Returns the figures to keep.
    """
    asked = {"import": case.pk, "customer": case.customer_id}
    with whole_sets(SECONDS) as cursor:
        for statement in (_FORGET, f"{_LINES},{_COMPARE}", f"{_LINES}{_GONE}", _COUNT):
            cursor.execute(statement, asked)
        return dict(zip(_FIGURES, cursor.fetchone(), strict=True))


def record(case: EntitlementImport, *, at: datetime, on: date) -> None:
    """Write what the rows change: parts, lines, cover, movements and proofs. Needs rows that were just compared.

    Raises IntegrityError where a promise was given in the meantime.
    """
    asked: dict[str, Any] = {"import": case.pk, "customer": case.customer_id, "reference": str(case), "at": at}
    with whole_sets(SECONDS) as cursor:
        # A row names its line before the line is there.
        cursor.execute("SET CONSTRAINTS licenses_entitlementimportrow_entitlement_id_of_tenant DEFERRED")
        for statement in (_PARTS, _NAME, _OPEN, _COVER, _COVERED, _FOLLOW):
            cursor.execute(statement, asked)
        cursor.execute("SET LOCAL enable_nestloop = on")  # movements and proofs are looked up by their keys
        for entries in _chunks(case, on):
            post_quantities(entries)
            renew_proofs(on=on, changed=[line for e in entries for line in (e.source_id, e.target_id) if line])
        cursor.execute("SET CONSTRAINTS licenses_entitlementimportrow_entitlement_id_of_tenant IMMEDIATE")


def _chunks(case: EntitlementImport, on: date) -> Iterator[Sequence[QuantityEntry]]:
    rows = EntitlementImportRow.objects.filter(file_import=case, outcome__in=("new", "changed", "gone"))
    entries = (_entry(case, row, on) for row in rows.order_by("id").iterator(chunk_size=CHUNK))
    moved = (entry for entry in entries if entry is not None)
    while chunk := list(islice(moved, CHUNK)):
        yield chunk


def _entry(case: EntitlementImport, row: EntitlementImportRow, on: date) -> QuantityEntry | None:
    line, key = row.entitlement_id, uuid.uuid5(case.pk, f"row {row.pk}")
    owned, wanted = row.before_quantity or 0, row.quantity or 0
    if row.outcome == "new" and row.acquired_on is not None:
        return QuantityEntry(key, None, line, wanted, "acquisition", row.order_reference, row.acquired_on)
    if wanted > owned:
        return QuantityEntry(key, None, line, wanted - owned, "correction", str(case), on)
    if wanted < owned:
        return QuantityEntry(key, line, None, owned - wanted, "correction", str(case), on)
    return None
