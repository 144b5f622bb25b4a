"""Rows of a form as the check asks for them."""

from collections.abc import Iterator

from django.db import connection

from migrations_app.models import TransferBatch

# What a changed row names now, and what it took units of before.
_STALE = """
WITH stale AS MATERIALIZED (SELECT * FROM migrations_app_batchrow WHERE batch_id = %(batch)s AND stale),
units AS MATERIALIZED (
SELECT r.values->>'source_site_number' AS site, coalesce(p.product, r.values->>'part_number') AS product
  FROM stale r LEFT JOIN licenses_part p ON p.part_number = r.values->>'part_number'
UNION
SELECT s.site_number, p.product
  FROM stale r CROSS JOIN jsonb_array_elements(r.allocation) AS taken
  JOIN licenses_entitlement e ON e.id = (taken->>0)::uuid
  JOIN licenses_part p ON p.part_number = e.part_id JOIN sites_site s ON s.id = r.source_site_id
)
SELECT array_agg(r.number ORDER BY r.number)
  FROM migrations_app_batchrow r LEFT JOIN licenses_part p ON p.part_number = r.values->>'part_number'
  JOIN units u ON coalesce(u.site, '') = coalesce(r.values->>'source_site_number', '')
   AND coalesce(u.product, '') = coalesce(p.product, r.values->>'part_number', '')
 WHERE r.batch_id = %(batch)s AND r.outcome IN ('valid', 'invalid')
 GROUP BY u.site, u.product ORDER BY u.site, u.product
"""


def to_be_read(batch: TransferBatch) -> bool:
    """Whether rows of the file have no verdict yet."""
    return batch.rows_read == 0 or batch.rows.count() < batch.rows_read


def stale_units(batch: TransferBatch, most: int) -> Iterator[list[int]]:
    """The numbers of the rows that must be judged anew, since a row of their unit was changed or went elsewhere.

    A unit is never split; small ones come together while they have at most `most` rows.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STALE, {"batch": batch.pk})
        units = [numbers for (numbers,) in cursor.fetchall()]
    together: list[int] = []
    for numbers in units:
        if together and len(together) + len(numbers) > most:
            yield together
            together = []
        together = together + numbers
    if together:
        yield together


def values_of(batch: TransferBatch, numbers: list[int]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of these numbers, in their order, with their values by field."""
    yield from batch.rows.filter(number__in=numbers).order_by("number").values_list("number", "values")
