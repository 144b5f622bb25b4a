"""What the portal does by itself with an approved move: completes it, or says what stopped it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import cast
from uuid import UUID

from django.db import connection, transaction

from licenses.operations import move_units, release
from licenses.sets import array
from migrations_app.facts import judge
from migrations_app.models import TransferRequest
from migrations_app.operations.decisions import as_faults, load
from migrations_app.operations.telling import requesters, tell_people
from migrations_app.queries.kept import move_of
from migrations_app.rules.checks import bars
from migrations_app.rules.workflow import TRANSFER
from portal.kernel.errors import Refused
from sites.events import tell
from sites.models import Site
from sites.refusals import Kind, codes_of, count_refusals
from sites.tenancy.actor import Actor
from sites.words import stored_blocker


@transaction.atomic
def complete(*, actor: Actor, at: datetime, on: date, request: TransferRequest) -> TransferRequest:
    """Move the units of an approved request (rules M5, M6, M8). A repeat finds it completed and does nothing.

    Raises Refused where a rule stops it after all; nothing has moved then.
    """
    request = load(request.pk, actor)
    if request.status == TransferRequest.Status.COMPLETED:
        return request
    TRANSFER.require("complete", request.status)
    judged = judge(move_of(request), on)
    if barred := bars(judged.blockers):
        raise Refused(*as_faults(barred))
    release(reference=request.pk, at=at)
    lines = judged.move.quantities
    target = cast(Site, request.target_site)  # without one V18 had kept it from approval
    arrived = move_units(actor=actor, at=at, on=judged.on, reference=str(request.pk), target_site=target, lines=lines)
    _arrived(request, arrived)
    request.status, request.fault, request.stopped_by = TransferRequest.Status.COMPLETED, "", []
    request.version += 1
    request.completed_at, request.completed_on = at, judged.on
    request.save(update_fields=["status", "version", "completed_at", "completed_on", "fault", "stopped_by"])
    units = sum(lines.values())
    event = tell(
        actor=actor, at=at, kind="completed", subject=request, customer_id=request.customer_id,
        units=units, lines=len(lines),
    )  # fmt: skip
    tell_people(
        actor=actor, at=at, request=request, event=event, kind="transfer_completed", to=requesters(request),
        units=units, site=target.site_number,
    )  # fmt: skip
    return request


def _arrived(request: TransferRequest, arrived: Mapping[UUID, UUID]) -> None:
    """Tell each line of the request what its units arrived as."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE migrations_app_transferline l SET arrived_as_id = a.arrival"
            "  FROM unnest(%s::uuid[], %s::uuid[]) AS a(line, arrival)"
            " WHERE l.request_id = %s AND l.entitlement_id = a.line",
            [array(arrived), array(arrived.values()), request.pk],
        )


@transaction.atomic
def stop(*, actor: Actor, at: datetime, on: date, request: TransferRequest, refusal: Refused) -> None:
    """Keep which rule stopped the approved move; it stays approved, and goes on by itself when that has healed.

    A rule's no is no technical fault: `fault` stays empty.
    """
    found = judge(move_of(request), on).blockers
    codes = codes_of(refusal)
    request.stopped_by = [stored_blocker(b) for b in found if b.code in codes] or [{"code": code} for code in codes]
    request.fault = ""
    request.save(update_fields=["stopped_by", "fault"])
    told = ", ".join(codes)
    event = tell(actor=actor, at=at, kind="stopped_by_rule", subject=request, customer_id=request.customer_id, by=told)
    tell_people(
        actor=actor, at=at, request=request, event=event, kind="transfer_stopped",
        to=(*requesters(request), request.decided_by_id), codes=told,
    )  # fmt: skip
    count_refusals(Kind.RULE, codes, on=on)


@transaction.atomic
def break_off(*, actor: Actor, at: datetime, request_id: UUID, fault: Exception) -> None:
    """Keep that a technical fault held the approved move up; its job tries again, and success clears it."""
    request = load(request_id, actor)
    first = not request.fault
    request.fault = type(fault).__name__
    request.save(update_fields=["fault"])
    if first:
        tell(actor=actor, at=at, kind="broke_off", subject=request, customer_id=request.customer_id)
