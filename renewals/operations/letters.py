"""The letters of notices: sent by the portal one at a time, each in a transaction of its own, at least once.

A letter waits in its notice, not in a message: a server that is away, slow or full delays it, and nothing else.
"""

import logging
from datetime import date, datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.signing import Signer
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from renewals.models import Notice
from renewals.words.notices import notice_words
from sites.events import tell
from sites.operations.addresses import report_dead
from sites.operations.mailing import AddressRefused, deliver
from sites.tenancy import Actor, as_portal

LONGEST_SUBJECT = 200
LONGEST_PAUSE = timedelta(hours=1)
LINKS = Signer(salt="passage.contact-check")
Mail = Notice.Mail
log = logging.getLogger(__name__)


def due_letters(at: datetime) -> QuerySet[Notice]:
    """Letters whose turn has come, the longest waiting first."""
    return Notice.objects.filter(mail=Mail.DUE, mail_after__lte=at).order_by("mail_after", "id")


@transaction.atomic
def send_next(*, actor: Actor, at: datetime, on: date) -> str | None:
    """Send the next letter that is due: sent, refused, later, or away where no server answers; None where none is due.

    A worker that dies between the server's yes and the commit sends again, under the same Message-ID.
    """
    with as_portal(actor) as portal, transaction.atomic():
        notice = due_letters(at).select_for_update(skip_locked=True, of=("self",)).first()
        if notice is None:
            return None
        notice.mail_tries += 1
        try:
            deliver(compose(notice, on))
        except AddressRefused as refusal:
            return _refused(portal, at, on, notice, str(refusal))
        except Exception as fault:  # one letter that can't be sent must not keep the others waiting
            return _later(at, notice, fault)
        notice.mail, notice.mailed_at, notice.mail_reason = Mail.SENT, at, ""
        notice.save(update_fields=["mail", "mail_tries", "mailed_at", "mail_reason"])
        return "sent"


def _refused(portal: Actor, at: datetime, on: date, notice: Notice, said: str) -> str:
    notice.mail, notice.mail_reason = Mail.REFUSED, said[:500]
    notice.save(update_fields=["mail", "mail_tries", "mail_reason"])
    came_back(portal, at, on, notice, said, "server")
    return "refused"


def came_back(portal: Actor, at: datetime, on: date, notice: Notice, said: str, source: str) -> None:
    """Tell that a letter came back, and make a task of its address."""
    tell(actor=portal, at=at, kind="noticecame_back", subject=notice, customer_id=notice.customer_id, reason=said[:500])
    report_dead(
        actor=portal, at=at, on=on, customer_id=notice.customer_id, email=notice.email, reason=said, source=source
    )


def _later(at: datetime, notice: Notice, fault: Exception) -> str:
    pause = min(timedelta(minutes=2 ** min(notice.mail_tries - 1, 10)), LONGEST_PAUSE)
    notice.mail_after, notice.mail_reason = at + pause, f"{type(fault).__name__}: {fault}"[:500]
    notice.save(update_fields=["mail_tries", "mail_after", "mail_reason"])
    log.warning("a letter is put off until %s: %s", notice.mail_after, notice.mail_reason)
    answered = isinstance(fault, SMTPResponseException | SMTPRecipientsRefused) or not isinstance(fault, OSError)
    return "later" if answered else "away"


def compose(notice: Notice, on: date) -> EmailMultiAlternatives:
    """The letter: text and HTML, in the reader's language, under an id that stays the same."""
    with translation.override(notice.language):
        words = notice_words(notice.data, on)
        check = bool(notice.data.get("check"))
        context = {
            "name": notice.name.split(" ")[0],
            "words": words,
            "url": settings.PUBLIC_URL + page_of_notice(notice),
            "check_url": settings.PUBLIC_URL + check_path(notice) if check else "",
            "settings_url": settings.PUBLIC_URL + reverse("notice_settings") if notice.user_id else "",
            "language": notice.language,
        }
        letter = EmailMultiAlternatives(
            subject=" ".join(words.message.split())[:LONGEST_SUBJECT],
            body=render_to_string("mail/notice.txt", context),
            to=[notice.email],
            headers={
                "Message-ID": message_id(notice),
                "Auto-Submitted": "auto-generated",
                "Content-Language": notice.language,
            },
        )
        letter.attach_alternative(render_to_string("mail/notice.html", context), "text/html")
    return letter


def message_id(notice: Notice) -> str:
    """The letter's id: the same however often it is sent."""
    return f"<{notice.pk}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>"


def page_of_notice(notice: Notice) -> str:
    """The path of what can be done now: the open quote, or the page of what was told of this renewal."""
    if quote := notice.data.get("quote_id"):
        return reverse("quote_page", args=[quote])
    return reverse("notice_page", args=[notice.pk])


def check_path(notice: Notice) -> str:
    """The signed path at which the contacts are answered for without signing in."""
    return reverse("contact_check", args=[LINKS.sign(str(notice.pk))])
