"""Rows of a form as they are written: verdicts of a whole chunk at a time."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

from migrations_app.batch_check import Verdict
from migrations_app.models import BatchRow, TransferBatch
from migrations_app.models.batch import REFERENCE_LENGTH
from portal.kernel.errors import DomainError, Fault
from sites.words import stored_fault

_STAGE = """
CREATE TEMPORARY TABLE verdicts (
    number integer, outcome text, customer uuid, source uuid, target uuid, effective_on date, reference text,
    "values" jsonb, errors jsonb, allocation jsonb) ON COMMIT DROP
"""
_COPY = "COPY verdicts FROM STDIN (FORMAT csv, FORCE_NOT_NULL (reference))"
_RECORD = """
INSERT INTO migrations_app_batchrow (batch_id, created_by_id, number, outcome, customer_id, source_site_id,
                                     target_site_id, effective_on, reference, "values", errors, allocation)
SELECT %s, %s, number, outcome, customer, source, target, effective_on, reference, "values", errors, allocation
  FROM verdicts ON CONFLICT DO NOTHING
"""
_RECORD_ANEW = """
UPDATE migrations_app_batchrow r
   SET outcome = v.outcome, customer_id = v.customer, source_site_id = v.source, target_site_id = v.target,
       effective_on = v.effective_on, reference = v.reference, "values" = v."values", errors = v.errors,
       allocation = v.allocation, stale = false
  FROM verdicts v WHERE r.batch_id = %s AND r.number = v.number AND r.outcome IN ('valid', 'invalid')
"""


def record_rows(batch: TransferBatch, verdicts: Sequence[Verdict]) -> None:
    """Write the verdicts of a chunk; rows that are there already stay as they are."""
    with connection.cursor() as cursor:
        _stage(cursor, verdicts)
        cursor.execute(_RECORD, [batch.pk, batch.created_by_id])
        cursor.execute("DROP TABLE verdicts")


def record_anew(batch: TransferBatch, verdicts: Sequence[Verdict]) -> None:
    """Write the verdicts over those that the rows had before they were changed."""
    with connection.cursor() as cursor:
        _stage(cursor, verdicts)
        cursor.execute(_RECORD_ANEW, [batch.pk])
        cursor.execute("DROP TABLE verdicts")


def _stage(cursor: CursorWrapper, verdicts: Iterable[Verdict]) -> None:
    cursor.execute(_STAGE)
    buffer = io.StringIO()
    csv.writer(buffer).writerows(map(_told, verdicts))
    buffer.seek(0)
    cursor.copy_expert(_COPY, buffer)


def _told(v: Verdict) -> tuple[Any, ...]:
    valid = v.valid
    return (
        v.number,
        BatchRow.Outcome.VALID.value if valid else BatchRow.Outcome.INVALID.value,
        v.source.customer_id if v.source else None,
        v.source.pk if v.source else None,
        v.target.pk if v.target else None,
        v.effective_on,
        v.reference[:REFERENCE_LENGTH],
        json.dumps(v.values),
        json.dumps([stored_fault(f) for f in v.faults]) if v.faults else "[]",
        json.dumps(v.allocation) if valid else "[]",
    )


def unasked(batch: TransferBatch) -> QuerySet[BatchRow]:
    """The valid rows of a form that no request has yet."""
    return batch.rows.filter(outcome=BatchRow.Outcome.VALID, request__isnull=True)


def fail(rows: QuerySet[BatchRow], faults: Iterable[Fault]) -> None:
    """The rows fail with `faults`."""
    rows.update(outcome=BatchRow.Outcome.FAILED, errors=[stored_fault(f) for f in faults])


# Each says what stands against its own lines.
_FAIL_NAMED = """
UPDATE migrations_app_batchrow r SET outcome = 'failed', errors = f.errors
  FROM (SELECT w.id, jsonb_agg(jsonb_set(x.fault, '{{line}}', to_jsonb(w.number::text))) AS errors
          FROM ({rows}) AS w CROSS JOIN jsonb_array_elements(w.allocation) AS taken
          JOIN jsonb_to_recordset(%s) AS x(line text, fault jsonb) ON x.line = taken->>0
         GROUP BY w.id) AS f
 WHERE r.id = f.id
"""


def fail_named(rows: QuerySet[BatchRow], refusal: DomainError) -> int:
    """Those of the rows whose lines the refusal names fail with what it says of them; returns how many."""
    told = [{"line": f.line, "fault": stored_fault(f)} for f in refusal.faults if f.line]
    if not told:
        return 0
    query, params = _sql(rows.values("id", "number", "allocation"))
    with connection.cursor() as cursor:
        cursor.execute(_FAIL_NAMED.format(rows=query), [*params, json.dumps(told)])
        return int(cursor.rowcount)


_QUANTITIES = """
SELECT (taken->>0)::uuid, sum((taken->>1)::bigint)::bigint
  FROM ({rows}) AS r CROSS JOIN jsonb_array_elements(r.allocation) AS taken GROUP BY 1 ORDER BY 1
"""


def quantities(rows: QuerySet[BatchRow]) -> dict[UUID, int]:
    """What the rows ask for together: units by line."""
    query, params = _sql(rows.values("allocation"))
    with connection.cursor() as cursor:
        cursor.execute(_QUANTITIES.format(rows=query), params)
        return dict(cursor.fetchall())


def _sql(rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    """A query as a part of another."""
    return rows.order_by().query.sql_with_params()
