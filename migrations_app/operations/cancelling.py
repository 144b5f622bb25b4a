"""A form is stopped: at once while nobody works on it, between two chunks or requests while somebody does."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from migrations_app.models import TransferBatch
from migrations_app.operations.batches import load_batch, step_batch
from migrations_app.operations.rows import unasked
from portal.kernel.errors import Fault, Refused
from sites.events import tell
from sites.tenancy.actor import Actor

Status = TransferBatch.Status


@transaction.atomic
def cancel_batch(*, actor: Actor, at: datetime, batch_id: UUID) -> TransferBatch:
    """Stop the form. Requests that were made stay; a form that is checked or waits is undone.

    While a worker is on it, the wish is noted and the worker stops after what it is doing. Raises NotFound, Refused
    where there is nothing to stop.
    """
    batch = load_batch(batch_id, actor)
    # Decided requests may set a form to moving while others are still being asked for.
    asking = batch.status in (Status.SUBMITTED, Status.APPLYING)
    if asking and not unasked(batch).exists():
        raise Refused(Fault("batch_all_asked"))
    if asking or batch.status == Status.CHECKING:
        if batch.cancel_asked_at is None:
            batch.cancel_asked_at = at
            batch.save(update_fields=["cancel_asked_at"])
            tell(actor=actor, at=at, kind="cancel_asked", subject=batch, customer_id=None)
        return batch
    step_batch(batch, "cancel", cancel_asked_at=at, finished_at=at)
    tell(actor=actor, at=at, kind="cancelled", subject=batch, customer_id=None)
    return batch
