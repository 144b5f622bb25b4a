"""The work behind the portal as operators see it: queues by kind, what is stuck, single jobs."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Case, Q, QuerySet, Value, When
from django.db.models.functions import Now

from portal.kernel.errors import Fault, Forbidden, Invalid
from sites.models import Job
from sites.tenancy import Actor

# What a job's state is called to people: two of the rows' states say more than the row.
DUE, WAITING, RUNNING, LEFT, DEAD, DONE, DROPPED = "due", "waiting", "running", "left", "dead", "done", "dropped"
STUCK = "stuck"
STATES = (DUE, WAITING, RUNNING, LEFT, DEAD, DONE, DROPPED)
FILTERS = (*STATES, STUCK)


@dataclass(frozen=True, slots=True)
class Queue:
    """The jobs of one kind. `waiting` are those whose day is still to come, `left` those whose worker is gone.

    `oldest` is since when the longest waiting of those that could be begun has waited, in seconds.
    """

    kind: str
    due: int = 0
    waiting: int = 0
    running: int = 0
    left: int = 0
    failing: int = 0
    dead: int = 0
    done_today: int = 0
    done_last_hour: int = 0
    oldest: float | None = None

    @property
    def stuck(self) -> int:
        """What somebody should look at."""
        return self.left + self.failing + self.dead


def must_operate(actor: Actor) -> None:
    """Raises Forbidden for everybody but operators and the portal itself."""
    if not may_operate(actor):
        raise Forbidden(Fault("operators_only"))


def may_operate(actor: Actor) -> bool:
    """Whether the work behind the portal is this actor's to look after."""
    return bool(actor.roles & {"operator", "system"})


# Three parts, each by an index of its own: rows that ended long ago are never read.
_QUEUES = """
SELECT kind, sum(due), sum(waiting), sum(running), sum(unattended), sum(failing), sum(dead), sum(today), sum(hour),
       max(extract(epoch FROM clock_timestamp() - oldest))
  FROM (SELECT kind, count(*) FILTER (WHERE status = 'due' AND due_at <= now()) AS due,
               count(*) FILTER (WHERE status = 'due' AND due_at > now()) AS waiting,
               count(*) FILTER (WHERE status = 'running' AND lease_until >= now()) AS running,
               count(*) FILTER (WHERE status = 'running' AND lease_until < now()) AS unattended,
               count(*) FILTER (WHERE status = 'due' AND tries > 0 AND reason <> '') AS failing,
               0 AS dead, 0 AS today, 0 AS hour,
               min(due_at) FILTER (WHERE status = 'due' AND due_at <= now()
                                      OR status = 'running' AND lease_until < now()) AS oldest
          FROM sites_job WHERE status IN ('due', 'running') GROUP BY kind
        UNION ALL
        SELECT kind, 0, 0, 0, 0, 0, count(*), 0, 0, NULL FROM sites_job WHERE status = 'dead' GROUP BY kind
        UNION ALL
        SELECT kind, 0, 0, 0, 0, 0, 0, count(*) FILTER (WHERE finished_at >= %s),
               count(*) FILTER (WHERE finished_at >= now() - interval '1 hour'), NULL
          FROM sites_job
         WHERE status IN ('done', 'dropped') AND status = 'done'
           AND finished_at >= least(%s, now() - interval '1 hour') GROUP BY kind) AS parts
 GROUP BY kind ORDER BY kind
"""


def queues(actor: Actor, midnight: datetime) -> list[Queue]:
    """Every kind that has jobs open, dead, or done since `midnight` or within the hour; by name. Raises Forbidden."""
    must_operate(actor)
    with connection.cursor() as cursor:
        cursor.execute(_QUEUES, [midnight, midnight])
        found: list[Any] = cursor.fetchall()
    whole = [f.name for f in fields(Queue)][1:-1]
    return [
        Queue(kind=kind, oldest=since and float(since), **dict(zip(whole, map(int, counts), strict=True)))
        for kind, *counts, since in found
    ]


def job_rows(actor: Actor) -> QuerySet[Job]:
    """All jobs, with `left` (running, but its lease has run out) and `ahead` (its day is to come). Raises Forbidden."""
    must_operate(actor)
    left = When(status=Job.Status.RUNNING, lease_until__lt=Now(), then=Value(value=True))
    ahead = When(status=Job.Status.DUE, due_at__gt=Now(), then=Value(value=True))
    return Job.objects.select_related("actor").annotate(
        left=Case(left, default=Value(value=False), output_field=BooleanField()),
        ahead=Case(ahead, default=Value(value=False), output_field=BooleanField()),
    )


_OF_STATE = {
    DUE: Q(status=Job.Status.DUE, due_at__lte=Now()),
    WAITING: Q(status=Job.Status.DUE, due_at__gt=Now()),
    RUNNING: Q(status=Job.Status.RUNNING, lease_until__gte=Now()),
    LEFT: Q(status=Job.Status.RUNNING, lease_until__lt=Now()),
    DEAD: Q(status=Job.Status.DEAD),
    DONE: Q(status=Job.Status.DONE),
    DROPPED: Q(status=Job.Status.DROPPED),
    STUCK: Q(status=Job.Status.RUNNING, lease_until__lt=Now())
    | Q(status=Job.Status.DUE, tries__gt=0) & ~Q(reason="")
    | Q(status=Job.Status.DEAD),
}


def chosen(rows: QuerySet[Job], asked: Mapping[str, str]) -> QuerySet[Job]:
    """Those of a `kind` and in a `state`, as an address names them. Raises Invalid for a state that there isn't."""
    state = asked.get("state", "")
    if state and state not in FILTERS:
        raise Invalid(Fault("choice_unknown", "state", params={"value": state[:40], "choices": ", ".join(FILTERS)}))
    if kind := asked.get("kind", ""):
        # No kind has such a name, and no database takes it.
        rows = rows.none() if "\0" in kind else rows.filter(kind=kind)
    return rows.filter(_OF_STATE[state]) if state else rows


def stuck(actor: Actor, most: int) -> list[Job]:
    """Dead, left by their workers, or failing: the first `most`, those first that have waited longest."""
    return list(job_rows(actor).filter(_OF_STATE[STUCK]).order_by("due_at", "id")[:most])


def state_of(job: Job) -> str:
    """What the job's state is called to people; of a row of `job_rows`."""
    if job.status == Job.Status.RUNNING:
        return LEFT if job.left else RUNNING  # type: ignore[attr-defined]  # annotated
    if job.status == Job.Status.DUE:
        return WAITING if job.ahead else DUE  # type: ignore[attr-defined]  # annotated
    return str(job.status)


def job_seen(actor: Actor, job_id: UUID) -> Job | None:
    """One of them, or None. Raises Forbidden."""
    return job_rows(actor).filter(pk=job_id).first()
