"""Units move between sites, and back. What a move needs of rows is written by a fixed number of statements."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from licenses.models import CoverPeriod, Entitlement, QuantityMovement
from licenses.operations.holdings import open_initial_term
from licenses.operations.postings import QuantityEntry, post_quantities
from licenses.operations.proofs import renew_proofs
from licenses.sets import staged
from portal.kernel.errors import Fault, NotFound, Refused
from sites.events import tell_each
from sites.models import Site
from sites.tenancy.actor import Actor

# A line arrives as it left: part, order, acquisition date and cover stay; what followed it follows its new self.
_ARRIVE = """
INSERT INTO licenses_entitlement (id, customer_id, site_id, part_id, order_reference, acquired_on, coverage_start,
                                  coverage_end, moved_from_id, follows_id, traded_up)
SELECT m.arrival, coalesce(%(customer)s::uuid, s.customer_id), coalesce(%(site)s::uuid, s.site_id), s.part_id,
       s.order_reference, s.acquired_on, s.coverage_start, s.coverage_end, s.id, f.arrival, s.traded_up
  FROM moving m CROSS JOIN LATERAL (SELECT * FROM licenses_entitlement x WHERE x.id = m.source OFFSET 0) AS s
  LEFT JOIN moving f ON f.source = s.follows_id
"""

_COVER_ARRIVES = """
INSERT INTO licenses_coverperiod (id, customer_id, entitlement_id, starts_on, ends_on, source, recorded_at)
SELECT gen_random_uuid(), coalesce(%(customer)s::uuid, c.customer_id), m.arrival, c.starts_on, c.ends_on,
       c.source, %(at)s
  FROM moving m
 CROSS JOIN LATERAL (SELECT * FROM licenses_coverperiod x WHERE x.entitlement_id = m.source OFFSET 0) AS c
"""

_POST = """
SELECT licenses_post_quantity_entries(array_agg(
           (entry, source, arrival, quantity, %(reason)s, %(reference)s, %(on)s, NULL)::licenses_quantity_entry))
  FROM moving
"""


@transaction.atomic
def move_units(
    *, actor: Actor, at: datetime, on: date, reference: str, target_site: Site, lines: Mapping[UUID, int]
) -> dict[UUID, UUID]:
    """Move units of lines to `target_site` (rules M5, M6, M8): returns the line that each line's units arrived as.

    `lines` gives the units of each line by its key. Renewal lines go along with their license. Holds must have been
    released. The database refuses to create, lose or overdraw units. Raises NotFound for a line out of reach.
    """
    arrivals = _part(lines, at=at, on=on, reference=reference, reason="transfer", to=target_site)
    if target_site.agreement is not None:
        open_initial_term(agreement=target_site.agreement, on=on)
    return arrivals


@transaction.atomic
def split_units(*, actor: Actor, at: datetime, on: date, reference: str, lines: Mapping[UUID, int]) -> dict[UUID, UUID]:
    """Put units of lines on lines of their own at the same site: returns the new line of each.

    For what parts company within an order, such as units that are renewed and units that aren't. All else is as in
    `move_units`: order, acquisition and cover stay, renewal lines go along, proofs say what is where.
    """
    return _part(lines, at=at, on=on, reference=reference, reason="split")


def _part(
    lines: Mapping[UUID, int], *, at: datetime, on: date, reference: str, reason: str, to: Site | None = None
) -> dict[UUID, UUID]:
    """Units leave their lines for new ones, at the site `to` or where they are."""
    moving = dict(lines) | dict(_followers(lines))
    arrivals = {pk: uuid.uuid5(pk, f"arrival {reference}") for pk in moving}
    entries = [uuid.uuid5(pk, f"{reason} {reference}") for pk in moving]
    asked: dict[str, Any] = {
        "customer": to.customer_id if to else None, "site": to.pk if to else None, "at": at, "reference": reference,
        "reason": reason, "on": on,
    }  # fmt: skip
    with staged(
        "moving",
        source=("uuid", moving),
        arrival=("uuid", arrivals.values()),
        entry=("uuid", entries),
        quantity=("bigint", moving.values()),
    ) as cursor:
        cursor.execute(_ARRIVE, asked)
        if cursor.rowcount != len(arrivals):
            raise NotFound
        cursor.execute(_COVER_ARRIVES, asked)
        cursor.execute(_POST, asked)
    renew_proofs(on=on, moved=arrivals)
    return arrivals


def _followers(lines: Mapping[UUID, int]) -> Iterator[tuple[UUID, int]]:
    rows: QuerySet[Any] = Entitlement.objects.with_quantity().among("follows_id", lines)
    rows = rows.filter(quantity__gt=0)
    for pk, license_line, quantity in rows.values_list("pk", "follows_id", "quantity"):
        if pk not in lines:
            yield pk, min(lines[license_line], quantity)


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
    # A transfer has both ends.
    renew_proofs(on=on, moved={cast(UUID, m.target_id): cast(UUID, m.source_id) for m in movements})
    owners = dict(Entitlement.objects.among("pk", [m.target_id for m in movements]).values_list("pk", "customer_id"))
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
    sources = [cast(UUID, m.source_id) for m in movements]
    targets = [cast(UUID, m.target_id) for m in movements]
    free, parts = {}, {}
    rows: QuerySet[Any] = Entitlement.objects.with_quantity().among("pk", targets)
    for pk, part, quantity, held in rows.values_list("pk", "part_id", "quantity", "held"):
        free[pk], parts[pk] = quantity - held, part
    bought = _covers([*sources, *targets])
    blocked = []
    for movement, source, target in zip(movements, sources, targets, strict=True):
        renewed = bool(bought.get(target, set()) - bought.get(source, set()))
        if renewed or free[target] < movement.quantity:
            reason = "reversal_renewed" if renewed else "reversal_moved_on"
            blocked.append(Fault(reason, line=str(target), params={"part_number": parts[target]}))
    return blocked


def _covers(lines: Iterable[UUID]) -> dict[UUID, set[str]]:
    """What bought the cover of each line."""
    found: dict[UUID, set[str]] = {}
    rows = CoverPeriod.objects.among("entitlement_id", lines).order_by()
    for pk, source in rows.values_list("entitlement_id", "source"):
        found.setdefault(pk, set()).add(source)
    return found
