"""A person's private address of a calendar: made, made anew, taken back. The token is shown once and kept as a hash."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from renewals.models import CalendarFeed
from sites.events import tell
from sites.models import User
from sites.tenancy import Actor, as_portal


@transaction.atomic
def make_feed(*, actor: Actor, at: datetime) -> str:
    """A new token; the one before it opens nothing from now on."""
    revoke_feed(actor=actor, at=at)
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(user_id=actor.user_id, token_hash=hash_of(token), created_at=at)
    tell(actor=actor, at=at, kind="calendar_address_made", subject=feed, customer_id=None)
    return token


@transaction.atomic
def revoke_feed(*, actor: Actor, at: datetime) -> bool:
    """Take the address back; returns whether there was one."""
    feed = CalendarFeed.objects.visible_to(actor).select_for_update().filter(revoked_at__isnull=True).first()
    if feed is None:
        return False
    feed.revoked_at = at
    feed.save(update_fields=["revoked_at"])
    tell(actor=actor, at=at, kind="calendar_address_revoked", subject=feed, customer_id=None)
    return True


def owner_of_feed(*, actor: Actor | None, token: str) -> User | None:
    """Whose calendar the token opens; nobody's where it was taken back, or its person may not sign in any more."""
    with as_portal(actor), transaction.atomic():
        feeds = CalendarFeed.objects.select_related("user")
        feed = feeds.filter(token_hash=hash_of(token), revoked_at__isnull=True, user__is_active=True).first()
        return feed.user if feed else None


def hash_of(token: str) -> str:
    """What is kept of a token. It is long and random, so a plain hash can't be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()
