"""Handing a letter to the mail server, and telling what is refused for good from what may work later."""

from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.core.mail import EmailMultiAlternatives

# Of what the server says to a letter, these concern who it is for: no such mailbox, moved, not allowed.
_OF_RECIPIENT = frozenset({550, 551, 553, 554})


class AddressRefused(Exception):
    """The mail server refuses the address for good; in its own words."""


def deliver(letter: EmailMultiAlternatives) -> None:
    """Send a letter to its one reader.

    Raises AddressRefused for an answer of 5xx to the address. Everything else that goes wrong, a server that is away,
    slow, or says 4xx, is raised as it comes: it may work later.
    """
    try:
        letter.send()
    except SMTPRecipientsRefused as refusal:
        code, said = next(iter(refusal.recipients.values()))
        if 500 <= code <= 599:
            raise AddressRefused(_said(code, said)) from refusal
        raise
    except SMTPDataError as refusal:
        if refusal.smtp_code in _OF_RECIPIENT:
            raise AddressRefused(_said(refusal.smtp_code, refusal.smtp_error)) from refusal
        raise


def _said(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {text}"
