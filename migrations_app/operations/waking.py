"""A request that sleeps wakes by itself: on its day, or when what it waits for is done. Each on its own.

Who sleeps, and for what that may be done by now, is one question to the database; only those are judged.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from licenses.models import Hold
from migrations_app.facts import Judged, judge, plan_json
from migrations_app.models import TransferRequest
from migrations_app.models.ends import kept_ends
from migrations_app.operations.decisions import awaited, promise, sleep, stopping
from migrations_app.operations.telling import ask_for_consent, requesters, tell_people
from migrations_app.policies import missing_sides
from migrations_app.queries.kept import move_of
from migrations_app.rules.checks import bars
from portal.kernel.errors import Refused
from sites.events import tell
from sites.jobs import enqueue
from sites.models import Enrollment, Event, ScheduleEntry
from sites.refusals import Kind, count_refusals
from sites.tenancy.actor import Actor
from sites.words import stored_blocker

Status = TransferRequest.Status
_ASLEEP = Q(status__in=[Status.SUBMITTED, Status.IN_REVIEW]) & ~Q(waiting_for="")
_STOPPED = Q(status=Status.APPROVED) & ~Q(stopped_by=[])
_OVER = (Enrollment.Status.REJECTED, Enrollment.Status.WITHDRAWN)
_CHANGED = (
    "status", "version", "target_site", "target_customer", "waiting_for", "waiting_until", "checks", "plan",
    "stopped_by", "ends",
)  # fmt: skip


def sleepers(actor: Actor, on: date) -> list[UUID]:
    """The requests that may have something to wake for, those that asked first in front.

    A day that has come, an enrollment decided, a schedule entry made. Contacts, other requests and enrollments anew
    have no one row to look for, so those who wait for them are always looked at; so are approved ones that a rule
    stopped.
    """
    rows = TransferRequest.objects.visible_to(actor).filter(_ASLEEP | _STOPPED)
    listed = ScheduleEntry.objects.valid_on(on).filter(
        agreement=OuterRef("target_site__agreement"),
        registration_number=OuterRef("target_site__customer__registration_number"),
    )
    due = (
        Q(waiting_until__lte=on)
        | Q(waiting_for="V18", enrollment__status__in=[Enrollment.Status.ACCEPTED, *_OVER])
        | Q(waiting_for="V19") & Exists(listed)
        | Q(waiting_for__in=["V3", "V13", "V17"])
        | Q(status=Status.APPROVED)
    )
    return list(rows.filter(due).order_by("submitted_at", "number").values_list("pk", flat=True))


@transaction.atomic
def wake(*, actor: Actor, at: datetime, on: date, request_id: UUID) -> bool:
    """Look at a sleeper: whose reason is gone goes on, and its requester is told. Returns whether it woke.

    Idempotent. Who is being looked at by another worker, or was woken a moment ago, is left alone.
    """
    request = _locked(actor).filter(pk=request_id).first()
    if request is None:
        return False
    if request.status == Status.APPROVED:
        return _resume(request, actor, at, on)
    enrollment = request.enrollment
    if enrollment is not None and enrollment.status in _OVER:
        _in_vain(request, actor, at)
        return False
    if enrollment is not None and enrollment.status == Enrollment.Status.ACCEPTED and request.target_site is None:
        request.target_site, request.target_customer = enrollment.site, enrollment.customer
        request.ends = kept_ends(request.source_site, enrollment.site)
    judged = judge(move_of(request), on)
    waits_for, before = awaited(judged, request), (request.waiting_for, request.waiting_until)
    if not waits_for and not _promised(request, judged, actor, at):
        return False
    sleep(request, waits_for)
    if waits_for:
        # It may wait for the next thing now: told as it is, without a wake.
        if (request.waiting_for, request.waiting_until) != before:
            _keep(request, judged)
        return False
    _goes_on(request, judged, actor, at, on)
    return True


def _locked(actor: Actor) -> QuerySet[TransferRequest]:
    rows = TransferRequest.objects.visible_to(actor).filter(_ASLEEP | _STOPPED)
    return rows.select_for_update(of=("self",), skip_locked=True).select_related(
        "customer", "source_site__customer", "target_site__customer", "target_site__agreement__customer",
        "enrollment__site__customer", "enrollment__site__agreement__customer",
    )  # fmt: skip


def _promised(request: TransferRequest, judged: Judged, actor: Actor, at: datetime) -> bool:
    """Hold the units of a request that waited for some; False where another was faster, and it sleeps on."""
    if Hold.objects.filter(reference=request.pk, released_at__isnull=True).exists():
        return True
    try:
        with transaction.atomic():
            promise(request, judged, actor=actor, at=at)
    except Refused:
        return False
    return True


def _keep(request: TransferRequest, judged: Judged) -> None:
    request.checks = [stored_blocker(b) for b in judged.blockers]
    request.plan = plan_json(judged)
    request.version += 1
    request.save(update_fields=_CHANGED)


def _goes_on(request: TransferRequest, judged: Judged, actor: Actor, at: datetime, on: date) -> None:
    if request.status == Status.IN_REVIEW and missing_sides(request):
        _consent_for_target(request, at)
    _keep(request, judged)
    event = tell(actor=actor, at=at, kind="woke", subject=request, customer_id=request.customer_id)
    about: dict[str, Any] = {"actor": actor, "at": at, "request": request, "event": event, "to": requesters(request)}
    tell_people(**about, kind="transfer_woke")
    ask_for_consent(request, event, actor=actor, at=at, on=on)
    # Time went by: what has come up meanwhile is told at once, not found at the desk.
    if found := stopping(judged, request):
        codes = sorted({b.code for b in found})
        count_refusals(Kind.RULE, codes, on=on)
        tell_people(**about, kind="transfer_woke_stopped", codes=", ".join(codes))


def _resume(request: TransferRequest, actor: Actor, at: datetime, on: date) -> bool:
    """An approved move that a rule stopped is tried again as soon as nothing stops it."""
    judged = judge(move_of(request), on)
    if bars(judged.blockers):
        return False
    request.stopped_by = []
    request.save(update_fields=["stopped_by"])
    event = tell(actor=actor, at=at, kind="woke", subject=request, customer_id=request.customer_id)
    tell_people(actor=actor, at=at, request=request, event=event, kind="transfer_woke", to=requesters(request))
    enqueue(kind="transfer.complete", subject_id=request.pk, actor=actor, at=at)
    return True


def _in_vain(request: TransferRequest, actor: Actor, at: datetime) -> None:
    """The enrollment that it waits for was rejected or withdrawn: its requester is told, once."""
    happened = Event.objects.filter(subject_type="transferrequest", subject_id=request.pk, kind="waits_in_vain")
    if happened.exists():
        return
    event = tell(actor=actor, at=at, kind="waits_in_vain", subject=request, customer_id=request.customer_id)
    tell_people(actor=actor, at=at, request=request, event=event, kind="transfer_in_vain", to=requesters(request))


def _consent_for_target(request: TransferRequest, at: datetime) -> None:
    """Who consented for the source answers for a target that the same customer enrolled meanwhile (rule M4)."""
    first = request.consents.filter(side="source").first()
    if first is None or request.target_customer_id != request.customer_id:
        return
    request.consents.create(
        customer_id=request.customer_id,
        target_customer_id=request.target_customer_id,
        side="target",
        given_by_id=first.given_by_id,
        under_mandate=first.under_mandate,
        request_version=request.version,
        given_at=at,
    )
