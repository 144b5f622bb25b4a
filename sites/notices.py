"""Telling people: written by the operation that did it, in its transaction; a job sends the mail."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sites.jobs import enqueue
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
    people = dict.fromkeys(person for person in to if person is not None)
    rows = [
        Notification(
            user_id=person,
            customer_id=customer_id or event.customer_id,
            event=event.pk,
            subject_type=event.subject_type,
            subject_id=event.subject_id,
            kind=kind,
            data=data,
            at=at,
        )
        for person in people
    ]
    # Without RETURNING: whoever tells may not read what others are told.
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    for row in rows:
        enqueue(kind=MAIL, subject_id=row.pk, actor=actor, at=at)
    return len(rows)
