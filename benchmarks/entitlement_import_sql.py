"""The statements of `entitlement_import`'s yardstick: a file of holdings taken in by hand, as sets."""

STAGE = """
CREATE TEMPORARY TABLE staged (number bigint GENERATED ALWAYS AS IDENTITY (START 2), site_number text, part_number text,
    description text, quantity text, order_reference text, acquired_on text, coverage_start text, coverage_end text,
    points text) ON COMMIT DROP
"""
COPY = """
COPY staged (site_number, part_number, description, quantity, order_reference, acquired_on, coverage_start,
             coverage_end, points) FROM STDIN WITH (FORMAT csv, DELIMITER ';', HEADER)
"""
ROWS = """
INSERT INTO licenses_entitlementimportrow
       (file_import_id, customer_id, number, outcome, readable, site_id, part_number, kind, description, quantity,
        order_reference, acquired_on, coverage_start, coverage_end, points, adds_from, adds_to, "values", errors,
        against)
SELECT %(import)s, %(customer)s, number, 'new', true, %(site)s, part_number, 'LICENSE_PLUS_S&S', description,
       quantity::bigint, order_reference, to_date(acquired_on, 'DD Mon YYYY'), coverage_start::date,
       coverage_end::date, replace(points, ',', '.')::numeric, coverage_start::date, coverage_end::date,
       to_jsonb(staged) - 'number', '[]', '[]'
  FROM staged
"""
HELD = """
CREATE TEMPORARY TABLE held ON COMMIT DROP AS
SELECT e.id, e.part_id, e.order_reference, e.acquired_on, e.coverage_end, e.moved_from_id IS NOT NULL AS moved,
       coalesce((SELECT sum(quantity) FROM licenses_quantitymovement WHERE target_id = e.id), 0)
     - coalesce((SELECT sum(quantity) FROM licenses_quantitymovement WHERE source_id = e.id), 0) AS units,
       coalesce((SELECT sum(quantity) FROM licenses_hold WHERE entitlement_id = e.id AND released_at IS NULL), 0)
           AS promised
  FROM licenses_entitlement e WHERE e.customer_id = %(customer)s AND e.site_id = %(site)s
"""
COMPARE = """
UPDATE licenses_entitlementimportrow r
   SET entitlement_id = h.id, before_quantity = h.units, before_coverage_end = h.coverage_end,
       adds_from = NULL, adds_to = NULL,
       outcome = CASE WHEN h.units <> r.quantity AND (h.moved OR r.quantity < h.promised) THEN 'rejected'
                      WHEN h.units <> r.quantity THEN 'changed' ELSE 'same' END
  FROM held h
 WHERE r.file_import_id = %(import)s
   AND (h.part_id, h.order_reference, h.acquired_on) = (r.part_number, r.order_reference, r.acquired_on)
"""
GONE = """
INSERT INTO licenses_entitlementimportrow
       (file_import_id, customer_id, outcome, readable, site_id, part_number, kind, description, order_reference,
        acquired_on, entitlement_id, before_quantity, "values", errors, against)
SELECT %(import)s, %(customer)s, 'gone', false, %(site)s, h.part_id, '', '', h.order_reference, h.acquired_on, h.id,
       h.units, '{}', '[]', '[]'
  FROM held h
 WHERE h.units > 0
   AND h.id IN (SELECT o.entitlement_id FROM licenses_entitlementimportrow o WHERE o.customer_id = %(customer)s
                   AND o.file_import_id <> %(import)s)
   AND h.id NOT IN (SELECT entitlement_id FROM licenses_entitlementimportrow
                     WHERE file_import_id = %(import)s AND entitlement_id IS NOT NULL)
"""
RECORD = (
    """
INSERT INTO licenses_part (part_number, description, kind, metric, product, eligible)
SELECT DISTINCT ON (part_number) part_number, description, kind, '', left(description, 120), true
  FROM licenses_entitlementimportrow WHERE file_import_id = %(import)s AND outcome = 'new' ON CONFLICT DO NOTHING
""",
    "SET CONSTRAINTS licenses_entitlementimportrow_entitlement_id_of_tenant DEFERRED",
    """
UPDATE licenses_entitlementimportrow SET entitlement_id = gen_random_uuid()
 WHERE file_import_id = %(import)s AND outcome = 'new'
""",
    """
INSERT INTO licenses_entitlement (id, customer_id, site_id, part_id, order_reference, acquired_on, coverage_start,
                                  coverage_end, traded_up)
SELECT entitlement_id, customer_id, site_id, part_number, order_reference, acquired_on, adds_from, adds_to, false
  FROM licenses_entitlementimportrow WHERE file_import_id = %(import)s AND outcome = 'new'
""",
    """
INSERT INTO licenses_coverperiod (id, customer_id, entitlement_id, starts_on, ends_on, source, recorded_at)
SELECT gen_random_uuid(), customer_id, entitlement_id, adds_from, adds_to, order_reference, now()
  FROM licenses_entitlementimportrow WHERE file_import_id = %(import)s AND outcome = 'new'
""",
    """
SELECT licenses_post_quantity_entries(array_agg((
           gen_random_uuid(), CASE WHEN quantity < before_quantity THEN entitlement_id END,
           CASE WHEN outcome = 'new' OR quantity > before_quantity THEN entitlement_id END,
           abs(quantity - coalesce(before_quantity, 0)),
           CASE outcome WHEN 'new' THEN 'acquisition' ELSE 'correction' END, order_reference,
           CASE outcome WHEN 'new' THEN acquired_on ELSE current_date END, NULL)::licenses_quantity_entry))
  FROM licenses_entitlementimportrow WHERE file_import_id = %(import)s AND outcome IN ('new', 'changed')
""",
    """
WITH retired AS (
    UPDATE licenses_proof p SET status = 'superseded' FROM licenses_entitlementimportrow r
     WHERE r.file_import_id = %(import)s AND r.outcome = 'changed' AND p.entitlement_id = r.entitlement_id
       AND p.status = 'valid' RETURNING p.id, p.entitlement_id)
INSERT INTO licenses_proof (id, customer_id, entitlement_id, number, status, quantity, issued_on, language, paper,
                            supersedes_id)
SELECT gen_random_uuid(), r.customer_id, r.entitlement_id,
       'PoE-' || lpad(nextval('passage_proof_number')::text, 8, '0'), 'valid', r.quantity, current_date, 'da',
       %(facts)s::jsonb || jsonb_build_object(
           'part_number', r.part_number, 'description', p.description, 'metric', p.metric,
           'order_reference', r.order_reference, 'acquired_on', r.acquired_on, 'cover_start', r.coverage_start,
           'cover_end', r.coverage_end), old.id
  FROM licenses_entitlementimportrow r JOIN licenses_part p USING (part_number)
  LEFT JOIN retired old ON old.entitlement_id = r.entitlement_id
 WHERE r.file_import_id = %(import)s AND r.outcome IN ('new', 'changed')
""",
    "SET CONSTRAINTS licenses_entitlementimportrow_entitlement_id_of_tenant IMMEDIATE",
)
