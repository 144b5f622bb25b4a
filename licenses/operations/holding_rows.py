"""The verdicts on a file's rows, written as they come: one statement a chunk."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import F

from licenses.models import EntitlementImport
from licenses.queries.holding_check import HoldingVerdict
from sites.words import stored_fault

# A row is taken for a new line until it is compared: most often nothing is left to be changed then.
_ADD = """
INSERT INTO licenses_entitlementimportrow
       (file_import_id, customer_id, number, outcome, readable, site_id, part_number, kind, description, quantity,
        order_reference, acquired_on, coverage_start, coverage_end, points, "values", errors, against, adds_from,
        adds_to)
SELECT %(import)s, %(customer)s, r.*, '[]', CASE WHEN r.readable THEN r.coverage_start END,
       CASE WHEN r.readable THEN r.coverage_end END
  FROM json_to_recordset(%(rows)s) AS r(
       number integer, outcome text, readable boolean, site_id uuid, part_number text, kind text, description text,
       quantity bigint, order_reference text, acquired_on date, coverage_start date, coverage_end date, points numeric,
       "values" jsonb, errors jsonb)
"""


def record_rows(case: EntitlementImport, verdicts: Sequence[HoldingVerdict]) -> None:
    """Write the verdicts of a chunk, and how far the file is read."""
    rows = json.dumps([_row(verdict) for verdict in verdicts], default=str)
    with connection.cursor() as cursor:
        cursor.execute(_ADD, {"import": case.pk, "customer": case.customer_id, "rows": rows})
    EntitlementImport.objects.filter(pk=case.pk).update(rows_read=F("rows_read") + len(verdicts))


def _row(verdict: HoldingVerdict) -> dict[str, Any]:
    said, readable = verdict.holding, verdict.readable
    return {
        "number": verdict.row.number,
        "outcome": "new" if readable else "rejected",
        "readable": readable,
        "site_id": verdict.site_id,
        "part_number": said.part_number,
        "kind": verdict.kind if said.part_number else "",
        "description": verdict.description,
        "quantity": said.quantity,
        "order_reference": said.order_reference,
        "acquired_on": said.acquired_on,
        "coverage_start": said.coverage_start,
        "coverage_end": said.coverage_end,
        "points": said.points,
        "values": dict(verdict.row.values),
        "errors": [stored_fault(fault) for fault in verdict.faults],
    }
