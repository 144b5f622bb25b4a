"""A request is drafted: who, from where to where, what and why. Nothing is promised yet."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import get_language

from licenses.sets import array
from migrations_app.facts import Judged, judge, plan_json
from migrations_app.models import TransferBatch, TransferRequest, Waiver
from migrations_app.models.ends import kept_ends
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
    judged = judge(move, on)
    request = draft(actor=actor, at=at, on=on, judged=judged, plan=plan_json(judged), reason=reason)
    record_waivers(request, judged, waivers, actor=actor, at=at)
    return request


# Each line with what the other end is told of it.
_LINES = """
INSERT INTO migrations_app_transferline (id, customer_id, target_customer_id, request_id, entitlement_id, quantity,
                                         told)
SELECT gen_random_uuid(), %(customer)s, %(target)s, %(request)s, e.id, w.quantity, jsonb_build_object(
           'part_number', e.part_id, 'description', p.description, 'order_reference', e.order_reference)
  FROM unnest(%(lines)s::uuid[], %(quantities)s::bigint[]) AS w(line, quantity)
 CROSS JOIN LATERAL (SELECT * FROM licenses_entitlement x WHERE x.id = w.line AND x.site_id = %(site)s OFFSET 0) AS e
  JOIN licenses_part p ON p.part_number = e.part_id
"""


@transaction.atomic
def draft(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    judged: Judged,
    plan: dict[str, Any],
    reason: str,
    batch: TransferBatch | None = None,
) -> TransferRequest:
    """Write the request of a move that was judged, with what was found and its plan.

    Raises Forbidden where the actor sees the source but may not request for it, Invalid (`line_unknown`) for lines that
    aren't there.
    """
    move = judged.move
    if not actor.may_write(move.source.customer):
        raise Forbidden(Fault("not_yours", "source_site"))
    request = TransferRequest.objects.create(
        number=next_number("transfer"),
        customer=move.source.customer,
        source_site=move.source,
        target_customer=move.target.customer if move.target else None,
        target_site=move.target,
        enrollment=move.enrollment,
        batch=batch,
        effective_on=move.effective_on,
        reason=reason.strip(),
        checks=[stored_blocker(b) for b in judged.blockers],
        plan=plan,
        ends=kept_ends(move.source, move.target),
        created_by_id=actor.user_id,
        created_at=at,
    )
    asked = {
        "customer": request.customer_id, "target": request.target_customer_id, "request": request.pk,
        "site": move.source.pk, "lines": array(move.quantities), "quantities": array(move.quantities.values()),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_LINES, asked)
        if cursor.rowcount != len(move.quantities):
            gone = move.quantities.keys() - {line.pk for line in judged.lines}
            params = {"site": move.source.site_number}
            raise Invalid(*(Fault("line_unknown", "lines", str(pk), params=params) for pk in gone))
    tell(
        actor=actor, at=at, kind="drafted", subject=request, customer_id=request.customer_id,
        lines=len(move.quantities),
    )  # fmt: skip
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
