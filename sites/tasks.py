"""Celery's side of jobs: the doorbell, and the sweep that works when nobody rang."""

import logging

from celery import shared_task
from django.db import connection
from kombu.exceptions import OperationalError

from sites.clock import now
from sites.jobs import Work, handler, run_due
from sites.notices import MAIL
from sites.operations.notices import send_mail
from sites.tenancy import system_actor

SWEEP_LOCK = 0x7061_7373
log = logging.getLogger(__name__)


@handler(MAIL)
def mail_notification(work: Work) -> None:
    """Send what somebody was told. Who caused it may not read it, so the portal itself does."""
    with work.step():
        send_mail(actor=system_actor(), at=now(), notification_id=work.subject_id)


@shared_task
def work_due() -> int:
    """Do what is due. Harmless when there is nothing."""
    return run_due(limit=50)


@shared_task
def sweep() -> int:
    """Do what is due or abandoned; one sweeper at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [SWEEP_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        try:
            return run_due()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [SWEEP_LOCK])


def ring() -> None:
    """Tell the workers that something is due; if the broker is away, the sweep finds it."""
    try:
        work_due.apply_async(retry=True, retry_policy={"max_retries": 1, "interval_start": 0})
    except OperationalError:
        log.warning("the broker didn't take the ring; the sweep will find the job")
