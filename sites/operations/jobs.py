"""What operators do to the work behind the portal: try again, give up; and the broom for old rows.

A worker that lives is never disturbed: its lease, and the lock of its step, keep operators away as they keep other
workers away.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from portal.kernel.errors import Fault, Invalid, NotFound, Refused
from sites.events import tell, tell_each
from sites.jobs import LONGEST_REASON, end_subject, ring
from sites.models import Job
from sites.readmodels.jobs import must_operate
from sites.tenancy import Actor, as_portal, system_actor

_ANEW = {"status": Job.Status.DUE, "tries": 0, "crashes": 0, "turns": 0, "lease_until": None, "finished_at": None}
PRUNED_AT_ONCE = 5000


@transaction.atomic
def redrive_job(*, actor: Actor, at: datetime, job_id: UUID) -> Job:
    """Give a job a new round of tries, from now on.

    Raises Forbidden, NotFound; Refused with `job_running` while a worker holds it, `job_done`, `job_asked_again`.
    """
    job = _taken_up(actor, job_id)
    waiting = Job.objects.filter(kind=job.kind, subject_id=job.subject_id, status=Job.Status.DUE).exclude(pk=job.pk)
    if waiting.exists():
        raise Refused(Fault("job_asked_again"))
    before = _figures(job)
    try:
        with transaction.atomic():
            Job.objects.filter(pk=job.pk).update(**_ANEW, due_at=Now())
    except IntegrityError:  # somebody asked for it in the same moment
        raise Refused(Fault("job_asked_again")) from None
    tell(actor=actor, at=at, kind="redriven", subject=job, customer_id=None, **before)
    transaction.on_commit(ring, robust=True)
    job.refresh_from_db()
    return job


@transaction.atomic
def redrive_dead(*, actor: Actor, at: datetime, kind: str) -> int:
    """The same for every dead job of `kind`; returns how many. One a subject: the latest. Raises Forbidden."""
    must_operate(actor)
    waiting = Job.objects.filter(kind=kind, subject_id=OuterRef("subject_id"), status=Job.Status.DUE)
    later = Job.objects.filter(
        Q(created_at__gt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), pk__gt=OuterRef("pk")),
        kind=kind,
        subject_id=OuterRef("subject_id"),
        status=Job.Status.DEAD,
    )
    dead = Job.objects.filter(~Exists(waiting), ~Exists(later), kind=kind, status=Job.Status.DEAD)
    jobs = list(dead.select_for_update(of=("self",), skip_locked=True))
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(**_ANEW, due_at=Now())
    told = ((job.pk, None, _figures(job)) for job in jobs)
    tell_each(actor=actor, at=at, kind="redriven", subject_type=str(Job._meta.model_name), told=told)
    if jobs:
        transaction.on_commit(ring, robust=True)
    return len(jobs)


@transaction.atomic
def give_up_job(*, actor: Actor, at: datetime, job_id: UUID, reason: str) -> Job:
    """Take a job out of the queue, with a reason; it can be tried again later. What it was for ends with that reason.

    Raises Forbidden, NotFound; Invalid without a reason; Refused as `redrive_job` does, and `job_given_up`.
    """
    must_operate(actor)
    if not reason.strip():
        raise Invalid(Fault("reason_required", "reason"))
    job = _taken_up(actor, job_id)
    if job.status == Job.Status.DROPPED:
        raise Refused(Fault("job_given_up"))
    before = _figures(job)
    why = reason.strip()[:LONGEST_REASON]
    Job.objects.filter(pk=job.pk).update(status=Job.Status.DROPPED, lease_until=None, finished_at=Now(), reason=why)
    tell(actor=actor, at=at, kind="given_up", subject=job, customer_id=None, why=why, **before)
    with as_portal(actor) as portal, transaction.atomic():
        end_subject(actor=portal, at=at, job=job, reason=why)
    job.refresh_from_db()
    return job


def prune_jobs(*, days: int) -> int:
    """Remove jobs that ended more than `days` days ago, a few thousand a transaction; dead ones stay. Returns how many.

    For the timetable, which acts as the portal itself.
    """
    removed = 0
    while True:
        with transaction.atomic():
            system_actor()
            ended = Job.objects.filter(
                status__in=[Job.Status.DONE, Job.Status.DROPPED], finished_at__lt=Now() - timedelta(days=days)
            )
            keys = list(ended.order_by("finished_at").values_list("pk", flat=True)[:PRUNED_AT_ONCE])
            removed += Job.objects.filter(pk__in=keys).delete()[0]
        if len(keys) < PRUNED_AT_ONCE:
            return removed


def _taken_up(actor: Actor, job_id: UUID) -> Job:
    """The job, locked, if nobody works on it and it isn't done. A worker in the midst of a step isn't waited for."""
    must_operate(actor)
    rows = Job.objects.filter(pk=job_id).annotate(live=Q(status=Job.Status.RUNNING) & Q(lease_until__gte=Now()))
    job = rows.select_for_update(skip_locked=True).first()
    if job is None:
        if rows.exists():
            raise Refused(Fault("job_running"))
        raise NotFound
    if job.live:
        raise Refused(Fault("job_running"))
    if job.status == Job.Status.DONE:
        raise Refused(Fault("job_done"))
    return job


def _figures(job: Job) -> dict[str, str | int]:
    return {"status": job.status, "tries": job.tries, "crashes": job.crashes, "reason": job.reason}
