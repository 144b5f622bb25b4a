"""What the portal does by itself: completes approved moves, wakes those that slept."""

from datetime import date, datetime
from typing import cast

from django.db import transaction

from licenses.operations import move_units, release
from migrations_app.facts import judge, outlook
from migrations_app.models import TransferLine, TransferRequest
from migrations_app.operations.decisions import as_faults, load
from migrations_app.operations.requests import move_of, stored
from migrations_app.outlook import as_json
from migrations_app.policies import sides
from migrations_app.rules.checks import sleeping
from migrations_app.rules.workflow import TRANSFER
from portal.kernel.blocker import Severity
from portal.kernel.errors import Refused
from sites.events import tell
from sites.models import Enrollment, Site, User
from sites.tenancy.actor import Actor

BATCH = 5000


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
    if errors := [b for b in judged.blockers if b.severity is Severity.ERROR]:
        raise Refused(*as_faults(errors))
    release(reference=request.pk, at=at)
    lines = [(line, judged.move.quantities[line.pk]) for line in judged.lines]
    target = cast(Site, request.target_site)  # without one V18 had kept it from approval
    arrived = move_units(actor=actor, at=at, on=judged.on, reference=str(request.pk), target_site=target, lines=lines)
    moved = list(request.lines.all())
    for line in moved:
        line.arrived_as = arrived[line.entitlement_id]
    TransferLine.objects.bulk_update(moved, ["arrived_as"], batch_size=BATCH)
    request.status, request.fault = TransferRequest.Status.COMPLETED, ""
    request.version += 1
    request.completed_at, request.completed_on = at, judged.on
    request.save(update_fields=["status", "version", "completed_at", "completed_on", "fault"])
    units = sum(quantity for _, quantity in lines)
    tell(
        actor=actor, at=at, kind="completed", subject=request, customer_id=request.customer_id,
        units=units, lines=len(lines),
    )  # fmt: skip
    return request


@transaction.atomic
def wake(*, actor: Actor, at: datetime, on: date) -> int:
    """Look at every sleeping request; those whose reason is gone wake; their requester is told. Returns how many."""
    slept = (
        TransferRequest.objects.visible_to(actor).exclude(waiting_for="").filter(status__in=["submitted", "in_review"])
    )
    slept = slept.select_for_update(of=("self",), skip_locked=True).select_related(
        "customer", "source_site__customer", "target_site__customer", "target_site__agreement__customer",
        "enrollment__site__customer", "enrollment__site__agreement__customer",
    )  # fmt: skip
    return sum(_wake_one(request, actor, at, on) for request in slept)


def _wake_one(request: TransferRequest, actor: Actor, at: datetime, on: date) -> bool:
    enrollment = request.enrollment
    if enrollment is not None and enrollment.status == Enrollment.Status.ACCEPTED and request.target_site is None:
        request.target_site, request.target_customer = enrollment.site, enrollment.customer
    judged = judge(move_of(request), on)
    if sleeping(judged.blockers):
        return False
    request.waiting_for, request.waiting_until = "", None
    request.checks = [stored(b) for b in judged.blockers]
    request.plan = as_json(outlook(judged))
    request.version += 1
    given = set(request.consents.values_list("side", flat=True))
    if request.status == "in_review" and not given >= set(sides(request)):
        _consent_for_target(request, at)
    request.save(
        update_fields=[
            "target_site", "target_customer", "waiting_for", "waiting_until", "checks", "plan", "version", "status",
        ]
    )  # fmt: skip
    tell(actor=actor, at=at, kind="woke", subject=request, customer_id=request.customer_id)
    return True


def _consent_for_target(request: TransferRequest, at: datetime) -> None:
    """Who consented for the source answers for a target that the same customer enrolled meanwhile (rule M4)."""
    first = request.consents.select_related("given_by").filter(side="source").first()
    if first is None or request.target_customer_id != request.customer_id:
        return
    giver: User = first.given_by
    request.consents.create(
        customer_id=request.customer_id,
        target_customer_id=request.target_customer_id,
        side="target",
        given_by=giver,
        under_mandate=first.under_mandate,
        request_version=request.version,
        given_at=at,
    )
