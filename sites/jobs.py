"""Jobs are rows: written with the business row, claimed with a lease and a token, done once.

Celery is only the doorbell. A message that is lost, doubled or late changes nothing: the row decides.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from sites.models import Job
from sites.refusals import Kind, count_after
from sites.tenancy.actor import Actor, begin, system_actor

LONGEST = timedelta(minutes=10)
MOST_TRIES = 25
MOST_CRASHES = 10
log = logging.getLogger(__name__)

Handler = Callable[["Work"], None]
_handlers: dict[str, Handler] = {}


# A step may take whole forms; what is too long for a page isn't for a worker.
_PATIENTLY = f"SET LOCAL statement_timeout = {int(LONGEST.total_seconds() * 1000)}"
_RENEW = """
UPDATE sites_job SET lease_until = clock_timestamp() + %s WHERE id = %s AND token = %s AND status = 'running'
"""


class LostLease(Exception):
    """Another worker has taken the job over: whatever this one was about to write must not be."""


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed job, as its handler sees it."""

    job_id: UUID
    kind: str
    subject_id: UUID
    actor_id: UUID
    token: int

    @contextmanager
    def step(self) -> Iterator[Actor]:
        """One transaction with the job's own actor in it, at whose end the lease runs anew.

        Raises LostLease when the job was taken over.
        """
        with transaction.atomic():
            actor = begin(self.actor_id)
            self._renew()
            with connection.cursor() as cursor:
                cursor.execute(_PATIENTLY)
            yield actor
            # The row is ours until the commit, however long this took; from there on the lease guards it again.
            begin(self.actor_id)
            self._renew()

    def _renew(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_RENEW, [settings.JOB_LEASE, self.job_id, self.token])  # type: ignore[list-item]
            if not cursor.rowcount:
                raise LostLease(self.job_id)


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Registers the function that does the jobs of `kind`."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


def enqueue(*, kind: str, subject_id: UUID, actor: Actor, at: datetime, due_at: datetime | None = None) -> Job:
    """Write a job in the current transaction and ring for a worker at its commit.

    One open job a kind and subject: asking again while one is open returns that one. What isn't for later is due by
    the database's clock: one of ours that is fast must not make it wait.
    """
    later = due_at if due_at and due_at > at else None
    waiting = Job.objects.filter(kind=kind, subject_id=subject_id, status=Job.Status.DUE).first()
    job = waiting or Job(kind=kind, subject_id=subject_id, actor_id=actor.user_id, due_at=later or Now(), created_at=at)
    if waiting is None:
        _insert(job)
    if later is None:
        # What was committed is so, whatever becomes of the ring.
        transaction.on_commit(_ring, robust=True)
    return job


def _insert(job: Job) -> None:
    # Somebody else's open job for the same subject may be out of sight; the unique index knows, and that one serves.
    Job.objects.bulk_create([job], ignore_conflicts=True)


def _ring() -> None:
    from sites.tasks import ring

    ring()


def run_due(*, limit: int = 1000) -> int:
    """Claim and do what is due, one job after another. Returns how many were done."""
    done = 0
    while done < limit and (work := _claim()) is not None:
        _do(work)
        done += 1
    return done


_CLAIM = """
UPDATE sites_job SET status = 'running', token = token + 1, tries = tries + 1,
       crashes = crashes + CASE WHEN status = 'running' THEN 1 ELSE 0 END,
       lease_until = clock_timestamp() + %s
 WHERE id = (SELECT id FROM sites_job
              WHERE (status = 'due' AND due_at <= clock_timestamp())
                 OR (status = 'running' AND lease_until < clock_timestamp())
              ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, subject_id, actor_id, token, tries, crashes
"""


def _claim() -> Work | None:
    with transaction.atomic():
        system_actor()
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [settings.JOB_LEASE])  # type: ignore[list-item]  # psycopg takes timedelta
            row = cursor.fetchone()
        if row is None:
            return None
        *identity, tries, crashes = row
        work = Work(*identity)
        if tries > MOST_TRIES or crashes >= MOST_CRASHES:
            _finish(work, Job.Status.DEAD, f"given up after {tries} tries and {crashes} crashes")
            return replace(work, kind="")
        return work


def _do(work: Work) -> None:
    if not work.kind:
        return
    try:
        function = _handlers[work.kind]
    except KeyError:
        log.error("no handler for jobs of kind %s", work.kind)
        _later(work, f"no handler for {work.kind}")
        return
    try:
        function(work)
    except LostLease:
        log.warning("job %s was taken over", work.job_id)
    except Exception as fault:
        log.exception("job %s (%s) failed", work.job_id, work.kind)
        count_after(Kind.TECHNICAL, [f"{work.kind}: {type(fault).__name__}"])
        _later(work, f"{type(fault).__name__}: {fault}")
    else:
        with transaction.atomic():
            system_actor()
            _finish(work, Job.Status.DONE, "")


def _later(work: Work, reason: str) -> None:
    with transaction.atomic():
        system_actor()
        job = Job.objects.filter(pk=work.job_id, token=work.token).first()
        if job is None:
            return
        if job.tries >= MOST_TRIES:
            _finish(work, Job.Status.DEAD, reason)
            return
        # A worker that was killed is no fault of the job's: it needn't wait for that.
        failures = max(job.tries - job.crashes, 1)
        wait = timedelta(seconds=min(2 ** min(failures, 9), 300))
        Job.objects.filter(pk=work.job_id, token=work.token).update(
            status=Job.Status.DUE, due_at=Now() + wait, lease_until=None, reason=reason[:2000]
        )


def _finish(work: Work, status: str, reason: str) -> None:
    Job.objects.filter(pk=work.job_id, token=work.token).update(
        status=status, finished_at=Now(), lease_until=None, reason=reason[:2000]
    )
