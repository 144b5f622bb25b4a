"""Valid rows become requests, and approved requests move their units."""

from collections.abc import Iterator
from contextlib import closing
from uuid import UUID

from django.db import transaction

from migrations_app.facts import States
from migrations_app.models import TransferBatch, TransferRequest
from migrations_app.operations import complete, settle_batch
from migrations_app.operations.asking import Group, Ready, ask, ask_for_all, get_ready, groups
from migrations_app.operations.batches import look_at
from migrations_app.operations.completion import break_off, stop
from migrations_app.operations.rows import fail, unasked
from portal.kernel.errors import Fault, Refused
from sites.ahead import ahead
from sites.clock import now, today
from sites.jobs import LostLease, Work, handler
from sites.tenancy import Actor, system_actor


@handler("batch.submit")
def submit_rows(work: Work) -> None:
    """Make and submit one request for each source, target and day of the valid rows, a request a transaction."""
    with work.step() as actor:
        batch = look_at(work.subject_id, actor)
        # Taken up again, the first of its requests may have been decided already: the others are still to be asked for.
        if batch.status not in (TransferBatch.Status.SUBMITTED, TransferBatch.Status.APPLYING):
            return
        wanted = groups(batch)
        if batch.mode == TransferBatch.Mode.ATOMIC and not batch.cancel_asked_at:
            ask_for_all(actor=actor, at=now(), on=today(), batch=batch)
            wanted = []
    with closing(ahead(_ready(work, wanted))) as made:
        for ready in made:
            if not _ask(work, ready):
                break
    settle(work.subject_id)


def _ready(work: Work, wanted: list[Group]) -> Iterator[Ready]:
    """Each group's request, judged and planned."""
    known: States = {}
    for group in wanted:
        with work.look() as actor:
            batch = look_at(work.subject_id, actor)
            ready = get_ready(actor=actor, on=today(), batch=batch, group=group, known=known)
        yield ready


def _ask(work: Work, ready: Ready) -> bool:
    """Ask for one group's rows, and anew for those that a refusal left. False where the sender wants no more of it."""
    while True:
        with work.step() as actor:
            batch = look_at(work.subject_id, actor)
            if batch.cancel_asked_at:
                fail(unasked(batch), [Fault("batch_cancelled")])
                return False
            if ask(actor=actor, at=now(), on=today(), batch=batch, ready=ready):
                return True
            ready = get_ready(actor=actor, on=today(), batch=batch, group=ready.group, known={})


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
        settle(batch_id)


def _complete(actor: Actor, request: TransferRequest) -> None:
    try:
        complete(actor=actor, at=now(), on=today(), request=request)
    except Refused as refusal:
        stop(actor=actor, at=now(), on=today(), request=request, refusal=refusal)


def settle(batch_id: UUID) -> None:
    """Bring a form up to what its requests have come to, as the portal itself."""
    with transaction.atomic():
        settle_batch(actor=system_actor(), at=now(), batch_id=batch_id)
