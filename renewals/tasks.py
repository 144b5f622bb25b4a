"""Renewals pull: what moved on in the facts is looked at again, and quotes run out by the calendar."""

from celery import shared_task
from django.db import transaction

from renewals.operations import expire_quotes, issue_all, request_run, run_quotes
from sites.clock import now, today
from sites.jobs import Work, handler
from sites.models import Agreement, Site
from sites.tenancy import system_actor


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
    run_quotes(step=work.step, at=now(), on=today())


@shared_task
def refresh_quotes() -> int:
    """The timetable's part: quotes run out, and a run is asked for where somebody is due. Returns how many runs."""
    with transaction.atomic():
        actor = system_actor()
        expire_quotes(actor=actor, at=now(), on=today())
        return request_run(actor=actor, at=now(), on=today())
