"""The paper of a long quote is made in the background, and kept."""

from collections.abc import Sequence
from datetime import date, datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from renewals.models import RenewalQuote
from renewals.queries.kept import is_long, paper_name
from sites.jobs import enqueue, enqueue_new
from sites.tenancy import Actor

KIND = "quotes.paper"


def request_paper(*, actor: Actor, at: datetime, quote: RenewalQuote) -> bool:
    """A job that makes the paper, where the quote is long; False where it is made for whoever asks."""
    long = is_long(quote)
    if long:
        enqueue(kind=KIND, subject_id=quote.pk, actor=actor, at=at)
    return long


def request_papers(*, actor: Actor, at: datetime, quotes: Sequence[RenewalQuote]) -> None:
    """Jobs for long quotes that were just made."""
    enqueue_new(kind=KIND, subjects=[quote.pk for quote in quotes], actor=actor, at=at)


def keep_paper(*, quote: RenewalQuote, on: date, content: bytes) -> None:
    """Keep a version's paper as it stands on a day; one that was broken off makes room."""
    name = paper_name(quote, on)
    if default_storage.exists(name):
        default_storage.delete(name)
    default_storage.save(name, ContentFile(content))
