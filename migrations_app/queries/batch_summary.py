"""What was found in the rows of a form, by reason: counted once when the check ends, and kept with the form."""

import json
from collections import defaultdict
from typing import Any

from django.db import connection

from migrations_app.models import TransferBatch

MOST_SUGGESTIONS = 10
"""Of each reason, the values that most rows could be mended by at once."""

# A row counts once for a reason and field, however many of its license lines have it.
_GROUPS = """
WITH found AS (
    SELECT r.number, r.outcome, error->>'code' AS code, error->>'severity' AS severity, error->>'field' AS field,
           min(ordinal) AS ordinal
      FROM migrations_app_batchrow r, jsonb_array_elements(r.errors) WITH ORDINALITY AS e(error, ordinal)
     WHERE r.batch_id = %(batch)s
     GROUP BY r.number, r.outcome, 3, 4, 5
), counted AS (
    SELECT code, severity, field, count(*) AS rows, count(*) FILTER (WHERE outcome = 'valid') AS valid,
           min(number) AS first
      FROM found GROUP BY code, severity, field
)
SELECT c.code, c.severity, c.field, c.rows, c.valid, c.first, r.errors->(f.ordinal - 1)::int
  FROM counted c
  JOIN found f ON (f.number, f.code, f.severity) = (c.first, c.code, c.severity)
   AND f.field IS NOT DISTINCT FROM c.field
  JOIN migrations_app_batchrow r ON r.batch_id = %(batch)s AND r.number = c.first
 ORDER BY CASE c.severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 WHEN 'review' THEN 2 ELSE 3 END, c.rows DESC, c.code
"""
# Of what a row says now, and what may have been meant: the first of the suggestions.
_SUGGESTIONS = """
SELECT error->>'code', error->>'field', r.values->>(error->>'field'), error->'params'->>'suggestions',
       count(DISTINCT r.number)
  FROM migrations_app_batchrow r, jsonb_array_elements(r.errors) AS error
 WHERE r.batch_id = %(batch)s AND r.outcome = 'invalid' AND error->'params' ? 'suggestions'
   AND error->'params'->>'suggestions' <> ''
 GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 3 LIMIT 500
"""
_OUTCOMES = "SELECT outcome, count(*) FROM migrations_app_batchrow WHERE batch_id = %(batch)s GROUP BY 1"


def summarize(batch: TransferBatch) -> dict[str, Any]:
    """The findings of all rows as plain JSON, to be kept as `batch.summary`: three statements, whatever the rows.

    `groups`: a reason each, errors first, with `code`, `severity`, `field`, how many `rows` have it, how many of them
    are `valid` all the same, the `first` of them and its finding as `example`, and `suggestions` (`was`, `to`, `rows`).
    `outcomes`: how many rows have each. `plan` is None until a worker has made it.
    """
    asked = {"batch": batch.pk}
    with connection.cursor() as cursor:
        cursor.execute(_SUGGESTIONS, asked)
        meant = _suggestions(cursor.fetchall())
        cursor.execute(_OUTCOMES, asked)
        outcomes = dict(cursor.fetchall())
        cursor.execute(_GROUPS, asked)
        groups = [
            {
                "code": code, "severity": severity, "field": field, "rows": rows, "valid": valid, "first": first,
                "example": _json(example), "suggestions": meant.get((code, field), []),
            }
            for code, severity, field, rows, valid, first, example in cursor.fetchall()
        ]  # fmt: skip
    return {"groups": groups, "outcomes": outcomes, "plan": None}


def recounted(batch: TransferBatch) -> dict[str, Any]:
    """The same anew, once rows have come out otherwise; the plan that was made stays."""
    return summarize(batch) | {"plan": (batch.summary or {}).get("plan")}


def _suggestions(found: list[tuple[Any, ...]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    meant: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for code, field, was, told, rows in found:
        if len(meant[code, field]) < MOST_SUGGESTIONS and was:
            meant[code, field].append({"was": was, "to": suggested(told)[0], "rows": rows})
    return meant


def suggested(told: Any) -> list[str]:
    """The values that a finding suggests, the likeliest first: kept as a list, or as text with commas."""
    if isinstance(told, str):
        told = _json(told) if told.startswith("[") and '"' in told else told.strip("[]").split(",")
    return [str(value).strip(" '\"") for value in told]


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
