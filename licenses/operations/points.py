"""What reps do to the ledger of points by hand: adjust, take back, re-open a Term. Two sign what is posted (P3, P7)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction

from licenses.models import PointsAdjustment, PointsMovement, TermReopening
from licenses.operations.postings import PointsEntry, post_points
from licenses.operations.reasons import read_reason, required_reason
from licenses.queries.adjustments import (
    day_faults,
    ended_term,
    entry_faults,
    is_shut,
    keeps_points,
    points_faults,
    reversal_day,
    roles_on,
    sites_of,
    waiting_correction,
)
from licenses.rules.workflow import AUTHOR, POINTS_ADJUSTMENT, SECOND
from portal.kernel.errors import Fault, Forbidden, Invalid, NotFound, Refused
from portal.kernel.period import Period
from sites.events import tell
from sites.models import Agreement
from sites.numbers import next_number
from sites.tenancy import Actor

# How long a re-opened Term takes entries before it is closed anew.
REOPENED = timedelta(days=14)


@transaction.atomic
def propose_adjustment(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    agreement_number: str,
    site_number: str,
    points: Decimal | None,
    effective_on: date | None,
    reason: str,
) -> PointsAdjustment:
    """Propose to give (or, below zero, take) points at a site, counting for `effective_on`, up to today (`on`).

    Nothing is posted before another rep signs (rule P3). Raises Forbidden (`not_yours`) and Invalid with every fault.
    """
    faults: list[Fault] = []
    agreement = _agreement(actor, agreement_number)
    if agreement is None:
        faults.append(_no_agreement(agreement_number))
    site = sites_of(agreement, actor).get(site_number.strip()) if agreement else None
    if agreement and site is None:
        told = {"value": site_number, "agreement": agreement.number}
        faults.append(Fault("site_not_under_agreement", "site", params=told))
    faults += points_faults(points)
    if effective_on is None:
        faults.append(Fault("field_required", "effective_on"))
    elif agreement:
        faults += day_faults(agreement, effective_on, on)
    said, missing = read_reason(reason)
    faults += missing
    if faults or agreement is None or site is None or points is None or effective_on is None:
        raise Invalid(*faults)
    case = PointsAdjustment(
        customer=agreement.customer,
        agreement=agreement,
        site=site,
        points=points,
        effective_on=effective_on,
        reason=said,
    )
    return _propose(case, actor, at)


@transaction.atomic
def propose_reversal(*, actor: Actor, at: datetime, on: date, entry_id: UUID, reason: str) -> PointsAdjustment:
    """Propose to take an entry back by its mirror, which another rep signs (rules P6, P7).

    It counts for today (`on`), or for the last day of the entry's Term where that has ended and takes entries. Raises
    NotFound, Forbidden (`not_yours`), Invalid (`reason_required`), Refused for an entry that can't be taken back.
    """
    entry = PointsMovement.objects.visible_to(actor).filter(pk=entry_id).select_related("agreement__customer").first()
    if entry is None:
        raise NotFound(Fault("http_404"))
    agreement = entry.agreement
    _must_keep_points(actor, agreement)
    said = required_reason(reason)
    waiting = waiting_correction(entry)
    faults = entry_faults(entry)
    if waiting:
        faults.append(Fault("correction_waits", params={"number": str(waiting)}))
    if faults:
        raise Refused(*faults)
    case = PointsAdjustment(
        customer=agreement.customer,
        agreement=agreement,
        site_id=entry.site_id,
        points=-entry.signed,
        effective_on=reversal_day(agreement, entry, on),
        reason=said,
        reverses=entry,
    )
    try:
        with transaction.atomic():
            return _propose(case, actor, at)
    except IntegrityError as at_once:
        # Another rep was faster; which one is told when the entry is looked at again.
        raise Refused(Fault("correction_waits", params={"number": entry.reference})) from at_once


@transaction.atomic
def sign_adjustment(*, actor: Actor, at: datetime, on: date, case_id: UUID) -> PointsAdjustment:
    """Sign as the second rep, and post. A correction whose Term closed meanwhile counts for today instead.

    Raises NotFound, Forbidden (`own_case`, `not_yours`), Refused for what the ledger doesn't take any more.
    """
    case = _second(actor, case_id, "sign")
    agreement = case.agreement
    if case.reverses is not None:
        faults = entry_faults(case.reverses)
        counts_for = reversal_day(agreement, case.reverses, on)
    else:
        counts_for = case.effective_on
        faults = day_faults(agreement, counts_for, on)
    if faults:
        raise Refused(*faults)
    kind = PointsMovement.Kind.REVERSAL if case.reverses_id else PointsMovement.Kind.ADJUSTMENT
    entry = PointsEntry(
        case.pk, case.agreement_id, case.site_id, case.points, kind, str(case), counts_for, case.reverses_id
    )
    _decide(case, "sign", actor, at, counts_for=counts_for.isoformat())
    try:
        with transaction.atomic():
            post_points([entry])
    except IntegrityError as refusal:
        raise Refused(_refused_by_ledger(refusal, counts_for)) from refusal
    return case


def _refused_by_ledger(refusal: IntegrityError, counts_for: date) -> Fault:
    """The Term was closed, or the entry taken back, between the question and the posting."""
    told = getattr(refusal.__cause__, "diag", None)
    if told is not None and told.constraint_name == "points_term_closed":
        return Fault("points_term_closed_now", params={"day": counts_for})
    return Fault("entry_reversed", params={"reference": ""})


@transaction.atomic
def reject_adjustment(*, actor: Actor, at: datetime, case_id: UUID, reason: str) -> PointsAdjustment:
    """Refuse to sign, with a reason. Raises NotFound, Forbidden, Invalid (`reason_required`), Refused."""
    case = _second(actor, case_id, "reject")
    return _decide(case, "reject", actor, at, required_reason(reason))


@transaction.atomic
def withdraw_adjustment(*, actor: Actor, at: datetime, case_id: UUID) -> PointsAdjustment:
    """Take one's own proposal back. Raises NotFound, Forbidden (`not_yours`), Refused."""
    case = _load(actor, case_id)
    POINTS_ADJUSTMENT.require("withdraw", case.status)
    if AUTHOR not in roles_on(actor, case):
        raise Forbidden(Fault("not_yours"))
    return _decide(case, "withdraw", actor, at)


@transaction.atomic
def reopen_term(
    *, actor: Actor, at: datetime, on: date, agreement_number: str, starts_on: date | None, reason: str
) -> TermReopening:
    """Let a closed Term take entries again for 14 days, with every Term after it; then it is closed anew (rule P7).

    Raises Forbidden (`not_yours`), Invalid with every fault, Refused (`term_not_closed`) for a Term that is open.
    """
    faults: list[Fault] = []
    term: Period | None = None
    agreement = _agreement(actor, agreement_number)
    if agreement is None:
        faults.append(_no_agreement(agreement_number))
    if starts_on is None:
        faults.append(Fault("field_required", "starts_on"))
    elif agreement and (term := ended_term(agreement, starts_on, on)) is None:
        faults.append(Fault("term_not_ended", "starts_on", params={"value": starts_on}))
    said, missing = read_reason(reason)
    faults += missing
    if faults or agreement is None or starts_on is None or term is None:
        raise Invalid(*faults)
    if not is_shut(agreement, term, on):
        raise Refused(Fault("term_not_closed", params={"value": starts_on}))
    reopening = TermReopening.objects.create(
        customer=agreement.customer,
        agreement=agreement,
        starts_on=starts_on,
        until=on + REOPENED,
        reason=said,
        reopened_by_id=actor.user_id,
        reopened_at=at,
    )
    told = {"starts_on": starts_on.isoformat(), "until": reopening.until.isoformat(), "reason": said}
    tell(actor=actor, at=at, kind="reopened", subject=reopening, customer_id=agreement.customer_id, **told)
    return reopening


def _agreement(actor: Actor, number: str) -> Agreement | None:
    """The Agreement of that number, in sight. Raises Forbidden for whoever isn't a rep of its country."""
    if "rep" not in actor.roles:
        raise Forbidden(Fault("not_yours"))
    rows = Agreement.objects.visible_to(actor).select_related("customer")
    agreement = rows.filter(number=number.replace("\0", "").strip()).first()
    if agreement:
        _must_keep_points(actor, agreement)
    return agreement


def _no_agreement(number: str) -> Fault:
    if not number.strip():
        return Fault("field_required", "agreement")
    return Fault("agreement_unseen", "agreement", params={"value": number})


def _must_keep_points(actor: Actor, agreement: Agreement) -> None:
    if not keeps_points(actor, agreement.customer):
        raise Forbidden(Fault("not_yours"))


def _propose(case: PointsAdjustment, actor: Actor, at: datetime) -> PointsAdjustment:
    case.number = next_number("adjustment")
    case.proposed_by_id, case.proposed_at = actor.user_id, at
    case.save(force_insert=True)
    told = {"number": str(case), "points": str(case.points), "reason": case.reason}
    tell(actor=actor, at=at, kind="proposed", subject=case, customer_id=case.customer_id, **told)
    return case


def _load(actor: Actor, case_id: UUID) -> PointsAdjustment:
    rows = PointsAdjustment.objects.visible_to(actor).select_for_update(of=("self",))
    case = rows.filter(pk=case_id).select_related("customer", "agreement", "reverses").first()
    if case is None:
        raise NotFound(Fault("http_404"))
    return case


def _second(actor: Actor, case_id: UUID, action: str) -> PointsAdjustment:
    case = _load(actor, case_id)
    POINTS_ADJUSTMENT.require(action, case.status)
    roles = roles_on(actor, case)
    if SECOND not in roles:
        raise Forbidden(Fault("own_case" if AUTHOR in roles else "not_yours"))
    return case


def _decide(
    case: PointsAdjustment, action: str, actor: Actor, at: datetime, reason: str = "", **told: str
) -> PointsAdjustment:
    case.status = POINTS_ADJUSTMENT.require(action, case.status).target
    case.decided_by_id, case.decided_at, case.decision_reason = actor.user_id, at, reason
    case.save(update_fields=["status", "decided_by", "decided_at", "decision_reason"])
    told |= {"number": str(case), "reason": reason}
    tell(actor=actor, at=at, kind=case.status, subject=case, customer_id=case.customer_id, **told)
    return case
