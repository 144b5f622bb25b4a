"""Rows of a checked form are mended where they stand, one or many at once; what changed is judged anew."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from migrations_app.intake.amended import read_amended
from migrations_app.models import BatchRow, TransferBatch
from migrations_app.models.batch import REFERENCE_LENGTH
from migrations_app.operations.batches import load_batch, step_batch
from migrations_app.rules.workflow import BATCH
from portal.kernel.errors import Fault, Invalid, NotFound, Refused
from sites.events import tell
from sites.jobs import enqueue
from sites.tenancy.actor import Actor

AVAILABLE = "available"
"""In place of a quantity: as many units as can move, row by row."""
# Checks name the ends of a move; the form's own columns name their numbers.
COLUMN_OF = {"source_site": "source_site_number", "target_site": "target_site_number"}


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows: with the reason `code`, of the `outcome`, whose field says `was`; what is empty counts for all."""

    code: str = ""
    outcome: str = ""
    was: str = ""


@transaction.atomic
def amend_row(*, actor: Actor, at: datetime, batch_id: UUID, number: int, values: Mapping[str, str]) -> TransferBatch:
    """Write `values` by field into the row `number`, and have it judged anew.

    Raises NotFound for a form or row that isn't there, Refused (`not_from_here`) unless the form is checked and waits
    for its sender, Invalid for what can't be read, each at its field.
    """
    batch = _checked(batch_id, actor)
    row = batch.rows.filter(number=number).first()
    if row is None:
        raise NotFound(Fault("http_404"))
    changed = {field: value for field, value in values.items() if row.values.get(field, "") != value}
    read = {field: value for field, value in read_amended(changed, number).items() if row.values.get(field) != value}
    if read:
        row.values = row.values | read
        row.reference, row.stale = row.values.get("reference", "")[:REFERENCE_LENGTH], True
        row.save(update_fields=["values", "reference", "stale"])
        _judge_anew(batch, actor, at, rows=1, number=number, fields=sorted(read))
    return batch


@transaction.atomic
def fix_group(*, actor: Actor, at: datetime, batch_id: UUID, rows: Rows, values: Mapping[str, str]) -> TransferBatch:
    """Write the same `values` by field into every one of the `rows`, in one statement, and have them judged anew.

    AVAILABLE as the quantity takes what can move, in the rows that ask for more. Raises as `amend_row`, and Refused
    (`batch_fix_none`) where no row would change.
    """
    batch = _checked(batch_id, actor)
    if not values:
        raise Invalid(Fault("field_required", "set"))
    if rows.outcome and rows.outcome not in BatchRow.Outcome.values:
        choices = ", ".join(BatchRow.Outcome.values)
        raise Invalid(Fault("choice_unknown", "outcome", params={"value": rows.outcome[:40], "choices": choices}))
    if not rows.code and not rows.outcome:
        raise Invalid(Fault("field_required", "code"))
    as_available = values.get("quantity") == AVAILABLE
    read = read_amended({f: v for f, v in values.items() if not (as_available and f == "quantity")})
    changed = _write(batch, rows, read, sorted(values), as_available)
    if not changed:
        raise Refused(Fault("batch_fix_none", "code" if rows.code else "outcome"))
    _judge_anew(
        batch, actor, at, rows=changed, code=rows.code, set=read | ({"quantity": AVAILABLE} if as_available else {})
    )
    return batch


def _checked(batch_id: UUID, actor: Actor) -> TransferBatch:
    batch = load_batch(batch_id, actor)
    BATCH.require("amend", batch.status)
    return batch


def _judge_anew(batch: TransferBatch, actor: Actor, at: datetime, **told: Any) -> None:
    step_batch(batch, "amend", finished_at=None)
    tell(actor=actor, at=at, kind="amended", subject=batch, customer_id=None, **told)
    enqueue(kind="batch.check", subject_id=batch.pk, actor=actor, at=at)


_FIX = """
UPDATE migrations_app_batchrow AS r
   SET values = {changed}, reference = left(coalesce({changed}->>'reference', ''), %(length)s), stale = true
 WHERE batch_id = %(batch)s AND outcome IN ('valid', 'invalid') AND {chosen} AND {changed} <> r.values
"""
# What can move stands with the fault of the row that asks for more.
_CAN_MOVE = """(SELECT max((error->'params'->>'available')::bigint) FROM jsonb_array_elements(r.errors) AS error
                 WHERE error->>'code' = 'V3')"""


def _write(batch: TransferBatch, rows: Rows, read: Mapping[str, str], fields: list[str], as_available: bool) -> int:
    changed, chosen = "(r.values || %(read)s::jsonb)", ["true"]
    if as_available:
        changed = f"(r.values || %(read)s::jsonb || jsonb_build_object('quantity', {_CAN_MOVE}::text))"
        chosen.append(f"coalesce({_CAN_MOVE}, 0) > 0")
    if rows.code:
        chosen.append("r.errors @> %(reason)s::jsonb")
    if rows.outcome:
        chosen.append("r.outcome = %(outcome)s")
    if rows.was:
        chosen.append("r.values->>%(field)s = %(was)s")
    given: dict[str, Any] = {
        "batch": batch.pk, "read": json.dumps(read), "length": REFERENCE_LENGTH, "outcome": rows.outcome,
        "was": rows.was, "field": fields[0], "reason": json.dumps([_reason(batch, rows.code, fields[0])]),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_FIX.format(changed=changed, chosen=" AND ".join(chosen)), given)
        return int(cursor.rowcount)


def _reason(batch: TransferBatch, code: str, field: str) -> dict[str, str]:
    """What the finding must say: the code, and the field where the code was found at it, since one code may be found
    at several (a site that nobody knows, say)."""
    found = {group["field"] for group in (batch.summary or {"groups": ()})["groups"] if group["code"] == code}
    at = next((name for name in found if name and COLUMN_OF.get(name, name) == field), None)
    return {"code": code} | ({"field": at} if at else {})
