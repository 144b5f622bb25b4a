"""A request's customers are declared to be of one Enterprise: check V2 heals at once."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from migrations_app.models import TransferRequest
from migrations_app.operations.decisions import load
from migrations_app.policies import must_see_both_ends
from migrations_app.queries.kept import UNDECIDED, checks_of
from migrations_app.queries.ownership import ownership_of
from portal.kernel.errors import Fault, Forbidden, Refused
from sites.events import tell
from sites.operations import declare_ownership
from sites.tenancy.actor import Actor


@transaction.atomic
def declare(
    *, actor: Actor, at: datetime, on: date, request_id: UUID, signed_by: str, position: str
) -> TransferRequest:
    """Sign for the customer that the actor speaks for; the request's checks are looked at anew.

    Raises NotFound, Refused (`ownership_needless`, `ownership_twice`), Forbidden (`ownership_signer`, `end_hidden`),
    Invalid.
    """
    request = load(request_id, actor)
    must_see_both_ends(request)
    ownership = ownership_of(request, actor, on)
    if ownership is None:
        raise Refused(Fault("ownership_needless"))
    if ownership.signer is None or ownership.other is None:
        raise Forbidden(Fault("ownership_signer", params={"name": request.customer.name}))
    declare_ownership(
        actor=actor, at=at, on=on, customer=ownership.signer, other=ownership.other, signed_by=signed_by,
        position=position,
    )  # fmt: skip
    if request.status in UNDECIDED:
        request.checks = checks_of(request, on)
        request.version += 1
        request.save(update_fields=["checks", "version"])
    tell(
        actor=actor, at=at, kind="ownership_declared", subject=request, customer_id=request.customer_id,
        signed_by=signed_by.strip(),
    )  # fmt: skip
    return request
