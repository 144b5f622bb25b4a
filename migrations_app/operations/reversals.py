"""A rep takes back one request of a form: its rows say so, and the form stands where that leaves it (rule M7)."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from licenses.operations.files import take_step
from migrations_app.models import TransferBatch, TransferRequest
from migrations_app.operations.batches import load_batch, settle_batch
from migrations_app.queries.batch_summary import recounted
from migrations_app.rules.workflow import BATCH
from portal.kernel.errors import Fault
from sites.events import tell
from sites.tenancy import Actor, as_portal
from sites.words import stored_fault

# Nobody waits for a rep to take the form back any more.
NOT_ASKED: dict[str, Any] = {"undo_asked_at": None, "undo_reason": ""}
_WENT_BACK = """
UPDATE migrations_app_batchrow SET outcome = 'failed', errors = errors || %s::jsonb
 WHERE batch_id = %s AND request_id = %s AND outcome IN ('valid', 'applied')
"""


def rows_went_back(*, actor: Actor, at: datetime, batch_id: UUID, request: TransferRequest, reason: str) -> None:
    """The rows of a request that was reversed come to nothing, and say why; a form with nothing moved left is undone.

    The rep may cover that customer alone, so that the portal itself sees to the form.
    """
    with as_portal(actor) as portal, transaction.atomic():
        batch = load_batch(batch_id, portal)
        why = stored_fault(Fault("row_reversed", params={"request": str(request), "reason": reason}))
        with connection.cursor() as cursor:
            cursor.execute(_WENT_BACK, [json.dumps([why]), batch.pk, request.pk])
        settle_batch(actor=portal, at=at, batch_id=batch.pk)
        batch.refresh_from_db()
        # One that hasn't ended comes to its end by itself.
        if BATCH.find("undo", batch.status):
            left = batch.requests.filter(status=TransferRequest.Status.COMPLETED).exists()
            put_down(batch, "undo_in_part" if left else "undo", at=at, **({} if left else NOT_ASKED))
            kind = "undone_in_part" if left else "undone"
            tell(actor=portal, at=at, kind=kind, subject=batch, customer_id=None, request=str(request), reason=reason)


def put_down(batch: TransferBatch, action: str, *, at: datetime, **changes: Any) -> None:
    """A form that had ended stands where `action` leads, if anywhere else, with its rows counted anew."""
    changes["summary"] = recounted(batch)
    if BATCH.find(action, batch.status):
        take_step(BATCH, batch, action, **changes, finished_at=at)
        return
    for name, value in changes.items():
        setattr(batch, name, value)
    batch.save(update_fields=list(changes))
