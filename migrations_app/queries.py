"""Requests and batches as pages, the API and the desk show them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from licenses.models import Entitlement, Proof
from licenses.queries import rule_book
from migrations_app.facts import Move, judge, outlook
from migrations_app.models import BatchRow, TransferBatch, TransferRequest
from migrations_app.outlook import as_json
from migrations_app.policies import answers_for_side, roles_on, sides
from migrations_app.reading import LineInput, read_move
from migrations_app.rules.workflow import BATCH, REQUESTER, TRANSFER, whose_turn
from sites.clock import today
from sites.events import history
from sites.tenancy.actor import Actor
from sites.words import blocker_as_json, remedy, sentence

CONTACT_OF = {"source": "source_contact", "target": "target_contact"}


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of a request beside what its license line is today."""

    entitlement: UUID
    part_number: str
    description: str
    quantity: int
    owned: int
    cover_end: date | None
    order_reference: str
    proof_number: str
    arrived_as: UUID | None


@dataclass(frozen=True, slots=True)
class RequestView:
    """A whole case: where it stands, whose turn it is, what speaks against it, what it does."""

    id: UUID
    number: str
    status: str
    status_label: str
    version: int
    whose_turn: str
    source_site: str
    target_site: str | None
    enrollment: UUID | None
    customer: str
    effective_on: date | None
    reason: str
    waiting_for: str
    waiting_until: date | None
    fault: str
    lines: tuple[LineView, ...]
    checks: tuple[dict[str, Any], ...]
    plan: dict[str, Any] | None
    consents: tuple[dict[str, Any], ...]
    waivers: tuple[dict[str, Any], ...]
    timeline: tuple[dict[str, Any], ...]
    papers: tuple[dict[str, Any], ...]
    actions: tuple[str, ...]
    created_at: datetime
    decision_reason: str = ""


def describe(request: TransferRequest, actor: Actor) -> RequestView:
    """The case page's read model; a fixed number of queries whatever the number of lines."""
    lines = _lines(request)
    waivers = list(request.waivers.select_related("given_by").order_by("given_at", "pk"))
    waived = {(w.code, str(w.line) if w.line else None) for w in waivers}
    consents = list(request.consents.select_related("given_by").order_by("given_at", "pk"))
    given = {c.side for c in consents}
    missing = [CONTACT_OF[side] for side in sides(request) if side not in given]
    return RequestView(
        id=request.pk,
        number=str(request),
        status=request.status,
        status_label=request.get_status_display(),
        version=request.version,
        whose_turn=whose_turn(request.status, missing, _turn_while_waiting(request)),
        source_site=request.source_site.site_number,
        target_site=request.target_site.site_number if request.target_site else None,
        enrollment=request.enrollment_id,
        customer=request.customer.name,
        effective_on=request.effective_on,
        reason=request.reason,
        waiting_for=request.waiting_for,
        waiting_until=request.waiting_until,
        fault=request.fault,
        lines=lines,
        checks=tuple(_check(c, waived, lines) for c in request.checks),
        plan=request.plan or None,
        consents=tuple(
            {"side": c.side, "by": str(c.given_by), "at": c.given_at, "under_mandate": c.under_mandate}
            for c in consents
        ),
        waivers=tuple(
            {"code": w.code, "line": str(w.line) if w.line else None, "reason": w.reason, "consequence": w.consequence,
             "by": str(w.given_by)}
            for w in waivers
        ),
        timeline=timeline(request),
        papers=_papers(request),
        actions=actions(request, actor),
        created_at=request.created_at,
        decision_reason=request.decision_reason,
    )  # fmt: skip


def _turn_while_waiting(request: TransferRequest) -> str | None:
    return {"V18": "rep", "V19": "primary_contact"}.get(request.waiting_for)


def _lines(request: TransferRequest) -> tuple[LineView, ...]:
    rows = list(request.lines.order_by("pk"))
    held = {
        e.pk: e
        for e in Entitlement.objects.with_quantity()
        .filter(pk__in=[r.entitlement_id for r in rows])
        .select_related("part")
    }
    proofs = dict(Proof.objects.filter(entitlement_id__in=held, status="valid").values_list("entitlement_id", "number"))
    return tuple(_line(row.entitlement_id, row.quantity, row.arrived_as_id, held, proofs) for row in rows)


def _line(
    key: UUID, quantity: int, arrived: UUID | None, held: dict[UUID, Entitlement], proofs: dict[UUID, str]
) -> LineView:
    line = held.get(key)
    return LineView(
        entitlement=key,
        part_number=line.part_id if line else "",
        description=line.part.description if line else "",
        quantity=quantity,
        owned=line.quantity if line else 0,
        cover_end=line.coverage_end if line else None,
        order_reference=line.order_reference if line else "",
        proof_number=proofs.get(key, ""),
        arrived_as=arrived,
    )


def _check(kept: dict[str, Any], waived: set[tuple[str, str | None]], lines: Sequence[LineView]) -> dict[str, Any]:
    """A kept finding told in the reader's language."""
    params = kept.get("params", {})
    told = {k: v for k, v in kept.items() if k != "params"}
    label = next((f"{x.part_number} {x.order_reference}" for x in lines if str(x.entitlement) == kept["line"]), "")
    return told | {
        "message": sentence(kept["code"], params),
        "remedy": remedy(kept["code"], params),
        "waived": bool({(kept["code"], kept["line"]), (kept["code"], None)} & waived),
        "line_label": label,
    }


def timeline(subject: TransferRequest | TransferBatch) -> tuple[dict[str, Any], ...]:
    """What happened, oldest first, in the reader's language."""
    labels = event_labels()
    return tuple(
        {"at": e.at, "actor": str(e.actor), "kind": e.kind, "label": labels.get(e.kind, e.kind), "data": e.data}
        for e in history(subject)
    )


def event_labels() -> dict[str, str]:
    """Events in words."""
    return {
        "drafted": _("Drafted"),
        "submitted": _("Submitted"),
        "consented": _("Consent given"),
        "sent_to_rep": _("Sent to the IBM rep"),
        "refused": _("Consent refused"),
        "approved": _("Approved"),
        "returned": _("Returned"),
        "rejected": _("Rejected"),
        "withdrawn": _("Withdrawn"),
        "completed": _("Completed: the licenses have moved"),
        "reversed": _("Reversed"),
        "woke": _("What it waited for is done"),
        "stopped_by_rule": _("Stopped by a rule"),
        "uploaded": _("Uploaded"),
        "checked": _("Checked"),
        "retried": _("Tried again"),
        "undone": _("Undone"),
        "completed_with_errors": _("Completed with errors"),
    }


def _papers(request: TransferRequest) -> tuple[dict[str, Any], ...]:
    arrived = request.lines.filter(arrived_as__isnull=False).values("arrived_as")
    proofs = Proof.objects.filter(entitlement_id__in=arrived).select_related("supersedes").order_by("number")
    return tuple(
        {
            "number": p.number,
            "kind": "proof",
            "status": p.status,
            "supersedes": p.supersedes.number if p.supersedes else None,
            "url": reverse("proof_page", args=[p.number]),
        }
        for p in proofs
    )


def actions(request: TransferRequest, actor: Actor) -> tuple[str, ...]:
    """The verbs that would go through now for this actor, as far as roles and consents tell."""
    on = today()
    found = [v for v in TRANSFER.actions(request.status, roles_on(request, actor, on)) if v != "complete"]
    if "consent" in found:
        given = set(request.consents.values_list("side", flat=True))
        open_sides = [s for s in sides(request) if s not in given]
        if not any(answers_for_side(request, side, actor, on) for side in open_sides):
            found.remove("consent")
    made = actor.user_id in {request.created_by_id, request.submitted_by_id}
    if made:
        found = [v for v in found if v not in {"approve", "return", "reject", "reverse"}]
    return tuple(dict.fromkeys(found))


def requests_for(actor: Actor) -> QuerySet[TransferRequest]:
    """What the actor may see, ready to be described."""
    return TransferRequest.objects.visible_to(actor).select_related(
        "customer", "source_site__customer", "target_site__customer", "target_site__agreement", "enrollment"
    )


def open_requests(actor: Actor) -> QuerySet[TransferRequest]:
    """Requests that aren't ended, newest first."""
    return requests_for(actor).filter(status__in=TransferRequest.OPEN)


def queue(actor: Actor) -> QuerySet[TransferRequest]:
    """A rep's desk: what waits for a decision, oldest first."""
    return requests_for(actor).filter(status="in_review").order_by("submitted_at", "pk")


def describe_many(requests: Iterable[TransferRequest], actor: Actor) -> list[RequestView]:
    """The cases of one page."""
    return [describe(request, actor) for request in requests]


def preview(
    *,
    actor: Actor,
    on: date,
    source_site: str,
    target_site: str | None,
    enrollment: UUID | None,
    effective_on: date | None,
    lines: Sequence[LineInput],
    horizon_months: int = 36,
) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    """Checks and plan of a move that nobody has asked for yet. Raises Invalid like a request would."""
    move = read_move(
        actor=actor,
        on=on,
        source_site=source_site,
        target_site=target_site,
        enrollment=enrollment,
        effective_on=effective_on,
        lines=lines,
    )
    return preview_of(move, on, horizon_months)


def preview_of(move: Move, on: date, horizon_months: int) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    """The same for a move that was read already."""
    judged = judge(move, on)
    return tuple(blocker_as_json(b) for b in judged.blockers), as_json(outlook(judged, horizon_months))


@dataclass(frozen=True, slots=True)
class BatchView:
    """A form and how far it is."""

    id: UUID
    number: str
    status: str
    status_label: str
    mode: str
    filename: str
    version: int
    counts: dict[str, int]
    requests: tuple[UUID, ...]
    progress: int
    working: bool
    started_at: datetime | None
    finished_at: datetime | None
    faults: tuple[dict[str, Any], ...]
    groups: tuple[tuple[str, str, int], ...]
    actions: tuple[str, ...]
    timeline: tuple[dict[str, Any], ...] = field(default=())


def batch_view(batch: TransferBatch, actor: Actor) -> BatchView:
    """The form's page: counts, progress, faults grouped by reason."""
    by_outcome = dict(batch.rows.values_list("outcome").annotate(n=Count("pk")))
    requests = tuple(
        TransferRequest.objects.visible_to(actor)
        .filter(batch_id=batch.pk)
        .order_by("number")
        .values_list("pk", flat=True)
    )
    applied, failed = by_outcome.get("applied", 0), by_outcome.get("failed", 0)
    judged = sum(by_outcome.values())
    counts = {
        "rows": max(batch.rows_read, judged),
        "valid": by_outcome.get("valid", 0) + applied + failed,
        "invalid": by_outcome.get("invalid", 0),
        "applied": applied,
        "failed": failed,
    }
    return BatchView(
        id=batch.pk,
        number=str(batch),
        status=batch.status,
        status_label=batch.get_status_display(),
        mode=batch.mode,
        filename=batch.filename,
        version=batch.version,
        counts=counts,
        requests=requests,
        progress=_progress(batch, counts, judged),
        working=batch.status in TransferBatch.WORKING,
        started_at=batch.started_at,
        finished_at=batch.finished_at,
        faults=tuple(retell(f) for f in batch.faults),
        groups=_groups(batch),
        actions=tuple(a for a in BATCH.actions(batch.status, {REQUESTER})),
        timeline=timeline(batch),
    )


def _progress(batch: TransferBatch, counts: dict[str, int], judged: int) -> int:
    """Percent of the stage that the form is in: rows judged while checking, rows settled afterwards."""
    if batch.status in ("uploaded", "checking"):
        return 100 * judged // counts["rows"] if counts["rows"] else 0
    if batch.status in ("submitted", "applying"):
        return 100 * (counts["applied"] + counts["failed"]) // max(counts["valid"], 1)
    return 100


_GROUPS = """
SELECT error->>'code', count(*), (array_agg(error ORDER BY number))[1]
  FROM migrations_app_batchrow, jsonb_array_elements(errors) AS error
 WHERE batch_id = %s GROUP BY 1 ORDER BY 2 DESC, 1
"""


def _groups(batch: TransferBatch) -> tuple[tuple[str, str, int], ...]:
    """Reasons with their counts and, as an example, the first row's sentence."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, [batch.pk])
        rows = cursor.fetchall()
    return tuple((code, retell(_json(first))["message"], n) for code, n, first in rows)


def _json(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return found


def retell(kept: dict[str, Any]) -> dict[str, Any]:
    """A kept fault told in the reader's language."""
    params = kept.get("params", {})
    told = f"{sentence(kept['code'], params)} {remedy(kept['code'], params)}".strip()
    return {k: v for k, v in kept.items() if k != "params"} | {"message": told}


def batch_rows(batch: TransferBatch, outcome: str | None = None) -> QuerySet[BatchRow]:
    """The rows by number; of one outcome where it is given."""
    rows = batch.rows.order_by("number")
    return rows.filter(outcome=outcome) if outcome else rows


def reversal_days() -> int:
    """How long a completed migration can be reversed (rule M7)."""
    return rule_book().reversal_days
