"""The run over everybody: whoever is due is looked at by sets, what can't be is put aside, and the rest goes on.

It keeps its place in the facts themselves: who was looked at isn't due any more. However often it is killed or asked
for twice, what is left is done once.
"""

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from renewals.models import QuotePutAside, QuoteRun
from renewals.operations.aligning import Aligned, align
from renewals.operations.issue import locked
from renewals.queries import Due, basis_of, due_now
from sites.events import tell
from sites.jobs import LostLease, enqueue
from sites.tenancy import Actor, as_portal, seeing_only

RUN = "quotes.run"
# One run at a time: it has no subject but the portal itself.
EVERYBODY = uuid.UUID(int=0)
# As many lines are locked, priced and written in one transaction, a second or so: a customer who answers a quote
# meanwhile waits no longer.
LINES_AT_ONCE = 5_000
HOLDERS_AT_ONCE = 250
LONGEST_REASON = 2000
log = logging.getLogger(__name__)

Step = Callable[[], AbstractContextManager[Actor]]
_COUNTED = ("issued", "superseded", "expired", "left_out")


def request_run(*, actor: Actor, at: datetime, on: date) -> int:
    """Ask for a run, if anybody is due. Returns how many were asked for: one or none."""
    with as_portal(actor) as portal, transaction.atomic():
        if next(due_now(on), None) is None:
            return 0
        enqueue(kind=RUN, subject_id=EVERYBODY, actor=portal, at=at)
        return 1


def run_quotes(*, step: Step, clock: Callable[[], datetime], on: date) -> None:
    """Look at everybody who is due on `on`, chunk by chunk, each in a `step`: a transaction of the job's.

    A chunk that fails is halved until it is one Agreement or site, which is put aside with the reason.
    """
    with step() as actor, as_portal(actor):
        due = list(due_now(on))
        _begin(clock(), on, len(due))
    log.info("renewal quotes of %s: %s Agreements and Express sites are due", on, len(due))
    for chunk in _chunks(due):
        _do(step, clock, on, chunk)
    with step() as actor, as_portal(actor):
        QuoteRun.objects.filter(on=on).update(finished_at=clock(), worked_at=clock())
    log.info("renewal quotes of %s: done", on)


def _do(step: Step, clock: Callable[[], datetime], on: date, chunk: Sequence[Due]) -> None:
    try:
        with step() as actor:
            looked_at(actor=actor, at=clock(), on=on, chunk=chunk)
    except (LostLease, OperationalError, InterfaceError):
        # The job's own affair, or the database's: nothing is wrong with what was looked at.
        raise
    except Exception as fault:
        if len(chunk) > 1:
            log.warning("a chunk of %s failed and is halved: %s", len(chunk), fault)
            half = len(chunk) // 2
            for part in (chunk[:half], chunk[half:]):
                _do(step, clock, on, part)
        else:
            log.exception("%s %s is put aside", chunk[0].model._meta.model_name, chunk[0].pk)
            with step() as actor:
                put_aside(actor=actor, at=clock(), on=on, due=chunk[0], reason=f"{type(fault).__name__}: {fault}")


def looked_at(*, actor: Actor, at: datetime, on: date, chunk: Sequence[Due]) -> Aligned:
    """Bring the quotes of a chunk, all of one kind, in line with the facts, and count what was done."""
    customers = {customer for due in chunk for customer in due.customers}
    with as_portal(actor) as portal, transaction.atomic():
        with seeing_only(customers):
            done = align(portal, at, on, locked(chunk[0].model, [due.pk for due in chunk]), asked=False)
        QuotePutAside.objects.filter(subject_id__in=[due.pk for due in chunk]).delete()
        _count(at, on, len(chunk), **{name: getattr(done, name) for name in _COUNTED})
    return done


def put_aside(*, actor: Actor, at: datetime, on: date, due: Due, reason: str) -> None:
    """Leave an Agreement or site alone, with the reason, until its facts are others or another day comes."""
    with as_portal(actor) as portal, transaction.atomic():
        subject = due.model._default_manager.filter(pk=due.pk).first()
        basis = basis_of(due, on)
        if subject is None or basis is None:
            return
        kept = reason.replace("\0", "\ufffd")[:LONGEST_REASON]
        versions = dict(zip(("head_version", "prices", "rules"), basis, strict=True))
        known = QuotePutAside.objects.filter(subject_id=due.pk)
        if not known.update(reason=kept, tried_on=on, tries=F("tries") + 1, **versions):
            QuotePutAside.objects.create(
                subject_type=str(due.model._meta.model_name),
                subject_id=due.pk,
                number=getattr(subject, "number", "") or getattr(subject, "site_number", ""),
                reason=kept,
                since=at,
                tried_on=on,
                **versions,
            )
        tell(
            actor=portal, at=at, kind="quotes_put_aside", subject=subject, customer_id=subject.customer_id, reason=kept
        )
        _count(at, on, 1, put_aside=1)


def _begin(at: datetime, on: date, due: int) -> None:
    """A run that was broken off goes on in the same row; so does a later one of the same day."""
    if not QuoteRun.objects.filter(on=on).update(due=F("looked_at") + due, worked_at=at, finished_at=None):
        QuoteRun.objects.create(on=on, started_at=at, worked_at=at, due=due)


def _count(at: datetime, on: date, looked: int, **counts: int) -> None:
    added = {name: F(name) + count for name, count in counts.items()}
    QuoteRun.objects.filter(on=on).update(worked_at=at, looked_at=F("looked_at") + looked, **added)


def _chunks(due: Iterable[Due]) -> Iterator[list[Due]]:
    """Of one kind each, and of so many lines that a transaction stays short; one that has more goes alone."""
    chunk: list[Due] = []
    lines = 0
    for each in due:
        full = lines + each.lines > LINES_AT_ONCE or len(chunk) >= HOLDERS_AT_ONCE
        if chunk and (full or chunk[0].model is not each.model):
            yield chunk
            chunk, lines = [], 0
        chunk.append(each)
        lines += each.lines
    if chunk:
        yield chunk
