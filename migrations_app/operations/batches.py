"""A transfer form: taken in, checked row by row, turned into requests, settled when those are decided."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import Q

from licenses.operations.files import keep_file, named, take_step
from migrations_app.batch_check import Verdict, as_fault
from migrations_app.facts import judge
from migrations_app.models import BatchRow, TransferBatch, TransferRequest
from migrations_app.operations.decisions import take
from migrations_app.operations.requests import create_request
from migrations_app.queries.batch_summary import recounted
from migrations_app.reading import LineInput, WaiverInput, read_move
from migrations_app.rules.workflow import BATCH
from portal.kernel.blocker import Blocker, Severity
from portal.kernel.errors import DomainError, Fault, Forbidden, Invalid, NotFound, Refused
from sites.events import history, tell
from sites.jobs import enqueue
from sites.notices import notify
from sites.numbers import next_number
from sites.tenancy.actor import Actor
from sites.words import stored_fault

Group = tuple[str, str, str]


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


def step_batch(batch: TransferBatch, action: str, **changes: Any) -> None:
    """Take the batch along its table. Raises Refused where the table has no such step."""
    take_step(BATCH, batch, action, **changes)


def record_rows(batch: TransferBatch, verdicts: Sequence[Verdict]) -> None:
    """Write the verdicts of a chunk; rows that are there already stay as they are."""
    rows = [
        BatchRow(
            batch=batch,
            created_by_id=batch.created_by_id,
            customer_id=v.customer_id,
            number=v.number,
            outcome=BatchRow.Outcome.VALID if v.valid else BatchRow.Outcome.INVALID,
            values=v.values,
            errors=[stored_fault(f) for f in v.faults],
            reference=v.reference[:120],
            allocation=list(v.allocation) if v.valid else [],
        )
        for v in verdicts
    ]
    BatchRow.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


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


def _submitted_with(batch: TransferBatch) -> tuple[str, bool]:
    """The reason that the sender gave for all warnings, and whether to wait for those that heal, as last submitted."""
    told = [e.data for e in history(batch) if e.kind == "submitted"]
    return (told[-1].get("waived", ""), bool(told[-1].get("wait"))) if told else ("", False)


def groups(batch: TransferBatch) -> list[Group]:
    """Source, target and date of the requests still to be made: rows of one of each become one request."""
    rows = batch.rows.filter(outcome="valid", request__isnull=True)
    named = ("values__source_site_number", "values__target_site_number", "values__effective_on")
    return sorted(set(rows.values_list(*named)))


def _move_of(rows: Sequence[BatchRow]) -> dict[str, Any]:
    """What rows of one source, target and date ask for together, as the arguments of create_request and read_move."""
    quantities: dict[UUID, int] = {}
    for row in rows:
        for key, units in row.allocation:
            quantities[UUID(key)] = quantities.get(UUID(key), 0) + units
    first = rows[0].values
    return {
        "source_site": first["source_site_number"],
        "target_site": first["target_site_number"],
        "enrollment": None,
        "effective_on": date.fromisoformat(first["effective_on"]) if first["effective_on"] else None,
        "lines": [LineInput(key, units) for key, units in quantities.items()],
    }


@transaction.atomic
def judge_together(*, actor: Actor, on: date, rows: Sequence[BatchRow]) -> None:
    """Tell rows of one request what only the whole of it shows, such as what stays behind of a product (V9).

    Judged alone, a row knows nothing of its neighbors; its request will. Idempotent.
    """
    found: dict[str, list[Blocker]] = {}
    for blocker in judge(read_move(actor=actor, on=on, **_move_of(rows)), on).blockers:
        found.setdefault(blocker.line or "", []).append(blocker)
    changed = []
    for row in rows:
        known = {fault["code"] for fault in row.errors}
        more = [b for key, _units in row.allocation for b in found.get(key, ()) if b.code not in known]
        if more:
            row.errors = row.errors + [stored_fault(as_fault(b, row.number)) for b in more]
            if any(b.severity == Severity.ERROR for b in more):
                row.outcome = BatchRow.Outcome.INVALID
            changed.append(row)
    BatchRow.objects.bulk_update(changed, ["errors", "outcome"], batch_size=1000)


@transaction.atomic
def request_group(
    *, actor: Actor, at: datetime, on: date, batch: TransferBatch, rows: Sequence[BatchRow]
) -> TransferRequest:
    """Draft and submit the one request of rows that share source, target and date."""
    request = create_request(actor=actor, at=at, on=on, reason=_reason(batch, rows), batch=batch, **_move_of(rows))
    reason, wait = _submitted_with(batch)
    warnings = {c["code"]: c["heals_on"] for c in request.checks if c["waivable"]}
    wait_for = [code for code, heals_on in warnings.items() if wait and heals_on]
    waivers = [WaiverInput(code, None, reason) for code in warnings if reason and code not in wait_for]
    take("submit", actor=actor, at=at, on=on, request_id=request.pk, waivers=waivers, wait_for=wait_for)
    BatchRow.objects.filter(pk__in=[row.pk for row in rows]).update(request=request)
    return request


def _reason(batch: TransferBatch, rows: Sequence[BatchRow]) -> str:
    said = dict.fromkeys(r.values.get("reason", "").strip() for r in rows)
    return "; ".join(text for text in said if text)[:2000] or f"{batch} ({batch.filename})"


def fail_rows(rows: Sequence[BatchRow], refusal: DomainError) -> None:
    """Rows whose request was refused: each says why."""
    errors = [stored_fault(f) for f in refusal.faults]
    pks = [row.pk for row in rows]
    BatchRow.objects.filter(pk__in=pks).update(outcome=BatchRow.Outcome.FAILED, errors=errors)


@transaction.atomic
def settle_batch(*, actor: Actor, at: datetime, batch_id: UUID) -> None:
    """Bring rows and batch up to what their requests have come to. Idempotent."""
    batch = TransferBatch.objects.visible_to(actor).select_for_update().filter(pk=batch_id).first()
    if batch is None or batch.status not in ("submitted", "applying"):
        return
    batch.rows.filter(outcome="valid", request__status="completed").update(outcome="applied")
    ended = Q(request__status__in=["rejected", "withdrawn", "reversed"])
    batch.rows.filter(ended, outcome="valid").update(outcome="failed")
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
            actor=actor, at=at, event=event, kind=f"batch_{batch.status}", to=[batch.created_by_id],
            number=str(batch), filename=batch.filename,
        )  # fmt: skip


@transaction.atomic
def retry_batch(*, actor: Actor, at: datetime, batch_id: UUID) -> TransferBatch:
    """Try again what failed: the rows whose request was refused, or the whole check of a form that broke off."""
    batch = load_batch(batch_id, actor)
    broke_off = batch.status == TransferBatch.Status.FAILED
    step_batch(batch, "retry", finished_at=None, faults=[])
    if broke_off:
        enqueue(kind="batch.check", subject_id=batch.pk, actor=actor, at=at)
    else:
        failed = batch.rows.filter(outcome="failed").exclude(errors__contains=[{"code": "batch_undone"}])
        failed.update(outcome="valid", request=None)
        enqueue(kind="batch.submit", subject_id=batch.pk, actor=actor, at=at)
    tell(actor=actor, at=at, kind="retried", subject=batch, customer_id=None)
    return batch
