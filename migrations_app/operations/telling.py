"""Whom a move concerns, and telling them: each once, in the transaction in which it happened."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from migrations_app.models import TransferRequest
from migrations_app.policies import missing_sides
from sites.models import Event, SiteContact
from sites.notices import notify
from sites.tenancy.actor import Actor


def requesters(request: TransferRequest) -> tuple[UUID | None, ...]:
    """Whoever made the request and whoever submitted it."""
    return request.created_by_id, request.submitted_by_id


def tell_people(
    *,
    actor: Actor,
    at: datetime,
    request: TransferRequest,
    event: Event,
    kind: str,
    to: Iterable[UUID | None],
    **data: Any,
) -> int:
    """Tell `to` in the matter of the end of the move that the actor reads, with the request's number and `data`.

    Returns how many are told.
    """
    reads_source = actor.is_staff or actor.sees_all_customers or request.customer_id in actor.readable
    customer = request.customer_id if reads_source else request.target_customer_id
    return notify(actor=actor, at=at, event=event, kind=kind, to=to, customer_id=customer, number=str(request), **data)


def ask_for_consent(request: TransferRequest, event: Event, *, actor: Actor, at: datetime, on: date) -> None:
    """Tell the Primary Contacts whose consent is missing that it is their turn (rule M4)."""
    if request.status != TransferRequest.Status.SUBMITTED:
        return
    ends = {"source": request.source_site_id, "target": request.target_site_id}
    missing = [ends[side] for side in missing_sides(request)]
    contacts = SiteContact.objects.valid_on(on).filter(role=SiteContact.Role.PRIMARY, site__in=missing)
    people = contacts.exclude(user_id=actor.user_id).values_list("user_id", flat=True)
    tell_people(
        actor=actor, at=at, request=request, event=event, kind="transfer_consent_asked", to=list(people),
        name=request.customer.name,
    )  # fmt: skip
