"""Units move between sites, and back. What a move needs of rows is written by a fixed number of statements."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.db import connection, transaction

from licenses.models import Entitlement, QuantityMovement
from licenses.operations.holdings import Lines, open_initial_term
from licenses.operations.postings import QuantityEntry, post_quantities
from licenses.operations.proofs import renew_proofs
from portal.kernel.errors import Fault, NotFound, Refused
from sites.events import tell_each
from sites.models import Site
from sites.tenancy.actor import Actor

# A line arrives as it left: part, order, acquisition date and cover stay; what followed it follows its new self.
_ARRIVE = """
WITH moving AS (
    SELECT m.source, m.arrival FROM unnest(%(sources)s::uuid[], %(arrivals)s::uuid[]) AS m(source, arrival)
)
INSERT INTO licenses_entitlement (id, customer_id, site_id, part_id, order_reference, acquired_on, coverage_start,
                                  coverage_end, moved_from_id, follows_id, traded_up)
SELECT m.arrival, %(customer)s, %(site)s, s.part_id, s.order_reference, s.acquired_on, s.coverage_start,
       s.coverage_end, s.id, f.arrival, s.traded_up
  FROM moving m JOIN licenses_entitlement s ON s.id = m.source LEFT JOIN moving f ON f.source = s.follows_id
"""

_COVER_ARRIVES = """
INSERT INTO licenses_coverperiod (id, customer_id, entitlement_id, starts_on, ends_on, source, recorded_at)
SELECT gen_random_uuid(), %(customer)s, m.arrival, c.starts_on, c.ends_on, c.source, %(at)s
  FROM unnest(%(sources)s::uuid[], %(arrivals)s::uuid[]) AS m(source, arrival)
  JOIN licenses_coverperiod c ON c.entitlement_id = m.source
"""


@transaction.atomic
def move_units(
    *, actor: Actor, at: datetime, on: date, reference: str, target_site: Site, lines: Lines
) -> dict[UUID, Entitlement]:
    """Move units to `target_site` (rules M5, M6, M8): returns the line that each line's units arrived as.

    Renewal lines go along with their license. Holds must have been released. The database refuses to create, lose
    or overdraw units. Raises NotFound for a line out of reach.
    """
    moving = {line.pk: quantity for line, quantity in [*lines, *_followers(lines)]}
    arrivals = {pk: uuid.uuid5(pk, f"arrival {reference}") for pk in moving}
    _arrive(arrivals, target_site, at)
    entries = [
        QuantityEntry(uuid.uuid5(pk, f"transfer {reference}"), pk, arrivals[pk], quantity, "transfer", reference, on)
        for pk, quantity in moving.items()
    ]
    post_quantities(entries)
    renew_proofs(on=on, entries=entries)
    if target_site.agreement is not None:
        open_initial_term(agreement=target_site.agreement, on=on)
    arrived = Entitlement.objects.in_bulk(arrivals.values())
    return {pk: arrived[arrival] for pk, arrival in arrivals.items()}


def _followers(lines: Lines) -> list[tuple[Entitlement, int]]:
    moved = {line.pk: quantity for line, quantity in lines}
    rows = Entitlement.objects.held_now().filter(follows_id__in=moved).exclude(pk__in=moved)
    return [(row, min(moved[cast(UUID, row.follows_id)], row.quantity)) for row in rows]


def _arrive(arrivals: dict[UUID, UUID], site: Site, at: datetime) -> None:
    asked: dict[str, Any] = {
        "sources": [str(pk) for pk in arrivals],
        "arrivals": [str(pk) for pk in arrivals.values()],
        "customer": site.customer_id,
        "site": site.pk,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVE, asked)
        if cursor.rowcount != len(arrivals):
            raise NotFound
        cursor.execute(_COVER_ARRIVES, asked)


@transaction.atomic
def move_units_back(*, actor: Actor, at: datetime, on: date, reference: str) -> None:
    """Undo a transfer by counter-entries (rule M7). Raises Refused naming each line that was built upon."""
    movements = list(QuantityMovement.objects.filter(reference=reference, reason="transfer"))
    if blocked := what_blocks(movements):
        raise Refused(*blocked)
    entries = [
        QuantityEntry(
            uuid.uuid5(m.pk, "reversal"), m.target_id, m.source_id, m.quantity, "reversal", reference, on, m.pk
        )
        for m in movements
    ]
    post_quantities(entries)
    renew_proofs(on=on, entries=entries)
    owners = dict(Entitlement.objects.filter(pk__in=[m.target_id for m in movements]).values_list("pk", "customer_id"))
    tell_each(
        actor=actor,
        at=at,
        kind="units_returned",
        subject_type="entitlement",
        told=[
            (cast(UUID, m.target_id), owners[cast(UUID, m.target_id)], {"reference": reference, "quantity": m.quantity})
            for m in movements
        ],
    )


def what_blocks(movements: Sequence[QuantityMovement]) -> list[Fault]:
    """Why transfers can't be reversed: a line that was renewed, or whose units moved on (rule M7)."""
    keys = {cast(UUID, pk) for m in movements for pk in (m.source_id, m.target_id)}
    lines = Entitlement.objects.with_quantity().prefetch_related("cover").in_bulk(keys)
    blocked = []
    for movement in movements:
        # A transfer has both ends.
        source, target = lines[cast(UUID, movement.source_id)], lines[cast(UUID, movement.target_id)]
        bought_before = {period.source for period in source.cover.all()}
        renewed = any(period.source not in bought_before for period in target.cover.all())
        if renewed or target.available_quantity < movement.quantity:
            reason = "reversal_renewed" if renewed else "reversal_moved_on"
            blocked.append(Fault(reason, line=str(target.pk), params={"part_number": target.part_id}))
    return blocked
