"""The statements of `transfer_form_yardstick` after the check: requests, the rep's yes, the moves, the form's end.

Large tables are looked up by key from behind fences, see `transfer_form_sql`.
"""

EVENT = """
INSERT INTO sites_event (at, actor_id, customer_id, subject_type, subject_id, kind, data)
SELECT now(), %(actor)s, {customer}, '{subject}', {id}, '{kind}', {data} FROM {rows}
"""

# Who is told of a request: its sender. The mail is somebody else's work.
NOTE = """
WITH told AS (
    INSERT INTO sites_notification (id, user_id, customer_id, event, subject_type, subject_id, kind, data, at,
                                    mailed_at)
    SELECT id, %(sender)s, {customer}, {event}, '{subject}', {about}, '{kind}', {data}, now(), now() FROM {rows}
)
INSERT INTO sites_job (id, kind, subject_id, actor_id, status, due_at, token, tries, crashes, reason, created_at,
                       finished_at)
SELECT gen_random_uuid(), 'notification.mail', id, %(actor)s, 'done', now(), 1, 1, 0, '', now(), now() FROM {rows}
"""
JOB = """
INSERT INTO sites_job (id, kind, subject_id, actor_id, status, due_at, token, tries, crashes, reason, created_at,
                       finished_at)
SELECT gen_random_uuid(), '{kind}', {id}, %(actor)s, 'done', now(), 1, 1, 0, '', now(), now() FROM {rows}
"""

# One request for each source and target of the valid rows, and the lines of each.
ASKED = (
    """
CREATE TEMPORARY TABLE row_asked ON COMMIT DROP AS
SELECT r.id, r.number, r.errors, "values"->>'source_site_number' AS source, "values"->>'target_site_number' AS target,
       (a->>0)::uuid AS line, (a->>1)::bigint AS units
  FROM migrations_app_batchrow r, jsonb_array_elements(r.allocation) AS a
 WHERE r.batch_id = %(batch)s AND r.outcome = 'valid'
""",
    "ANALYZE row_asked",
    """
CREATE TEMPORARY TABLE asked ON COMMIT DROP AS
SELECT gen_random_uuid() AS id, nextval('passage_transfer_number') AS number, g.lines, s.id AS source_id,
       s.customer_id, t.id AS target_id, t.customer_id AS target_customer_id, g.source, g.target,
       jsonb_build_object(
           'source', jsonb_build_object('number', s.site_number, 'name', s.name, 'customer', sc.name,
                                        'country', s.country),
           'target', jsonb_build_object('number', t.site_number, 'name', t.name, 'customer', tc.name,
                                        'country', t.country)) AS ends
  FROM (SELECT source, target, count(DISTINCT line) AS lines FROM row_asked GROUP BY 1, 2) AS g
  JOIN sites_site s ON s.site_number = g.source JOIN sites_customer sc ON sc.id = s.customer_id
  JOIN sites_site t ON t.site_number = g.target JOIN sites_customer tc ON tc.id = t.customer_id
""",
)

# The findings of the rows, as findings on the lines.
REQUESTS = """
INSERT INTO migrations_app_transferrequest (
    id, number, customer_id, source_site_id, target_customer_id, target_site_id, batch_id, status, version, reason,
    waiting_for, wait_for, checks, plan, created_by_id, created_at, submitted_by_id, submitted_at, decision_reason,
    stopped_by, fault, ends)
SELECT a.id, a.number, a.customer_id, a.source_id, a.target_customer_id, a.target_id, %(batch)s, 'draft', 1, %(reason)s,
       '', '[]', coalesce(f.checks, '[]'), '{}', %(actor)s, now(), %(actor)s, now(), '', '[]', '', a.ends
  FROM asked a LEFT JOIN (
      SELECT source, target, jsonb_agg(e || jsonb_build_object(
                 'line', line, 'waivable', e->>'severity' = 'warning',
                 'remedy', 'Take the rest along, or take note of it and give a reason.')) AS checks
        FROM row_asked, jsonb_array_elements(errors) AS e GROUP BY 1, 2) AS f USING (source, target)
"""
LINES = """
INSERT INTO migrations_app_transferline (id, customer_id, target_customer_id, request_id, entitlement_id, quantity,
                                         told)
SELECT gen_random_uuid(), a.customer_id, a.target_customer_id, a.id, r.line, r.units, jsonb_build_object(
           'part_number', e.part_id, 'description', p.description, 'order_reference', e.order_reference)
  FROM asked a JOIN (SELECT source, target, line, sum(units) AS units FROM row_asked GROUP BY 1, 2, 3) AS r
       USING (source, target)
  CROSS JOIN LATERAL (SELECT part_id, order_reference FROM licenses_entitlement WHERE id = r.line OFFSET 0) AS e
  JOIN licenses_part p ON p.part_number = e.part_id
"""
WAIVERS = """
INSERT INTO migrations_app_waiver (id, customer_id, target_customer_id, request_id, code, line, reason, params,
                                   consequence, language, given_by_id, given_at)
SELECT DISTINCT ON (a.id, e->>'code') gen_random_uuid(), a.customer_id, a.target_customer_id, a.id, e->>'code',
       NULL::uuid, %(waived)s, e->'params', e->>'message', 'en', %(actor)s::uuid, now()
  FROM asked a JOIN row_asked r USING (source, target), jsonb_array_elements(r.errors) AS e
 WHERE e->>'severity' = 'warning'
"""
HOLDS = """
INSERT INTO licenses_hold (id, customer_id, entitlement_id, quantity, reference, placed_at)
SELECT gen_random_uuid(), customer_id, entitlement_id, quantity, request_id, now()
  FROM migrations_app_transferline WHERE request_id = ANY (ARRAY(SELECT id FROM asked)) ORDER BY entitlement_id
"""
CONSENTS = """
INSERT INTO migrations_app_consent (id, customer_id, target_customer_id, request_id, side, given_by_id, under_mandate,
                                    request_version, given_at)
SELECT gen_random_uuid(), customer_id, target_customer_id, id, side, %(actor)s, true, 2, now()
  FROM asked, unnest(ARRAY['source', 'target']) AS side
"""
ROWS_ASKED = """
UPDATE migrations_app_batchrow r SET request_id = a.id FROM row_asked x JOIN asked a USING (source, target)
 WHERE r.id = x.id AND r.batch_id = %(batch)s
"""
STEP = """
UPDATE migrations_app_transferrequest SET status = '{status}', version = version + 1 {more}
 WHERE id = ANY (ARRAY(SELECT id FROM {rows}))
"""

# The lines of some requests with what follows them (rule M6), and whether anything bars them after all.
MOVING = (
    """
CREATE TEMPORARY TABLE moved ON COMMIT DROP AS
SELECT r.id, r.number, r.customer_id, r.target_customer_id AS arrives_with, r.target_site_id AS site_id,
       s.site_number, s.agreement_id
  FROM migrations_app_transferrequest r JOIN sites_site s ON s.id = r.target_site_id
 WHERE r.id = ANY (%(requests)s::uuid[])
""",
    """
CREATE TEMPORARY TABLE moving ON COMMIT DROP AS
SELECT l.id AS of, l.entitlement_id AS line, l.quantity AS units, m.id AS request_id, m.arrives_with, m.site_id,
       gen_random_uuid() AS arrival, gen_random_uuid() AS movement
  FROM moved m CROSS JOIN LATERAL (
      SELECT id, entitlement_id, quantity FROM migrations_app_transferline WHERE request_id = m.id OFFSET 0) AS l
""",
    "ANALYZE moving",
    """
INSERT INTO moving
SELECT NULL, e.id, least(m.units, a.units - coalesce(d.units, 0)), m.request_id, m.arrives_with, m.site_id,
       gen_random_uuid(), gen_random_uuid()
  FROM moving m CROSS JOIN LATERAL (SELECT id FROM licenses_entitlement WHERE follows_id = m.line OFFSET 0) AS e
 CROSS JOIN LATERAL (SELECT sum(quantity) AS units FROM licenses_quantitymovement WHERE target_id = e.id) AS a
 CROSS JOIN LATERAL (SELECT sum(quantity) AS units FROM licenses_quantitymovement WHERE source_id = e.id) AS d
 WHERE e.id NOT IN (SELECT line FROM moving) AND a.units > coalesce(d.units, 0)
""",
)
BARRED = """
SELECT count(*)
  FROM moving m CROSS JOIN LATERAL (
      SELECT part_id, site_id, traded_up FROM licenses_entitlement WHERE id = m.line OFFSET 0) AS e
  JOIN licenses_part p ON p.part_number = e.part_id JOIN sites_site s ON s.id = e.site_id
 WHERE m.of IS NOT NULL AND (e.traded_up OR NOT p.eligible OR p.renewal_part_id IS NULL OR NOT EXISTS (
           SELECT 1 FROM sites_sitecontact k WHERE k.site_id = s.id AND k.role = 'primary'
              AND %(today)s BETWEEN k.valid_from AND coalesce(k.valid_to, 'infinity')))
"""
RELEASE = """
UPDATE licenses_hold SET released_at = now() WHERE id = ANY (ARRAY(
    SELECT h.id FROM moved m CROSS JOIN LATERAL (
        SELECT id FROM licenses_hold WHERE reference = m.id AND released_at IS NULL OFFSET 0) AS h))
"""
ARRIVE = """
INSERT INTO licenses_entitlement (id, customer_id, site_id, part_id, order_reference, acquired_on, coverage_start,
                                  coverage_end, moved_from_id, follows_id, traded_up)
SELECT m.arrival, m.arrives_with, m.site_id, s.part_id, s.order_reference, s.acquired_on, s.coverage_start,
       s.coverage_end, s.id, f.arrival, s.traded_up
  FROM moving m CROSS JOIN LATERAL (SELECT * FROM licenses_entitlement WHERE id = m.line OFFSET 0) AS s
  LEFT JOIN moving f ON f.line = s.follows_id
"""
COVER = """
INSERT INTO licenses_coverperiod (id, customer_id, entitlement_id, starts_on, ends_on, source, recorded_at)
SELECT gen_random_uuid(), m.arrives_with, m.arrival, c.starts_on, c.ends_on, c.source, now()
  FROM moving m CROSS JOIN LATERAL (
      SELECT starts_on, ends_on, source FROM licenses_coverperiod WHERE entitlement_id = m.line OFFSET 0) AS c
"""
# The constraint that both share: nothing else writes the ledger.
POST = """
SELECT licenses_post_quantities(jsonb_agg(jsonb_build_object(
           'id', movement, 'source', line, 'target', arrival, 'quantity', units, 'reason', 'transfer',
           'reference', request_id, 'effective_on', %(today)s, 'reverses', NULL)))
  FROM moving
"""
# A valid proof says what its line held (rule M8): what is left of that stays.
PROOFS = (
    """
CREATE TEMPORARY TABLE old ON COMMIT DROP AS
SELECT p.id, m.line, p.quantity FROM moving m CROSS JOIN LATERAL (
    SELECT id, quantity FROM licenses_proof WHERE entitlement_id = m.line AND status = 'valid' OFFSET 0) AS p
""",
    "UPDATE licenses_proof SET status = 'superseded' WHERE id = ANY (ARRAY(SELECT id FROM old))",
    """
CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS
SELECT m.arrival AS line, m.units, o.id AS old FROM moving m LEFT JOIN old o USING (line)
UNION ALL
SELECT o.line, o.quantity - m.units, o.id FROM old o JOIN moving m USING (line) WHERE o.quantity > m.units
""",
    "ANALYZE wanted",
    """
INSERT INTO licenses_proof (id, customer_id, entitlement_id, number, status, quantity, issued_on, language, paper,
                            supersedes_id)
SELECT gen_random_uuid(), e.customer_id, e.id, 'PoE-' || lpad(nextval('passage_proof_number')::text, 8, '0'), 'valid',
       w.units, %(today)s, c.language, jsonb_build_object(
           'program', s.program, 'part_number', p.part_number, 'description', p.description, 'metric', p.metric,
           'order_reference', e.order_reference, 'acquired_on', e.acquired_on, 'cover_start', e.coverage_start,
           'cover_end', e.coverage_end, 'customer_name', c.name, 'customer_number', c.ibm_customer_number,
           'registration_number', c.registration_number,
           'customer_address', jsonb_build_array(c.street, c.postal_code || ' ' || c.city, %(country)s::text),
           'site_name', s.name, 'site_number', s.site_number,
           'site_address', jsonb_build_array(s.street, s.postal_code || ' ' || s.city, %(country)s::text),
           'agreement_number', coalesce(a.number, '')),
       w.old
  FROM wanted w CROSS JOIN LATERAL (SELECT * FROM licenses_entitlement WHERE id = w.line OFFSET 0) AS e
  JOIN sites_site s ON s.id = e.site_id
  JOIN sites_customer c ON c.id = e.customer_id JOIN licenses_part p ON p.part_number = e.part_id
  LEFT JOIN sites_agreement a ON a.id = s.agreement_id
""",
)
ARRIVED = """
UPDATE migrations_app_transferline l SET arrived_as_id = m.arrival FROM moving m
 WHERE m.of = l.id AND l.id = ANY (ARRAY(SELECT of FROM moving WHERE of IS NOT NULL))
"""
TERMS = """
UPDATE sites_agreement SET term_start = %(today)s
 WHERE term_start IS NULL AND id IN (SELECT agreement_id FROM moved)
"""
APPLIED = """
UPDATE migrations_app_batchrow SET outcome = 'applied'
 WHERE batch_id = %(batch)s AND outcome = 'valid' AND request_id IN (
     SELECT id FROM migrations_app_transferrequest WHERE batch_id = %(batch)s AND status = 'completed')
"""
