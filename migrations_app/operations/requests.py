"""A request is drafted: who, from where to where, what and why. Nothing is promised yet."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language

from migrations_app.facts import Judged, judge, outlook
from migrations_app.models import TransferBatch, TransferLine, TransferRequest, Waiver
from migrations_app.models.ends import kept_ends, kept_line
from migrations_app.outlook import as_json
from migrations_app.reading import LineInput, WaiverInput, read_move
from portal.kernel.errors import Fault, Forbidden, Invalid
from sites.events import tell
from sites.numbers import next_number
from sites.tenancy.actor import Actor
from sites.words import sentence, stored_blocker


@transaction.atomic
def create_request(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    source_site: str,
    target_site: str | None,
    enrollment: UUID | None,
    effective_on: date | None,
    reason: str,
    lines: Sequence[LineInput],
    waivers: Sequence[WaiverInput] = (),
    batch: TransferBatch | None = None,
) -> TransferRequest:
    """Draft a transfer request with its checks and plan.

    Raises Invalid with every fault of the input at once, Forbidden where the actor sees the source but may not
    request for it. A finding of the checks doesn't stop a draft.
    """
    move = read_move(
        actor=actor,
        on=on,
        source_site=source_site,
        target_site=target_site,
        enrollment=enrollment,
        effective_on=effective_on,
        lines=lines,
    )
    if not actor.may_write(move.source.customer):
        raise Forbidden(Fault("not_yours", "source_site"))
    judged = judge(move, on)
    request = TransferRequest.objects.create(
        number=next_number("transfer"),
        customer=move.source.customer,
        source_site=move.source,
        target_customer=move.target.customer if move.target else None,
        target_site=move.target,
        enrollment=move.enrollment,
        batch=batch,
        effective_on=effective_on,
        reason=reason.strip(),
        checks=[stored_blocker(b) for b in judged.blockers],
        plan=as_json(outlook(judged), judged.book),
        ends=kept_ends(move.source, move.target),
        created_by_id=actor.user_id,
        created_at=at,
    )
    TransferLine.objects.bulk_create(
        TransferLine(
            customer_id=request.customer_id,
            target_customer_id=request.target_customer_id,
            request=request,
            entitlement=line,
            quantity=move.quantities[line.pk],
            told=kept_line(line),
        )
        for line in judged.lines
    )
    record_waivers(request, judged, waivers, actor=actor, at=at)
    tell(actor=actor, at=at, kind="drafted", subject=request, customer_id=request.customer_id, lines=len(lines))
    return request


def record_waivers(
    request: TransferRequest, judged: Judged, waivers: Sequence[WaiverInput], *, actor: Actor, at: datetime
) -> None:
    """Keep each waiver with its consequence: as figures, and as the words that were shown. Raises Invalid for one that
    answers no warning."""
    if not waivers:
        return
    warnings = {(b.code, line): b for b in judged.blockers if b.waivable for line in (b.line, None)}
    faults = [
        Fault("waiver_unknown", f"waivers[{i}].code", w.line, params={"code": w.code})
        for i, w in enumerate(waivers)
        if (w.code, w.line) not in warnings
    ] + [
        Fault("reason_required", f"waivers[{i}].reason", w.line) for i, w in enumerate(waivers) if not w.reason.strip()
    ]
    if faults:
        raise Invalid(*faults)
    for waiver in waivers:
        told = warnings[(waiver.code, waiver.line)]
        Waiver.objects.get_or_create(
            request=request,
            code=waiver.code,
            line=waiver.line,
            defaults={
                "customer_id": request.customer_id,
                "target_customer_id": request.target_customer_id,
                "reason": waiver.reason.strip(),
                "params": stored_blocker(told)["params"],
                "consequence": sentence(told.code, told.params),
                "language": get_language() or "en",
                "given_by_id": actor.user_id,
                "given_at": at,
            },
        )
