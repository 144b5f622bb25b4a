"""What taking a form back would do: request by request whether it can be, until which day, and what blocks it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from licenses.models import QuantityMovement
from licenses.operations.moves import what_blocks
from licenses.queries import rule_book
from migrations_app.models import Consent, TransferBatch, TransferRequest
from migrations_app.policies import made_by
from portal.kernel.errors import Fault
from sites.tenancy.actor import Actor
from sites.words import fault_as_json

OPEN = frozenset({"draft", "submitted", "in_review", "returned"})
"""The sender withdraws these; nothing of them has moved."""
MOST_BLOCKERS = 20
MOST_MOVEMENTS = 20_000
"""Beyond, what blocks which line is found out when the undo begins."""


@dataclass(frozen=True, slots=True)
class UndoLine:
    """One request: `way` is reverse, withdraw, blocked, moving (approved, and not moved yet) or none (nothing to do).

    `until` is the last day on which it can be reversed; `blockers` the first of what is in the way, `blocked` how many.
    """

    id: UUID
    number: str
    status: str
    status_label: str
    source: str
    target: str
    way: str
    lines: int
    units: int
    effective_on: date | None
    completed_on: date | None
    until: date | None
    blocked: int
    blockers: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """All requests of a form. `lines` and `units` are those that would go back."""

    requests: tuple[UndoLine, ...]
    asked: bool
    reason: str

    def of(self, way: str) -> list[UndoLine]:
        """The requests that go this way."""
        return [line for line in self.requests if line.way == way]

    @property
    def counts(self) -> dict[str, int]:
        """How many go which way."""
        return {way: len(self.of(way)) for way in ("reverse", "withdraw", "blocked", "moving", "none")}

    @property
    def lines(self) -> int:
        """Lines that would go back."""
        return sum(line.lines for line in self.of("reverse"))

    @property
    def units(self) -> int:
        """Units that would go back."""
        return sum(line.units for line in self.of("reverse"))

    @property
    def possible(self) -> bool:
        """Whether a rep can take anything back."""
        return bool(self.of("reverse"))

    @property
    def whole(self) -> bool:
        """Whether everything that has moved can go back."""
        return self.possible and not self.of("blocked") and not self.of("moving")


def undo_preview(batch: TransferBatch, actor: Actor, on: date) -> UndoPreview:
    """What an undo of the form on that day would do (rule M7); a fixed number of queries.

    For a rep, a request that the rep made or consented to is blocked as well (rule M4).
    """
    requests = list(TransferRequest.objects.filter(batch_id=batch.pk).with_ends().order_by("number"))
    completed = [request for request in requests if request.status == TransferRequest.Status.COMPLETED]
    movements = _movements(completed)
    blocked = _blockers(completed, movements, actor, on)
    days = rule_book(on).reversal_days
    return UndoPreview(
        requests=tuple(_line(request, movements, blocked, days) for request in requests),
        asked=batch.undo_asked_at is not None,
        reason=batch.undo_reason,
    )


def _movements(completed: Sequence[TransferRequest]) -> dict[str, list[QuantityMovement]]:
    found: dict[str, list[QuantityMovement]] = defaultdict(list)
    keys = [str(request.pk) for request in completed]
    for movement in QuantityMovement.objects.filter(reference__in=keys, reason="transfer"):
        found[movement.reference].append(movement)
    return found


def _blockers(
    completed: Sequence[TransferRequest], movements: dict[str, list[QuantityMovement]], actor: Actor, on: date
) -> dict[UUID, list[Fault]]:
    found: dict[UUID, list[Fault]] = defaultdict(list)
    days = timedelta(days=rule_book(on).reversal_days)
    consented = set(
        Consent.objects.filter(request__in=completed, given_by_id=actor.user_id).values_list("request_id", flat=True)
    )
    for request in completed:
        if "rep" in actor.roles and (made_by(request, actor) or request.pk in consented):
            found[request.pk].append(Fault("own_case"))
        if request.completed_on and on > request.completed_on + days:
            found[request.pk].append(Fault("reversal_late", params={"last": request.completed_on + days}))
    moved = [movement for each in movements.values() for movement in each]
    if len(moved) <= MOST_MOVEMENTS:
        request_of = {str(movement.target_id): UUID(movement.reference) for movement in moved}
        for fault in what_blocks(moved):
            found[request_of[str(fault.line)]].append(fault)
    return found


def _line(
    request: TransferRequest,
    movements: dict[str, list[QuantityMovement]],
    blocked: dict[UUID, list[Fault]],
    days: int,
) -> UndoLine:
    moved, faults = movements.get(str(request.pk), []), blocked.get(request.pk, [])
    return UndoLine(
        id=request.pk,
        number=str(request),
        status=request.status,
        status_label=request.get_status_display(),
        source=request.source_end.number,
        target=request.target_end.number if request.target_end else "",
        way=_way(request, faults),
        lines=len(moved),
        units=sum(movement.quantity for movement in moved),
        effective_on=request.effective_on,
        completed_on=request.completed_on,
        until=request.completed_on + timedelta(days=days) if request.completed_on else None,
        blocked=len(faults),
        blockers=tuple(fault_as_json(fault) for fault in faults[:MOST_BLOCKERS]),
    )


def _way(request: TransferRequest, faults: list[Fault]) -> str:
    if request.status == TransferRequest.Status.COMPLETED:
        return "blocked" if faults else "reverse"
    if request.status == TransferRequest.Status.APPROVED:
        return "moving"
    return "withdraw" if request.status in OPEN else "none"
