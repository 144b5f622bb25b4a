"""Somebody of the staff says that the letter of a notice came back."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from portal.kernel.errors import Fault, Forbidden, Invalid, NotFound, Refused
from renewals.models import Notice
from renewals.operations.letters import came_back
from renewals.policies import may_mark_bounce
from sites.tenancy import Actor, as_portal


@transaction.atomic
def mark_bounce(*, actor: Actor, at: datetime, on: date, notice_id: UUID, reason: str) -> Notice:
    """The letter came back: a task for the customer's rep, and its address is shown as one that doesn't work.

    Raises NotFound, Forbidden (`bounce_staff`), Invalid (`reason_required`), Refused (`bounce_not_sent`).
    """
    seen = Notice.objects.visible_to(actor).select_related("customer").filter(pk=notice_id).first()
    if seen is None:
        raise NotFound
    if not may_mark_bounce(actor, seen.customer):
        raise Forbidden(Fault("bounce_staff"))
    if not reason.strip():
        raise Invalid(Fault("reason_required", "reason"))
    with as_portal(actor) as portal, transaction.atomic():
        notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice_id)
        if notice.mail != Notice.Mail.SENT:
            raise Refused(Fault("bounce_not_sent"))
        said = reason.strip()[:500]
        notice.mail, notice.mail_reason = Notice.Mail.REFUSED, said
        notice.save(update_fields=["mail", "mail_reason"])
        came_back(portal, at, on, notice, said, "person")
        return notice
