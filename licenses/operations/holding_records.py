"""What an import of holdings changes, recorded by sets.

Nothing recorded is changed: lines and cover are added, quantities are corrected by entries of the ledger.
"""

from datetime import date, datetime
from typing import Any

from django.db import connection

from licenses.models import EntitlementImport
from licenses.operations.proofs import Issue, issue_proofs
from licenses.sets import whole_sets

SECONDS = 300
# So many movements are posted, and so many proofs issued, by one statement: what a statement holds stays small.
CHUNK = 25_000

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
# A movement's key is made of the import and its row: posted again, it is the same.
_POST = """
SELECT licenses_post_quantity_entries(array_agg((
           md5(%(import)s || ' row ' || id)::uuid,
           CASE WHEN wanted < owned THEN entitlement_id END, CASE WHEN wanted > owned THEN entitlement_id END,
           abs(wanted - owned), CASE outcome WHEN 'new' THEN 'acquisition' ELSE 'correction' END,
           CASE outcome WHEN 'new' THEN order_reference ELSE %(reference)s END,
           CASE outcome WHEN 'new' THEN acquired_on ELSE %(on)s END, NULL)::licenses_quantity_entry)),
       array_agg(entitlement_id), array_agg(wanted), max(id)
  FROM (SELECT id, entitlement_id, outcome, order_reference, acquired_on, coalesce(quantity, 0) AS wanted,
               coalesce(before_quantity, 0) AS owned
          FROM licenses_entitlementimportrow
         WHERE file_import_id = %(import)s AND id > %(after)s AND outcome IN ('new', 'changed', 'gone')
           AND coalesce(quantity, 0) <> coalesce(before_quantity, 0)
         ORDER BY id LIMIT %(most)s) AS moved
"""


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
        _post(asked | {"on": on})
        cursor.execute("SET CONSTRAINTS licenses_entitlementimportrow_entitlement_id_of_tenant IMMEDIATE")


def _post(asked: dict[str, Any]) -> None:
    """Post what the rows move and issue the proofs of it, so many at a time."""
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_POST, asked | {"after": after, "most": CHUNK})
            _, lines, quantities, last = cursor.fetchone()
        if last is None:
            return
        issues = [Issue(line, asked["on"], units) for line, units in zip(lines, quantities, strict=True)]
        issue_proofs(issues, renewed=True)
        after = last
