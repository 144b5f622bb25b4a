"""A form is taken back by a rep: request by request, all or those that can be."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from migrations_app.models import TransferBatch, TransferRequest
from migrations_app.operations import take
from migrations_app.operations.undoing import UNDO, requests_of, settle_undo
from migrations_app.rules.workflow import BATCH
from portal.kernel.errors import DomainError
from sites.clock import now, today
from sites.events import history
from sites.jobs import Work, handler
from sites.refusals import Kind, count_refusals
from sites.tenancy import system_actor


@handler(UNDO)
def undo_moves(work: Work) -> None:
    """Reverse what has moved, as the rep chose; a repeat goes on with what is left."""
    with work.step() as actor:
        batch = TransferBatch.objects.seen_by(actor).filter(pk=work.subject_id).first()
        if batch is None or BATCH.find("undo", batch.status) is None:
            return
        started = [e.data for e in history(batch) if e.kind == "undo_started" and e.actor_id == work.actor_id]
        asked = started[-1]
        wanted = [request.pk for request in requests_of(batch) if request.status == TransferRequest.Status.COMPLETED]
    reverse = _reverse_some if asked["partly"] else _reverse_all
    refused = reverse(work, wanted, asked["reason"])
    with transaction.atomic():
        codes = settle_undo(actor=system_actor(), at=now(), batch_id=batch.pk, rep_id=work.actor_id, refused=refused)
        count_refusals(Kind.RULE, codes, on=today())


def _reverse_all(work: Work, wanted: Sequence[UUID], reason: str) -> list[DomainError]:
    """All of them, or none."""
    with work.step() as actor:
        try:
            with transaction.atomic():
                for key in wanted:
                    take("reverse", actor=actor, at=now(), on=today(), request_id=key, reason=reason, with_form=True)
        except DomainError as refusal:
            return [refusal]
    return []


def _reverse_some(work: Work, wanted: Sequence[UUID], reason: str) -> list[DomainError]:
    """Those that can be, one transaction each."""
    refused: list[DomainError] = []
    for key in wanted:
        with work.step() as actor:
            try:
                with transaction.atomic():
                    take("reverse", actor=actor, at=now(), on=today(), request_id=key, reason=reason, with_form=True)
            except DomainError as refusal:
                refused.append(refusal)
    return refused
