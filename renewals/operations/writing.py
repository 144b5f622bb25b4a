"""Quotes as they are written: new versions, those that they replace and those that ran out, by whole sets."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from renewals.models import RenewalQuote
from renewals.operations.building import FreshLine
from renewals.operations.papers import request_papers
from renewals.operations.telling import tell_of_quotes
from renewals.queries import LineSaid
from renewals.queries.kept import MOST_WHILE_WAITING
from renewals.rules.workflow import QUOTE
from sites.events import tell_each
from sites.numbers import next_numbers
from sites.tenancy import Actor

_SUBJECT = "renewalquote"
_COLUMNS = (
    "id", "customer_id", "quote_id", "item", *LineSaid._fields, "description", "why",
)  # fmt: skip
# Rows can't be copied through a wall; they are copied beside it and go in as one set.
_STAGE = """
CREATE TEMPORARY TABLE quoted (LIKE renewals_quoteline) ON COMMIT DROP
"""
_COPY = f"COPY quoted ({', '.join(_COLUMNS)}) FROM STDIN (FORMAT csv, FORCE_NOT_NULL (order_reference, description))"
_INSERT = f"""
INSERT INTO renewals_quoteline ({", ".join(_COLUMNS)}) SELECT {", ".join(_COLUMNS)} FROM quoted;
DROP TABLE quoted
"""  # noqa: S608  # names of the code


@dataclass(frozen=True, slots=True)
class Difference:
    """What separates the quotes that are from those that should be.

    `fresh` are new versions with their lines, of which those of a new quote have no number yet; `superseded` tells
    the version that comes instead, where there is one.
    """

    fresh: list[tuple[RenewalQuote, list[FreshLine]]] = field(default_factory=list)
    superseded: list[tuple[RenewalQuote, int | None]] = field(default_factory=list)
    expired: list[RenewalQuote] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.fresh or self.superseded or self.expired)


def write(*, actor: Actor, at: datetime, difference: Difference) -> None:
    """Write all of it, with its events and whom they are told to: a fixed number of statements, whatever its size."""
    expire(actor=actor, at=at, quotes=difference.expired)
    _supersede(actor, at, difference.superseded)
    fresh = [quote for quote, _ in difference.fresh]
    if not fresh:
        return
    _number(fresh)
    RenewalQuote.objects.bulk_create(fresh)
    _write_lines(difference.fresh)
    events = tell_each(
        actor=actor,
        at=at,
        kind="quote_issued",
        subject_type=_SUBJECT,
        told=[_told(q, total=str(q.total), currency=q.currency, lines=len(lines)) for q, lines in difference.fresh],
    )
    tell_of_quotes(actor=actor, at=at, quotes=fresh, events=events)
    long = [quote for quote, lines in difference.fresh if len(lines) > MOST_WHILE_WAITING]
    request_papers(actor=actor, at=at, quotes=long)


def expire(*, actor: Actor, at: datetime, quotes: Sequence[RenewalQuote]) -> None:
    """Issued quotes whose prices no longer hold (rule T10)."""
    _take("expire", quotes)
    told = [_told(q, valid_until=q.valid_until.isoformat()) for q in quotes]
    tell_each(actor=actor, at=at, kind="quote_expired", subject_type=_SUBJECT, told=told)


def _supersede(actor: Actor, at: datetime, replaced: Sequence[tuple[RenewalQuote, int | None]]) -> None:
    _take("supersede", [quote for quote, _ in replaced])
    told = [_told(q, by_version=by_version) for q, by_version in replaced]
    tell_each(actor=actor, at=at, kind="quote_superseded", subject_type=_SUBJECT, told=told)


def _take(action: str, quotes: Sequence[RenewalQuote]) -> None:
    """A step of the workflow for each of them."""
    for quote in quotes:
        quote.status = QUOTE.require(action, quote.status).target
    if quotes:
        RenewalQuote.objects.among("pk", [q.pk for q in quotes]).update(status=quotes[0].status)


def _told(quote: RenewalQuote, **data: Any) -> tuple[UUID, UUID, dict[str, Any]]:
    return quote.pk, quote.customer_id, {"number": quote.number, "version": quote.version, **data}


def _number(fresh: Iterable[RenewalQuote]) -> None:
    new = [quote for quote in fresh if not quote.number]
    for quote, number in zip(new, next_numbers("quote", len(new)), strict=True):
        quote.number = f"RQ-{number:06d}"


def _write_lines(fresh: Iterable[tuple[RenewalQuote, list[FreshLine]]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(_rows(fresh))
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        cursor.copy_expert(_COPY, buffer)
        cursor.execute(_INSERT)


def _rows(fresh: Iterable[tuple[RenewalQuote, list[FreshLine]]]) -> Iterator[tuple[Any, ...]]:
    for quote, lines in fresh:
        for item, line in enumerate(lines, 1):
            yield uuid4(), quote.customer_id, quote.pk, item, *line.said, line.description, line.why
