"""Somebody asks for the renewal quote of an Agreement or of an Express site."""

from datetime import date, datetime

from django.db import transaction

from portal.kernel.errors import Fault, Invalid, Refused
from renewals.models import RenewalQuote
from renewals.operations.issue import ensure_current, issue_express_quotes
from renewals.policies import require_asking
from sites.models import Agreement, Customer, Site
from sites.tenancy import Actor


@transaction.atomic
def ask_for_quotes(
    *, actor: Actor, at: datetime, on: date, agreement_number: str = "", site_number: str = ""
) -> tuple[RenewalQuote, ...]:
    """The open quotes of what is named, made or renewed on the spot; of a site under an Agreement, the Agreement's.

    Raises Invalid for nothing, both or something unknown named, Forbidden for who may not ask, Refused
    (`nothing_to_quote`) where nothing can be renewed now.
    """
    if bool(agreement_number) == bool(site_number):
        code = "quote_subject_twice" if site_number else "quote_subject_missing"
        raise Invalid(Fault(code, "agreement_number"))
    subject = _subject(actor, agreement_number, site_number)
    # An Agreement is seen from each of its sites; its customer may be another one of the Enterprise.
    require_asking(actor, Customer.objects.visible_to(actor).filter(pk=subject.customer_id).first())
    if isinstance(subject, Agreement):
        found = ensure_current(actor=actor, at=at, on=on, agreement=subject)
    else:
        found = issue_express_quotes(actor=actor, at=at, on=on, site=subject)
    if not found:
        raise Refused(Fault("nothing_to_quote", params={"number": agreement_number or site_number}))
    return found


def _subject(actor: Actor, agreement_number: str, site_number: str) -> Agreement | Site:
    if agreement_number:
        agreement = Agreement.objects.visible_to(actor).filter(number=agreement_number).first()
        if agreement is None:
            raise Invalid(Fault("agreement_unknown", "agreement_number", params={"number": agreement_number}))
        return agreement
    site = Site.objects.visible_to(actor).select_related("agreement").filter(site_number=site_number).first()
    if site is None:
        raise Invalid(Fault("site_unknown", "site", params={"value": site_number}))
    return site.agreement or site
