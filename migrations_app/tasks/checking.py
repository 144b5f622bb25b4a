"""A form is checked: read row by row, judged unit by unit, each chunk in a transaction of its own."""

from collections.abc import Iterable, Iterator, Set
from contextlib import ExitStack, closing
from typing import Any

from django.db.models import F

from licenses.intake.opened import local_copy
from migrations_app.batch_check import Verdict, judge_rows, unit_key
from migrations_app.batch_desk import Desk
from migrations_app.intake.amended import parse_kept
from migrations_app.intake.form import open_form
from migrations_app.intake.values import ParsedRow
from migrations_app.models import TransferBatch
from migrations_app.operations.batches import load_batch, look_at, refused_codes, step_batch
from migrations_app.operations.rows import record_anew, record_rows
from migrations_app.queries.batch_plan import plan_of
from migrations_app.queries.batch_summary import summarize
from migrations_app.queries.judging import stale_units, to_be_read, values_of
from portal.kernel.errors import Invalid
from sites.ahead import ahead
from sites.clock import now, today
from sites.events import tell
from sites.jobs import Work, enqueue, handler
from sites.models import Event
from sites.notices import notify
from sites.refusals import Kind, codes_of, count_refusals
from sites.tenancy import Actor
from sites.words import stored_fault

CHUNK = 2500
"""Rows of a transaction, where a unit has no more."""
CHECKING = TransferBatch.Status.CHECKING
PLAN = "batch.plan"


@handler("batch.check")
def check_batch(work: Work) -> None:
    """Write a verdict for every row of the form that has none, or was changed; a restart goes on where it stopped."""
    with work.step() as actor:
        batch = load_batch(work.subject_id, actor)
        if batch.status == TransferBatch.Status.UPLOADED:
            step_batch(batch, "start_checking", started_at=now())
        if batch.status != CHECKING:
            return
        unread = to_be_read(batch)
    try:
        hints = _check_file(work, batch) if unread else batch.faults
    except Invalid as refusal:
        _fail(work, refusal)
        return
    _check_changed(work)
    _finish(work, hints)


def _check_file(work: Work, batch: TransferBatch) -> list[Any]:
    """Judge the rows of the file; returns what is to be said of its headings."""
    with ExitStack() as stack:
        path = stack.enter_context(local_copy(batch.file))
        form = stack.enter_context(open_form(path, batch.filename, path.parent))
        with work.step() as actor:
            TransferBatch.objects.filter(pk=batch.pk).update(rows_read=form.count)
            done = set(look_at(batch.pk, actor).rows.values_list("number", flat=True))
            desk, key = Desk(today()), unit_key()
        units = form.units(key, CHUNK)
        with closing(ahead(_judged(work, units, done, desk))) as judged:
            for verdicts in judged:
                if not _record(work, verdicts):
                    break
        return [stored_fault(f) for f in form.headings.warnings]


def _judged(work: Work, units: Iterable[list[ParsedRow]], done: Set[int], desk: Desk) -> Iterator[list[Verdict]]:
    """The verdicts of the units without those of rows that are `done`, each unit as of one instant."""
    for unit in units:
        if rows := [row for row in unit if row.number not in done]:
            with work.look() as actor:
                verdicts = judge_rows(rows, actor=actor, desk=desk)
            yield verdicts


def _record(work: Work, verdicts: list[Verdict]) -> bool:
    """Write one chunk. False where the sender wants no more of it."""
    with work.step() as actor:
        batch = look_at(work.subject_id, actor)
        if _unwanted(batch):
            return False
        record_rows(batch, verdicts)
        valid = sum(v.valid for v in verdicts)
        counted = {"rows_valid": F("rows_valid") + valid, "rows_invalid": F("rows_invalid") + len(verdicts) - valid}
        TransferBatch.objects.filter(pk=batch.pk).update(**counted)
    return True


def _unwanted(batch: TransferBatch) -> bool:
    return batch.status != CHECKING or batch.cancel_asked_at is not None


def _check_changed(work: Work) -> None:
    """Judge the rows that were changed, and those that share a source site and a product with them."""
    with work.step() as actor:
        batch = look_at(work.subject_id, actor)
        units = list(stale_units(batch, CHUNK)) if batch.status == CHECKING else []
        desk = Desk(today())
    for rows in _kept(work, units):
        if not _judge_anew(work, rows, desk):
            return


def _kept(work: Work, units: Iterable[list[int]]) -> Iterator[list[ParsedRow]]:
    for numbers in units:
        with work.step() as actor:
            found = values_of(look_at(work.subject_id, actor), numbers)
            rows = [parse_kept(number, values) for number, values in found]
        yield rows


def _judge_anew(work: Work, rows: list[ParsedRow], desk: Desk) -> bool:
    """Judge one chunk and write it over what was found before. False where the sender wants no more of it."""
    with work.step() as actor:
        batch = look_at(work.subject_id, actor)
        if _unwanted(batch):
            return False
        record_anew(batch, judge_rows(rows, actor=actor, desk=desk))
    return True


def _finish(work: Work, hints: list[Any]) -> None:
    with work.step() as actor:
        batch = load_batch(work.subject_id, actor)
        if batch.status != CHECKING:
            return
        if batch.cancel_asked_at:
            step_batch(batch, "cancel", finished_at=now())
            tell(actor=actor, at=now(), kind="cancelled", subject=batch, customer_id=None)
            return
        summary = summarize(batch)
        counts = summary["outcomes"]
        figures = {
            "rows_read": sum(counts.values()),
            "rows_valid": counts.get("valid", 0),
            "rows_invalid": counts.get("invalid", 0),
        }
        step_batch(batch, "finish_checking", faults=hints, summary=summary, **figures)
        enqueue(kind=PLAN, subject_id=batch.pk, actor=actor, at=now())
        event = tell(actor=actor, at=now(), kind="checked", subject=batch, customer_id=None, **figures)
        _tell_sender(actor, batch, event, "batch_checked", **figures)
        count_refusals(Kind.RULE, refused_codes(batch), on=today())


def _fail(work: Work, refusal: Invalid) -> None:
    with work.step() as actor:
        faults = [stored_fault(f) for f in refusal.faults]
        batch = load_batch(work.subject_id, actor)
        step_batch(batch, "fail", faults=faults, finished_at=now())
        event = tell(actor=actor, at=now(), kind="failed", subject=batch, customer_id=None)
        _tell_sender(actor, batch, event, "batch_failed")
        count_refusals(Kind.RULE, codes_of(refusal), on=today())


def _tell_sender(actor: Actor, batch: TransferBatch, event: Event, kind: str, **figures: int) -> None:
    told: dict[str, Any] = {"number": str(batch), "filename": batch.filename, **figures}
    notify(actor=actor, at=now(), event=event, kind=kind, to=[batch.created_by_id], **told)


@handler(PLAN)
def plan_batch(work: Work) -> None:
    """Make the plan of a checked form and keep it, unless the form went on meanwhile: another is asked for then."""
    with work.step() as actor:
        batch = look_at(work.subject_id, actor)
        version, planned = batch.version, plan_of(batch, today())
        kept = TransferBatch.objects.filter(pk=batch.pk, version=version, status=TransferBatch.Status.CHECKED)
        if batch.summary is not None:
            kept.update(summary=batch.summary | {"plan": planned})
