"""Every write to holdings, cover and proofs. Each function is one transaction."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from licenses.models import CoverPeriod, Entitlement, Hold, Part
from licenses.operations.postings import QuantityEntry, post_quantities
from licenses.operations.proofs import issue_proof
from licenses.sets import array
from portal.kernel.errors import Fault, Refused
from portal.kernel.period import Period
from sites.models import Agreement, Site
from sites.tenancy.actor import Actor

BATCH = 5000


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
        _cover(line, cover, order_reference, at).save(force_insert=True)
    post_quantities([QuantityEntry(uuid.uuid4(), None, line.pk, quantity, "acquisition", order_reference, acquired_on)])
    if issue:
        issue_proof(actor=actor, at=at, entitlement=line, quantity=quantity, on=acquired_on)
    return line


@transaction.atomic
def extend_cover(*, actor: Actor, at: datetime, entitlement: Entitlement, period: Period, source: str) -> None:
    """Add an S&S period to a line. Raises Refused (`cover_overlaps`) for days that are covered already."""
    extend_covers(actor=actor, at=at, periods=[(entitlement, period)], source=source)


@transaction.atomic
def extend_covers(*, actor: Actor, at: datetime, periods: Sequence[tuple[Entitlement, Period]], source: str) -> None:
    """Add an S&S period to each of many lines, all or none.

    Raises Refused with a fault (`cover_overlaps`) for each line that is covered on some of its days already.
    """
    try:
        with transaction.atomic():
            CoverPeriod.objects.bulk_create(
                (_cover(line, period, source, at) for line, period in periods), batch_size=BATCH
            )
    except IntegrityError as refusal:
        raise Refused(*_overlapping(periods)) from refusal
    for line, period in periods:
        line.coverage_start, line.coverage_end = period.starts_on, period.ends_on
    lines = [line for line, _ in periods]
    Entitlement.objects.bulk_update(lines, ["coverage_start", "coverage_end"], batch_size=BATCH)


def _cover(line: Entitlement, period: Period, source: str, at: datetime) -> CoverPeriod:
    return CoverPeriod(
        customer_id=line.customer_id,
        entitlement=line,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        source=source,
        recorded_at=at,
    )


def _overlapping(periods: Sequence[tuple[Entitlement, Period]]) -> list[Fault]:
    covered: dict[UUID, list[Period]] = {}
    rows = CoverPeriod.objects.filter(entitlement__in=[line.pk for line, _ in periods])
    for pk, starts_on, ends_on in rows.values_list("entitlement_id", "starts_on", "ends_on"):
        covered.setdefault(pk, []).append(Period(starts_on, ends_on))
    faults = []
    for line, period in periods:
        before = covered.setdefault(line.pk, [])
        if any(period.starts_on <= p.ends_on and p.starts_on <= period.ends_on for p in before):
            faults.append(Fault("cover_overlaps", line=str(line.pk), params={"part_number": line.part_id}))
        before.append(period)
    return faults


# In the order of their keys: two requests for the same lines wait for each other, never both.
_HOLD = """
INSERT INTO licenses_hold (id, customer_id, entitlement_id, quantity, reference, placed_at)
SELECT gen_random_uuid(), e.customer_id, e.id, w.quantity, %s, %s
  FROM unnest(%s::uuid[], %s::bigint[]) AS w(line, quantity)
 CROSS JOIN LATERAL (SELECT * FROM licenses_entitlement x WHERE x.id = w.line OFFSET 0) AS e
 ORDER BY e.id
"""


# The proof of a hold locks lines whose keys the inserts before it share: two at once would wait for each other.
_IN_TURN = """
SELECT pg_advisory_xact_lock(hashtextextended('holds of ' || customer_id, 0))
  FROM (SELECT DISTINCT customer_id FROM licenses_entitlement WHERE id = ANY (ARRAY(SELECT unnest(%s::uuid[])))
         ORDER BY 1) AS customers
"""


@transaction.atomic
def hold(*, actor: Actor, at: datetime, reference: UUID, lines: Mapping[UUID, int]) -> None:
    """Promise units of lines to the request `reference`. Raises Refused with a fault (V3) for each that is short."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_IN_TURN, [array(lines)])
            cursor.execute(_HOLD, [reference, at, array(lines), array(lines.values())])
    except IntegrityError as refusal:
        short = _short(lines)
        if not short:
            raise
        raise Refused(*short) from refusal


def _short(lines: Mapping[UUID, int]) -> list[Fault]:
    """The lines that can't promise what is asked of them, with their figures now."""
    now: QuerySet[Any] = Entitlement.objects.with_quantity().among("pk", lines).order_by("pk")
    short = []
    for pk, owned, held in now.values_list("pk", "quantity", "held"):
        quantity, available = lines[pk], owned - held
        if not 0 < quantity <= available:
            figures = {"quantity": quantity, "owned": owned, "held": held, "available": available}
            short.append(Fault("V3", "quantity", str(pk), params=figures, mends="customer"))
    return short


def release(*, reference: UUID, at: datetime) -> int:
    """Let go of what the request `reference` holds; returns of how many lines."""
    return Hold.objects.filter(reference=reference, released_at__isnull=True).update(released_at=at)


@transaction.atomic
def open_initial_term(*, agreement: Agreement, on: date) -> None:
    """Rule T1: the first order or completed migration opens the first Term. Does nothing when there is one."""
    Agreement.objects.filter(pk=agreement.pk, term_start__isnull=True).update(term_start=on)
    agreement.refresh_from_db(fields=["term_start"])
