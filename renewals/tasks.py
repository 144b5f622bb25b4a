"""Renewals pull: what moved on in the facts is looked at again, and quotes run out by the calendar."""

from celery import shared_task
from django.db import transaction

from renewals.operations import expire_quotes, issue_express_quotes, refresh_agreement, request_refresh
from sites.clock import now, today
from sites.jobs import Work, handler
from sites.models import Agreement, Site
from sites.tenancy import as_portal, system_actor


@handler("quotes.issue")
def issue(work: Work) -> None:
    """Bring the quotes of the Agreement, or of the Express site, that is the subject in line with the facts."""
    with work.step() as actor, as_portal(actor) as portal, transaction.atomic():
        agreement = Agreement.objects.filter(pk=work.subject_id).first()
        if agreement is not None:
            refresh_agreement(actor=portal, at=now(), on=today(), agreement=agreement)
        elif site := Site.objects.filter(pk=work.subject_id).first():
            issue_express_quotes(actor=portal, at=now(), on=today(), site=site)


@shared_task
def refresh_quotes() -> int:
    """The timetable's part: quotes run out, and a job for whoever's quotes are behind. Returns how many jobs."""
    with transaction.atomic():
        actor = system_actor()
        expire_quotes(actor=actor, at=now(), on=today())
        return request_refresh(actor=actor, at=now(), on=today())
