"""Jobs are rows: written with the business row, claimed with a lease and a token, done once.

Celery is only the doorbell. A message that is lost, doubled or late changes nothing: the row decides. So does the
database's clock: workers on several machines need not agree on the time.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Greatest, Now

from sites.models import Job
from sites.refusals import Kind, count_after
from sites.tenancy import Actor, as_portal, begin, system_actor

LONGEST = timedelta(minutes=10)
MOST_TRIES = 25
MOST_CRASHES = 10
# A job that worked this long makes way between two steps for whoever waits; each time it then has twice as long, so
# that one which needs long to find its place again gets on, too.
TURN = timedelta(seconds=15)
MOST_DOUBLINGS = 4
# Who waited this long was heard by nobody who is free.
PATIENCE = timedelta(seconds=3)
# Between attempts to write down how a job ended, where the database is away. Its lease takes over after that.
PAUSES = (0, 1, 2, 4, 8)
LONGEST_REASON = 2000
# Of many new jobs, so many are rung for; workers that heard one go on with the others.
MOST_RINGS = 4
log = logging.getLogger(__name__)

Handler = Callable[["Work"], None]
_handlers: dict[str, Handler] = {}
# (actor, at, the job, the reason): what becomes of a job's subject when nobody is going to do the job.
Ending = Callable[[Actor, datetime, Job, str], None]
_endings: dict[str, Ending] = {}


# A step may take whole forms; what is too long for a page isn't for a worker.
_PATIENTLY = f"SET LOCAL statement_timeout = {int(LONGEST.total_seconds() * 1000)}"
# The second part lets the server end a step whose worker froze: its lock would keep everybody else away.
_RENEW = """
UPDATE sites_job SET lease_until = clock_timestamp() + %s WHERE id = %s AND token = %s AND status = 'running'
RETURNING set_config('idle_in_transaction_session_timeout', %s, true)
"""


# Shared: all who ask for it may hold it at once, while claims pass it by.
_HELD = "SELECT * FROM sites_job WHERE kind = %s AND subject_id = %s AND status = 'due' FOR SHARE"


class LostLease(Exception):
    """Another worker has taken the job over: whatever this one was about to write must not be."""


class SteppedAside(LostLease):
    """The job has had its turn, and others wait. It goes on where it stopped when they are done."""


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed job, as its handler sees it."""

    job_id: UUID
    kind: str
    subject_id: UUID
    actor_id: UUID
    token: int
    turns: int = 0
    since: float = field(default_factory=time.monotonic, compare=False)

    @contextmanager
    def step(self) -> Iterator[Actor]:
        """One transaction with the job's own actor in it, at whose end the lease runs anew.

        Raises LostLease when the job was taken over, or makes way for others that wait.
        """
        self._make_way()
        with transaction.atomic():
            actor = begin(self.actor_id)
            self._renew()
            with connection.cursor() as cursor:
                cursor.execute(_PATIENTLY)
            yield actor
            # The row is ours until the commit, however long this took; from there on the lease guards it again.
            begin(self.actor_id)
            self._renew()

    @contextmanager
    def look(self) -> Iterator[Actor]:
        """One transaction with the job's own actor that only reads: beside the steps, on a connection of its own."""
        with transaction.atomic():
            actor = begin(self.actor_id)
            with connection.cursor() as cursor:
                cursor.execute(_PATIENTLY)
            yield actor

    def _renew(self) -> None:
        lease: Any = settings.JOB_LEASE  # psycopg takes timedelta
        with connection.cursor() as cursor:
            cursor.execute(_RENEW, [lease, self.job_id, self.token, f"{lease.total_seconds():.0f}s"])
            if not cursor.rowcount:
                raise LostLease(self.job_id)

    def _make_way(self) -> None:
        turn = TURN.total_seconds() * 2 ** min(self.turns, MOST_DOUBLINGS)
        if time.monotonic() - self.since < turn or connection.in_atomic_block:
            return
        with transaction.atomic():
            system_actor()
            waits = _waiting().filter(due_at__lte=Now() - PATIENCE).exists()
        if waits:
            raise SteppedAside(self.job_id)


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Registers the function that does the jobs of `kind`."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


def when_given_up(kind: str) -> Callable[[Ending], Ending]:
    """Registers the function that ends the subject of a job of `kind` that an operator gave up."""

    def register(function: Ending) -> Ending:
        _endings[kind] = function
        return function

    return register


def end_subject(*, actor: Actor, at: datetime, job: Job, reason: str) -> None:
    """What waits for the job waits no longer: its people are told why, and what they can do."""
    if ending := _endings.get(job.kind):
        ending(actor, at, job, reason)


def enqueue(*, kind: str, subject_id: UUID, actor: Actor, at: datetime, due_at: datetime | None = None) -> Job:
    """Write a job in the current transaction and ring for a worker at its commit.

    One job a kind and subject waits: asking again while one does returns that one. While one runs, which may have
    read the facts already, another is written; it begins when the first has ended. What isn't for later is due by the
    database's clock: one of ours that is fast must not make it wait.
    """
    later = due_at if due_at and due_at > at else None
    job = Job(kind=kind, subject_id=subject_id, actor_id=actor.user_id, due_at=later or Now(), created_at=at)
    waiting = None
    # Whoever asked for it may be out of sight. One round more where it was committed, or claimed, this very moment.
    with as_portal(actor), transaction.atomic():
        while (waiting := _held_waiting(kind, subject_id)) is None and not _inserted(job):
            pass
    if later is None:
        # What was committed is so, whatever becomes of the ring.
        transaction.on_commit(ring, robust=True)
    return waiting or job


def enqueue_new(*, kind: str, subjects: Sequence[UUID], actor: Actor, at: datetime) -> None:
    """The same for subjects that were just made, and have no job yet: one statement, and a few rings."""
    jobs = [
        Job(kind=kind, subject_id=subject, actor_id=actor.user_id, due_at=Now(), created_at=at) for subject in subjects
    ]
    Job.objects.bulk_create(jobs, ignore_conflicts=True, batch_size=5000)
    for _ in jobs[:MOST_RINGS]:
        transaction.on_commit(ring, robust=True)


def _held_waiting(kind: str, subject_id: UUID) -> Job | None:
    """The job that waits, which no worker claims before the current transaction ends: it must see what we write."""
    found = Job.objects.raw(_HELD, [kind, subject_id])
    return next(iter(found), None)


def _inserted(job: Job) -> bool:
    """Whether `job` is written. It isn't where another one waits by now: the unique index knows of those that were out
    of sight until their commit."""
    Job.objects.bulk_create([job], ignore_conflicts=True)
    return Job.objects.filter(pk=job.pk).exists()


def ring() -> None:
    """Tell the workers that something is due."""
    from sites.tasks import ring as ring_bell

    ring_bell()


def count_ready(most: int) -> int:
    """How many jobs somebody could begin now, or take over; at most `most` are counted."""
    with transaction.atomic():
        system_actor()
        ready = _waiting().filter(due_at__lte=Now())
        left = Job.objects.filter(status=Job.Status.RUNNING, kind__in=_handlers, lease_until__lt=Now())
        return min(most, len(ready.values("pk")[:most]) + len(left.values("pk")[:most]))


def _waiting() -> QuerySet[Job]:
    runs = Job.objects.filter(kind=OuterRef("kind"), subject_id=OuterRef("subject_id"), status=Job.Status.RUNNING)
    return Job.objects.filter(~Exists(runs), status=Job.Status.DUE, kind__in=list(_handlers))


def run_due(*, limit: int = 1000) -> int:
    """Claim and do what is due, one job after another. Returns how many were done.

    A database that goes away meanwhile ends the round; what it interrupted is written down when it is back, or is
    left to the lease.
    """
    done = 0
    while done < limit:
        try:
            work = _claim()
        except (OperationalError, InterfaceError, IntegrityError):
            if connection.in_atomic_block:
                raise
            log.warning("no job could be claimed; the next sweep tries again", exc_info=True)
            connection.close()
            break
        if work is None:
            break
        _do(work)
        done += 1
    return done


# Kinds that this release doesn't know are left to workers that do.
_CLAIM = """
UPDATE sites_job SET status = 'running', token = token + 1, tries = tries + 1,
       crashes = crashes + CASE WHEN status = 'running' THEN 1 ELSE 0 END,
       started_at = clock_timestamp(), lease_until = clock_timestamp() + %s
 WHERE id = (SELECT id FROM sites_job AS job
              WHERE ((status = 'due' AND due_at <= clock_timestamp()
                      AND NOT EXISTS (SELECT FROM sites_job AS other
                                       WHERE other.kind = job.kind AND other.subject_id = job.subject_id
                                         AND other.status = 'running'))
                     OR (status = 'running' AND lease_until < clock_timestamp()))
                AND kind = ANY (%s)
              ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, subject_id, actor_id, token, turns, tries, crashes
"""


def _claim() -> Work | None:
    with transaction.atomic():
        system_actor()
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [settings.JOB_LEASE, list(_handlers)])  # type: ignore[list-item]  # psycopg takes timedelta
            row = cursor.fetchone()
        if row is None:
            return None
        *identity, tries, crashes = row
        work = Work(*identity)
        if tries > MOST_TRIES or crashes >= MOST_CRASHES:
            _end(work, Job.Status.DEAD, f"given up after {tries} tries and {crashes} crashes")
            return replace(work, kind="")
        return work


def _do(work: Work) -> None:
    if not work.kind:
        return
    try:
        _handlers[work.kind](work)
    except SteppedAside:
        _write_down(lambda: _step_aside(work))
    except LostLease:
        log.warning("job %s was taken over", work.job_id)
    except Exception as fault:
        log.exception("job %s (%s) failed", work.job_id, work.kind)
        code, reason = f"{work.kind}: {type(fault).__name__}", f"{type(fault).__name__}: {fault}"
        _write_down(lambda: _fail(work, code, reason))
    else:
        _write_down(lambda: _end(work, Job.Status.DONE, ""))


def _write_down(ending: Callable[[], None]) -> None:
    """Do `ending` in a transaction of the portal's own, also where the database comes back only after a while."""
    for pause in PAUSES:
        time.sleep(pause)
        try:
            with transaction.atomic():
                system_actor()
                ending()
        except (OperationalError, InterfaceError, IntegrityError):
            if connection.in_atomic_block:
                raise
            log.warning("how a job ended couldn't be written down", exc_info=True)
            connection.close()
        else:
            return
    log.error("a job is left to its lease: the database didn't come back in time")


def _fail(work: Work, code: str, reason: str) -> None:
    count_after(Kind.TECHNICAL, [code])
    job = _mine(work).first()
    if job is None:
        return
    if job.tries >= MOST_TRIES:
        _end(work, Job.Status.DEAD, reason)
        return
    # A worker that was killed is no fault of the job's: it needn't wait for that.
    failures = max(job.tries - job.crashes, 1)
    wait = timedelta(seconds=min(2 ** min(failures, 9), 300))
    _put_back(work, reason, due_at=Now() + wait)


def _step_aside(work: Work) -> None:
    log.info("job %s (%s) makes way for others", work.job_id, work.kind)
    # It didn't fail, so this was no try.
    _put_back(work, "", due_at=Now(), turns=F("turns") + 1, tries=Greatest(F("tries") - 1, 0))


def _put_back(work: Work, reason: str, **changed: Any) -> None:
    asked_again = Job.objects.filter(kind=work.kind, subject_id=work.subject_id, status=Job.Status.DUE)
    if asked_again.exists():
        # That one does it all.
        _end(work, Job.Status.DONE, reason)
        return
    _mine(work).update(status=Job.Status.DUE, lease_until=None, reason=_kept(reason), **changed)


def _end(work: Work, status: str, reason: str) -> None:
    _mine(work).update(status=status, finished_at=Now(), lease_until=None, reason=_kept(reason))


def _mine(work: Work) -> QuerySet[Job]:
    return Job.objects.filter(pk=work.job_id, token=work.token, status=Job.Status.RUNNING)


def _kept(reason: str) -> str:
    # A hostile file's own words may stand in it: what a database can't keep must not keep the job from ending.
    return reason.replace("\0", "\ufffd").encode(errors="replace").decode()[:LONGEST_REASON]
