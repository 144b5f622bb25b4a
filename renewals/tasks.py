"""Renewals pull: what moved on in the facts is looked at again, and quotes run out by the calendar."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from renewals.models import NoticeRun, RenewalQuote
from renewals.operations import expire_quotes, issue_all, keep_paper, request_run, run_quotes
from renewals.operations.letters import due_letters, send_next
from renewals.operations.notices import begin_run, check_notices, finish_run, in_chunks, tell_chunk
from renewals.papers import quote_pdf
from renewals.queries import kept_paper, paper_of
from sites.clock import now, today
from sites.jobs import Work, enqueue, handler
from sites.models import Agreement, Job, Site
from sites.tenancy import Actor, as_portal, system_actor


@handler("quotes.issue")
def issue(work: Work) -> None:
    """Bring the quotes of the Agreement, or of the Express site, that is the subject in line with the facts."""
    with work.step() as actor:
        models: tuple[type[Agreement | Site], ...] = (Agreement, Site)
        for model in models:
            if model._default_manager.filter(pk=work.subject_id).exists():
                issue_all(actor=actor, at=now(), on=today(), model=model, keys=[work.subject_id])


@handler("quotes.run")
def run(work: Work) -> None:
    """Bring the quotes of all that are due in line with the facts: at night, and when facts moved on since."""
    run_quotes(step=work.step, clock=now, on=today())


@handler("quotes.paper")
def make_paper(work: Work) -> None:
    """The paper of the quote that is the subject, made outside of any transaction: it takes a while."""
    on = today()
    with work.step() as actor, as_portal(actor):
        quote = RenewalQuote.objects.select_related("agreement", "customer").filter(pk=work.subject_id).first()
        paper = paper_of(quote) if quote and kept_paper(quote, on) is None else None
    if quote and paper:
        keep_paper(quote=quote, on=on, content=quote_pdf(paper, quote.language))


@shared_task
def refresh_quotes() -> int:
    """The timetable's part: quotes run out, and a run is asked for where somebody is due. Returns how many runs."""
    with transaction.atomic():
        actor = system_actor()
        expire_quotes(actor=actor, at=now(), on=today())
        return request_run(actor=actor, at=now(), on=today())


RUN, MAIL, CHECK = "notices.run", "notices.mail", "notices.check"
# A day's run that isn't through so long after it began is an alarm.
RUN_MISSED = timedelta(hours=2)
# The check looks again from time to time: letters may wait too long though all were written.
CHECK_AGAIN = timedelta(hours=6)


@handler(RUN)
def run_notices(work: Work) -> None:
    """The ladder of the day: a thousand ends of cover a step, each step whole; then the check."""
    with work.step():
        on = NoticeRun.objects.values_list("day", flat=True).get(pk=work.subject_id)
        chunks = list(in_chunks(on))
    counts: Counter[str] = Counter()
    for chunk, whom in chunks:
        with work.step() as actor:
            counts += tell_chunk(actor=actor, at=now(), on=on, chunk=chunk, whom=whom)
    with work.step() as actor:
        run = finish_run(actor=actor, at=now(), on=on, counts=counts)
        enqueue(kind=MAIL, subject_id=work.actor_id, actor=actor, at=now())
        enqueue(kind=CHECK, subject_id=run.pk, actor=actor, at=now())


@handler(MAIL)
def send_letters(work: Work) -> None:
    """Every letter that is due, one a step; where no mail server answers, the rest waits for the next ring."""
    outcome: str | None = ""
    while outcome not in (None, "away"):
        with work.step() as actor:
            outcome = send_next(actor=actor, at=now(), on=today())


@handler(CHECK)
def check(work: Work) -> None:
    """Whether everything that should have gone out did; what lacks alarms the operators."""
    with work.step() as actor:
        on = NoticeRun.objects.values_list("day", flat=True).get(pk=work.subject_id)
        check_notices(actor=actor, at=now(), on=on)


@shared_task
def look_after_notices() -> int:
    """The timetable's part: a job for the day's run, for letters that are due, for the check. Returns how many."""
    with transaction.atomic():
        return ring_for_notices(system_actor())


def ring_for_notices(portal: Actor) -> int:
    """Write the jobs that should be there and aren't."""
    at, on = now(), today()
    local = timezone.localtime(at, timezone.get_default_timezone())
    hour = timedelta(hours=local.hour, minutes=local.minute) - timedelta(hours=settings.NOTICE_HOUR)
    asked = 0
    run = NoticeRun.objects.filter(day=on).first()
    if hour >= timedelta(0):
        run = run or begin_run(actor=portal, at=at, on=on)
        if run.finished_at is None:
            asked += _ask(portal, RUN, run.pk)
        over = run.finished_at is not None or run.started_at < at - RUN_MISSED
        if over and (run.checked_at is None or run.checked_at < at - CHECK_AGAIN):
            asked += _ask(portal, CHECK, run.pk)
    if due_letters(at).exists():
        asked += _ask(portal, MAIL, portal.user_id)
    return asked


def _ask(portal: Actor, kind: str, subject_id: UUID) -> int:
    """One job of a kind for a thing, unless one waits or runs."""
    open_now = Job.objects.filter(kind=kind, subject_id=subject_id, status__in=[Job.Status.DUE, Job.Status.RUNNING])
    if open_now.exists():
        return 0
    enqueue(kind=kind, subject_id=subject_id, actor=portal, at=now())
    return 1
