"""The daily run of the ladder (rule T9): derive what should be told, compare with what was, add the difference.

It can be broken off and begun again, run twice at once, or be away for days: nothing is told twice, and of what fell
due meanwhile the latest is told and the rest noted as passed over.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from licenses.queries import rule_book
from renewals.models import Notice, NoticeRun
from renewals.queries.breaks import Break, breaks_on
from renewals.queries.endings import Subject, Telling, subjects, telling
from renewals.queries.noticed import open_quotes, settled, to_be_added
from renewals.rules.ladder import day_of
from renewals.words.notices import kind_of
from sites.events import tell, tell_each
from sites.models import Customer, StaffRole
from sites.notices import Notice as Told
from sites.notices import notify, notify_each
from sites.tenancy import Actor, as_portal, seeing_only

CHUNK = 1000
MOST_BREAKS_KEPT = 200
_LOCK = 7_160_009


@transaction.atomic
def begin_run(*, actor: Actor, at: datetime, on: date) -> NoticeRun:
    """The day's run, begun or taken up again."""
    with as_portal(actor):
        run, _ = NoticeRun.objects.get_or_create(day=on, defaults={"started_at": at})
        return run


def in_chunks(on: date) -> Iterator[tuple[Sequence[Subject], Telling]]:
    """Everything that somebody may have to be told of on `on`, a thousand at a time, and whom to tell; read at once."""
    book = rule_book(on)
    whom = telling(on, book)
    reached = [s for s in subjects(on) if any(day_of(s.ending.ends_on, r) <= on for r in whom.ladder(s.customer_id))]
    for first in range(0, len(reached), CHUNK):
        yield reached[first : first + CHUNK], whom


@transaction.atomic
def tell_chunk(*, actor: Actor, at: datetime, on: date, chunk: Sequence[Subject], whom: Telling) -> Counter[str]:
    """Tell what is due of `chunk` on `on`; returns how many rows of each outcome were added.

    One at a time: whoever comes second finds what the first wrote.
    """
    with as_portal(actor) as portal, seeing_only({subject.customer_id for subject in chunk}):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        made = to_be_added(chunk, whom, settled(chunk), open_quotes(chunk), on, at)
        Notice.objects.bulk_create(made, batch_size=1000)
        _show(portal, at, made)
        return Counter(str(notice.outcome) for notice in made)


def _show(portal: Actor, at: datetime, made: Sequence[Notice]) -> None:
    """An event for each that was told, and in the portal for each who signs in; reps hear where nobody is named."""
    told = [notice for notice in made if notice.outcome != Notice.Outcome.PASSED]
    events = tell_each(
        actor=portal,
        at=at,
        kind="notice_given",
        subject_type=str(Notice._meta.model_name),
        told=((n.pk, n.customer_id, {"rung": n.rung, "outcome": n.outcome, **n.data}) for n in told),
    )
    reps = _reps([n.customer_id for n in told if n.outcome == Notice.Outcome.NOBODY], at.date())
    shown: dict[str, list[Told]] = {}
    for notice, event in zip(told, events, strict=True):
        if notice.user_id is not None:
            shown.setdefault(kind_of(notice.data), []).append(Told(event, (notice.user_id,), notice.data))
        elif notice.outcome == Notice.Outcome.NOBODY:
            people = tuple(reps.get(notice.customer_id, ()))
            shown.setdefault("notice_nobody", []).append(Told(event, people, notice.data))
    for kind, notices in shown.items():
        notify_each(actor=portal, at=at, kind=kind, notices=notices, mailed=False)


def _reps(customers: Sequence[UUID], on: date) -> dict[UUID, list[UUID]]:
    """The reps of each customer's territory."""
    if not customers:
        return {}
    by_country: dict[str, list[UUID]] = {}
    rows = StaffRole.objects.valid_on(on).filter(role=StaffRole.Role.REP)
    for country, user in rows.values_list("country", "user_id"):
        by_country.setdefault(country, []).append(user)
    places = Customer.objects.among("pk", customers).values_list("pk", "country")
    return {customer: by_country.get(country, []) for customer, country in places}


@transaction.atomic
def finish_run(*, actor: Actor, at: datetime, on: date, counts: Counter[str]) -> NoticeRun:
    """Note that the day's run went through, with what it added; a second one adds to the first's counts."""
    with as_portal(actor):
        run = NoticeRun.objects.select_for_update().get(day=on)
        run.finished_at = at
        run.told += counts["told"]
        run.passed += counts["passed"]
        run.nobody += counts["nobody"]
        run.save(update_fields=["finished_at", "told", "passed", "nobody"])
        return run


def tell_all(*, actor: Actor, at: datetime, on: date) -> Counter[str]:
    """The whole run in the caller's transaction; the worker's takes a transaction a chunk."""
    with as_portal(actor) as portal, transaction.atomic():
        begin_run(actor=portal, at=at, on=on)
        counts: Counter[str] = Counter()
        for chunk, whom in in_chunks(on):
            counts += tell_chunk(actor=portal, at=at, on=on, chunk=chunk, whom=whom)
        finish_run(actor=portal, at=at, on=on, counts=counts)
        return counts


@transaction.atomic
def check_notices(*, actor: Actor, at: datetime, on: date) -> list[Break]:
    """Derive another way what should have been told by `on`; what lacks alarms the operators, once for each finding.

    What fell due since the day's run, by a contact or a line that came meanwhile, is told first.
    """
    with as_portal(actor) as portal:
        expected, found = breaks_on(on, at)
        run = NoticeRun.objects.filter(day=on).first()
        if found and run is not None and run.finished_at is not None:
            tell_all(actor=portal, at=at, on=on)
            expected, found = breaks_on(on, at)
        run = begin_run(actor=portal, at=at, on=on)
        before = {tuple(sorted(each.items())) for each in run.breaks}
        run.checked_at, run.expected = at, expected
        run.breaks = [each.as_json() for each in found[:MOST_BREAKS_KEPT]]
        run.save(update_fields=["checked_at", "expected", "breaks"])
        if any(tuple(sorted(each.items())) not in before for each in run.breaks):
            _alarm(portal, at, run, len(found))
        return found


def _alarm(portal: Actor, at: datetime, run: NoticeRun, count: int) -> None:
    event = tell(actor=portal, at=at, kind="notices_missing", subject=run, customer_id=None, count=count)
    watching = StaffRole.objects.valid_on(run.day).filter(role=StaffRole.Role.OPERATOR)
    notify(
        actor=portal,
        at=at,
        event=event,
        kind="notices_missing",
        to=watching.values_list("user_id", flat=True),
        count=count,
        day=run.day.isoformat(),
    )
