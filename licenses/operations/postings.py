"""What goes into the ledgers: entries, and the only two doors they are posted through."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection


@dataclass(frozen=True, slots=True)
class QuantityEntry:
    """Units from one line (None: acquired) to another (None: given up). `id` is the caller's: a repeat is one."""

    id: UUID
    source_id: UUID | None
    target_id: UUID | None
    quantity: int
    reason: str
    reference: str
    effective_on: date
    reverses: UUID | None = None


@dataclass(frozen=True, slots=True)
class PointsEntry:
    """Points of an agreement at one of its sites, minus for what is taken back. `id` is the caller's."""

    id: UUID
    agreement_id: UUID
    site_id: UUID
    points: Decimal
    kind: str
    reference: str
    effective_on: date
    reverses: UUID | None = None


def post_quantities(entries: Iterable[QuantityEntry]) -> int:
    """Post movements of units; returns how many were new. The database refuses what would go below zero."""
    rows = [
        {
            "id": str(e.id),
            "source": _text(e.source_id),
            "target": _text(e.target_id),
            "quantity": e.quantity,
            "reason": e.reason,
            "reference": e.reference,
            "effective_on": e.effective_on.isoformat(),
            "reverses": _text(e.reverses),
        }
        for e in entries
    ]
    return _post("licenses_post_quantities", rows)


def post_points(entries: Iterable[PointsEntry]) -> int:
    """Post points; entries of zero are no movement and left out. Returns how many were new."""
    rows = [
        {
            "id": str(e.id),
            "agreement": str(e.agreement_id),
            "site": str(e.site_id),
            "points": str(e.points),
            "kind": e.kind,
            "reference": e.reference,
            "effective_on": e.effective_on.isoformat(),
            "reverses": _text(e.reverses),
        }
        for e in entries
        if e.points
    ]
    return _post("licenses_post_points", rows)


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None


def _post(function: str, rows: list[dict[str, Any]]) -> int:
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s::jsonb)", [json.dumps(rows)])
        return int(cursor.fetchone()[0])
