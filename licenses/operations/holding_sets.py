"""Whole imports of holdings by sets: what a file changes in the record as it stands.

A line is known by site, part, order reference and day of purchase. Only a line that an earlier import knew can be gone.
"""

from typing import Any

from licenses.models import EntitlementImport
from licenses.sets import whole_sets

SECONDS = 300

_FORGET = "DELETE FROM licenses_entitlementimportrow WHERE file_import_id = %(import)s AND number IS NULL"

# The lines at the sites that the file names, with what they hold, have promised, and whether units went between sites.
_LINES = """
CREATE TEMPORARY TABLE holding_lines ON COMMIT DROP AS
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
                      WHERE file_import_id = %(import)s AND site_id IS NOT NULL)
"""
_COMPARE = """
WITH brought AS (
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
               b.part_number, b.coverage_end,
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
   SET entitlement_id = w.line, before_quantity = w.units, before_coverage_start = w.covered_from,
       before_coverage_end = w.covered_until, adds_from = w.adds_from, adds_to = w.adds_to, outcome = w.outcome,
       against = w.against
  FROM (SELECT j.id, j.line, j.units, j.covered_from, j.covered_until,
               CASE WHEN j.fault IS NULL THEN j.adds_from END AS adds_from,
               CASE WHEN j.fault IS NULL THEN j.adds_to END AS adds_to,
               CASE WHEN j.fault IS NOT NULL THEN 'rejected' WHEN j.line IS NULL THEN 'new'
                    WHEN j.differs OR j.adds_to IS NOT NULL THEN 'changed' ELSE 'same' END AS outcome,
               CASE WHEN j.found IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(jsonb_build_object(
                   'code', j.found, 'field', CASE j.found WHEN 'import_day_differs' THEN 'acquired_on'
                                                          WHEN 'import_row_twice' THEN 'part_number'
                                                          WHEN 'import_cover_shorter' THEN 'coverage_end'
                                                          ELSE 'quantity' END,
                   'line', j.number::text, 'severity', CASE WHEN j.fault IS NULL THEN 'warning' ELSE 'error' END,
                   'mends', NULL, 'heals_on', NULL,
                   'params', jsonb_build_object('row', j.number, 'part_number', j.part_number, 'value', j.quantity,
                                                'before', j.units, 'held', j.held, 'day', j.other_day,
                                                'other', j.first_number, 'until', j.covered_until,
                                                'end', j.coverage_end))) END AS against
          FROM told j) AS w
 WHERE r.id = w.id
   AND (r.entitlement_id, r.before_quantity, r.before_coverage_start, r.before_coverage_end, r.adds_from, r.adds_to,
        r.outcome, r.against)
       IS DISTINCT FROM (w.line, w.units, w.covered_from, w.covered_until, w.adds_from, w.adds_to, w.outcome, w.against)
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


def compare(case: EntitlementImport) -> dict[str, Any]:
    """Tell each row what it changes in the record as it stands, and add the lines that are gone.

    Needs the customer's imports locked and the case in `checking` or `applying`. Returns the figures to keep.
    """
    asked = {"import": case.pk, "customer": case.customer_id}
    with whole_sets(SECONDS) as cursor:
        for statement in (_FORGET, _LINES, "ANALYZE holding_lines", _COMPARE, _GONE, _COUNT):
            cursor.execute(statement, asked)
        figures = dict(zip(_FIGURES, cursor.fetchone(), strict=True))
        cursor.execute("DROP TABLE holding_lines")
        return figures
