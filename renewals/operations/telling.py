"""Whoever renews is told of a quote: the Administrative Contact, where there is none the Primary Contact (rule S5)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from renewals.models import RenewalQuote
from sites.models import Event, Site, SiteContact
from sites.notices import notify
from sites.tenancy import Actor

_ROLES = (SiteContact.Role.ADMINISTRATIVE, SiteContact.Role.PRIMARY)


def tell_of_quote(*, actor: Actor, at: datetime, quote: RenewalQuote, event: Event) -> None:
    """Tell the contact of the site that orders: the quote's own, or its Agreement's Originating Site."""
    if quote.agreement is not None:
        sites = [site.pk for site in Site.objects.filter(agreement=quote.agreement, originating=True)]
    else:
        sites = [quote.site_id] if quote.site_id else []
    day = timezone.localdate(at, timezone.get_default_timezone())
    contacts = SiteContact.objects.valid_on(day).filter(site__in=sites, role__in=_ROLES, user__isnull=False)
    by_role: dict[str, list[UUID | None]] = {}
    for role, user in contacts.values_list("role", "user_id"):
        by_role.setdefault(role, []).append(user)
    people = next((by_role[role] for role in _ROLES if role in by_role), [])
    told: dict[str, Any] = {"number": quote.number, "version": quote.version, "day": quote.valid_until.isoformat()}
    notify(actor=actor, at=at, event=event, kind="quote_issued", to=people, **told)
