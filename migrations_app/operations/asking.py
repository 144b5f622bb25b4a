"""The valid rows of a form become requests: one for each source, target and day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Min, QuerySet

from migrations_app.facts import Judged, Move, States, judge, plan_json
from migrations_app.models import BatchRow, TransferBatch, TransferRequest
from migrations_app.operations.decisions import take
from migrations_app.operations.requests import draft
from migrations_app.operations.rows import fail, fail_named, quantities, unasked
from migrations_app.reading import WaiverInput
from portal.kernel.errors import DomainError, Fault, Invalid
from sites.events import history
from sites.models import Site
from sites.refusals import Kind, codes_of, count_refusals
from sites.tenancy.actor import Actor

Group = tuple[UUID, UUID, date | None]


def groups(batch: TransferBatch) -> list[Group]:
    """Source, target and day of the requests still to be made, as the form has them."""
    named = unasked(batch).order_by().values_list("source_site_id", "target_site_id", "effective_on")
    found = named.annotate(first=Min("number")).order_by("first")
    return [(source, target, on) for source, target, on, _first in found if source and target]


@dataclass(frozen=True, slots=True)
class Ready:
    """A group's request as it is to be made: what was found, and its plan; or why it can't be."""

    group: Group
    judged: Judged | None = None
    plan: dict[str, Any] | None = None
    refusal: DomainError | None = None


def get_ready(*, actor: Actor, on: date, batch: TransferBatch, group: Group, known: States) -> Ready:
    """Judge the one request of rows that share source, target and day, and make its plan. Writes nothing."""
    try:
        judged = judge(_move(batch, group, actor), on)
    except DomainError as refusal:
        return Ready(group, refusal=refusal)
    return Ready(group, judged, plan_json(judged, known=known))


@transaction.atomic
def ask(*, actor: Actor, at: datetime, on: date, batch: TransferBatch, ready: Ready) -> bool:
    """Draft and submit the request of one group's rows.

    Rows that a rule refuses fail with their reason. False where only some of them did: the others are to be asked for
    anew, by themselves.
    """
    try:
        _request(actor=actor, at=at, on=on, batch=batch, ready=ready)
    except DomainError as refusal:
        count_refusals(Kind.RULE, codes_of(refusal), on=on)
        rows = _of(batch, ready.group)
        if fail_named(rows, refusal):
            return not rows.exists()
        fail(rows, refusal.faults)
    return True


@transaction.atomic
def ask_for_all(*, actor: Actor, at: datetime, on: date, batch: TransferBatch) -> None:
    """Draft and submit every request of the form, or none: then each row says why, itself or because of others."""
    known: States = {}
    try:
        with transaction.atomic():
            for group in groups(batch):
                ready = get_ready(actor=actor, on=on, batch=batch, group=group, known=known)
                _request(actor=actor, at=at, on=on, batch=batch, ready=ready)
    except DomainError as refusal:
        count_refusals(Kind.RULE, codes_of(refusal), on=on)
        named = fail_named(unasked(batch), refusal)
        others = [Fault("batch_all_or_nothing", "mode", params={"invalid": named})] if named else refusal.faults
        fail(unasked(batch), others)


@transaction.atomic
def _request(*, actor: Actor, at: datetime, on: date, batch: TransferBatch, ready: Ready) -> TransferRequest:
    judged, group = ready.judged, ready.group
    if judged is None or ready.plan is None:
        raise ready.refusal or AssertionError("neither found nor refused")
    reason, wait = _submitted_with(batch)
    said = _reason(batch, group)
    request = draft(actor=actor, at=at, on=on, judged=judged, plan=ready.plan, reason=said, batch=batch)
    warnings = {b.code: b.heals_on for b in judged.blockers if b.waivable}
    wait_for = [code for code, heals_on in warnings.items() if wait and heals_on]
    waivers = [WaiverInput(code, None, reason) for code in warnings if reason and code not in wait_for]
    take(
        "submit", actor=actor, at=at, on=on, request_id=request.pk, waivers=waivers, wait_for=wait_for, judged=judged
    )  # fmt: skip
    _of(batch, group).update(request=request)
    return request


def _of(batch: TransferBatch, group: Group) -> QuerySet[BatchRow]:
    source, target, effective_on = group
    rows = unasked(batch).filter(source_site_id=source, target_site_id=target)
    return rows.filter(effective_on=effective_on) if effective_on else rows.filter(effective_on__isnull=True)


def _move(batch: TransferBatch, group: Group, actor: Actor) -> Move:
    source, target, effective_on = group
    rows = Site.objects.visible_to(actor).select_related("customer", "agreement__customer")
    seen = rows.in_bulk([source, target])
    if source not in seen or target not in seen:
        # A mandate ended meanwhile.
        lacking = "source_site" if source not in seen else "target_site"
        raise Invalid(Fault("site_unknown", lacking, params={"value": _number(batch, group, lacking)}))
    return Move(seen[source], seen[target], None, effective_on, quantities(_of(batch, group)))


def _number(batch: TransferBatch, group: Group, end: str) -> str:
    row = _of(batch, group).first()
    return str(row.values.get(f"{end}_number", "")) if row else ""


def _submitted_with(batch: TransferBatch) -> tuple[str, bool]:
    """The reason that the sender gave for all warnings, and whether to wait for those that heal, as last submitted."""
    told: list[Any] = [e.data for e in history(batch) if e.kind == "submitted"]
    return (told[-1].get("waived", ""), bool(told[-1].get("wait"))) if told else ("", False)


def _reason(batch: TransferBatch, group: Group) -> str:
    said = _of(batch, group).order_by().values_list("values__reason", flat=True).distinct()[:100]
    told = dict.fromkeys(text.strip() for text in said if text)
    return "; ".join(text for text in told if text)[:2000] or f"{batch} ({batch.filename})"
