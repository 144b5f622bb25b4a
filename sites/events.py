"""Telling what happened: every operation leaves an event, in its own transaction."""

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


def history(subject: models.Model) -> list[Event]:
    """The events of `subject`, oldest first, with the people who acted."""
    rows = Event.objects.filter(subject_type=subject._meta.model_name, subject_id=subject.pk)
    return list(rows.select_related("actor").order_by("id"))
