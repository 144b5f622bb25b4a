"""A form is taken back: by its sender while nothing has moved, by a rep afterwards, who is asked for it (rule M7)."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from migrations_app.models import TransferBatch, TransferRequest
from migrations_app.operations.batches import load_batch, settle_batch, step_batch
from migrations_app.operations.decisions import take
from migrations_app.operations.reversals import NOT_ASKED, put_down
from migrations_app.queries.batch_summary import recounted
from migrations_app.queries.batch_undo import OPEN, undo_preview
from migrations_app.rules.workflow import BATCH, REP
from portal.kernel.errors import DomainError, Fault, Forbidden, NotFound, Refused
from sites.events import tell
from sites.jobs import enqueue
from sites.notices import notify
from sites.refusals import codes_of
from sites.tenancy.actor import Actor
from sites.words import stored_fault

UNDO = "batch.undo"
MOVED = ("approved", "completed")
# A rep is asked for what has moved, or will.
ASKABLE = (TransferBatch.Status.APPLYING, TransferBatch.Status.COMPLETED, TransferBatch.Status.COMPLETED_WITH_ERRORS)


@transaction.atomic
def undo_batch(*, actor: Actor, at: datetime, on: date, batch_id: UUID, reason: str = "") -> TransferBatch:
    """Take back what the form asked for while nothing has moved: withdraws its open requests.

    Raises NotFound, and Refused (`undo_needs_rep`) naming each request that is approved or completed.
    """
    batch = load_batch(batch_id, actor)
    requests = requests_of(batch)
    if moved := [request for request in requests if request.status in MOVED]:
        raise Refused(*[Fault("undo_needs_rep", params={"request": str(request)}) for request in moved])
    step_batch(batch, "undo", finished_at=at)
    _withdraw(requests, actor, at, on, reason)
    _fail_rows(batch.pk, ("valid",), [request.pk for request in requests], with_unasked=True)
    batch.summary = recounted(batch)
    batch.save(update_fields=["summary"])
    tell(actor=actor, at=at, kind="undone", subject=batch, customer_id=None)
    return batch


@transaction.atomic
def ask_undo(*, actor: Actor, at: datetime, on: date, batch_id: UUID, reason: str) -> TransferBatch:
    """Ask the reps to take the form back, which is theirs once something has moved; what is open is withdrawn now.

    Raises NotFound, Refused: without a reason, where nothing can go back any more, or a second time.
    """
    batch = load_batch(batch_id, actor)
    if batch.status not in ASKABLE:
        raise Refused(Fault("not_from_here", params={"action": "undo", "status": batch.status}))
    preview = undo_preview(batch, actor, on)
    faults = [] if reason.strip() else [Fault("reason_required", "reason")]
    if batch.undo_asked_at is not None:
        faults.append(Fault("undo_asked_already"))
    elif not preview.possible and not preview.of("moving"):
        faults.append(Fault("undo_nothing"))
    if faults:
        raise Refused(*faults)
    batch.undo_asked_at, batch.undo_reason = at, reason.strip()
    batch.save(update_fields=["undo_asked_at", "undo_reason"])
    requests = requests_of(batch)
    _withdraw(requests, actor, at, on, reason.strip())
    event = tell(actor=actor, at=at, kind="undo_asked", subject=batch, customer_id=None, reason=reason.strip())
    for customer, reps in _deciders(requests).items():
        notify(
            actor=actor, at=at, event=event, kind="batch_undo_asked", to=reps, customer_id=customer,
            number=str(batch), reason=reason.strip(),
        )  # fmt: skip
    settle_batch(actor=actor, at=at, batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def _deciders(requests: Iterable[TransferRequest]) -> dict[UUID, list[UUID]]:
    """The reps who decided on the requests, each once, in the matter of a customer of theirs."""
    found: dict[UUID, list[UUID]] = {}
    told: set[UUID] = set()
    for request in requests:
        rep = request.decided_by_id
        if rep is not None and rep not in told:
            told.add(rep)
            found.setdefault(request.customer_id, []).append(rep)
    return found


@transaction.atomic
def reverse_batch(
    *, actor: Actor, at: datetime, on: date, batch_id: UUID, reason: str, partly: bool = False
) -> TransferBatch:
    """A rep takes back what has moved: a worker reverses each completed request, all or none, or `partly` those that
    can be (rule M7).

    Raises NotFound unless the rep covers every customer of the form, Forbidden for others, Refused (`not_from_here`,
    `reason_required`, and what blocks it).
    """
    batch = load_for_rep(batch_id, actor)
    BATCH.require("undo", batch.status)
    preview = undo_preview(batch, actor, on)
    faults = [] if reason.strip() else [Fault("reason_required", "reason")]
    if not preview.possible:
        faults.append(Fault("undo_nothing"))
    elif not partly:
        faults += [
            Fault("undo_blocked", params={"request": line.number, "blocked": line.blocked})
            for line in preview.of("blocked")
        ]
    if faults:
        raise Refused(*faults)
    tell(actor=actor, at=at, kind="undo_started", subject=batch, customer_id=None, reason=reason.strip(), partly=partly)
    enqueue(kind=UNDO, subject_id=batch.pk, actor=actor, at=at)
    return batch


def load_for_rep(batch_id: UUID, actor: Actor) -> TransferBatch:
    """The form as a rep of all its customers reads it. Raises NotFound, Forbidden for those who aren't reps."""
    batch = TransferBatch.objects.seen_by(actor).filter(pk=batch_id).first()
    if batch is None:
        raise NotFound(Fault("http_404"))
    if REP not in actor.roles:
        raise Forbidden(Fault("not_yours"))
    return batch


@transaction.atomic
def settle_undo(
    *, actor: Actor, at: datetime, batch_id: UUID, rep_id: UUID, refused: Sequence[DomainError]
) -> tuple[str, ...]:
    """Bring rows and form up to what was reversed, and tell sender and rep. `refused` is what stood against it; returns
    the codes of that."""
    batch = load_batch(batch_id, actor)
    reversed_ones = [request.pk for request in requests_of(batch) if request.status == "reversed"]
    undone = _fail_rows(batch.pk, ("applied",), reversed_ones)
    left = batch.requests.filter(status="completed").exists()
    codes = sorted({code for refusal in refused for code in codes_of(refusal)})
    if not left and BATCH.find("undo", batch.status):
        kind, action = "undone", "undo"
    elif undone:
        kind, action = "undone_in_part", "undo_in_part"
    else:
        kind, action = "undo_refused", ""
    if action:
        put_down(batch, action, at=at, **NOT_ASKED)
    told: dict[str, Any] = {"number": str(batch), "rows": undone, "codes": ", ".join(codes)}
    event = tell(actor=actor, at=at, kind=kind, subject=batch, customer_id=None, rows=undone, by=told["codes"])
    notify(actor=actor, at=at, event=event, kind=f"batch_{kind}", to=[batch.created_by_id, rep_id], **told)
    return tuple(codes)


def requests_of(batch: TransferBatch) -> list[TransferRequest]:
    """The requests of a form, in their order."""
    return list(TransferRequest.objects.filter(batch_id=batch.pk).order_by("number"))


def _withdraw(requests: Iterable[TransferRequest], actor: Actor, at: datetime, on: date, reason: str) -> None:
    for request in requests:
        if request.status in OPEN:
            take("withdraw", actor=actor, at=at, on=on, request_id=request.pk, reason=reason)


_FAIL = """
UPDATE migrations_app_batchrow SET outcome = 'failed', errors = errors || %(why)s::jsonb
 WHERE batch_id = %(batch)s AND outcome = ANY (%(outcomes)s)
   AND (request_id = ANY (%(requests)s::uuid[]) OR (%(unasked)s AND request_id IS NULL))
"""


def _fail_rows(batch_id: UUID, outcomes: Sequence[str], requests: Sequence[UUID], *, with_unasked: bool = False) -> int:
    """Rows of these requests came to nothing, and say why. Returns how many."""
    asked: dict[str, Any] = {
        "why": json.dumps([stored_fault(Fault("batch_undone"))]), "batch": batch_id, "outcomes": list(outcomes),
        "requests": [str(key) for key in requests], "unasked": with_unasked,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_FAIL, asked)
        return int(cursor.rowcount)
