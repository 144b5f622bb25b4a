"""Enrollments: written, amended, submitted, decided (rules S7 to S10)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from portal.kernel.errors import Fault, Forbidden, Invalid, NotFound, Refused, Stale
from sites.events import tell
from sites.models import Enrollment, Event
from sites.notices import notify
from sites.operations.acceptance import accept
from sites.operations.writing import written_fields
from sites.policies import must_be_allowed
from sites.refusals import Kind, count_refusals
from sites.rules.enrolling import ADDITIONAL
from sites.rules.workflow import ENROLLMENT
from sites.tenancy import Actor

TOLD = {
    "submit": "submitted",
    "accept": "accepted",
    "return": "returned",
    "reject": "rejected",
    "withdraw": "withdrawn",
}
OPEN = (Enrollment.Status.SUBMITTED, Enrollment.Status.RETURNED)


@transaction.atomic
def create_enrollment(*, actor: Actor, at: datetime, data: Mapping[str, Any]) -> Enrollment:
    """A draft from plain `data` in the shape of `POST /enrollments/`.

    The customer is found by registration number among those that the actor may see; what was left out is taken
    from there. A company that isn't found stays a newcomer until the enrollment is accepted. Raises Invalid with
    every fault at once, Forbidden (`not_yours`) where the actor may only read the customer.
    """
    written = written_fields(actor, data)
    enrollment = Enrollment(created_by_id=actor.user_id, created_at=at, **written)
    enrollment.save(force_insert=True)
    _tell(actor, at, "created", enrollment)
    return enrollment


@transaction.atomic
def amend_enrollment(
    *, actor: Actor, at: datetime, enrollment_id: UUID, data: Mapping[str, Any], version: int | None = None
) -> Enrollment:
    """Write a draft or a returned enrollment anew; its kind stays.

    Raises NotFound, Stale, Refused (`not_from_here`), Forbidden and Invalid.
    """
    enrollment = _locked(actor, enrollment_id, version)
    must_be_allowed(actor, enrollment, ENROLLMENT.require("submit", enrollment.status))
    written = written_fields(actor, {**data, "kind": enrollment.kind})
    for name, value in written.items():
        setattr(enrollment, name, value)
    enrollment.version += 1
    enrollment.save()
    _tell(actor, at, "amended", enrollment)
    return enrollment


@transaction.atomic
def take(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    enrollment_id: UUID,
    action: str,
    reason: str = "",
    agreement_number: str = "",
    version: int | None = None,
) -> Enrollment:
    """Take a step of the workflow: submit, accept, return, reject or withdraw.

    `on` is the business date from which an accepted site's contacts answer; `agreement_number` replaces the one
    that was asked for when an Originating Site is accepted. `version`: what the caller has read. Raises NotFound,
    Stale, Refused (`not_from_here`, or the rule that stands in the way), Forbidden (`own_case`, `not_yours`) and
    Invalid; nothing has changed then.
    """
    enrollment = _locked(actor, enrollment_id, version)
    step = ENROLLMENT.require(action, enrollment.status)
    must_be_allowed(actor, enrollment, step)
    reason = reason.strip()
    if action in ("return", "reject") and not reason:
        raise Invalid(Fault("reason_required", "reason"))
    told: dict[str, Any] = {"reason": reason} if reason else {}
    if action == "submit":
        _alone(actor, enrollment)
        enrollment.submitted_by_id, enrollment.submitted_at = actor.user_id, at
        enrollment.decided_by_id, enrollment.decided_at, enrollment.decision_reason = None, None, ""
    elif action == "accept":
        told |= accept(actor=actor, on=on, enrollment=enrollment, number=agreement_number)
    if action in ("accept", "return", "reject"):
        enrollment.decided_by_id, enrollment.decided_at, enrollment.decision_reason = actor.user_id, at, reason
    enrollment.status = step.target
    enrollment.version += 1
    enrollment.save()
    event = _tell(actor, at, TOLD[action], enrollment, **told)
    if action in ("accept", "return", "reject"):
        _tell_requester(actor, at, enrollment, event)
    if action in ("return", "reject"):
        count_refusals(Kind.PERSON, [f"enrollment_{TOLD[action]}"], on=on)
    return enrollment


def _tell(actor: Actor, at: datetime, kind: str, enrollment: Enrollment, **data: Any) -> Event:
    return tell(actor=actor, at=at, kind=kind, subject=enrollment, customer_id=enrollment.customer_id, **data)


def _tell_requester(actor: Actor, at: datetime, enrollment: Enrollment, event: Event) -> None:
    """Whoever wrote or submitted it is told how it was decided."""
    notify(
        actor=actor,
        at=at,
        event=event,
        kind=f"enrollment_{event.kind}",
        to=[enrollment.created_by_id, enrollment.submitted_by_id],
        name=enrollment.company.get("name", ""),
        reason=enrollment.decision_reason,
        site=enrollment.site.site_number if enrollment.site else "",
    )


def _locked(actor: Actor, enrollment_id: UUID, version: int | None) -> Enrollment:
    rows = Enrollment.objects.visible_to(actor).filter(pk=enrollment_id)
    if not rows.exists():
        raise NotFound
    locking = rows.select_for_update(of=("self",))
    # Who waited for another's decision meets a row that its own statement may not see yet: the second one does.
    enrollment = locking.first() or locking.all().first()
    # The database locks only what the actor may write; what they only read is there, so it isn't "not found".
    if enrollment is None:
        raise Forbidden(Fault("not_yours"))
    if version is not None and version != enrollment.version:
        raise Stale(Fault("stale"))
    return enrollment


def _alone(actor: Actor, enrollment: Enrollment) -> None:
    """Raises Refused (`enrollment_open`) where the same form is under way already; two at once meet at the lock."""
    company = enrollment.company
    what = f"enrollment {enrollment.kind} {enrollment.country} {company['registration_number'] or company['name']}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])
    same = (
        Enrollment.objects.visible_to(actor)
        .exclude(pk=enrollment.pk)
        .filter(
            kind=enrollment.kind,
            status__in=OPEN,
            country=enrollment.country,
            company__registration_number=company["registration_number"],
            agreement_number=enrollment.agreement_number,
            site_number=enrollment.site_number,
        )
    )
    if enrollment.kind == ADDITIONAL or not company["registration_number"]:
        # One company may well enroll several Additional Sites, at different addresses.
        same = same.filter(company__name=company["name"], company__street=company["street"])
    if same.exists():
        raise Refused(Fault("enrollment_open", params={"name": company["name"]}))
