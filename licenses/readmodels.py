"""What pages and API say about sites, license lines and proofs; a fixed number of queries whatever the rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import connection, models
from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from licenses.models import CoverPeriod, Entitlement, PointsMovement, Proof, QuantityMovement
from licenses.papers.proof import ProofPaper
from licenses.queries import standings
from licenses.rules.levels import Standing
from licenses.rules.rulebook import BASE_LEVEL
from portal.kernel.errors import NotFound
from portal.kernel.period import Period
from sites.models import Agreement, Site
from sites.tenancy import Actor

Row = TypeVar("Row", bound=models.Model)
# The last day that anything can be asked as of: Terms are counted up to it one by one.
LAST_DAY = date(2099, 12, 31)


def one(rows: QuerySet[Row], **lookup: Any) -> Row:
    """The one row of `lookup`. Raises NotFound for unknown, foreign and impossible keys alike."""
    try:
        return rows.get(**lookup)
    except (ObjectDoesNotExist, ValidationError, ValueError):
        raise NotFound() from None


@dataclass(frozen=True, slots=True)
class SiteStanding:
    """A site with where its Agreement stands; an Express site has none and is priced at BL (rule S4)."""

    site: Site
    standing: Standing | None

    @property
    def level(self) -> str:
        return self.standing.level if self.standing else BASE_LEVEL

    @property
    def anniversary(self) -> date | None:
        return self.standing.anniversary if self.standing else None


def site_standings(sites: Iterable[Site], on: date) -> list[SiteStanding]:
    """Each site on `on`; needs `agreement`."""
    rows = list(sites)
    agreements = {s.agreement.pk: s.agreement for s in rows if s.agreement}
    found = standings(agreements.values(), on) if agreements else {}
    return [SiteStanding(s, found.get(s.agreement_id) if s.agreement_id else None) for s in rows]


def visible_sites(actor: Actor) -> QuerySet[Site]:
    """The sites that `actor` sees, by number."""
    return Site.objects.visible_to(actor).select_related("agreement", "customer").order_by("site_number")


def points_entries(
    agreement: Agreement, as_of: date | None = None, known_at: datetime | None = None
) -> QuerySet[PointsMovement]:
    """What was posted under `agreement`, oldest first (rule P7), with `site_number`: None for a site out of sight."""
    number = Site.objects.filter(pk=OuterRef("site_id")).values("site_number")[:1]
    rows = PointsMovement.objects.filter(agreement=agreement).annotate(site_number=Subquery(number))
    if as_of is not None:
        rows = rows.filter(effective_on__lte=as_of)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    return rows.order_by("sequence")


def license_lines(actor: Actor, as_of: date | None = None) -> QuerySet[Any]:
    """Every line that `actor` sees, with `quantity`, `held` and `proof_number`, as of a day (None: now).

    As of a day, cover and proof are the latest that had begun and were issued by then.
    """
    rows: QuerySet[Any] = Entitlement.objects.visible_to(actor).with_quantity(as_of).select_related("site", "part")
    proofs = Proof.objects.filter(entitlement_id=OuterRef("pk"))
    if as_of is None:
        return rows.annotate(proof_number=Subquery(proofs.filter(status=Proof.Status.VALID).values("number")[:1]))
    issued = proofs.filter(issued_on__lte=as_of).order_by("-issued_on", "-number")
    cover = CoverPeriod.objects.filter(entitlement_id=OuterRef("pk"), starts_on__lte=as_of).order_by("-starts_on")
    return rows.annotate(
        proof_number=Subquery(issued.values("number")[:1]),
        cover_start_then=Subquery(cover.values("starts_on")[:1]),
        cover_end_then=Subquery(cover.values("ends_on")[:1]),
    )


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


_LINEAGE = """
WITH RECURSIVE up AS (
    SELECT id, moved_from_id FROM licenses_entitlement WHERE id = %(line)s
    UNION SELECT e.id, e.moved_from_id FROM licenses_entitlement e JOIN up ON e.id = up.moved_from_id
), down AS (
    SELECT id FROM licenses_entitlement WHERE id = %(line)s
    UNION SELECT e.id FROM licenses_entitlement e JOIN down ON e.moved_from_id = down.id
)
SELECT id FROM up UNION SELECT id FROM down
"""


def lineage(actor: Actor, line: Entitlement) -> list[LineageStep]:
    """The chain of `line` from first purchase to today: what it came from, itself, and what left it (rule M8)."""
    with connection.cursor() as cursor:
        cursor.execute(_LINEAGE, {"line": line.pk})
        ids = [row[0] for row in cursor.fetchall()]
    lines = Entitlement.objects.visible_to(actor).filter(pk__in=ids).select_related("site")
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


def visible_proofs(actor: Actor) -> QuerySet[Proof]:
    """The proofs that `actor` sees, newest number first, with their predecessor and successors."""
    rows = Proof.objects.visible_to(actor).select_related("supersedes", "entitlement__site", "entitlement__part")
    return rows.prefetch_related(Prefetch("superseded_by", Proof.objects.order_by("number"))).order_by("-number")


def proof_chain(proof: Proof) -> list[Proof]:
    """Every paper of the proof's chain that is in sight, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_PROOF_CHAIN, {"proof": proof.pk})
        ids = [row[0] for row in cursor.fetchall()]
    return list(Proof.objects.filter(pk__in=ids).order_by("number"))


_PROOF_CHAIN = """
WITH RECURSIVE up AS (
    SELECT id, supersedes_id FROM licenses_proof WHERE id = %(proof)s
    UNION SELECT p.id, p.supersedes_id FROM licenses_proof p JOIN up ON p.id = up.supersedes_id
), down AS (
    SELECT id FROM licenses_proof WHERE id = %(proof)s
    UNION SELECT p.id FROM licenses_proof p JOIN down ON p.supersedes_id = down.id
)
SELECT id FROM up UNION SELECT id FROM down
"""


def proof_paper(proof: Proof, verify_url: str) -> ProofPaper:
    """The certificate as it was frozen, with today's status; `verify_url` is the public check's full address."""
    facts = proof.paper
    start, end = facts.get("cover_start"), facts.get("cover_end")
    acquired = facts.get("acquired_on")
    return ProofPaper(
        number=proof.number,
        issued_on=proof.issued_on,
        program=facts["program"],
        part_number=facts["part_number"],
        description=facts["description"],
        metric=facts["metric"],
        quantity=proof.quantity,
        order_reference=facts["order_reference"],
        cover=Period(date.fromisoformat(start), date.fromisoformat(end)) if start and end else None,
        customer_name=facts["customer_name"],
        customer_address=tuple(facts["customer_address"]),
        customer_number=facts["customer_number"],
        site_name=facts["site_name"],
        site_number=facts["site_number"],
        site_address=tuple(facts["site_address"]),
        verify_url=verify_url,
        agreement_number=facts["agreement_number"],
        registration_number=facts["registration_number"],
        acquired_on=date.fromisoformat(acquired) if acquired else None,
        supersedes=(proof.supersedes.number,) if proof.supersedes else (),
        superseded_by=tuple(p.number for p in proof.superseded_by.all()),
        status=proof.status,
        demo=settings.DEMO,
    )


@dataclass(frozen=True, slots=True)
class PublicProof:
    """What anybody who holds a proof's number may know."""

    number: str
    status: str
    program: str
    part_number: str
    quantity: int
    issued_on: date


def public_proof(number: str) -> PublicProof | None:
    """The proof of that number, whoever it belongs to; None where there is none."""
    if "\0" in number:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, status, program, part_number, quantity, issued_on FROM public_proof(%s)", [number.strip()]
        )
        row: Sequence[Any] | None = cursor.fetchone()
    return PublicProof(*row) if row else None
