"""The life of a license line, movement by movement."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, Q

from licenses.models import Entitlement, Proof, QuantityMovement
from licenses.readmodels.keys import family
from sites.tenancy import Actor


@dataclass(frozen=True, slots=True)
class LineageStep:
    """One movement in the life of a line. `site_number` is where the units went, None where they were given up or
    the site is out of sight; `from_site_number` where they came from, None for a purchase."""

    on: date
    reason: str
    reason_name: str
    from_site_number: str | None
    site_number: str | None
    quantity: int
    entitlement: UUID | None
    order_reference: str
    movement_reference: str
    proof_numbers: tuple[str, ...]


def lineage(actor: Actor, line: Entitlement) -> list[LineageStep]:
    """The chain of `line` from first purchase to today: what it came from, itself, and what left it (rule M8)."""
    lines = Entitlement.objects.visible_to(actor).filter(pk__in=family(line, "moved_from_id")).select_related("site")
    proofs = Prefetch("proofs", Proof.objects.order_by("issued_on", "number"))
    chain = {each.pk: each for each in lines.prefetch_related(proofs)}
    among = Q(target_id__in=chain, source_id__in=chain) | Q(target_id__in=chain, source_id=None)
    among |= Q(source_id__in=chain, target_id=None)
    # Where the other end is out of sight, the movement is still told from the end that is seen.
    among |= Q(target=line) | Q(source=line)
    moves = QuantityMovement.objects.filter(among).order_by("effective_on", "recorded_at", "sequence")
    return [_step(move, chain, line.order_reference) for move in moves]


def _step(move: QuantityMovement, chain: dict[UUID, Entitlement], order_reference: str) -> LineageStep:
    source = chain.get(move.source_id) if move.source_id else None
    target = chain.get(move.target_id) if move.target_id else None
    ends = [line for line in (target, source) if line is not None]
    numbers = [p.number for line in ends for p in line.proofs.all() if p.issued_on == move.effective_on]
    return LineageStep(
        on=move.effective_on,
        reason=move.reason,
        reason_name=str(move.get_reason_display()),
        from_site_number=source.site.site_number if source else None,
        site_number=target.site.site_number if target else None,
        quantity=move.quantity,
        entitlement=move.target_id or move.source_id,
        order_reference=order_reference,
        movement_reference=move.reference,
        proof_numbers=tuple(dict.fromkeys(numbers)),
    )
