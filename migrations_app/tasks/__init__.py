"""The work behind moves: forms are checked, asked for and taken back, approved moves completed, sleepers woken."""

import logging
from uuid import UUID

from celery import shared_task
from django.db import transaction

from migrations_app.models import TransferBatch
from migrations_app.operations import sleepers, wake
from migrations_app.tasks import checking, moving, undoing
from sites.clock import now, today
from sites.refusals import Kind, count_after
from sites.tenancy import system_actor

__all__ = ["checking", "look_after", "moving", "undoing"]

log = logging.getLogger(__name__)


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
        moving.settle(batch_id)
