"""Whole price lists by sets: what a file changes in the list as it stands, and the change itself.

A file says what the list is from its effective day on. Prices of a part at a level hang together: where any of them
differs, the series that stands ends the day before, or is withdrawn where it never held, and the file's begins.
"""

from datetime import date
from uuid import UUID

from licenses.models import PriceImport, PriceImportRow, PriceList
from licenses.sets import whole_sets

# As long as a request may take.
SECONDS = 50

_FORGET = "DELETE FROM licenses_priceimportrow WHERE price_import_id = %(import)s AND number IS NULL"
# A series is compared as one text: first day, last day, price and list price of each of its rows.
_COMPARE = """
WITH present AS (
        SELECT part_id AS part_number, level, amount, list_amount, greatest(valid_from, %(day)s) AS first, valid_to
          FROM licenses_price
         WHERE price_list_id = %(list)s AND (valid_to IS NULL OR valid_to >= %(day)s)),
     brought AS (
        SELECT id, part_number, level, amount, list_amount, valid_from AS first, valid_to
          FROM licenses_priceimportrow WHERE price_import_id = %(import)s AND number IS NOT NULL),
     series AS (
        SELECT kind, part_number, level,
               string_agg(concat_ws('|', first, coalesce(valid_to::text, '-'), amount,
                                    coalesce(list_amount::text, '-')),
                          ';' ORDER BY first) AS text
          FROM (SELECT 'stands' AS kind, part_number, level, amount, list_amount, first, valid_to FROM present
                UNION ALL SELECT 'comes', part_number, level, amount, list_amount, first, valid_to FROM brought) AS rows
         GROUP BY 1, 2, 3),
     held AS (
        SELECT DISTINCT ON (b.id) b.id, p.amount FROM brought b JOIN present p USING (part_number, level)
         WHERE p.first <= b.first ORDER BY b.id, p.first DESC),
     judged AS (
        SELECT b.id, h.amount AS before,
               CASE WHEN s.text IS NULL THEN 'new' WHEN s.text = c.text THEN 'same' ELSE 'changed' END AS change
          FROM brought b
          LEFT JOIN held h ON h.id = b.id
          JOIN series c ON (c.kind, c.part_number, c.level) = ('comes', b.part_number, b.level)
          LEFT JOIN series s ON (s.kind, s.part_number, s.level) = ('stands', b.part_number, b.level))
UPDATE licenses_priceimportrow r SET change = j.change, before_amount = j.before FROM judged j WHERE r.id = j.id
"""
_GONE = """
INSERT INTO licenses_priceimportrow
       (price_import_id, outcome, change, part_number, level, before_amount, valid_from, "values", errors)
SELECT DISTINCT ON (p.part_id, p.level)
       %(import)s, 'valid', 'gone', p.part_id, p.level, p.amount, greatest(p.valid_from, %(day)s), '{}', '[]'
  FROM licenses_price p
 WHERE p.price_list_id = %(list)s AND (p.valid_to IS NULL OR p.valid_to >= %(day)s)
   AND NOT EXISTS (SELECT 1 FROM licenses_priceimportrow r
                    WHERE r.price_import_id = %(import)s AND r.part_number = p.part_id AND r.level = p.level)
 ORDER BY p.part_id, p.level, p.valid_from
"""
_REPLACED = """
SELECT count(*) FROM licenses_price p
 WHERE p.price_list_id = %(list)s AND p.valid_from >= %(day)s
   AND EXISTS (SELECT 1 FROM licenses_priceimportrow r
                WHERE r.price_import_id = %(import)s AND r.change IN ('changed', 'gone')
                  AND r.part_number = p.part_id AND r.level = p.level)
"""
_COUNT = "SELECT change, count(*) FROM licenses_priceimportrow WHERE price_import_id = %(import)s GROUP BY 1"

_WITHDRAW = """
DELETE FROM licenses_price p USING licenses_priceimportrow r
 WHERE r.price_import_id = %(import)s AND r.change IN ('changed', 'gone') AND r.part_number = p.part_id
   AND r.level = p.level AND p.price_list_id = %(list)s AND p.valid_from >= %(day)s
"""
_CLOSE = """
UPDATE licenses_price p SET valid_to = %(day)s::date - 1 FROM licenses_priceimportrow r
 WHERE r.price_import_id = %(import)s AND r.change IN ('changed', 'gone') AND r.part_number = p.part_id
   AND r.level = p.level AND p.price_list_id = %(list)s AND p.valid_from < %(day)s
   AND (p.valid_to IS NULL OR p.valid_to >= %(day)s)
"""
_OPEN = """
INSERT INTO licenses_price (price_list_id, part_id, level, amount, list_amount, valid_from, valid_to)
SELECT %(list)s, part_number, level, amount, list_amount, valid_from, valid_to FROM licenses_priceimportrow
 WHERE price_import_id = %(import)s AND change IN ('new', 'changed')
"""


def compare(case: PriceImport, prices: PriceList) -> dict[str, int]:
    """Tell each row of a file without faults what it changes in `prices` as it stands, and add what goes.

    Needs both locked. Returns the figures to keep: rows by change, scheduled prices that give way, and the version of
    the list that was compared with.
    """
    asked = _asked(case, prices)
    with whole_sets(SECONDS) as cursor:
        for statement in (_FORGET, _COMPARE, _GONE, _REPLACED):
            cursor.execute(statement, asked)
        (replaced,) = cursor.fetchone()
        cursor.execute(_COUNT, asked)
        counts = dict(cursor.fetchall())
    figures = {f"rows_{change}": counts.get(change, 0) for change in PriceImportRow.Change.values}
    return figures | {"replaced": replaced, "compared_with": prices.version}


def apply(case: PriceImport, prices: PriceList) -> None:
    """End what stood, withdraw what never held, begin what the file brings. Needs both locked and just compared."""
    with whole_sets(SECONDS) as cursor:
        for statement in (_WITHDRAW, _CLOSE, _OPEN):
            cursor.execute(statement, _asked(case, prices))


def _asked(case: PriceImport, prices: PriceList) -> dict[str, UUID | date]:
    return {"import": case.pk, "list": prices.pk, "day": case.effective_on}
