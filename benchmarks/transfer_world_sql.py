"""The statements that write the big tables of the world of `transfer_world`: set by set, as the owner.

They run with `session_replication_role = replica`: no foreign key is looked up, no balance is proved row by row and no
append-only guard is asked. What those would have found is so by construction, and `verify_ledgers` agrees, which the
tests of a small world hold: each line is acquired once, its units lie on it, its movement is linked to the one before
by the product's own `licenses_quantity_link`, and the heads are the last links.
"""

# What is to be written for each site: `lines` of them, the first `moving` of which a form names.
SITES = """
CREATE UNLOGGED TABLE bench_site (n bigint, id uuid, customer_id uuid, site_number text, lines int, moving int)
"""

# Dice that fall the same way each time: the hash of line and throw, from 0 to 1. Cover runs from the purchase to the
# end of its S&S period (rule T2) and by years from there (T3); `first` is the day after the first period, `periods` how
# many there are, some paid for in advance. What stays at a site whose other lines move is of four products.
LINES = """
CREATE UNLOGGED TABLE bench_line AS
WITH thrown AS (
    SELECT s.*, k,
           (hashint8extended(s.n * 1000000 + k, 1) & 1048575) / 1048576.0 AS part,
           (hashint8extended(s.n * 1000000 + k, 2) & 1048575) / 1048576.0 AS age,
           (hashint8extended(s.n * 1000000 + k, 3) & 1048575) / 1048576.0 AS fresh,
           (hashint8extended(s.n * 1000000 + k, 4) & 1048575) / 1048576.0 AS ahead,
           (hashint8extended(s.n * 1000000 + k, 5) & 1048575) / 1048576.0 AS units
      FROM bench_site s, generate_series(1, s.lines) AS k
), bought AS (
    SELECT *, CASE WHEN fresh < 0.01 THEN %(today)s::date - (age * 25)::int - 1
                   ELSE %(today)s::date - 35 - (age * 730)::int END AS bought_on
      FROM thrown
), covered AS (
    SELECT *, CASE WHEN extract(day FROM bought_on) = 1 THEN bought_on + interval '1 year'
                   ELSE date_trunc('month', bought_on) + interval '13 months' END::date AS first
      FROM bought
)
SELECT md5(site_number || ' ' || k)::uuid AS id, customer_id, id AS site_id,
       parts[1 + CASE WHEN k <= moving OR moving = 0 THEN floor(cardinality(parts) * part * part)
                      ELSE cardinality(parts) / 2 + k %% 4 END::int] AS part_id,
       site_number || lpad(k::text, 6, '0') AS order_reference, bought_on, first,
       CASE WHEN moving = 0 AND fresh > 0.94 THEN 1
            ELSE CASE WHEN first > %(today)s THEN 1
                      ELSE 2 + extract(year FROM age(%(today)s::date, first))::int END
                 + CASE WHEN ahead < 0.1 THEN 2 WHEN ahead < 0.4 THEN 1 ELSE 0 END END AS periods,
       least(floor(power(1 - units, -0.9)), 5000)::bigint AS quantity,
       row_number() OVER (PARTITION BY customer_id ORDER BY bought_on, n, k) AS sequence,
       bought_on::timestamptz + interval '9 hours' AS recorded_at
  FROM covered, (SELECT %(parts)s::text[] AS parts) AS p
"""

_START = "(first + make_interval(years => {0} - 1))::date"
_END = "((first + make_interval(years => {0}))::date - 1)"

ENTITLEMENTS = f"""
INSERT INTO licenses_entitlement (id, customer_id, site_id, part_id, order_reference, acquired_on, coverage_start,
                                  coverage_end, moved_from_id, follows_id, traded_up)
SELECT id, customer_id, site_id, part_id, order_reference, bought_on,
       CASE WHEN periods = 1 THEN bought_on ELSE {_START.format("(periods - 1)")} END, {_END.format("(periods - 1)")},
       NULL, NULL, false
  FROM bench_line
"""

COVER = f"""
INSERT INTO licenses_coverperiod (id, customer_id, entitlement_id, starts_on, ends_on, source, recorded_at)
SELECT md5(id || ' ' || p)::uuid, customer_id, id, CASE WHEN p = 0 THEN bought_on ELSE {_START.format("p")} END,
       {_END.format("p")}, CASE WHEN p = 0 THEN order_reference ELSE 'R' || to_char({_START.format("p")}, 'YYYYMM') END,
       recorded_at
  FROM bench_line, generate_series(0, periods - 1) AS p
"""

# The chain as an aggregate over a customer's movements in their order, each link made by the product's function.
CHAIN = """
CREATE FUNCTION pg_temp.bench_link(before bytea, m licenses_quantitymovement) RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
    RETURN public.licenses_quantity_link(
        coalesce(before, sha256(convert_to('quantity|' || m.customer_id, 'UTF8'))), m);
END
$$;
CREATE AGGREGATE pg_temp.bench_chain (licenses_quantitymovement) (SFUNC = pg_temp.bench_link, STYPE = bytea);
CREATE TEMPORARY TABLE bench_movement (LIKE licenses_quantitymovement);
"""
MOVEMENTS = (
    """
INSERT INTO bench_movement (id, customer_id, target_id, quantity, reason, reference, effective_on, recorded_at,
                            recorded_by_id, sequence, chain)
SELECT md5('movement ' || id)::uuid, customer_id, id, quantity, 'acquisition', order_reference, bought_on, recorded_at,
       %(system)s, sequence, ''
  FROM bench_line
""",
    """
INSERT INTO licenses_quantitymovement (id, customer_id, target_id, quantity, reason, reference, effective_on,
                                       recorded_at, recorded_by_id, sequence, chain)
SELECT id, customer_id, target_id, quantity, reason, reference, effective_on, recorded_at, recorded_by_id, sequence,
       pg_temp.bench_chain(ROW(m.*)::licenses_quantitymovement)
           OVER (PARTITION BY customer_id ORDER BY sequence ROWS UNBOUNDED PRECEDING)
  FROM bench_movement m
""",
    """
INSERT INTO licenses_ledgerhead (customer_id, ledger, sequence, chain)
SELECT DISTINCT ON (customer_id) customer_id, 'quantity', sequence, chain FROM licenses_quantitymovement
 WHERE customer_id IN (SELECT customer_id FROM bench_site) ORDER BY customer_id, sequence DESC
""",
)

# As `paper_facts` says it.
PROOFS = f"""
INSERT INTO licenses_proof (id, customer_id, entitlement_id, number, status, quantity, issued_on, recorded_at, language,
                            paper)
SELECT md5('proof ' || l.id)::uuid, l.customer_id, l.id, 'PoE-' || lpad(nextval('passage_proof_number')::text, 8, '0'),
       'valid', l.quantity, l.bought_on, l.recorded_at, c.language, jsonb_build_object(
           'program', s.program, 'part_number', p.part_number, 'description', p.description, 'metric', p.metric,
           'order_reference', l.order_reference, 'acquired_on', l.bought_on,
           'cover_start', CASE WHEN periods = 1 THEN bought_on ELSE {_START.format("(periods - 1)")} END,
           'cover_end', {_END.format("(periods - 1)")}, 'customer_name', c.name,
           'customer_number', c.ibm_customer_number, 'registration_number', c.registration_number,
           'customer_address', jsonb_build_array(c.street, c.postal_code || ' ' || c.city, %(country)s::text),
           'site_name', s.name, 'site_number', s.site_number,
           'site_address', jsonb_build_array(s.street, s.postal_code || ' ' || s.city, %(country)s::text),
           'agreement_number', coalesce(a.number, ''))
  FROM bench_line l JOIN sites_site s ON s.id = l.site_id JOIN sites_customer c ON c.id = l.customer_id
  JOIN licenses_part p ON p.part_number = l.part_id LEFT JOIN sites_agreement a ON a.id = s.agreement_id
"""
