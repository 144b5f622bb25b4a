"""A request goes its way: submitted, consented to, decided, withdrawn, reversed. One door, one table."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from licenses.operations import hold, move_units_back, release
from licenses.queries import rule_book
from migrations_app.facts import Judged, judge, plan_json
from migrations_app.models import Consent, TransferRequest
from migrations_app.operations.requests import record_waivers
from migrations_app.operations.reversals import rows_went_back
from migrations_app.operations.telling import ask_for_consent, requesters, tell_people
from migrations_app.policies import (
    NEEDS_BOTH_ENDS,
    answers_for_side,
    missing_sides,
    must_not_be_own,
    must_see_both_ends,
    roles_on,
)
from migrations_app.queries.kept import move_of
from migrations_app.reading import WaiverInput
from migrations_app.rules.checks import may_wait_for, sleeps_for, stops, waits
from migrations_app.rules.workflow import TRANSFER
from portal.kernel.blocker import Blocker
from portal.kernel.errors import Fault, Forbidden, NotFound, Refused, Stale
from sites.events import tell
from sites.jobs import enqueue
from sites.models import Event
from sites.refusals import Kind, count_refusals
from sites.tenancy.actor import Actor
from sites.words import stored_blocker

VERBS = ("submit", "consent", "refuse", "approve", "return", "reject", "withdraw", "reverse")
# Whose no it is.
NO_OF_PERSON = {"refuse": "contact", "return": "rep", "reject": "rep"}
NEEDS_REASON = frozenset({"refuse", "return", "reject", "reverse"})


@transaction.atomic
def take(
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    on: date,
    request_id: UUID,
    reason: str = "",
    waivers: Sequence[WaiverInput] = (),
    wait_for: Collection[str] = (),
    version: int | None = None,
    judged: Judged | None = None,
    with_form: bool = False,
) -> TransferRequest:
    """Do `verb` to a request: the transition table says from where, the actor's roles say who.

    `wait_for` are codes of checks that heal: submitted so, the request sleeps until they have, and goes on by itself.
    `judged` is what was found on a draft as it was made, so that it isn't asked twice. `with_form`: its form is taken
    back as a whole, which tells its rows.
    Raises NotFound, Stale (another version), Refused (not from this status, or a rule stops it), Forbidden,
    Invalid (a reason or waiver is missing).
    """
    request = load(request_id, actor)
    if version is not None and version != request.version:
        raise Stale(Fault("stale", params={"version": request.version}))
    step = TRANSFER.require(verb, request.status)
    if not roles_on(request, actor, on) & step.roles:
        raise Forbidden(Fault("not_yours"))
    if verb in NEEDS_BOTH_ENDS:
        must_see_both_ends(request)
    if verb in NEEDS_REASON and not reason.strip():
        raise Refused(Fault("reason_required", "reason"))
    taken = _Step(request, actor, at, on, reason.strip(), tuple(waivers), tuple(wait_for), judged)
    _DOORS[verb](taken)
    if verb == "reverse" and request.batch_id and not with_form:
        rows_went_back(actor=actor, at=at, batch_id=request.batch_id, request=request, reason=taken.reason)
    if verb in NO_OF_PERSON:
        count_refusals(Kind.PERSON, [f"transfer_{step.target}_by_{NO_OF_PERSON[verb]}"], on=on)
    return request


class _Step:
    """One verb on one request, by one actor, at one instant."""

    def __init__(
        self,
        request: TransferRequest,
        actor: Actor,
        at: datetime,
        on: date,
        reason: str,
        waivers: tuple[WaiverInput, ...] = (),
        wait_for: tuple[str, ...] = (),
        judged: Judged | None = None,
    ):
        self.request, self.actor, self.at, self.on = request, actor, at, on
        self.reason, self.waivers, self.wait_for, self.judged = reason, waivers, wait_for, judged

    def to(self, status: str, kind: str, *, judged: bool = False, **data: object) -> Event:
        """Go to `status`, raise the version, tell; keep the findings and the plan where they were `judged` anew."""
        self.request.status = status
        self.request.version += 1
        self.request.save(update_fields=(*FIELDS, *JUDGED) if judged else FIELDS)
        told = {"reason": self.reason} if self.reason else {}
        customer = self.request.customer_id
        return tell(actor=self.actor, at=self.at, kind=kind, subject=self.request, customer_id=customer, **told, **data)

    def notify(self, event: Event, kind: str, to: Iterable[UUID | None]) -> None:
        """Tell `to` of it, but for the actor."""
        others = [person for person in to if person != self.actor.user_id]
        tell_people(
            actor=self.actor, at=self.at, request=self.request, event=event, kind=kind, to=others, reason=self.reason
        )


FIELDS = (
    "status",
    "version",
    "waiting_for",
    "waiting_until",
    "wait_for",
    "stopped_by",
    "submitted_by",
    "submitted_at",
    "decided_by",
    "decided_at",
    "decision_reason",
)

# Megabytes of a large request: written where they change.
JUDGED = ("checks", "plan")


def load(request_id: UUID, actor: Actor) -> TransferRequest:
    """The request, locked. Raises NotFound for unknown and foreign, Forbidden where it can only be read."""
    rows = TransferRequest.objects.visible_to(actor)
    request = rows.select_for_update(of=("self",)).with_ends().filter(pk=request_id).first()
    if request is None:
        if rows.filter(pk=request_id).exists():
            raise Forbidden(Fault("not_yours"))
        raise NotFound(Fault("http_404"))
    return request


def waived(request: TransferRequest) -> set[tuple[str, str | None]]:
    """What was taken note of: (check, line), line None for every line."""
    return {(w.code, str(w.line) if w.line else None) for w in request.waivers.all()}


def stopping(judged: Judged, request: TransferRequest) -> list[Blocker]:
    """Errors, and warnings that nobody waived; what the request waits for stops it no more than time does."""
    return list(stops(judged.blockers, waived(request), request.wait_for))


def awaited(judged: Judged, request: TransferRequest) -> tuple[Blocker, ...]:
    """What the request sleeps for."""
    return waits(judged.blockers, waived(request), request.wait_for)


def as_faults(blockers: Sequence[Blocker]) -> list[Fault]:
    """Findings as faults of an answer that refuses."""
    return [
        Fault(b.code, b.field, b.line, params=b.params, severity=str(b.severity), mends=b.mends, heals_on=b.heals_on)
        for b in blockers
    ]


def _submit(step: _Step) -> None:
    request = step.request
    judged = step.judged or judge(move_of(request), step.on)
    record_waivers(request, judged, step.waivers, actor=step.actor, at=step.at)
    request.wait_for = sorted(set(step.wait_for))
    faults = [
        Fault("wait_unknown", f"wait_for[{i}]", params={"code": code})
        for i, code in enumerate(step.wait_for)
        if not any(b.code == code and may_wait_for(b.code, b.params) for b in judged.blockers)
    ]
    faults += as_faults(stopping(judged, request))
    if not request.reason and not step.reason:
        faults.append(Fault("reason_required", "reason"))
    if faults:
        raise Refused(*faults)
    sleep(request, awaited(judged, request))
    promise(request, judged, actor=step.actor, at=step.at)
    request.stopped_by = []
    if step.judged is None:
        request.checks = [stored_blocker(b) for b in judged.blockers]
        request.plan = plan_json(judged)
    request.submitted_by_id, request.submitted_at = step.actor.user_id, step.at
    request.decided_by_id = request.decided_at = None
    event = step.to("submitted", "submitted", judged=step.judged is None, lines=len(judged.lines))
    request.consents.all().delete()
    _consent(step)
    ask_for_consent(request, event, actor=step.actor, at=step.at, on=step.on)


def sleep(request: TransferRequest, awaited: Sequence[Blocker]) -> None:
    """Put the request to sleep for what it waits for, or wake it where there is nothing; the caller saves it."""
    request.waiting_for, request.waiting_until = sleeps_for(awaited)


def promise(request: TransferRequest, judged: Judged, *, actor: Actor, at: datetime) -> None:
    """Hold the request's units. One that waits for units of another request holds none until there are some."""
    release(reference=request.pk, at=at)
    if any(b.code == "V3" for b in awaited(judged, request)):
        return
    hold(actor=actor, at=at, reference=request.pk, lines=judged.move.quantities)


def _consent(step: _Step) -> None:
    """Every side that this actor answers for; with the last one the request goes to the rep (rule M4)."""
    request = step.request
    missing = missing_sides(request)
    answered = [side for side in missing if answers_for_side(request, side, step.actor, step.on)]
    for side in answered:
        _give(step, side)
    if answered == missing:
        step.to("in_review", "sent_to_rep")


def _give(step: _Step, side: str) -> None:
    request = step.request
    customer = request.customer_id if side == "source" else request.target_customer_id
    Consent.objects.create(
        customer_id=request.customer_id,
        target_customer_id=request.target_customer_id,
        request=request,
        side=side,
        given_by_id=step.actor.user_id,
        under_mandate=customer is not None and step.actor.mandate_for(customer) is not None,
        request_version=request.version,
        given_at=step.at,
    )
    tell(
        actor=step.actor,
        at=step.at,
        kind="consented",
        subject=request,
        customer_id=request.customer_id,
        side=side,
    )


def _approve(step: _Step) -> None:
    request = step.request
    must_not_be_own(request, step.actor)
    if request.waiting_for:
        raise Refused(Fault("still_waiting", params={"code": request.waiting_for}))
    if missing_sides(request):
        # The target was enrolled for another customer while the request slept (rule M4).
        raise Refused(Fault("consent_missing"))
    judged = judge(move_of(request), step.on)
    if stopped := stops(judged.blockers, waived(request)):
        raise Refused(*as_faults(stopped))
    _decided(step)
    event = step.to("approved", "approved")
    step.notify(event, "transfer_approved", requesters(request))
    due = _instant(max(request.effective_on or step.on, step.on), step)
    enqueue(kind="transfer.complete", subject_id=request.pk, actor=step.actor, at=step.at, due_at=due)


def _instant(day: date, step: _Step) -> datetime:
    return step.at if day <= step.on else timezone.make_aware(datetime.combine(day, time.min))


def _decided(step: _Step) -> None:
    request = step.request
    request.decided_by_id, request.decided_at = step.actor.user_id, step.at
    request.decision_reason = step.reason


def _return(step: _Step) -> None:
    must_not_be_own(step.request, step.actor)
    _decided(step)
    event = step.to("returned", "returned")
    step.notify(event, "transfer_returned", requesters(step.request))


def _reject(step: _Step) -> None:
    must_not_be_own(step.request, step.actor)
    release(reference=step.request.pk, at=step.at)
    _decided(step)
    event = step.to("rejected", "rejected", by="person")
    step.notify(event, "transfer_rejected", requesters(step.request))


def _refuse(step: _Step) -> None:
    release(reference=step.request.pk, at=step.at)
    step.request.decision_reason = step.reason
    event = step.to("rejected", "refused", by="person")
    step.notify(event, "transfer_refused", requesters(step.request))


def _withdraw(step: _Step) -> None:
    release(reference=step.request.pk, at=step.at)
    step.to("withdrawn", "withdrawn")


def _reverse(step: _Step) -> None:
    """Rule M7: inside the window, unless something was built on it."""
    request = step.request
    must_not_be_own(request, step.actor)
    last = (request.completed_on or step.on) + timedelta(days=rule_book(step.on).reversal_days)
    if step.on > last:
        raise Refused(Fault("reversal_late", params={"last": last}))
    move_units_back(actor=step.actor, at=step.at, on=step.on, reference=str(request.pk))
    event = step.to("reversed", "reversed")
    step.notify(event, "transfer_reversed", requesters(request))


_DOORS: dict[str, Callable[[_Step], None]] = {
    "submit": _submit,
    "consent": _consent,
    "refuse": _refuse,
    "approve": _approve,
    "return": _return,
    "reject": _reject,
    "withdraw": _withdraw,
    "reverse": _reverse,
}
