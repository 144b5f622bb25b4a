"""Held lines as the rules take them, alone and as part of an Agreement's state."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from licenses.models import Entitlement
from licenses.queries.books import rule_books
from licenses.queries.standings_by_day import term_points_on
from licenses.rules.orders import HeldLine
from licenses.rules.simulation import AgreementState, state_at
from sites.models import Agreement


def held_lines(entitlements: Iterable[Entitlement], quantities: Mapping[UUID, int] | None = None) -> list[HeldLine]:
    """The rules' view of license lines: needs `part`, `part.renewal_part` and `with_quantity`.

    Lines without cover are left to the caller: they have nothing to renew. `quantities` replaces what is owned.
    """
    lines = []
    for line in entitlements:
        if line.coverage_end is None or line.coverage_start is None:
            continue
        renewal = line.part.renewal_part
        lines.append(
            HeldLine(
                key=str(line.pk),
                part_number=line.part_id,
                renewal_part=line.part.renewal_part_id,
                quantity=(quantities or {}).get(line.pk, line.quantity),
                cover_end=line.coverage_end,
                points_each=(renewal.points_each if renewal else None) or Decimal(0),
                reinstatement_part=line.part.reinstatement_part_id,
                cover_start=line.coverage_start,
            )
        )
    return lines


def renewable_lines(agreements: Iterable[Agreement]) -> QuerySet[Entitlement]:
    """The license lines of all sites of the agreements that have cover of their own, with quantities."""
    rows = Entitlement.objects.held_now().filter(
        site__agreement__in=agreements, follows__isnull=True, traded_up=False, coverage_end__isnull=False
    )
    return rows.exclude(part__kind__in=NOT_RENEWED).select_related("part__renewal_part", "site").order_by("pk")


NOT_RENEWED = (
    "S&S_RENEWAL",
    "S&S_REINSTATEMENT",
    "EXTENDED_SUPPORT",
    "ADVANCED_SUPPORT",
    "APPLIANCE_RENEWAL",
    "APPLIANCE_SERVICE",
    "MEDIA_IMAGE",
    "OTHER",
)


def agreement_states(
    agreement: Agreement, days: Collection[date], moving: Mapping[UUID, int] | None = None
) -> dict[date, AgreementState]:
    """The agreement as the what-if takes it on each of the days: Term, level, points and its own lines.

    A fixed number of queries for all of them. Of lines that are `moving` only what stays behind is its own.
    """
    own = [line for line in renewable_lines([agreement]) if _stays(line, moving or {})]
    left = {line.pk: _stays(line, moving or {}) for line in own}
    held, books = held_lines(own, left), rule_books()
    return {
        day: state_at(
            day,
            initial_start=agreement.term_start,
            initial_level=agreement.opening_level,
            movements=movements,
            own=held,
            outside_level=agreement.customer.outside_level,
            books=books,
        )
        for day, movements in term_points_on(agreement, days).items()
    }


def _stays(line: Entitlement, moving: Mapping[UUID, int]) -> int:
    """The units that don't move."""
    units: int = line.quantity
    return max(units - moving.get(line.pk, 0), 0)
