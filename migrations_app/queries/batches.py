"""Transfer forms as pages, the API and the desk show them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from migrations_app.models import BatchRow, TransferBatch, TransferRequest
from migrations_app.models.batch import DECIDED
from migrations_app.queries.batch_summary import summarize
from migrations_app.queries.told import timeline
from migrations_app.rules.workflow import BATCH, REQUESTER
from sites.events import histories
from sites.tenancy.actor import Actor
from sites.words import retold

# What isn't a step that somebody takes on the form as a whole.
NO_STEP = frozenset({"amend"})
# Rows come out one after the other while their requests are decided; otherwise what was counted last holds.
MOVING = (TransferBatch.Status.SUBMITTED, TransferBatch.Status.APPLYING)


@dataclass(frozen=True, slots=True)
class Group:
    """A reason, and how many rows have it; `valid` of them are valid all the same. `message` is the first row's.

    `suggestions` are values that rows have and what was probably meant: `was`, `to`, `rows`.
    """

    code: str
    severity: str
    field: str | None
    rows: int
    valid: int
    first: int
    message: str
    suggestions: tuple[dict[str, Any], ...] = ()


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
    groups: tuple[Group, ...]
    plan: dict[str, Any] | None
    actions: tuple[str, ...]
    cancelling: bool
    undo_asked_at: datetime | None
    undo_reason: str
    plan_fault: dict[str, Any] | None = None
    timeline: tuple[dict[str, Any], ...] = field(default=())

    @property
    def summary(self) -> dict[str, Any]:
        """What was found, and the plan, as the API tells them."""
        return {"groups": self.groups, "plan": self.plan}

    @property
    def warned(self) -> bool:
        """Whether a valid row carries a warning, which needs a reason."""
        return any(group.severity == "warning" and group.valid for group in self.groups)


def batch_view(batch: TransferBatch, actor: Actor) -> BatchView:
    """The form's page: counts, progress, faults grouped by reason, the plan."""
    if batch.summary is None and batch.status not in ("uploaded", "checking", "failed"):
        batch.summary = summarize(batch)  # one that was checked before findings were kept with the form
    return batch_views([batch], actor)[0]


def batch_views(batches: Iterable[TransferBatch], actor: Actor) -> list[BatchView]:
    """The forms of one page; a fixed number of queries whatever the number of forms, and none over all of their rows
    but while requests are decided."""
    forms = list(batches)
    keys = [form.pk for form in forms]
    outcomes: dict[UUID, dict[str, int]] = defaultdict(dict)
    moving = [form.pk for form in forms if form.status in MOVING or _uncounted(form)]
    counted = BatchRow.objects.filter(batch__in=moving).values_list("batch_id", "outcome").annotate(n=Count("pk"))
    for batch_id, outcome, rows in counted:
        outcomes[batch_id][outcome] = rows
    made: dict[UUID, list[UUID]] = defaultdict(list)
    seen = TransferRequest.objects.visible_to(actor).filter(batch_id__in=keys).order_by("number")
    for batch_id, key in seen.values_list("batch_id", "pk"):
        made[batch_id].append(key)
    events = histories(TransferBatch, keys)
    return [
        _view(form, outcomes.get(form.pk) or _outcomes(form), made[form.pk], timeline(events.get(form.pk, ())))
        for form in forms
    ]


def _uncounted(batch: TransferBatch) -> bool:
    return batch.summary is None and batch.status not in ("uploaded", "checking", "checked")


def _outcomes(batch: TransferBatch) -> Mapping[str, int]:
    """How many rows have each outcome: counted while the check runs, as they were last counted afterwards."""
    if batch.status in ("uploaded", "checking") or batch.summary is None:
        return {"valid": batch.rows_valid, "invalid": batch.rows_invalid}
    found: dict[str, int] = batch.summary["outcomes"]
    return found


def _view(
    batch: TransferBatch, by_outcome: Mapping[str, int], made: list[UUID], told: tuple[dict[str, Any], ...]
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
    found = batch.summary or {"groups": (), "plan": None}
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
        groups=tuple(_group(kept) for kept in found["groups"]),
        plan=found["plan"],
        actions=batch_actions(batch),
        cancelling=batch.cancel_asked_at is not None and batch.status in TransferBatch.WORKING,
        undo_asked_at=batch.undo_asked_at,
        undo_reason=batch.undo_reason,
        plan_fault=retold(found["plan_fault"]) if found.get("plan_fault") else None,
        timeline=told,
    )


def batch_actions(batch: TransferBatch) -> tuple[str, ...]:
    """What the sender may do to the form as a whole now."""
    found = [action for action in BATCH.actions(batch.status, {REQUESTER}) if action not in NO_STEP]
    # A rep is asked for what has moved.
    if batch.status in DECIDED and batch.status != TransferBatch.Status.UNDONE:
        found.append("undo")
    # Between the requests a form that is being submitted can be stopped as well.
    if batch.status == TransferBatch.Status.SUBMITTED:
        found.append("cancel")
    if batch.cancel_asked_at is not None:
        found = [action for action in found if action != "cancel"]
    return tuple(found)


def _group(kept: Mapping[str, Any]) -> Group:
    message = retold(kept["example"])["message"]
    suggestions = tuple(kept["suggestions"])
    return Group(
        kept["code"], kept["severity"], kept["field"], kept["rows"], kept["valid"], kept["first"], message, suggestions
    )


def _progress(batch: TransferBatch, counts: dict[str, int], judged: int) -> int:
    """Percent of the stage that the form is in: rows judged while checking, rows settled afterwards."""
    if batch.status in ("uploaded", "checking"):
        return min(100 * judged // counts["rows"], 100) if counts["rows"] else 0
    if batch.status in ("submitted", "applying"):
        return 100 * (counts["applied"] + counts["failed"]) // max(counts["valid"], 1)
    return 100


def batch_rows(batch: TransferBatch, outcome: str | None = None, code: str | None = None) -> QuerySet[BatchRow]:
    """The rows by number; of one outcome, and with one reason, where these are given."""
    rows = batch.rows.order_by("number")
    if outcome:
        rows = rows.filter(outcome=outcome)
    return rows.filter(errors__contains=[{"code": code}]) if code else rows
