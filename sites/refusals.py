"""Counting the three kinds of no, apart: a rule's, a person's, and a technical fault. Codes alone, nobody's name.

A rule's no and a fault roll back what was asked, so they are counted after it, in a transaction of their own; a
person's no is written with the decision. Reading never counts: it writes nothing.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest

from portal.kernel.errors import DomainError, NotFound
from sites.clock import today
from sites.models import RefusalCount

Kind = RefusalCount.Kind
MOST_CODES = 50
log = logging.getLogger(__name__)


def count_refusals(kind: str, codes: Iterable[str] | Mapping[str, int], *, on: date) -> None:
    """Add to the counts of `on`, in the current transaction; a mapping tells how often."""
    counted = Counter(codes)
    # In one order everywhere, so that two who count at once wait for each other instead of locking crosswise.
    for code in sorted(counted):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count_refusal(%s, %s, %s, %s)", [on, str(kind), code, counted[code]])


def codes_of(refusal: DomainError) -> list[str]:
    """The codes of a rule's no, each once. What can't be seen isn't refused: it isn't there."""
    if isinstance(refusal, NotFound):
        return []
    return sorted({fault.code for fault in refusal.faults} or {refusal.code})[:MOST_CODES]


def count_after(kind: str, codes: Iterable[str]) -> None:
    """Count what was rolled back, in a transaction of its own. Counting never breaks an answer."""
    found = list(codes)
    if not found:
        return
    try:
        with transaction.atomic():
            count_refusals(kind, found, on=today())
    except DatabaseError:
        log.exception("refusals weren't counted: %s %s", kind, ", ".join(found))


def refused(request: HttpRequest, refusal: DomainError) -> None:
    """The view answers `request` with this refusal; it is counted when the request's transaction has ended."""
    noted: list[DomainError] = request.__dict__.setdefault("refusals", [])
    noted.append(refusal)


def codes_refused(request: HttpRequest) -> list[str]:
    """The codes of what the request was refused for, each once."""
    return sorted({code for refusal in request.__dict__.get("refusals", ()) for code in codes_of(refusal)})
