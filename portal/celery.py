"""The doorbell: Celery carries the news that a job row waits, and nothing that may not be lost."""

import os
from contextlib import suppress
from typing import Any

import redis
from celery import Celery
from celery.schedules import crontab
from celery.signals import heartbeat_sent, worker_ready, worker_shutting_down
from django.conf import settings

from licenses.intake.folders import remove_left
from portal import heartbeat

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

# A message of the timetable that nobody heard is thrown away after this, so that no flood waits for who was long away.
# Workers go by their own clock there: it may be wrong by almost as much.
KEPT = {"expires": 600}

app = Celery("passage")
app.conf.update(
    broker_url=settings.REDIS_URL,
    timezone=settings.TIME_ZONE,
    enable_utc=True,
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    # A worker that is killed gives its message back instead of losing it; the job row decides what is left to do.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    # Without remote control, workers stay deaf after the broker was restarted.
    worker_enable_remote_control=True,
    worker_hijack_root_logger=False,
    # A job in the midst of its work needs no broker: the row holds it, and a message heard twice changes nothing.
    worker_cancel_long_running_tasks_on_connection_loss=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        # The message of a killed worker is heard again after this, looked for every 5 seconds.
        "visibility_timeout": 60,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 0.5,
        "socket_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 10,
    },
    # A request must not wait for a broker that is away: the sweeper rings again later.
    task_publish_retry=True,
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0},
)
app.conf.beat_schedule = {
    # A ring that was lost costs at most this long; a second one at the same time does nothing.
    "sweep": {"task": "sites.tasks.sweep", "schedule": settings.SWEEP_SECONDS, "options": KEPT},
    "prune-jobs": {"task": "sites.tasks.prune", "schedule": crontab(hour=3, minute=40), "options": KEPT},
    "look-after-moves": {
        "task": "migrations_app.tasks.look_after",
        "schedule": 5,
        "options": KEPT,
    },
    "close-ledgers": {"task": "licenses.tasks.close_ledgers", "schedule": 60, "options": KEPT},
    "look-after-notices": {"task": "renewals.tasks.look_after_notices", "schedule": 30, "options": KEPT},
    "refresh-quotes": {"task": "renewals.tasks.refresh_quotes", "schedule": 10, "options": KEPT},
}
app.autodiscover_tasks()


def _name(sender: Any) -> str:
    return str(getattr(sender, "hostname", None) or getattr(getattr(sender, "eventer", None), "hostname", sender))


@worker_ready.connect
@heartbeat_sent.connect
def _alive(sender: Any, **_: Any) -> None:
    with suppress(redis.RedisError):
        heartbeat.beat(_name(sender))


@worker_ready.connect
def _tidy(**_: Any) -> None:
    """A worker that was killed here before may have left its folders."""
    remove_left()


@worker_shutting_down.connect
def _leaving(sender: Any, **_: Any) -> None:
    with suppress(redis.RedisError):
        heartbeat.leave(_name(sender))
