"""Papers of long quotes are kept: a version says the same for good, so its paper is made once in each state."""

from datetime import date

from django.core.files.storage import default_storage

from renewals.models import QuoteLine, RenewalQuote
from renewals.queries.stored import state_of

# Lines whose paper is made while somebody waits: some two seconds' work on a slow machine. Longer ones are a job's.
MOST_WHILE_WAITING = 400
# How a whole PDF ends: one that is still being written isn't there yet.
_END = b"%%EOF"


def is_long(quote: RenewalQuote) -> bool:
    """Whether the quote's paper takes longer than somebody should wait."""
    return QuoteLine.objects.filter(quote=quote).count() > MOST_WHILE_WAITING


def paper_name(quote: RenewalQuote, on: date) -> str:
    """What the paper is called in the storage, as the version stands on a day."""
    return f"quote-papers/{quote.pk}-{state_of(quote, on)}.pdf"


def kept_paper(quote: RenewalQuote, on: date) -> bytes | None:
    """The paper as it was kept, None where there is none yet. Whoever sees the quote may read it."""
    name = paper_name(quote, on)
    if not default_storage.exists(name):
        return None
    with default_storage.open(name) as file:
        content: bytes = file.read()
    return content if content.endswith(_END) else None
