"""The statements of `transfer_form_yardstick`: what the product does with a transfer form, written by hand as sets.

What a row or a request is found to be stands in the same words and figures as the product keeps them; the what-if of a
request is left out, since it isn't a matter of moving rows.
"""


def _fault(code: str, severity: str, field: str, mends: str, params: str, message: str, heals: str = "NULL") -> str:
    """A finding as the product keeps it with a row. Everything but code and severity is SQL."""
    return (
        f"jsonb_build_object('code', '{code}', 'line', number::text, 'field', {field}, 'mends', {mends},"
        f" 'params', jsonb_build_object({params}), 'message', {message}, 'heals_on', {heals}, 'severity', '{severity}')"
    )


def _error(code: str, field: str, params: str, message: str) -> str:
    return _fault(code, "error", f"'{field}'", "'customer'", params, f"format('{message}')")


STAGE = """
CREATE TEMPORARY TABLE staged (number int, source text, part text, quantity bigint, target text, order_reference text,
                               reference text) ON COMMIT DROP
"""
COPY = "COPY staged FROM STDIN"

# What the rules ask of a site: contact (V13), schedule (V19), last activity (V17).
SITES = """
CREATE TEMPORARY TABLE ends ON COMMIT DROP AS
WITH named AS (SELECT DISTINCT source AS site_number FROM staged UNION SELECT DISTINCT target FROM staged)
SELECT s.id, s.site_number, s.program, s.country, s.status, s.customer_id, c.enterprise_id, c.customer_type,
       s.customer_id = ANY ((SELECT writable_customers())::uuid[]) AS asks,
       EXISTS (SELECT 1 FROM sites_sitecontact k WHERE k.site_id = s.id AND k.role = 'primary'
                  AND %(today)s BETWEEN k.valid_from AND coalesce(k.valid_to, 'infinity')) AS contact,
       s.program = 'PAE' OR s.originating OR EXISTS (
           SELECT 1 FROM sites_scheduleentry x WHERE x.agreement_id = s.agreement_id
              AND x.registration_number = c.registration_number
              AND %(today)s BETWEEN x.valid_from AND coalesce(x.valid_to, 'infinity')) AS listed,
       greatest(bought.ordered, bought.covered, (SELECT max(effective_on) FROM licenses_pointsmovement p
                                                  WHERE p.agreement_id = s.agreement_id AND p.site_id = s.id)) AS active
  FROM named JOIN sites_site s USING (site_number) JOIN sites_customer c ON c.id = s.customer_id
  LEFT JOIN LATERAL (SELECT max(acquired_on) AS ordered, max(coverage_end) AS covered FROM licenses_entitlement e
                      WHERE e.customer_id = s.customer_id AND e.site_id = s.id) AS bought ON true
"""

# Every line at the sources, with its units: those that the form names, and what stays of their products (V9). The wall
# of a table is a list of customers that the planner takes for ten: joined plainly, it reads the whole table by
# customer. So every large table is looked up by key, row by row, from behind a fence (OFFSET 0), or by an array that
# counts as ten too.
HELD = (
    """
CREATE TEMPORARY TABLE held ON COMMIT DROP AS
SELECT e.*, p.kind, p.product, p.eligible, p.renewal_part_id,
       coalesce((SELECT sum(quantity) FROM licenses_quantitymovement WHERE target_id = e.id), 0)
           - coalesce((SELECT sum(quantity) FROM licenses_quantitymovement WHERE source_id = e.id), 0) AS owned,
       coalesce((SELECT sum(quantity) FROM licenses_hold WHERE entitlement_id = e.id AND released_at IS NULL), 0)
           AS promised,
       (SELECT min(k.number) FROM renewals_quoteline l JOIN renewals_renewalquote k ON k.id = l.quote_id
         WHERE l.entitlement_id = e.id AND k.status = 'issued') AS quote
  FROM (SELECT customer_id, id FROM ends WHERE site_number IN (SELECT source FROM staged)) AS s
 CROSS JOIN LATERAL (
      SELECT id, site_id, part_id, order_reference, acquired_on, coalesce(coverage_end, acquired_on) AS ends_on,
             traded_up
        FROM licenses_entitlement WHERE customer_id = s.customer_id AND site_id = s.id OFFSET 0) AS e
  JOIN licenses_part p ON p.part_number = e.part_id
""",
    "ANALYZE held",
)

JUDGED = """
CREATE TEMPORARY TABLE judged ON COMMIT DROP AS
SELECT t.number, t.source, t.part, t.quantity, t.target, t.order_reference, t.reference, s.id AS source_id, s.asks,
       s.customer_id, s.program AS source_program, s.country AS source_country, s.contact AS source_contact,
       s.enterprise_id = g.enterprise_id OR s.customer_id = g.customer_id OR EXISTS (
           SELECT 1 FROM sites_ownershipdeclaration o WHERE o.withdrawn_at IS NULL AND o.declared_on <= %(today)s
              AND s.customer_id IN (o.customer_id, o.other_customer_id)
              AND g.customer_id IN (o.customer_id, o.other_customer_id)) AS one_enterprise,
       g.id AS target_id, g.program AS target_program, g.country AS target_country, g.contact AS target_contact,
       g.customer_type, g.listed, g.status = 'inactive' OR g.active + make_interval(months => %(inactive)s) < %(today)s
           AS inactive,
       h.id AS line, h.acquired_on, h.ends_on, h.traded_up, h.kind, h.product, h.eligible, h.renewal_part_id, h.owned,
       h.promised, parts.site_id IS NOT NULL AS part_held,
       sum(t.quantity) OVER (PARTITION BY h.id ORDER BY t.number) AS asked,
       kept.units - sum(t.quantity) OVER (PARTITION BY t.source, t.target, h.product) AS rest, h.quote
  FROM staged t LEFT JOIN ends s ON s.site_number = t.source LEFT JOIN ends g ON g.site_number = t.target
  LEFT JOIN held h ON (h.site_id, h.part_id, h.order_reference) = (s.id, t.part, t.order_reference) AND h.owned > 0
  LEFT JOIN (SELECT DISTINCT site_id, part_id FROM held WHERE owned > 0) AS parts
         ON (parts.site_id, parts.part_id) = (s.id, t.part)
  LEFT JOIN (SELECT site_id, product, sum(owned) AS units FROM held WHERE NOT traded_up
                AND kind IN ('LICENSE_PLUS_S&S', 'TRADE_UP') GROUP BY 1, 2) AS kept
         ON (kept.site_id, kept.product) = (s.id, h.product)
"""

_PERPETUAL = "kind IN ('LICENSE_PLUS_S&S', 'TRADE_UP')"
_TERM = "kind IN ('MONTHLY_LICENSE', 'COMMITTED_TERM_LICENSE', 'SUBSCRIPTION_LICENSE', 'SAAS')"
_FINDINGS = (
    ("source_id IS NULL", _error("site_unknown", "source_site_number", "'value', source", "There is no such site.")),
    ("target_id IS NULL", _error("site_unknown", "target_site_number", "'value', target", "There is no such site.")),
    ("NOT asks", _error("mandate_missing", "source_site_number", "'value', source", "A mandate is missing.")),
    (
        "source_id IS NOT NULL AND NOT part_held",
        _error("part_not_held", "part_number", "'part_number', part, 'site', source", "The site has none of it."),
    ),
    (
        "part_held AND line IS NULL",
        _error("order_not_held", "order_reference", "'order', order_reference, 'part_number', part", "No such order."),
    ),
    (
        "quantity NOT BETWEEN 1 AND owned - promised OR asked > owned - promised",
        _error("V3", "quantity", "'quantity', quantity, 'owned', owned, 'held', promised", "There are not enough."),
    ),
    (
        "target_program <> 'PA' OR source = target",
        _error("V1", "target_site", "'site', target", "The target must be a Passport Advantage site."),
    ),
    ("NOT one_enterprise", _error("V2", "target_site", "'source', source, 'target', target", "Two Enterprises.")),
    (f"NOT ({_PERPETUAL} OR {_TERM})", _error("V4", "part_number", "'kind', kind", "That is no license.")),
    ("traded_up", _error("V5", "part_number", "'part_number', part", "It was replaced by a trade-up.")),
    (_TERM, _fault("V6", "review", "NULL", "'rep'", "'part_number', part, 'kind', kind", "'A rep looks at it.'")),
    (
        "ends_on + 1 < %(today)s",
        _fault("V7", "warning", "NULL", "'customer'", "'cover_end', ends_on", "'Cover has lapsed.'"),
    ),
    (
        "ends_on + 1 >= %(today)s AND ends_on - %(today)s::date <= %(soon)s",
        _fault(
            "V8", "warning", "NULL", "'customer'", "'cover_end', ends_on, 'days', ends_on - %(today)s::date",
            "format('Cover ends on %%s, in %%s days. An Express renewal may be under way: if it is ordered as well, the"
            " same months are paid twice. Ask for the renewal notice to be stopped, or take note of it and give a"
            " reason.', to_char(ends_on, 'FMDD FMMonth YYYY'), ends_on - %(today)s::date)",
        ),
    ),
    (
        f"rest > 0 AND {_PERPETUAL}",
        _fault(
            "V9", "warning", "'quantity'", "'customer'", "'part_number', part, 'quantity', quantity, 'rest', rest",
            "format('A part of the product moves (units: %%s) and a part stays behind (units: %%s). S&S must cover all"
            " of a product in use or none of it, so both sites have to keep their cover running. Take the rest along,"
            " or take note of it and give a reason.', quantity, rest)",
        ),
    ),
    (
        "source_country <> target_country",
        _fault("V10", "review", "'target_site'", "'rep'", "'source_country', source_country", "'Two countries.'"),
    ),
    (
        "ends_on <> (date_trunc('month', ends_on) + interval '1 month - 1 day')::date",
        _fault("V11", "review", "NULL", "'rep'", "'cover_end', ends_on", "'Cover ends within a month.'"),
    ),
    (
        "acquired_on + %(moneyback)s > %(today)s",
        _fault(
            "V12", "warning", "NULL", "'time'", "'acquired_on', acquired_on, 'days', %(moneyback)s",
            "format('The license was acquired on %%s, less than %%s days ago. Once it moves, it can''t be returned for"
            " a refund any more. Wait until the money-back period is over, which the request can do for you, or take"
            " note of it.', to_char(acquired_on, 'FMDD FMMonth YYYY'), %(moneyback)s)",
            "acquired_on + %(moneyback)s",
        ),
    ),
    ("NOT source_contact", _error("V13", "source_site", "'site', source", "It has no Primary Contact.")),
    ("NOT target_contact", _error("V13", "target_site", "'site', target", "It has no Primary Contact.")),
    (
        f"NOT eligible OR {_PERPETUAL} AND renewal_part_id IS NULL",
        _error("V14", "part_number", "'part_number', part", "It can''t be renewed in Passport Advantage."),
    ),
    (
        "customer_type <> 'commercial'",
        _fault("V15", "info", "'target_site'", "'nobody'", "'site', target", "'The target has its own price column.'"),
    ),
    ("quote IS NOT NULL", _fault("V16", "review", "NULL", "'rep'", "'quote', quote", "'It stands on a quote.'")),
    ("inactive", _error("V17", "target_site", "'site', target", "The site is inactive.")),
    (
        "NOT listed",
        _fault("V19", "waits", "'target_site'", "'primary_contact'", "'site', target", "'It is not on the schedule.'"),
    ),
)  # fmt: skip
_ALL_FINDINGS = ", ".join(f"CASE WHEN {when} THEN {then} END" for when, then in _FINDINGS)

ROWS = f"""
INSERT INTO migrations_app_batchrow (batch_id, created_by_id, customer_id, number, outcome, "values", errors, reference,
                                     allocation)
SELECT %(batch)s, %(sender)s, customer_id, number,
       CASE WHEN errors @> '[{{"severity": "error"}}]' THEN 'invalid' ELSE 'valid' END,
       jsonb_build_object('source_site_number', source, 'part_number', part, 'quantity', quantity::text,
                          'target_site_number', target, 'order_reference', order_reference, 'effective_on', '',
                          'reference', reference, 'reason', ''),
       errors, reference, CASE WHEN errors @> '[{{"severity": "error"}}]' THEN '[]'
                               ELSE jsonb_build_array(jsonb_build_array(line, quantity)) END
  FROM (SELECT *, to_jsonb(array_remove(ARRAY[{_ALL_FINDINGS}], NULL)) AS errors FROM judged) AS found ORDER BY number
"""
