"""A request is drafted: who, from where to where, what and why. Nothing is promised yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from licenses.models import Entitlement
from migrations_app.facts import Judged, Move, judge, outlook
from migrations_app.models import TransferBatch, TransferLine, TransferRequest, Waiver
from migrations_app.outlook import as_json
from migrations_app.policies import asks_for
from portal.kernel.blocker import Blocker
from portal.kernel.errors import Fault, Forbidden, Invalid
from sites.events import tell
from sites.models import Enrollment, Site
from sites.numbers import next_number
from sites.tenancy.actor import Actor
from sites.words import blocker_as_json, sentence

MOST_UNITS = 10**9


@dataclass(frozen=True, slots=True)
class LineInput:
    """So many units of a license line, as asked for."""

    entitlement: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class WaiverInput:
    """A warning taken note of; `line` None answers it on every line."""

    code: str
    line: str | None
    reason: str


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
    if not asks_for(move.source.customer, actor) and not actor.may_write(move.source.customer):
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
        checks=[stored(b) for b in judged.blockers],
        plan=as_json(outlook(judged)),
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
        )
        for line in judged.lines
    )
    record_waivers(request, judged, waivers, actor=actor, at=at)
    tell(actor=actor, at=at, kind="drafted", subject=request, customer_id=request.customer_id, lines=len(lines))
    return request


def read_move(
    *,
    actor: Actor,
    on: date,
    source_site: str,
    target_site: str | None,
    enrollment: UUID | None,
    effective_on: date | None,
    lines: Sequence[LineInput],
) -> Move:
    """What somebody asks for, looked up among what they may see. Raises Invalid with every fault at once."""
    faults: list[Fault] = []
    source = _site(source_site, "source_site", actor, faults)
    target = _site(target_site, "target_site", actor, faults) if target_site else None
    waits_for = _enrollment(enrollment, actor, faults) if enrollment else None
    if not target_site and not enrollment:
        faults.append(Fault("target_missing", "target_site"))
    if target_site and enrollment:
        faults.append(Fault("target_twice", "target_site"))
    if waits_for is not None and waits_for.site is not None:
        target = waits_for.site
    if effective_on is not None and effective_on < on:
        faults.append(Fault("date_past", "effective_on", params={"date": effective_on, "today": on}))
    quantities = _quantities(lines, source, actor, faults)
    if faults or source is None:
        raise Invalid(*faults)
    return Move(source, target, waits_for, effective_on, quantities)


def _site(number: str, field: str, actor: Actor, faults: list[Fault]) -> Site | None:
    rows = Site.objects.visible_to(actor).select_related("customer", "agreement__customer")
    site = rows.filter(site_number=number).first()
    if site is None:
        faults.append(Fault("site_unknown", field, params={"value": number}))
    return site


def _enrollment(pk: UUID, actor: Actor, faults: list[Fault]) -> Enrollment | None:
    rows = Enrollment.objects.visible_to(actor).select_related("site__customer", "site__agreement__customer")
    found = rows.filter(pk=pk).exclude(status__in=["rejected", "withdrawn"]).first()
    if found is None:
        faults.append(Fault("enrollment_unknown", "enrollment", params={"value": str(pk)}))
    return found


def _quantities(lines: Sequence[LineInput], source: Site | None, actor: Actor, faults: list[Fault]) -> dict[UUID, int]:
    if not lines:
        faults.append(Fault("lines_missing", "lines"))
    known = set()
    if source is not None:
        rows = Entitlement.objects.visible_to(actor).filter(site=source, pk__in=[x.entitlement for x in lines])
        known = set(rows.values_list("pk", flat=True))
    wanted: dict[UUID, int] = {}
    for index, line in enumerate(lines):
        where, told = f"lines[{index}]", str(line.entitlement)
        if source is not None and line.entitlement not in known:
            faults.append(Fault("line_unknown", f"{where}.entitlement", told, params={"site": source.site_number}))
        elif line.entitlement in wanted:
            faults.append(Fault("line_twice", f"{where}.entitlement", told))
        if not 0 < line.quantity <= MOST_UNITS:
            params = {"value": line.quantity, "most": MOST_UNITS}
            faults.append(Fault("quantity_range", f"{where}.quantity", told, params=params))
        wanted[line.entitlement] = line.quantity
    return wanted


def stored(blocker: Blocker) -> dict[str, Any]:
    """A finding as it is kept: code and figures, so that it can be told in any language later."""
    kept = blocker_as_json(blocker)
    kept["params"] = {k: v if isinstance(v, int | None) else str(v) for k, v in blocker.params.items()}
    return kept


def move_of(request: TransferRequest) -> Move:
    """The move that a request asks for."""
    lines = list(request.lines.values_list("entitlement_id", "quantity").order_by("pk"))
    return Move(
        request.source_site,
        request.target_site,
        request.enrollment,
        request.effective_on,
        dict(lines),
        reference=request.pk,
    )


def record_waivers(
    request: TransferRequest, judged: Judged, waivers: Sequence[WaiverInput], *, actor: Actor, at: datetime
) -> None:
    """Keep each waiver with the consequence in words. Raises Invalid for one that answers no warning."""
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
                "consequence": sentence(told.code, told.params),
                "given_by_id": actor.user_id,
                "given_at": at,
            },
        )
