"""Telling people: written by the operation that did it, in its transaction; a job sends the mail."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sites.jobs import enqueue_new
from sites.models import Event, Notification
from sites.tenancy.actor import Actor

MAIL = "notification.mail"


def notify(
    *,
    actor: Actor,
    at: datetime,
    event: Event,
    kind: str,
    to: Iterable[UUID | None],
    customer_id: UUID | None = None,
    **data: Any,
) -> int:
    """Tell each of the people `to`, once, of `event`: as `kind` with the figures `data` (plain JSON values).

    The words of a kind are those of the code `told_<kind>`. `customer_id` is the customer in whose matter they are
    told, one that the actor reads; without it only the actor can be told. Returns how many are told.
    """
    people = tuple(dict.fromkeys(person for person in to if person is not None))
    return notify_each(actor=actor, at=at, kind=kind, notices=[Notice(event, people, data, customer_id)])


@dataclass(frozen=True, slots=True)
class Notice:
    """What the people `to` are told of one event."""

    event: Event
    to: Sequence[UUID]
    data: dict[str, Any]
    customer_id: UUID | None = None


def notify_each(*, actor: Actor, at: datetime, kind: str, notices: Iterable[Notice], mailed: bool = True) -> int:
    """The same of many events, by a fixed number of statements. Returns how many are told.

    Unless they are to be `mailed`: whoever tells them sends letters of its own.
    """
    rows = [
        Notification(
            user_id=person,
            customer_id=notice.customer_id or notice.event.customer_id,
            event=notice.event.pk,
            subject_type=notice.event.subject_type,
            subject_id=notice.event.subject_id,
            kind=kind,
            data=notice.data,
            at=at,
        )
        for notice in notices
        for person in notice.to
    ]
    # Without RETURNING: whoever tells may not read what others are told.
    Notification.objects.bulk_create(rows, ignore_conflicts=True, batch_size=5000)
    if mailed:
        enqueue_new(kind=MAIL, subjects=[row.pk for row in rows], actor=actor, at=at)
    return len(rows)
