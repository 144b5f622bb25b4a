"""Declarations that two customers belong to one Enterprise (rule M3, check V2): signed, dated, and withdrawn."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import get_language

from portal.kernel.errors import Fault, Forbidden, Invalid, NotFound, Refused
from sites.events import tell
from sites.models import Customer, OwnershipDeclaration
from sites.policies import may_withdraw_ownership, signs_for
from sites.queries import declaration_between, same_by_record
from sites.tenancy import Actor
from sites.words import ownership_statement

LONGEST = 120


@transaction.atomic
def declare_ownership(
    *, actor: Actor, at: datetime, on: date, customer: Customer, other: Customer, signed_by: str, position: str
) -> OwnershipDeclaration:
    """Keep that `customer` declares to be of one Enterprise with `other`, in the words shown to the signer.

    Raises NotFound for a customer that the actor doesn't see, Forbidden (`ownership_signer`) for whoever may not sign
    for the first, Invalid with every fault, and Refused where the record (`ownership_by_record`) or a declaration
    (`ownership_twice`) says so already.
    """
    if Customer.objects.visible_to(actor).filter(pk__in=[customer.pk, other.pk]).count() < len({customer.pk, other.pk}):
        raise NotFound
    if not signs_for(actor, customer):
        raise Forbidden(Fault("ownership_signer", params={"name": customer.name}))
    signed_by, position = signed_by.strip(), position.strip()
    given = {"signed_by": signed_by, "position": position}
    faults = [Fault("field_required", name) for name, value in given.items() if not value]
    faults += [
        Fault("text_too_long", name, params={"limit": LONGEST}) for name, value in given.items() if len(value) > LONGEST
    ]
    if faults:
        raise Invalid(*faults)
    if same_by_record(customer, other):
        raise Refused(Fault("ownership_by_record", params={"name": customer.name, "other": other.name}))
    twice = Fault("ownership_twice", params={"name": customer.name, "other": other.name})
    if declaration_between(customer, other, on) is not None:
        raise Refused(twice)
    declaration = OwnershipDeclaration(
        customer=customer,
        other_customer=other,
        declared_on=on,
        signed_by=signed_by,
        position=position,
        statement=ownership_statement(customer.name, other.name),
        language=get_language() or "en",
        under_mandate=customer.pk not in actor.writer_of,
        given_by_id=actor.user_id,
        given_at=at,
    )
    try:
        with transaction.atomic():
            declaration.save(force_insert=True)
    except IntegrityError:
        raise Refused(twice) from None
    told = {"other": other.name, "signed_by": signed_by}
    tell(actor=actor, at=at, kind="ownership_declared", subject=declaration, customer_id=customer.pk, **told)
    return declaration


@transaction.atomic
def withdraw_ownership(*, actor: Actor, at: datetime, declaration_id: UUID, reason: str) -> OwnershipDeclaration:
    """A declaration counts no more: withdrawn by whoever signs for its customer, or set aside by a rep.

    Raises NotFound, Forbidden, Invalid (`reason_required`) and Refused (`ownership_withdrawn`).
    """
    rows = OwnershipDeclaration.objects.visible_to(actor)
    declaration = rows.select_for_update(of=("self",)).select_related("customer").filter(pk=declaration_id).first()
    if declaration is None:
        if rows.filter(pk=declaration_id).exists():
            raise Forbidden(Fault("not_yours"))
        raise NotFound
    if not may_withdraw_ownership(actor, declaration.customer):
        raise Forbidden(Fault("ownership_signer", params={"name": declaration.customer.name}))
    if declaration.is_withdrawn:
        raise Refused(Fault("ownership_withdrawn"))
    if not reason.strip():
        raise Invalid(Fault("reason_required", "reason"))
    declaration.withdrawn_by_id, declaration.withdrawn_at = actor.user_id, at
    declaration.withdrawn_reason = reason.strip()
    declaration.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    tell(
        actor=actor, at=at, kind="ownership_withdrawn", subject=declaration, customer_id=declaration.customer_id,
        reason=declaration.withdrawn_reason,
    )  # fmt: skip
    return declaration
