"""The plan of a checked form: made by a worker once the rows are judged, and kept with what was found in them."""

from datetime import datetime

from migrations_app.models import TransferBatch
from migrations_app.queries.batch_plan import plan_of
from sites.clock import today
from sites.jobs import Work, enqueue, handler
from sites.tenancy.actor import Actor

PLAN = "batch.plan"


def plan_later(*, actor: Actor, at: datetime, batch: TransferBatch) -> None:
    """Have the plan of a form made that was just checked; the caller's transaction is that of the check's end."""
    enqueue(kind=PLAN, subject_id=batch.pk, actor=actor, at=at)


@handler(PLAN)
def plan_batch(work: Work) -> None:
    """Make the plan and keep it, unless the form went on meanwhile: then another is asked for, or none is needed."""
    with work.step() as actor:
        batch = TransferBatch.objects.visible_to(actor).get(pk=work.subject_id)
        version, planned = batch.version, plan_of(batch, today())
        kept = TransferBatch.objects.filter(pk=batch.pk, version=version, status=TransferBatch.Status.CHECKED)
        if batch.summary is not None:
            kept.update(summary=batch.summary | {"plan": planned})
