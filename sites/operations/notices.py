"""What people were told is put aside by them, and sent to them by the portal."""

import logging
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from portal.kernel.errors import NotFound
from sites.models import DeadAddress, Notification
from sites.operations.addresses import report_dead
from sites.operations.mailing import AddressRefused, deliver
from sites.subjects import page_of
from sites.tenancy import Actor
from sites.words import told

LONGEST_SUBJECT = 200
log = logging.getLogger(__name__)


@transaction.atomic
def mark_read(*, actor: Actor, at: datetime, notification_id: UUID | None = None) -> int:
    """Put one of the actor's notifications aside, or all; returns how many were unread. Raises NotFound."""
    rows = Notification.objects.visible_to(actor)
    if notification_id is not None:
        rows = rows.filter(pk=notification_id)
        if not rows.exists():
            raise NotFound
    return rows.unread().update(read_at=at)


@transaction.atomic
def send_mail(*, actor: Actor, at: datetime, notification_id: UUID) -> bool:
    """Mail a notification in its reader's language, unless it was mailed; for the portal itself alone.

    At least once: a worker that dies between sending and writing sends again, under the same Message-ID, which
    mailboxes take for the same letter. Returns whether something was sent.
    """
    rows = Notification.objects.select_for_update(of=("self",)).select_related("user")
    notification = rows.filter(pk=notification_id, mailed_at__isnull=True).first()
    if notification is None:
        return False
    if notification.user.is_active:
        _deliver(actor, at, notification)
    notification.mailed_at = at
    notification.save(update_fields=["mailed_at"])
    return notification.user.is_active


def _deliver(actor: Actor, at: datetime, notification: Notification) -> None:
    """Send it; an address that is refused for good is told to the customer's reps instead of being tried again."""
    try:
        deliver(compose(notification))
    except AddressRefused as refusal:
        if notification.customer_id is None:
            log.warning("the address of %s is refused: %s", notification.user_id, refusal)
            return
        day = timezone.localdate(at, timezone.get_default_timezone())
        email = notification.user.email
        report_dead(
            actor=actor, at=at, on=day, customer_id=notification.customer_id, email=email, reason=str(refusal),
            source=DeadAddress.Source.SERVER,
        )  # fmt: skip


def compose(notification: Notification) -> EmailMultiAlternatives:
    """The letter: text and HTML, in the reader's language, under an id that stays the same."""
    reader = notification.user
    with translation.override(reader.language):
        message, remedy = told(notification.kind, notification.data)
        context = {
            "name": reader.get_short_name(),
            "message": message,
            "remedy": remedy,
            "url": settings.PUBLIC_URL + page_of(notification.subject_type, notification.subject_id),
            "all_url": settings.PUBLIC_URL + reverse("notifications"),
            "language": reader.language,
        }
        letter = EmailMultiAlternatives(
            # A header is one line, whatever somebody wrote as a reason.
            subject=" ".join(message.split())[:LONGEST_SUBJECT],
            body=render_to_string("mail/notification.txt", context),
            to=[reader.email],
            headers={
                "Message-ID": f"<{notification.pk}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>",
                "Auto-Submitted": "auto-generated",
                "Content-Language": reader.language,
            },
        )
        letter.attach_alternative(render_to_string("mail/notification.html", context), "text/html")
    return letter
