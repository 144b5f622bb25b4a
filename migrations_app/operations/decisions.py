"""A request goes its way: submitted, consented to, decided, withdrawn, reversed. One door, one table."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from licenses.operations import hold, move_units_back, release
from licenses.queries import rule_book
from migrations_app.facts import Judged, judge, outlook
from migrations_app.models import Consent, TransferRequest
from migrations_app.operations.requests import move_of, record_waivers, stored
from migrations_app.outlook import as_json
from migrations_app.policies import answers_for_side, must_not_be_own, roles_on, sides
from migrations_app.reading import WaiverInput
from migrations_app.rules.checks import open_blockers, sleeping
from migrations_app.rules.workflow import TRANSFER
from portal.kernel.blocker import Blocker, Severity
from portal.kernel.errors import Fault, Forbidden, NotFound, Refused, Stale
from sites.events import tell
from sites.jobs import enqueue
from sites.tenancy.actor import Actor

VERBS = ("submit", "consent", "refuse", "approve", "return", "reject", "withdraw", "reverse")
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
    version: int | None = None,
) -> TransferRequest:
    """Do `verb` to a request: the transition table says from where, the actor's roles say who.

    Raises NotFound, Stale (another version), Refused (not from this status, or a rule stops it), Forbidden,
    Invalid (a reason or waiver is missing).
    """
    request = load(request_id, actor)
    if version is not None and version != request.version:
        raise Stale(Fault("stale", params={"version": request.version}))
    step = TRANSFER.require(verb, request.status)
    if not roles_on(request, actor, on) & step.roles:
        raise Forbidden(Fault("not_yours"))
    if verb in NEEDS_REASON and not reason.strip():
        raise Refused(Fault("reason_required", "reason"))
    _DOORS[verb](_Step(request, actor, at, on, reason.strip(), tuple(waivers)))
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
        waivers: tuple[WaiverInput, ...],
    ):
        self.request, self.actor, self.at, self.on = request, actor, at, on
        self.reason, self.waivers = reason, waivers

    def to(self, status: str, kind: str, **data: object) -> None:
        """Go to `status`, raise the version, tell."""
        self.request.status = status
        self.request.version += 1
        self.request.save(update_fields=FIELDS)
        told = {"reason": self.reason} if self.reason else {}
        customer = self.request.customer_id
        tell(actor=self.actor, at=self.at, kind=kind, subject=self.request, customer_id=customer, **told, **data)


FIELDS = (
    "status",
    "version",
    "checks",
    "plan",
    "waiting_for",
    "waiting_until",
    "submitted_by",
    "submitted_at",
    "decided_by",
    "decided_at",
    "decision_reason",
)


def load(request_id: UUID, actor: Actor) -> TransferRequest:
    """The request, locked. Raises NotFound for unknown and foreign, Forbidden where it can only be read."""
    rows = TransferRequest.objects.visible_to(actor)
    locked = rows.select_for_update(of=("self",)).select_related(
        "customer", "source_site__customer", "target_site__customer", "target_site__agreement__customer", "enrollment"
    )
    request = locked.filter(pk=request_id).first()
    if request is None:
        if rows.filter(pk=request_id).exists():
            raise Forbidden(Fault("not_yours"))
        raise NotFound(Fault("http_404"))
    return request


def stopping(judged: Judged, request: TransferRequest) -> list[Blocker]:
    """Errors, and warnings that nobody waived."""
    waived = {(w.code, str(w.line) if w.line else None) for w in request.waivers.all()}
    stops = {Severity.ERROR, Severity.WARNING}
    return [b for b in open_blockers(judged.blockers, waived) if b.severity in stops]


def as_faults(blockers: Sequence[Blocker]) -> list[Fault]:
    """Findings as faults of an answer that refuses."""
    return [
        Fault(b.code, b.field, b.line, params=b.params, severity=str(b.severity), mends=b.mends, heals_on=b.heals_on)
        for b in blockers
    ]


def _submit(step: _Step) -> None:
    request = step.request
    judged = judge(move_of(request), step.on)
    record_waivers(request, judged, step.waivers, actor=step.actor, at=step.at)
    faults = as_faults(stopping(judged, request))
    if not request.reason and not step.reason:
        faults.append(Fault("reason_required", "reason"))
    if faults:
        raise Refused(*faults)
    _promise(step, judged)
    waits = sleeping(judged.blockers)
    request.waiting_for, request.waiting_until = (waits.code, waits.heals_on) if waits else ("", None)
    request.checks = [stored(b) for b in judged.blockers]
    request.plan = as_json(outlook(judged), judged.book)
    request.submitted_by_id, request.submitted_at = step.actor.user_id, step.at
    request.decided_by_id = request.decided_at = None
    step.to("submitted", "submitted", lines=len(judged.lines))
    request.consents.all().delete()
    _consent(step)


def _promise(step: _Step, judged: Judged) -> None:
    release(reference=step.request.pk, at=step.at)
    lines = [(line, judged.move.quantities[line.pk]) for line in judged.lines]
    hold(actor=step.actor, at=step.at, reference=step.request.pk, lines=lines)


def _consent(step: _Step) -> None:
    """Every side that this actor answers for; with the last one the request goes to the rep (rule M4)."""
    request = step.request
    given = set(request.consents.values_list("side", flat=True))
    for side in sides(request):
        if side not in given and answers_for_side(request, side, step.actor, step.on):
            _give(step, side)
            given.add(side)
    if given >= set(sides(request)):
        step.to("in_review", "sent_to_rep")


def _give(step: _Step, side: str) -> None:
    request = step.request
    site = request.source_site if side == "source" else request.target_site
    Consent.objects.create(
        customer_id=request.customer_id,
        target_customer_id=request.target_customer_id,
        request=request,
        side=side,
        given_by_id=step.actor.user_id,
        under_mandate=site is not None and step.actor.mandate_for(site.customer_id) is not None,
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
    judged = judge(move_of(request), step.on)
    if errors := [b for b in judged.blockers if b.severity is Severity.ERROR]:
        raise Refused(*as_faults(errors))
    _decided(step)
    step.to("approved", "approved")
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
    step.to("returned", "returned")


def _reject(step: _Step) -> None:
    must_not_be_own(step.request, step.actor)
    release(reference=step.request.pk, at=step.at)
    _decided(step)
    step.to("rejected", "rejected", by="person")


def _refuse(step: _Step) -> None:
    release(reference=step.request.pk, at=step.at)
    step.request.decision_reason = step.reason
    step.to("rejected", "refused", by="person")


def _withdraw(step: _Step) -> None:
    release(reference=step.request.pk, at=step.at)
    step.to("withdrawn", "withdrawn")


def _reverse(step: _Step) -> None:
    """Rule M7: inside the window, unless something was built on it."""
    request = step.request
    must_not_be_own(request, step.actor)
    last = (request.completed_on or step.on) + timedelta(days=rule_book().reversal_days)
    if step.on > last:
        raise Refused(Fault("reversal_late", params={"last": last}))
    move_units_back(actor=step.actor, at=step.at, on=step.on, reference=str(request.pk))
    step.to("reversed", "reversed")


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
