"""Proofs of Entitlement: issued for what is held, superseded when it changes (rule M8)."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import translation

from licenses.models import Entitlement, Proof
from licenses.operations.postings import QuantityEntry
from licenses.paperwork import paper_facts
from sites.numbers import next_number, next_numbers
from sites.tenancy.actor import Actor

BATCH = 5000


@transaction.atomic
def issue_proof(*, actor: Actor, at: datetime, entitlement: Entitlement, quantity: int, on: date) -> Proof:
    """Issue a Proof of Entitlement that says what `quantity` units of the line are (rule M8)."""
    proof = proof_of(entitlement, quantity, on, next_number("proof"))
    proof.save(force_insert=True)
    return proof


def proof_of(line: Entitlement, quantity: int, on: date, number: int, supersedes: Proof | None = None) -> Proof:
    """A proof to be saved, in the customer's language; needs `part`, `site__agreement` and `customer`."""
    language = line.customer.language
    with translation.override(language):
        paper = paper_facts(line)
    return Proof(
        customer_id=line.customer_id,
        entitlement=line,
        number=f"PoE-{number:08d}",
        quantity=quantity,
        issued_on=on,
        language=language,
        paper=paper,
        supersedes=supersedes,
    )


def renew_proofs(*, on: date, entries: Sequence[QuantityEntry]) -> None:
    """Each line that gave units gets its proof superseded; what stays and what arrived get new ones (rule M8)."""
    touched = {i for e in entries for i in (e.source_id, e.target_id) if i}
    rows = Entitlement.objects.with_quantity().filter(pk__in=touched)
    rows = rows.select_related("part", "site__agreement", "customer")
    lines = {row.pk: row for row in rows}
    old = {p.entitlement_id: p for p in Proof.objects.filter(entitlement_id__in=touched, status=Proof.Status.VALID)}
    Proof.objects.filter(pk__in=[p.pk for p in old.values()]).update(status=Proof.Status.SUPERSEDED)
    wanted: dict[UUID, Proof | None] = {}
    for entry in entries:
        before = old.get(entry.source_id) if entry.source_id else None
        for pk in (entry.target_id, entry.source_id):
            line = lines.get(pk) if pk else None
            if line is not None and line.quantity > 0:
                wanted.setdefault(line.pk, old.get(line.pk) or before)
    numbers = next_numbers("proof", len(wanted))
    Proof.objects.bulk_create(
        (
            proof_of(lines[pk], lines[pk].quantity, on, number, before)
            for number, (pk, before) in zip(numbers, wanted.items(), strict=True)
        ),
        batch_size=BATCH,
    )
