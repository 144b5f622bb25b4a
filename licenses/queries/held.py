"""License lines as rules are fed with them: plain rows, a hundred thousand at a time, no model instance each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from licenses.models import Entitlement, Part


@dataclass(frozen=True, slots=True)
class Held:
    """What a line is, and its whole units: `quantity` that it holds, `held` that are promised to open requests."""

    pk: UUID
    site_id: UUID
    part: Part
    order_reference: str
    acquired_on: date
    coverage_start: date | None
    coverage_end: date | None
    traded_up: bool
    quantity: int
    held: int

    @property
    def part_id(self) -> str:
        """The part's number."""
        return self.part.part_number

    @property
    def available_quantity(self) -> int:
        """What no open request has spoken for."""
        return self.quantity - self.held


_FIELDS = (
    "pk", "site_id", "part_id", "order_reference", "acquired_on", "coverage_start", "coverage_end", "traded_up",
    "quantity", "held",
)  # fmt: skip


def held_rows(rows: "QuerySet[Entitlement]") -> list[Held]:
    """The lines of a query `with_quantity`, in its order: one query for them and one for their parts."""
    asked: QuerySet[Any] = rows
    found = list(asked.values_list(*_FIELDS))
    parts = parts_by_number({row[2] for row in found})
    return [Held(pk, site, parts[part], *rest) for pk, site, part, *rest in found]


def parts_by_number(numbers: Iterable[str]) -> dict[str, Part]:
    """Parts with their renewal and reinstatement parts."""
    rows = Part.objects.filter(pk__in=set(numbers)).select_related("renewal_part", "reinstatement_part")
    return {part.pk: part for part in rows}
