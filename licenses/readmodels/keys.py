"""Rows by key: one, or a row with all that it came from and all that came of it."""

from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import connection, models
from django.db.models import QuerySet

from portal.kernel.errors import NotFound

Row = TypeVar("Row", bound=models.Model)


def one(rows: QuerySet[Row], **lookup: Any) -> Row:
    """The one row of `lookup`. Raises NotFound for unknown, foreign and impossible keys alike."""
    try:
        return rows.get(**lookup)
    except (ObjectDoesNotExist, ValidationError, ValueError):
        raise NotFound() from None


_FAMILY = """
WITH RECURSIVE up AS (
    SELECT id, {parent} AS parent FROM {table} WHERE id = %(key)s
    UNION SELECT r.id, r.{parent} FROM {table} r JOIN up ON r.id = up.parent
), down AS (
    SELECT id FROM {table} WHERE id = %(key)s
    UNION SELECT r.id FROM {table} r JOIN down ON r.{parent} = down.id
)
SELECT id FROM up UNION SELECT id FROM down
"""


def family(row: models.Model, parent: str) -> list[UUID]:
    """The keys of `row`, of everything it came from and everything that came of it, by its column `parent`."""
    with connection.cursor() as cursor:
        cursor.execute(_FAMILY.format(table=row._meta.db_table, parent=parent), {"key": row.pk})
        return [key for (key,) in cursor.fetchall()]
