"""Proofs of Entitlement: those in sight, their chains, and what anybody may know of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Prefetch, QuerySet

from licenses.models import Proof
from licenses.papers.proof import ProofPaper
from licenses.readmodels.keys import family
from portal.kernel.period import Period
from sites.tenancy import Actor


def visible_proofs(actor: Actor) -> QuerySet[Proof]:
    """The proofs that `actor` sees, newest number first, with their predecessor and successors."""
    rows = Proof.objects.visible_to(actor).select_related("supersedes", "entitlement__site", "entitlement__part")
    return rows.prefetch_related(Prefetch("superseded_by", Proof.objects.order_by("number"))).order_by("-number")


def proof_chain(proof: Proof) -> list[Proof]:
    """Every paper of the proof's chain that is in sight, oldest first."""
    return list(Proof.objects.filter(pk__in=family(proof, "supersedes_id")).order_by("number"))


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
