"""Whoever renews is told of a quote: the Administrative Contact, where there is none the Primary Contact (rule S5)."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from renewals.models import RenewalQuote
from sites.models import Event, Site, SiteContact
from sites.notices import Notice, notify_each
from sites.tenancy import Actor

_ROLES = (SiteContact.Role.ADMINISTRATIVE, SiteContact.Role.PRIMARY)


def tell_of_quotes(*, actor: Actor, at: datetime, quotes: Sequence[RenewalQuote], events: Sequence[Event]) -> None:
    """Tell the contact of the site that orders each: the quote's own, or its Agreement's Originating Site."""
    originating = Site.objects.among("agreement_id", {q.agreement_id for q in quotes}).filter(originating=True)
    of_agreement: dict[UUID | None, UUID] = dict(originating.values_list("agreement_id", "pk"))
    orders = [q.site_id or of_agreement.get(q.agreement_id) for q in quotes]
    day = timezone.localdate(at, timezone.get_default_timezone())
    people = _people({site for site in orders if site}, day)
    notify_each(
        actor=actor,
        at=at,
        kind="quote_issued",
        notices=[
            Notice(
                event=event,
                to=tuple(people.get(site, ())) if site else (),
                data={"number": quote.number, "version": quote.version, "day": quote.valid_until.isoformat()},
            )
            for quote, event, site in zip(quotes, events, orders, strict=True)
        ],
    )


def _people(sites: set[UUID], day: date) -> dict[UUID, list[UUID]]:
    """Who answers for renewals at each site on `day`: of the first role that anybody with a sign-in has there."""
    contacts = SiteContact.objects.valid_on(day).among("site_id", sites).filter(role__in=_ROLES, user__isnull=False)
    by_role: dict[tuple[UUID, str], list[UUID]] = {}
    for site, role, user in contacts.values_list("site_id", "role", "user_id"):
        by_role.setdefault((site, role), []).append(user)
    return {site: next((by_role[site, role] for role in _ROLES if (site, role) in by_role), []) for site in sites}
