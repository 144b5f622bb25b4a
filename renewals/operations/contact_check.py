"""The answer to a contact check, by whoever holds the signed link: once, in time, without signing in.

Reading never answers: scanners of mail follow every link that they find.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature
from django.db import transaction

from portal.kernel.errors import Fault, Invalid, NotFound, Refused
from renewals.models import Notice
from renewals.operations.letters import LINKS
from sites.events import tell
from sites.models import Site, SiteContact
from sites.tenancy import Actor, as_portal

GOOD_FOR = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class ContactCheck:
    """What a link is about: the notice, the site whose contacts are asked for, and the contacts themselves."""

    notice: Notice
    site: Site
    contacts: tuple[SiteContact, ...]

    @property
    def good_until(self) -> date:
        """The last day on which the link can be used."""
        return good_until(self.notice)


def good_until(notice: Notice) -> date:
    """The last day on which the link of this notice can be used."""
    return notice.told_on + GOOD_FOR


def read_check(*, actor: Actor | None, token: str, on: date) -> ContactCheck:
    """What the link is about. Raises NotFound for one that isn't ours, Refused where it was used or ran out."""
    with as_portal(actor), transaction.atomic():
        notice = _found(token)
        _require_open(notice, on)
        site = _site(notice)
        contacts = SiteContact.objects.valid_on(on).filter(site=site).order_by("role")
        return ContactCheck(notice, site, tuple(contacts))


@transaction.atomic
def answer_check(*, actor: Actor | None, at: datetime, on: date, token: str, answer: str) -> ContactCheck:
    """Record that the contacts are right, or will be changed. Raises as `read_check`, and Invalid (`check_answer`)."""
    with as_portal(actor) as portal, transaction.atomic():
        notice = _found(token, lock=True)
        _require_open(notice, on)
        if answer not in Notice.Answer.values:
            raise Invalid(Fault("check_answer", "answer"))
        notice.answer, notice.answered_at = answer, at
        notice.save(update_fields=["answer", "answered_at"])
        tell(
            actor=portal, at=at, kind=f"contacts_{answer}", subject=notice, customer_id=notice.customer_id,
            name=notice.name, email=notice.email,
        )  # fmt: skip
        site = _site(notice)
        return ContactCheck(notice, site, ())


def _found(token: str, *, lock: bool = False) -> Notice:
    with suppress(BadSignature, ValueError):
        key = UUID(LINKS.unsign(token))
        rows = Notice.objects.select_for_update(of=("self",)) if lock else Notice.objects.all()
        if notice := rows.filter(pk=key, data__check=True).first():
            return notice
    raise NotFound(Fault("check_unknown"))


def _require_open(notice: Notice, on: date) -> None:
    if notice.answered_at is not None:
        raise Refused(Fault("check_used", params={"day": notice.answered_at.date()}))
    if on > good_until(notice):
        raise Refused(Fault("check_expired", params={"day": good_until(notice)}))


def _site(notice: Notice) -> Site:
    """The Originating Site of the Agreement, or the Express site itself."""
    rows = Site.objects.select_related("customer")
    mine = (
        rows.filter(pk=notice.site_id) if notice.site_id else rows.filter(agreement=notice.agreement, originating=True)
    )
    return mine.get()
