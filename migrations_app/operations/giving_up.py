"""Operators gave up the work on a form or a request: it ends with their reason, and its people can try again."""

from datetime import datetime

from migrations_app.models import TransferBatch, TransferRequest
from migrations_app.operations.batches import load_batch, settle_batch, step_batch
from migrations_app.operations.decisions import load
from migrations_app.operations.rows import fail, unasked
from migrations_app.operations.telling import requesters, tell_people
from migrations_app.operations.undoing import UNDO, settle_undo
from migrations_app.rules.workflow import BATCH
from portal.kernel.errors import Fault, Refused
from sites.events import tell
from sites.jobs import when_given_up
from sites.models import Job
from sites.notices import notify
from sites.tenancy.actor import Actor
from sites.words import stored_fault

Status = TransferBatch.Status


def _fault(reason: str) -> Fault:
    return Fault("batch_given_up", params={"reason": reason})


@when_given_up("batch.check")
def end_check(actor: Actor, at: datetime, job: Job, reason: str) -> None:
    """The form fails, to be tried again; one that its sender wanted to stop is stopped."""
    batch = load_batch(job.subject_id, actor)
    if batch.status not in (Status.UPLOADED, Status.CHECKING):
        return
    if batch.cancel_asked_at:
        step_batch(batch, "cancel", finished_at=at)
    else:
        step_batch(batch, "fail", faults=[stored_fault(_fault(reason))], finished_at=at)
    _tell(actor, at, batch, reason)


@when_given_up("batch.submit")
def end_asking(actor: Actor, at: datetime, job: Job, reason: str) -> None:
    """Rows that nobody has asked for yet fail; requests that were made go on, and the form ends with them."""
    batch = load_batch(job.subject_id, actor)
    if batch.status not in (Status.SUBMITTED, Status.APPLYING):
        return
    fail(unasked(batch), [_fault(reason)])
    _tell(actor, at, batch, reason)
    settle_batch(actor=actor, at=at, batch_id=batch.pk, tells=False)


@when_given_up("batch.plan")
def end_plan(actor: Actor, at: datetime, job: Job, reason: str) -> None:
    """The form stays as it is, and its page waits for no plan any more."""
    batch = load_batch(job.subject_id, actor)
    if batch.status == Status.CHECKED and batch.summary is not None and batch.summary["plan"] is None:
        batch.summary = batch.summary | {"plan_fault": stored_fault(Fault("batch_plan_given_up"))}
        batch.save(update_fields=["summary"])


@when_given_up(UNDO)
def end_undo(actor: Actor, at: datetime, job: Job, reason: str) -> None:
    """What has gone back has; sender and rep are told that the rest stays for now."""
    batch = load_batch(job.subject_id, actor)
    if BATCH.find("undo", batch.status):
        refused = [Refused(_fault(reason))]
        settle_undo(actor=actor, at=at, batch_id=batch.pk, rep_id=job.actor_id, refused=refused)


def _tell(actor: Actor, at: datetime, batch: TransferBatch, reason: str) -> None:
    event = tell(actor=actor, at=at, kind="given_up", subject=batch, customer_id=None, reason=reason)
    notify(
        actor=actor, at=at, event=event, kind="batch_given_up", to=[batch.created_by_id], number=str(batch),
        reason=reason,
    )  # fmt: skip


@when_given_up("transfer.complete")
def end_move(actor: Actor, at: datetime, job: Job, reason: str) -> None:
    """The request stays approved and has moved nothing; its people are told that nobody tries any more."""
    request = load(job.subject_id, actor)
    if request.status != TransferRequest.Status.APPROVED:
        return
    event = tell(actor=actor, at=at, kind="given_up", subject=request, customer_id=request.customer_id, reason=reason)
    tell_people(
        actor=actor, at=at, request=request, event=event, kind="transfer_given_up",
        to=(*requesters(request), request.decided_by_id), reason=reason,
    )  # fmt: skip
