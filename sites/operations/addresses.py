"""Addresses at which mail is refused for good: found out, told to the customer's reps, dealt with."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from portal.kernel.errors import Fault, Forbidden, Invalid, NotFound, Refused
from sites.events import tell
from sites.models import Customer, DeadAddress, StaffRole
from sites.notices import notify
from sites.tenancy import Actor

LONGEST_REASON = 500


@transaction.atomic
def report_dead(
    *, actor: Actor, at: datetime, on: date, customer_id: UUID, email: str, reason: str, source: str
) -> DeadAddress | None:
    """Note that mail to `email` is refused for good, and tell the reps of the customer's territory.

    None where that is a task already.
    """
    # Two letters may come back at once: the first makes the task.
    task = DeadAddress(customer_id=customer_id, email=email.lower(), source=source, reason=_kept(reason), found_at=at)
    known = DeadAddress.objects.unhandled().filter(customer_id=customer_id, email=task.email)
    if known.exists():
        return None
    DeadAddress.objects.bulk_create([task], ignore_conflicts=True)
    if not known.filter(pk=task.pk).exists():
        return None
    event = tell(
        actor=actor, at=at, kind="address_dead", subject=task, customer_id=customer_id, email=email, reason=task.reason
    )
    customer = Customer.objects.get(pk=customer_id)
    reps = reps_of(customer, on)
    notify(actor=actor, at=at, event=event, kind="address_dead", to=reps, email=email, customer=customer.name)
    return task


def reps_of(customer: Customer, on: date) -> Iterable[UUID]:
    """The reps of the customer's territory; for the portal itself, which alone sees who they are."""
    roles = StaffRole.objects.valid_on(on).filter(role=StaffRole.Role.REP, country=customer.country)
    return roles.values_list("user_id", flat=True)


@transaction.atomic
def deal_with_address(*, actor: Actor, at: datetime, address_id: UUID, note: str) -> DeadAddress:
    """Mark an address as dealt with. Raises NotFound, Forbidden, Invalid (`reason_required`), Refused."""
    rows = DeadAddress.objects.visible_to(actor).select_related("customer")
    found = rows.select_for_update(of=("self",)).filter(pk=address_id).first()
    if found is None:
        raise NotFound
    if not actor.covers(found.customer):
        raise Forbidden(Fault("not_yours"))
    if not note.strip():
        raise Invalid(Fault("reason_required", "reason"))
    if found.handled_at is not None:
        raise Refused(Fault("address_handled"))
    found.handled_at, found.handled_by_id, found.handled_note = at, actor.user_id, _kept(note)
    found.save(update_fields=["handled_at", "handled_by", "handled_note"])
    tell(
        actor=actor, at=at, kind="address_handled", subject=found, customer_id=found.customer_id,
        reason=found.handled_note,
    )  # fmt: skip
    return found


def _kept(text: str) -> str:
    return " ".join(text.replace("\0", " ").split())[:LONGEST_REASON]
