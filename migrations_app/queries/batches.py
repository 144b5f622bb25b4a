"""Transfer forms as pages, the API and the desk show them."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet

from migrations_app.models import BatchRow, TransferBatch, TransferRequest
from migrations_app.queries.told import timeline
from migrations_app.rules.workflow import BATCH, REQUESTER
from sites.events import histories
from sites.tenancy.actor import Actor
from sites.words import retold


@dataclass(frozen=True, slots=True)
class BatchView:
    """A form and how far it is."""

    id: UUID
    number: str
    status: str
    status_label: str
    mode: str
    filename: str
    version: int
    counts: dict[str, int]
    requests: tuple[UUID, ...]
    progress: int
    working: bool
    started_at: datetime | None
    finished_at: datetime | None
    faults: tuple[dict[str, Any], ...]
    groups: tuple[tuple[str, str, int], ...]
    actions: tuple[str, ...]
    timeline: tuple[dict[str, Any], ...] = field(default=())


def batch_view(batch: TransferBatch, actor: Actor) -> BatchView:
    """The form's page: counts, progress, faults grouped by reason."""
    return batch_views([batch], actor)[0]


def batch_views(batches: Iterable[TransferBatch], actor: Actor) -> list[BatchView]:
    """The forms of one page; a fixed number of queries whatever the number of forms."""
    forms = list(batches)
    keys = [form.pk for form in forms]
    outcomes: dict[UUID, dict[str, int]] = defaultdict(dict)
    counted = BatchRow.objects.filter(batch__in=keys).values_list("batch_id", "outcome").annotate(n=Count("pk"))
    for batch_id, outcome, rows in counted:
        outcomes[batch_id][outcome] = rows
    made: dict[UUID, list[UUID]] = defaultdict(list)
    seen = TransferRequest.objects.visible_to(actor).filter(batch_id__in=keys).order_by("number")
    for batch_id, key in seen.values_list("batch_id", "pk"):
        made[batch_id].append(key)
    groups, events = _groups(keys), histories(TransferBatch, keys)
    return [
        _view(form, outcomes[form.pk], made[form.pk], groups[form.pk], timeline(events.get(form.pk, ())))
        for form in forms
    ]


def _view(
    batch: TransferBatch,
    by_outcome: dict[str, int],
    made: list[UUID],
    groups: list[tuple[str, str, int]],
    told: tuple[dict[str, Any], ...],
) -> BatchView:
    applied, failed = by_outcome.get("applied", 0), by_outcome.get("failed", 0)
    judged = sum(by_outcome.values())
    counts = {
        "rows": max(batch.rows_read, judged),
        "valid": by_outcome.get("valid", 0) + applied + failed,
        "invalid": by_outcome.get("invalid", 0),
        "applied": applied,
        "failed": failed,
    }
    return BatchView(
        id=batch.pk,
        number=str(batch),
        status=batch.status,
        status_label=batch.get_status_display(),
        mode=batch.mode,
        filename=batch.filename,
        version=batch.version,
        counts=counts,
        requests=tuple(made),
        progress=_progress(batch, counts, judged),
        working=batch.status in TransferBatch.WORKING,
        started_at=batch.started_at,
        finished_at=batch.finished_at,
        faults=tuple(retold(f) for f in batch.faults),
        groups=tuple(groups),
        actions=tuple(a for a in BATCH.actions(batch.status, {REQUESTER})),
        timeline=told,
    )


def _progress(batch: TransferBatch, counts: dict[str, int], judged: int) -> int:
    """Percent of the stage that the form is in: rows judged while checking, rows settled afterwards."""
    if batch.status in ("uploaded", "checking"):
        return 100 * judged // counts["rows"] if counts["rows"] else 0
    if batch.status in ("submitted", "applying"):
        return 100 * (counts["applied"] + counts["failed"]) // max(counts["valid"], 1)
    return 100


_GROUPS = """
SELECT batch_id, error->>'code', count(*), (array_agg(error ORDER BY number))[1]
  FROM migrations_app_batchrow, jsonb_array_elements(errors) AS error
 WHERE batch_id = ANY (%s::uuid[]) GROUP BY 1, 2 ORDER BY 3 DESC, 2
"""


def _groups(keys: list[UUID]) -> dict[UUID, list[tuple[str, str, int]]]:
    """For each form, reasons with their counts and, as an example, the first row's sentence."""
    found: dict[UUID, list[tuple[str, str, int]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, [[str(key) for key in keys]])
        for batch_id, code, rows, first in cursor.fetchall():
            found[batch_id].append((code, retold(_json(first))["message"], rows))
    return found


def _json(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return found


def batch_rows(batch: TransferBatch, outcome: str | None = None) -> QuerySet[BatchRow]:
    """The rows by number; of one outcome where it is given."""
    rows = batch.rows.order_by("number")
    return rows.filter(outcome=outcome) if outcome else rows
