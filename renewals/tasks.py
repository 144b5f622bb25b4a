"""Renewals pull: what moved on in the facts is looked at again, and quotes run out by the calendar."""

from celery import shared_task
from django.db import transaction

from renewals.models import RenewalQuote
from renewals.operations import expire_quotes, issue_all, keep_paper, request_run, run_quotes
from renewals.papers import quote_pdf
from renewals.queries import kept_paper, paper_of
from sites.clock import now, today
from sites.jobs import Work, handler
from sites.models import Agreement, Site
from sites.tenancy import as_portal, system_actor


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
