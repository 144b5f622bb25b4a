"""Every write to holdings, cover and proofs. Each function is one transaction."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import cast
from uuid import UUID

from django.db import IntegrityError, transaction

from licenses.models import CoverPeriod, Entitlement, Hold, Part, Proof, QuantityMovement
from licenses.operations.postings import QuantityEntry, post_quantities
from licenses.paperwork import paper_facts
from portal.kernel.errors import Fault, Refused
from portal.kernel.period import Period
from sites.events import tell
from sites.models import Agreement, Site
from sites.numbers import next_number
from sites.tenancy.actor import Actor

Lines = Sequence[tuple[Entitlement, int]]


@transaction.atomic
def acquire(
    *,
    actor: Actor,
    at: datetime,
    site: Site,
    part: Part,
    quantity: int,
    order_reference: str,
    acquired_on: date,
    cover: Period | None,
    follows: Entitlement | None = None,
    traded_up: bool = False,
    issue: bool = True,
) -> Entitlement:
    """Record a purchase at `site`: the line, its cover, its units and, with `issue`, its proof."""
    line = Entitlement.objects.create(
        customer_id=site.customer_id,
        site=site,
        part=part,
        order_reference=order_reference,
        acquired_on=acquired_on,
        coverage_start=cover.starts_on if cover else None,
        coverage_end=cover.ends_on if cover else None,
        follows=follows,
        traded_up=traded_up,
    )
    if cover:
        _record_cover(line, cover, order_reference, at)
    post_quantities([QuantityEntry(uuid.uuid4(), None, line.pk, quantity, "acquisition", order_reference, acquired_on)])
    if issue:
        issue_proof(actor=actor, at=at, entitlement=line, quantity=quantity, on=acquired_on)
    return line


def _record_cover(line: Entitlement, cover: Period, source: str, at: datetime) -> None:
    CoverPeriod.objects.create(
        customer_id=line.customer_id,
        entitlement=line,
        starts_on=cover.starts_on,
        ends_on=cover.ends_on,
        source=source,
        recorded_at=at,
    )


@transaction.atomic
def extend_cover(*, actor: Actor, at: datetime, entitlement: Entitlement, period: Period, source: str) -> None:
    """Add an S&S period to a line. Raises Refused (`cover_overlaps`) for days that are covered already."""
    try:
        with transaction.atomic():
            _record_cover(entitlement, period, source, at)
    except IntegrityError as refusal:
        fault = Fault("cover_overlaps", line=str(entitlement.pk), params={"part_number": entitlement.part_id})
        raise Refused(fault) from refusal
    entitlement.coverage_start, entitlement.coverage_end = period.starts_on, period.ends_on
    entitlement.save(update_fields=["coverage_start", "coverage_end"])


@transaction.atomic
def hold(*, actor: Actor, at: datetime, reference: UUID, lines: Lines) -> None:
    """Promise units to the request `reference`. Raises Refused with a fault (V3) for each line that is short."""
    short = []
    for line, quantity in sorted(lines, key=lambda pair: pair[0].pk):
        try:
            with transaction.atomic():
                Hold.objects.create(
                    customer_id=line.customer_id,
                    entitlement=line,
                    quantity=quantity,
                    reference=reference,
                    placed_at=at,
                )
        except IntegrityError:
            now = Entitlement.objects.with_quantity().get(pk=line.pk)
            figures = {
                "quantity": quantity,
                "owned": now.quantity,
                "held": now.held,
                "available": now.available_quantity,
            }
            short.append(Fault("V3", "quantity", str(line.pk), params=figures, mends="customer"))
    if short:
        raise Refused(*short)


def release(*, reference: UUID, at: datetime) -> int:
    """Let go of what the request `reference` holds; returns of how many lines."""
    return Hold.objects.filter(reference=reference, released_at__isnull=True).update(released_at=at)


@transaction.atomic
def open_initial_term(*, agreement: Agreement, on: date) -> None:
    """Rule T1: the first order or completed migration opens the first Term. Does nothing when there is one."""
    Agreement.objects.filter(pk=agreement.pk, term_start__isnull=True).update(term_start=on)
    agreement.refresh_from_db(fields=["term_start"])


@transaction.atomic
def issue_proof(
    *,
    actor: Actor,
    at: datetime,
    entitlement: Entitlement,
    quantity: int,
    on: date,
    supersedes: Proof | None = None,
) -> Proof:
    """Issue a Proof of Entitlement that says what `quantity` units of the line are (rule M8)."""
    return Proof.objects.create(
        customer_id=entitlement.customer_id,
        entitlement=entitlement,
        number=f"PoE-{next_number('proof'):08d}",
        quantity=quantity,
        issued_on=on,
        language=entitlement.customer.language,
        paper=paper_facts(entitlement),
        supersedes=supersedes,
    )


@transaction.atomic
def move_units(
    *, actor: Actor, at: datetime, on: date, reference: str, target_site: Site, lines: Lines
) -> dict[UUID, Entitlement]:
    """Move units to `target_site` (rules M5, M6, M8): returns the line that each line's units arrived as.

    Renewal lines go along with their license. Holds must have been released. The database refuses to create, lose
    or overdraw units.
    """
    arrived: dict[UUID, Entitlement] = {}
    entries: list[QuantityEntry] = []
    for line, quantity in [*lines, *_followers(lines)]:
        arrival = _arrival(line, target_site, arrived, at)
        arrived[line.pk] = arrival
        movement = uuid.uuid5(line.pk, f"transfer {reference}")
        entries.append(QuantityEntry(movement, line.pk, arrival.pk, quantity, "transfer", reference, on))
    post_quantities(entries)
    _renew_proofs(actor, at, on, entries)
    if target_site.agreement is not None:
        open_initial_term(agreement=target_site.agreement, on=on)
    return arrived


def _followers(lines: Lines) -> list[tuple[Entitlement, int]]:
    moved = {line.pk: quantity for line, quantity in lines}
    rows = Entitlement.objects.held_now().filter(follows_id__in=moved).exclude(pk__in=moved)
    rows = rows.select_related("part", "customer", "site")
    return [(row, min(moved[row.follows_id], row.quantity)) for row in rows]  # type: ignore[index]


def _arrival(line: Entitlement, site: Site, arrived: dict[UUID, Entitlement], at: datetime) -> Entitlement:
    followed = arrived.get(line.follows_id) if line.follows_id else None
    new = Entitlement.objects.create(
        customer_id=site.customer_id,
        site=site,
        part_id=line.part_id,
        order_reference=line.order_reference,
        acquired_on=line.acquired_on,
        coverage_start=line.coverage_start,
        coverage_end=line.coverage_end,
        moved_from=line,
        follows=followed,
        traded_up=line.traded_up,
    )
    CoverPeriod.objects.bulk_create(
        CoverPeriod(
            customer_id=new.customer_id,
            entitlement=new,
            starts_on=period.starts_on,
            ends_on=period.ends_on,
            source=period.source,
            recorded_at=at,
        )
        for period in line.cover.all()
    )
    return new


def _renew_proofs(actor: Actor, at: datetime, on: date, entries: Sequence[QuantityEntry]) -> None:
    """Each line that gave units gets its proof superseded; what stays and what arrived get new ones."""
    touched = {i for e in entries for i in (e.source_id, e.target_id) if i}
    rows = Entitlement.objects.with_quantity().filter(pk__in=touched).select_related("part", "site", "customer")
    lines = {row.pk: row for row in rows}
    old = {p.entitlement_id: p for p in Proof.objects.filter(entitlement_id__in=touched, status="valid")}
    Proof.objects.filter(pk__in=[p.pk for p in old.values()]).update(status="superseded")
    for entry in entries:
        source, target = (lines.get(i) if i else None for i in (entry.source_id, entry.target_id))
        before = old.get(entry.source_id) if entry.source_id else None
        for line in (target, source):
            if line is not None and line.quantity > 0:
                issue_proof(
                    actor=actor,
                    at=at,
                    entitlement=line,
                    quantity=line.quantity,
                    on=on,
                    supersedes=old.get(line.pk) or before,
                )


@transaction.atomic
def move_units_back(*, actor: Actor, at: datetime, on: date, reference: str) -> None:
    """Undo a transfer by counter-entries (rule M7). Raises Refused naming each line that was built upon."""
    movements = list(
        QuantityMovement.objects.filter(reference=reference, reason="transfer").select_related("target", "target__part")
    )
    blocked = []
    for movement in movements:
        # A transfer has both ends.
        source, target = cast(Entitlement, movement.source), cast(Entitlement, movement.target)
        now = Entitlement.objects.with_quantity().get(pk=target.pk)
        renewed = target.cover.exclude(source__in=source.cover.values("source")).exists()
        if now.available_quantity < movement.quantity or renewed:
            reason = "reversal_renewed" if renewed else "reversal_moved_on"
            blocked.append(Fault(reason, line=str(target.pk), params={"part_number": target.part_id}))
    if blocked:
        raise Refused(*blocked)
    entries = [
        QuantityEntry(
            uuid.uuid5(m.pk, "reversal"), m.target_id, m.source_id, m.quantity, "reversal", reference, on, m.pk
        )
        for m in movements
    ]
    post_quantities(entries)
    _renew_proofs(actor, at, on, entries)
    for movement in movements:
        target = cast(Entitlement, movement.target)
        tell(
            actor=actor,
            at=at,
            kind="units_returned",
            subject=target,
            customer_id=target.customer_id,
            reference=reference,
            quantity=movement.quantity,
        )
