"""The work behind moves: forms are checked and requested, approved moves completed, sleepers woken."""

import logging
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from celery import shared_task
from django.db import transaction

from licenses.intake.opened import OpenFile, local_copy
from migrations_app.batch_check import Taken, judge_rows
from migrations_app.intake.form import open_form
from migrations_app.intake.values import ParsedRow
from migrations_app.models import BatchRow, TransferBatch, TransferRequest
from migrations_app.operations import complete, settle_batch, sleepers, wake
from migrations_app.operations.batches import (
    Group,
    fail_rows,
    groups,
    judge_together,
    load_batch,
    record_rows,
    refused_codes,
    request_group,
    step_batch,
)
from migrations_app.operations.completion import break_off, stop
from migrations_app.operations.planning import plan_later
from migrations_app.queries.batch_summary import summarize
from portal.kernel.errors import DomainError, Invalid, Refused
from sites.clock import now, today
from sites.events import tell
from sites.jobs import LostLease, Work, handler
from sites.models import Event
from sites.notices import notify
from sites.refusals import Kind, codes_of, count_after, count_refusals
from sites.tenancy import Actor, system_actor
from sites.words import stored_fault

log = logging.getLogger(__name__)


@handler("batch.check")
def check_batch(work: Work) -> None:
    """Read the form and write a verdict for every row, a chunk a transaction; a restart goes on where it stopped."""
    with work.step() as actor:
        batch = load_batch(work.subject_id, actor)
        if batch.status == TransferBatch.Status.UPLOADED:
            step_batch(batch, "start_checking", started_at=now())
        if batch.status != TransferBatch.Status.CHECKING:
            return
    try:
        with local_copy(batch.file) as path, open_form(path, batch.filename, path.parent) as form:
            _check_rows(work, form)
            _check_together(work)
            hints = [stored_fault(f) for f in form.headings.warnings]
    except Invalid as refusal:
        with work.step() as actor:
            faults = [stored_fault(f) for f in refusal.faults]
            batch = load_batch(work.subject_id, actor)
            step_batch(batch, "fail", faults=faults, finished_at=now())
            event = tell(actor=actor, at=now(), kind="failed", subject=batch, customer_id=None)
            _tell_sender(actor, batch, event, "batch_failed")
            count_refusals(Kind.RULE, codes_of(refusal), on=today())
        return
    with work.step() as actor:
        batch = load_batch(work.subject_id, actor)
        outcomes = list(batch.rows.values_list("outcome", flat=True))
        valid = outcomes.count("valid")
        figures = {"rows_read": len(outcomes), "rows_valid": valid, "rows_invalid": len(outcomes) - valid}
        step_batch(batch, "finish_checking", faults=hints, summary=summarize(batch), **figures)
        plan_later(actor=actor, at=now(), batch=batch)
        event = tell(actor=actor, at=now(), kind="checked", subject=batch, customer_id=None, **figures)
        _tell_sender(actor, batch, event, "batch_checked", **figures)
        count_refusals(Kind.RULE, refused_codes(batch), on=today())


def _tell_sender(actor: Actor, batch: TransferBatch, event: Event, kind: str, **figures: int) -> None:
    told: dict[str, Any] = {"number": str(batch), "filename": batch.filename, **figures}
    notify(actor=actor, at=now(), event=event, kind=kind, to=[batch.created_by_id], **told)


def _check_rows(work: Work, form: OpenFile[ParsedRow]) -> None:
    with work.step() as actor:
        batch = load_batch(work.subject_id, actor)
        done = set(batch.rows.values_list("number", flat=True))
        taken = _taken(batch.rows.filter(outcome="valid").values_list("allocation", flat=True))
        TransferBatch.objects.filter(pk=batch.pk).update(rows_read=form.count)
    for chunk in form.chunks(done):
        with work.step() as actor:
            batch = load_batch(work.subject_id, actor)
            verdicts = judge_rows(chunk, actor=actor, today=today(), taken=taken)
            record_rows(batch, verdicts)
            batch.rows_valid += sum(v.valid for v in verdicts)
            batch.rows_invalid += sum(not v.valid for v in verdicts)
            batch.save(update_fields=["rows_valid", "rows_invalid"])


def _check_together(work: Work) -> None:
    with work.step() as actor:
        wanted = groups(load_batch(work.subject_id, actor))
    for group in wanted:
        with work.step() as actor:
            if rows := _rows_of(load_batch(work.subject_id, actor), group):
                judge_together(actor=actor, on=today(), rows=rows)


def _taken(allocations: Iterable[list[list[object]]]) -> Taken:
    taken: Taken = {}
    for allocation in allocations:
        for key, units in allocation:
            taken[UUID(str(key))] = taken.get(UUID(str(key)), 0) + int(str(units))
    return taken


@handler("batch.submit")
def submit_rows(work: Work) -> None:
    """Make and submit one request for each source, target and date of the valid rows."""
    with work.step() as actor:
        batch = load_batch(work.subject_id, actor)
        # Taken up again, the first of its requests may have been decided already: the others are still to be asked for.
        if batch.status not in (TransferBatch.Status.SUBMITTED, TransferBatch.Status.APPLYING):
            return
        wanted = groups(batch)
        if batch.mode == TransferBatch.Mode.ATOMIC:
            _all_or_none(work, batch, wanted)
            wanted = []
    for group in wanted:
        with work.step() as actor:
            batch = load_batch(work.subject_id, actor)
            rows = _rows_of(batch, group)
            try:
                _ask(actor, batch, rows)
            except DomainError as refusal:
                fail_rows(rows, refusal)
                count_refusals(Kind.RULE, codes_of(refusal), on=today())
    _settle(work.subject_id)


def _all_or_none(work: Work, batch: TransferBatch, wanted: list[Group]) -> None:
    with work.step() as actor:
        try:
            with transaction.atomic():
                for group in wanted:
                    _ask(actor, batch, _rows_of(batch, group))
        except DomainError as refusal:
            fail_rows(list(batch.rows.filter(outcome="valid")), refusal)
            count_refusals(Kind.RULE, codes_of(refusal), on=today())


def _ask(actor: Actor, batch: TransferBatch, rows: list[BatchRow]) -> None:
    if rows:
        request_group(actor=actor, at=now(), on=today(), batch=batch, rows=rows)


def _rows_of(batch: TransferBatch, group: Group) -> list[BatchRow]:
    source, target, effective = group
    rows = batch.rows.filter(
        outcome="valid",
        request__isnull=True,
        values__source_site_number=source,
        values__target_site_number=target,
        values__effective_on=effective,
    )
    return list(rows.order_by("number"))


@handler("transfer.complete")
def complete_transfer(work: Work) -> None:
    """Move the units of an approved request; a rule that stops it after all is told on the request."""
    with work.step() as actor:
        request = TransferRequest.objects.visible_to(actor).get(pk=work.subject_id)
        batch_id = request.batch_id
    try:
        with work.step() as actor:
            _complete(actor, request)
    except LostLease:
        raise
    except Exception as fault:
        with work.step() as actor:
            break_off(actor=actor, at=now(), request_id=request.pk, fault=fault)
        raise
    if batch_id:
        _settle(batch_id)


def _complete(actor: Actor, request: TransferRequest) -> None:
    try:
        complete(actor=actor, at=now(), on=today(), request=request)
    except Refused as refusal:
        stop(actor=actor, at=now(), on=today(), request=request, refusal=refusal)


def _settle(batch_id: UUID) -> None:
    with transaction.atomic():
        settle_batch(actor=system_actor(), at=now(), batch_id=batch_id)


def _wake(request_id: UUID) -> None:
    """One that can't be judged keeps nobody else asleep."""
    try:
        with transaction.atomic():
            wake(actor=system_actor(), at=now(), on=today(), request_id=request_id)
    except Exception as fault:
        log.exception("request %s couldn't be looked at", request_id)
        count_after(Kind.TECHNICAL, [f"transfer.wake: {type(fault).__name__}"])


@shared_task
def look_after() -> None:
    """Every few seconds: wake sleepers whose reason is gone, settle forms whose requests are decided."""
    with transaction.atomic():
        keys = sleepers(system_actor(), today())
    for key in keys:
        _wake(key)
    with transaction.atomic():
        system_actor()
        open_batches = list(
            TransferBatch.objects.filter(status__in=["submitted", "applying"]).values_list("pk", flat=True)
        )
    for batch_id in open_batches:
        _settle(batch_id)
