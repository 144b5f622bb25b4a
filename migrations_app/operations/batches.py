"""A transfer form: taken in, checked row by row, turned into requests, settled when those are decided."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction

from licenses.operations.files import keep_file, named, take_step
from migrations_app.models import TransferBatch, TransferRequest
from migrations_app.queries.batch_summary import recounted
from migrations_app.rules.workflow import BATCH
from portal.kernel.errors import Fault, Forbidden, Invalid, NotFound, Refused
from sites.events import tell
from sites.jobs import enqueue
from sites.notices import notify
from sites.numbers import next_number
from sites.tenancy.actor import Actor

# What a row says that had moved, or was asked for, and was taken back: nobody asks for it again.
TAKEN_BACK = ("batch_undone", "row_reversed")


@transaction.atomic
def upload(*, actor: Actor, at: datetime, upload: UploadedFile, mode: str = "per_row") -> TransferBatch:
    """Take a form in; a worker checks it. Raises Invalid for a kind or size that isn't read, Refused for a repeat."""
    name, unfit = named(upload, paper=True)
    faults = []
    if mode not in TransferBatch.Mode.values:
        faults.append(Fault("choice_unknown", "mode", params={"value": mode, "choices": "per_row, atomic"}))
    faults += unfit
    if not actor.roles & {"customer", "partner"}:
        raise Forbidden(Fault("not_yours"))
    if faults:
        raise Invalid(*faults)
    batch = TransferBatch(
        number=next_number("batch"),
        created_by_id=actor.user_id,
        partner_id=next(iter(actor.partner_ids), None),
        filename=name,
        mode=mode,
        created_at=at,
    )
    keep_file(batch, upload, _refuse_repeat)
    tell(actor=actor, at=at, kind="uploaded", subject=batch, customer_id=None, filename=name)
    enqueue(kind="batch.check", subject_id=batch.pk, actor=actor, at=at)
    return batch


def _refuse_repeat(batch: TransferBatch) -> None:
    same = TransferBatch.objects.filter(created_by_id=batch.created_by_id, fingerprint=batch.fingerprint)
    if earlier := same.exclude(status__in=["failed", "undone"]).first():
        raise Refused(Fault("form_twice", "file", params={"number": str(earlier), "date": earlier.created_at.date()}))


def load_batch(batch_id: UUID, actor: Actor) -> TransferBatch:
    """The batch, locked. Raises NotFound for unknown and foreign."""
    batch = TransferBatch.objects.visible_to(actor).select_for_update().filter(pk=batch_id).first()
    if batch is None:
        raise NotFound(Fault("http_404"))
    return batch


def look_at(batch_id: UUID, actor: Actor) -> TransferBatch:
    """The batch as it stands, not locked: who works on it for long keeps nobody from asking to stop."""
    return TransferBatch.objects.visible_to(actor).get(pk=batch_id)


def step_batch(batch: TransferBatch, action: str, **changes: Any) -> None:
    """Take the batch along its table. Raises Refused where the table has no such step."""
    take_step(BATCH, batch, action, **changes)


def refused_codes(batch: TransferBatch) -> dict[str, int]:
    """How many rows of a checked form a rule refuses, by the code of the reason."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT error->>'code', count(DISTINCT r.number)"
            " FROM migrations_app_batchrow r, jsonb_array_elements(errors) AS error"
            " WHERE batch_id = %s AND outcome = 'invalid' AND error->>'severity' = 'error' GROUP BY 1",
            [batch.pk],
        )
        return dict(cursor.fetchall())


@transaction.atomic
def submit_batch(
    *, actor: Actor, at: datetime, batch_id: UUID, waive_warnings: str = "", wait: bool = False
) -> TransferBatch:
    """Ask for everything that is valid. Warnings need one reason for all of them; `atomic` needs every row valid.

    With `wait`, warnings that heal on a day need none: the requests sleep until then.
    """
    batch = load_batch(batch_id, actor)
    BATCH.require("submit", batch.status)
    faults = []
    if not batch.rows_valid:
        faults.append(Fault("batch_nothing_valid", params={"rows": batch.rows_read}))
    if batch.mode == TransferBatch.Mode.ATOMIC and batch.rows_invalid:
        faults.append(Fault("batch_all_or_nothing", "mode", params={"invalid": batch.rows_invalid}))
    warned = _warned(batch, wait=wait)
    if warned and not waive_warnings.strip():
        faults.append(Fault("batch_waiver_needed", "waive_warnings", params={"rows": warned}))
    if faults:
        raise Refused(*faults)
    step_batch(batch, "submit")
    tell(
        actor=actor, at=at, kind="submitted", subject=batch, customer_id=None, waived=waive_warnings.strip(), wait=wait
    )
    enqueue(kind="batch.submit", subject_id=batch.pk, actor=actor, at=at)
    return batch


def _warned(batch: TransferBatch, *, wait: bool) -> int:
    """How many valid rows carry a warning that needs a reason."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT r.number) FROM migrations_app_batchrow r, jsonb_array_elements(errors) AS error"
            " WHERE batch_id = %s AND outcome = 'valid' AND error->>'severity' = 'warning'"
            " AND NOT (%s AND error->>'heals_on' IS NOT NULL)",
            [batch.pk, wait],
        )
        return int(cursor.fetchone()[0])


_SETTLE = """
UPDATE migrations_app_batchrow r SET outcome = CASE q.status WHEN 'completed' THEN 'applied' ELSE 'failed' END
  FROM migrations_app_transferrequest q
 WHERE q.batch_id = %s AND q.status IN ('completed', 'rejected', 'withdrawn', 'reversed')
   AND r.request_id = q.id AND r.batch_id = %s AND r.outcome = 'valid'
"""


@transaction.atomic
def settle_batch(*, actor: Actor, at: datetime, batch_id: UUID, tells: bool = True) -> None:
    """Bring rows and batch up to what their requests have come to. Idempotent. Its sender is told of the end, unless it
    `tells` nobody."""
    batch = TransferBatch.objects.visible_to(actor).select_for_update().filter(pk=batch_id).first()
    if batch is None or batch.status not in ("submitted", "applying"):
        return
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [batch.pk, batch.pk])
    decided = {"approved", "completed", "rejected", "withdrawn"}
    statuses = set(TransferRequest.objects.filter(batch_id=batch.pk).values_list("status", flat=True))
    waiting = batch.rows.filter(outcome="valid").exists()
    if batch.status == "submitted" and (statuses & decided or not waiting):
        step_batch(batch, "start_applying")
    if batch.status == "applying" and not waiting:
        failed = batch.rows.filter(outcome__in=["failed", "invalid"]).exists()
        step_batch(
            batch, "finish_with_errors" if failed else "finish_applying", finished_at=at, summary=recounted(batch)
        )
        event = tell(actor=actor, at=at, kind=batch.status, subject=batch, customer_id=None)
        notify(
            actor=actor, at=at, event=event, kind=f"batch_{batch.status}", to=[batch.created_by_id] if tells else [],
            number=str(batch), filename=batch.filename,
        )  # fmt: skip


@transaction.atomic
def retry_batch(*, actor: Actor, at: datetime, batch_id: UUID) -> TransferBatch:
    """Try again what failed: the rows whose request was refused, or the whole check of a form that broke off."""
    batch = load_batch(batch_id, actor)
    broke_off = batch.status == TransferBatch.Status.FAILED
    step_batch(batch, "retry", finished_at=None, cancel_asked_at=None, faults=[])
    if broke_off:
        enqueue(kind="batch.check", subject_id=batch.pk, actor=actor, at=at)
    else:
        failed = batch.rows.filter(outcome="failed")
        for code in TAKEN_BACK:
            failed = failed.exclude(errors__contains=[{"code": code}])
        failed.update(outcome="valid", request=None)
        enqueue(kind="batch.submit", subject_id=batch.pk, actor=actor, at=at)
    tell(actor=actor, at=at, kind="retried", subject=batch, customer_id=None)
    return batch
