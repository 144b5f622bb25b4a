"""Requests as pages, the API and the desk show them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from licenses.models import Entitlement, Proof
from licenses.queries import rule_book
from migrations_app.facts import HORIZON_MONTHS, Move, judge, plan_json
from migrations_app.models import Consent, TransferLine, TransferRequest, Waiver
from migrations_app.models.ends import kept_line
from migrations_app.policies import NEEDS_BOTH_ENDS, answers_for_side, contact_at, made_by, missing_sides, roles_on
from migrations_app.queries.kept import checks_of
from migrations_app.queries.told import timeline
from migrations_app.reading import LineInput, read_move
from migrations_app.rules.checks import may_wait_for
from migrations_app.rules.workflow import TRANSFER, whose_turn
from sites.clock import today
from sites.events import histories
from sites.models import Event
from sites.tenancy.actor import Actor
from sites.words import blocker_as_json, remedy, retold, sentence

SEVEREST_FIRST = ("error", "review", "waits", "warning", "info")
CONTACT_OF = {"source": "source_contact", "target": "target_contact"}


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of a request beside what its license line is today.

    `seen` where the license can be read, `arrived_seen` where the line that it became can. To the other end's people
    part, description and order reference are told as they were when the request was written, and nothing else.
    """

    entitlement: UUID
    part_number: str
    description: str
    quantity: int
    owned: int | None
    cover_end: date | None
    order_reference: str
    proof_number: str
    arrived_as: UUID | None
    seen: bool = True
    arrived_seen: bool = False


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
    wait_for: tuple[str, ...]
    stopped_by: tuple[dict[str, Any], ...]
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

    @property
    def given_up(self) -> bool:
        """Whether operators gave up the move that was approved."""
        kinds = [event["kind"] for event in self.timeline if event["kind"] in ("given_up", "broke_off")]
        return self.status == TransferRequest.Status.APPROVED and kinds[-1:] == ["given_up"]


@dataclass(frozen=True, slots=True)
class Known:
    """What the cases of a page stand on, gathered with one query a kind however many they are."""

    lines: dict[UUID, list[TransferLine]]
    waivers: dict[UUID, list[Waiver]]
    consents: dict[UUID, list[Consent]]
    held: dict[UUID, Entitlement]
    proofs: dict[UUID, list[Proof]]
    events: dict[UUID, list[Event]]
    contact_at: frozenset[UUID]


class _OfRequest(Protocol):
    request_id: UUID


_Row = TypeVar("_Row", bound=_OfRequest)


def _by_request(rows: Iterable[_Row]) -> dict[UUID, list[_Row]]:
    found: dict[UUID, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row.request_id].append(row)
    return found


def gather(requests: Sequence[TransferRequest], actor: Actor, lines: Sequence[TransferLine] | None = None) -> Known:
    """The rows behind `requests`, and at which of their sites the actor is the Primary Contact; of their lines those
    that are given, all where none are."""
    keys = [request.pk for request in requests]
    if lines is None:
        lines = list(TransferLine.objects.filter(request__in=keys).order_by("pk"))
    ours = {line.entitlement_id for line in lines}
    proofs: dict[UUID, list[Proof]] = defaultdict(list)
    shown = ours | {line.arrived_as_id for line in lines if line.arrived_as_id}
    for proof in Proof.objects.among("entitlement", shown).select_related("supersedes").order_by("number"):
        proofs[proof.entitlement_id].append(proof)
    waivers = Waiver.objects.filter(request__in=keys).select_related("given_by").order_by("given_at", "pk")
    consents = Consent.objects.filter(request__in=keys).select_related("given_by").order_by("given_at", "pk")
    sites = [site for request in requests for site in (request.source_site_id, request.target_site_id)]
    return Known(
        lines=_by_request(lines),
        waivers=_by_request(waivers),
        consents=_by_request(consents),
        held={e.pk: e for e in Entitlement.objects.with_quantity().among("pk", shown).select_related("part")},
        proofs=proofs,
        events=histories(TransferRequest, keys),
        contact_at=contact_at(actor, sites, today()),
    )


def describe(request: TransferRequest, actor: Actor) -> RequestView:
    """The case page's read model; a fixed number of queries whatever the number of lines. A draft is checked anew."""
    request.checks = checks_of(request, today())
    return describe_many([request], actor)[0]


def describe_part(
    request: TransferRequest, actor: Actor, lines: Sequence[TransferLine], checks: Sequence[dict[str, Any]]
) -> RequestView:
    """The same with those of its lines and findings that one page shows, and the papers of these lines; what concerns
    the case as a whole stays whole."""
    have = {line.entitlement_id for line in lines}
    named = {UUID(check["line"]) for check in checks if check["line"]} - have
    more = list(TransferLine.objects.filter(request=request).among("entitlement", named)) if named else []
    known = gather([request], actor, [*lines, *more])
    view = _describe(request, actor, known, checks)
    return replace(view, lines=view.lines[: len(lines)], papers=_papers(lines, known))


def describe_many(requests: Iterable[TransferRequest], actor: Actor) -> list[RequestView]:
    """The cases of one page; a fixed number of queries whatever the number of cases."""
    cases = list(requests)
    known = gather(cases, actor)
    return [_describe(case, actor, known) for case in cases]


def _describe(
    request: TransferRequest, actor: Actor, known: Known, checks: Sequence[dict[str, Any]] | None = None
) -> RequestView:
    lines = tuple(_line(row, known) for row in known.lines.get(request.pk, ()))
    labels = {str(line.entitlement): f"{line.part_number} {line.order_reference}" for line in lines}
    waivers = known.waivers.get(request.pk, [])
    waived = waived_by(waivers)
    consents = known.consents.get(request.pk, [])
    given = {c.side for c in consents}
    target = request.target_end
    missing = [CONTACT_OF[side] for side in missing_sides(request, given)]
    return RequestView(
        id=request.pk,
        number=str(request),
        status=request.status,
        status_label=request.get_status_display(),
        version=request.version,
        whose_turn=whose_turn(request.status, missing, request.waiting_for),
        source_site=request.source_end.number,
        target_site=target.number if target else None,
        enrollment=request.enrollment_id,
        customer=request.source_end.customer,
        effective_on=request.effective_on,
        reason=request.reason,
        waiting_for=request.waiting_for,
        waiting_until=request.waiting_until,
        wait_for=tuple(request.wait_for),
        stopped_by=tuple(retold(kept) for kept in request.stopped_by),
        fault=request.fault,
        lines=lines,
        checks=tuple(_check(c, waived, labels) for c in (request.checks if checks is None else checks)),
        plan=request.plan or None,
        consents=tuple(
            {"side": c.side, "by": str(c.given_by), "at": c.given_at, "under_mandate": c.under_mandate}
            for c in consents
        ),
        waivers=tuple(
            {"code": w.code, "line": str(w.line) if w.line else None, "reason": w.reason, "by": str(w.given_by),
             "consequence": sentence(w.code, w.params) if w.params else w.consequence,
             "shown_as": w.consequence, "shown_in": w.language}
            for w in waivers
        ),
        timeline=timeline(known.events.get(request.pk, ())),
        papers=_papers(known.lines.get(request.pk, ()), known),
        actions=actions(request, actor, given=given, contact_of=known.contact_at),
        created_at=request.created_at,
        decision_reason=request.decision_reason,
    )  # fmt: skip


def _line(row: TransferLine, known: Known) -> LineView:
    line = known.held.get(row.entitlement_id)
    told = kept_line(line) if line else row.told
    valid = (proof.number for proof in known.proofs.get(row.entitlement_id, ()) if proof.status == "valid")
    return LineView(
        entitlement=row.entitlement_id,
        part_number=told.get("part_number", ""),
        description=told.get("description", ""),
        quantity=row.quantity,
        owned=line.quantity if line else None,
        cover_end=line.coverage_end if line else None,
        order_reference=told.get("order_reference", ""),
        proof_number=next(valid, ""),
        arrived_as=row.arrived_as_id,
        seen=line is not None,
        arrived_seen=row.arrived_as_id in known.held,
    )


Waived = frozenset[tuple[str, str | None]]


def waived_by(waivers: Iterable[Waiver]) -> Waived:
    """The findings that waivers answer: code, and line or None for the whole request."""
    return frozenset((w.code, str(w.line) if w.line else None) for w in waivers)


def findings(request: TransferRequest, on: date) -> list[dict[str, Any]]:
    """Every finding on a request as of `on`, without its words: whether it is `waived`, and may be waited for
    (`may_wait`). The severest come first."""
    waived = waived_by(request.waivers.all())
    found = [kept | _standing(kept, waived) for kept in checks_of(request, on)]
    return sorted(found, key=lambda kept: SEVEREST_FIRST.index(kept["severity"]))


def _standing(kept: Mapping[str, Any], waived: Waived) -> dict[str, Any]:
    return {
        "waived": not waived.isdisjoint({(kept["code"], kept["line"]), (kept["code"], None)}),
        "may_wait": may_wait_for(kept["code"], kept.get("params", {})),
    }


def _check(kept: dict[str, Any], waived: Waived, labels: Mapping[str, str]) -> dict[str, Any]:
    """A kept finding told in the reader's language."""
    params = kept.get("params", {})
    told = {k: v for k, v in kept.items() if k != "params"}
    return (
        told
        | {"message": sentence(kept["code"], params), "remedy": remedy(kept["code"], params)}
        | _standing(kept, waived)
        | {"line_label": labels.get(kept["line"], "")}
    )


def _papers(lines: Iterable[TransferLine], known: Known) -> tuple[dict[str, Any], ...]:
    arrived = {row.arrived_as_id for row in lines if row.arrived_as_id}
    proofs = sorted((p for key in arrived for p in known.proofs.get(key, ())), key=lambda p: p.number)
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


def actions(
    request: TransferRequest,
    actor: Actor,
    *,
    given: Collection[str] | None = None,
    contact_of: Collection[UUID] | None = None,
) -> tuple[str, ...]:
    """The verbs that would go through now for this actor, as far as roles and consents tell.

    `given` are the sides that consented, `contact_of` the sites whose Primary Contact the actor is; what isn't
    handed over is asked for.
    """
    on = today()
    roles = roles_on(request, actor, on, contact_of)
    found = [v for v in TRANSFER.actions(request.status, roles) if v != "complete"]
    if "consent" in found:
        missing = missing_sides(request, given)
        if not any(answers_for_side(request, side, actor, on, contact_of) for side in missing):
            found.remove("consent")
    if not request.both_ends_seen:
        found = [v for v in found if v not in NEEDS_BOTH_ENDS]
    if made_by(request, actor):
        found = [v for v in found if v not in {"approve", "return", "reject", "reverse"}]
    return tuple(dict.fromkeys(found))


def requests_for(actor: Actor) -> QuerySet[TransferRequest]:
    """What the actor may see, ready to be described."""
    return TransferRequest.objects.visible_to(actor).with_ends()


def open_requests(actor: Actor) -> QuerySet[TransferRequest]:
    """Requests that aren't ended, newest first."""
    return requests_for(actor).filter(status__in=TransferRequest.OPEN)


def queue(actor: Actor) -> QuerySet[TransferRequest]:
    """A rep's desk: what waits for a decision, oldest first."""
    return requests_for(actor).filter(status="in_review").order_by("submitted_at", "pk")


def preview(
    *,
    actor: Actor,
    on: date,
    source_site: str,
    target_site: str | None,
    enrollment: UUID | None,
    effective_on: date | None,
    lines: Sequence[LineInput],
    horizon_months: int = HORIZON_MONTHS,
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
    checks = tuple(blocker_as_json(b) | {"may_wait": may_wait_for(b.code, b.params)} for b in judged.blockers)
    return checks, plan_json(judged, horizon_months)


def reversal_days() -> int:
    """How long a completed migration can be reversed (rule M7)."""
    return rule_book().reversal_days
