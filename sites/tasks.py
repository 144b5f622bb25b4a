"""Celery's side of jobs: the doorbell, the sweep for rings that were lost, and the broom for old rows."""

import logging
from typing import Any

from celery import shared_task
from django.conf import settings
from kombu.exceptions import OperationalError

from sites.clock import now
from sites.jobs import Work, count_ready, handler, run_due
from sites.notices import MAIL
from sites.operations.jobs import prune_jobs
from sites.operations.notices import send_mail
from sites.tenancy import system_actor

MOST_RINGS = 8
A_ROUND = 50
log = logging.getLogger(__name__)


@handler(MAIL)
def mail_notification(work: Work) -> None:
    """Send what somebody was told. Who caused it may not read it, so the portal itself does."""
    with work.step():
        send_mail(actor=system_actor(), at=now(), notification_id=work.subject_id)


@shared_task
def work_due() -> int:
    """Do what is due. Harmless when there is nothing."""
    return _a_round()


@shared_task
def sweep() -> int:
    """Ring for what is due or abandoned and not begun, then take part in it. Holds nothing back while it works."""
    for _ in range(count_ready(MOST_RINGS) - 1):
        if not ring(expires=settings.SWEEP_SECONDS):
            break
    return _a_round()


def _a_round() -> int:
    """Do what is due, up to a limit. What is left then, or came due when the last one ended, mustn't wait for the next
    sweep: whoever rang for it found it held."""
    done = run_due(limit=A_ROUND)
    if done == A_ROUND:
        ring()
    return done


@shared_task
def prune() -> int:
    """Every night: remove the rows of jobs that ended long ago."""
    return prune_jobs(days=settings.JOBS_KEPT_DAYS)


def ring(*, expires: float | None = None) -> bool:
    """Tell the workers that something is due; if the broker is away, the sweep finds it. Returns whether it took it."""
    options: Any = {"expires": expires} if expires else {}
    try:
        work_due.apply_async(retry=True, retry_policy={"max_retries": 1, "interval_start": 0}, **options)
    except OperationalError:
        log.warning("the broker didn't take the ring; the sweep will find the job")
        return False
    return True
