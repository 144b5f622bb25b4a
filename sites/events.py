"""Telling what happened: every operation leaves an event, in its own transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models

from sites.models import Event
from sites.tenancy.actor import Actor


def tell(
    *, actor: Actor, at: datetime, kind: str, subject: models.Model, customer_id: UUID | None, **data: Any
) -> Event:
    """Record that `actor` did `kind` to `subject` at `at`; `data` holds plain JSON values."""
    return Event.objects.create(
        at=at,
        actor_id=actor.user_id,
        customer_id=customer_id,
        subject_type=str(subject._meta.model_name),
        subject_id=subject.pk,
        kind=kind,
        data=data,
    )


def tell_each(
    *,
    actor: Actor,
    at: datetime,
    kind: str,
    subject_type: str,
    told: Iterable[tuple[UUID, UUID | None, dict[str, Any]]],
) -> list[Event]:
    """The same of many subjects: the key of each, the customer it belongs to, its data."""
    return Event.objects.bulk_create(
        (
            Event(
                at=at,
                actor_id=actor.user_id,
                customer_id=customer_id,
                subject_type=subject_type,
                subject_id=key,
                kind=kind,
                data=data,
            )
            for key, customer_id, data in told
        ),
        batch_size=5000,
    )


def history(subject: models.Model) -> list[Event]:
    """The events of `subject`, oldest first, with the people who acted."""
    return histories(type(subject), [subject.pk]).get(subject.pk, [])


def histories(model: type[models.Model], keys: Iterable[UUID]) -> dict[UUID, list[Event]]:
    """The events of many things of one kind, by the key of each, oldest first: one query."""
    rows = Event.objects.filter(subject_type=model._meta.model_name, subject_id__in=keys)
    found: dict[UUID, list[Event]] = {}
    for event in rows.select_related("actor").order_by("id"):
        found.setdefault(event.subject_id, []).append(event)
    return found
