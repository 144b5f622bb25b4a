"""Held lines as the rules take them, alone and as part of an Agreement's state."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from licenses.models import Entitlement, Part
from licenses.models.entitlement import EntitlementQuerySet
from licenses.queries.books import rule_books
from licenses.queries.held import Held, parts_by_number
from licenses.queries.standings_by_day import term_points_on
from licenses.rules.orders import HeldLine, merged
from licenses.rules.simulation import AgreementState, state_at
from sites.models import Agreement

# Beyond so many a plan tells sums and no lines, and prices those that are alike as one.
TOLD_ONE_BY_ONE = 2000


def held_lines(
    entitlements: "Iterable[Entitlement | Held | RenewableLine]", quantities: Mapping[UUID, int] | None = None
) -> list[HeldLine]:
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
    rows = _renewable(Entitlement.objects.held_now().filter(site__agreement__in=agreements))
    return rows.exclude(part__kind__in=NOT_RENEWED).select_related("part__renewal_part", "site").order_by("pk")


class RenewableLine(NamedTuple):
    """A held line with cover of its own, as `renewable_at` finds it."""

    pk: UUID
    site_id: UUID
    part: Part
    order_reference: str
    acquired_on: date
    coverage_start: date
    coverage_end: date
    quantity: int

    @property
    def part_id(self) -> str:
        """The part's number."""
        return self.part.part_number


def renewable_at(sites: Collection[UUID]) -> dict[UUID, list[RenewableLine]]:
    """The lines of `renewable_lines` at each of many sites: one query for them and one for their parts."""
    rows: QuerySet[Any] = _renewable(Entitlement.objects.with_quantity().among("site_id", sites)).order_by("pk")
    found = list(
        rows.values_list(
            "pk", "site_id", "part_id", "order_reference", "acquired_on", "coverage_start", "coverage_end", "quantity"
        )
    )
    parts = parts_by_number({row[2] for row in found})
    renewed = {number: part for number, part in parts.items() if part.kind not in NOT_RENEWED}
    lines: dict[UUID, list[RenewableLine]] = {site: [] for site in sites}
    for pk, site, number, *rest in found:
        # Lines that moved away whole are history.
        if rest[-1] > 0 and number in renewed:
            lines[site].append(RenewableLine(pk, site, renewed[number], *rest))
    return lines


def _renewable(rows: EntitlementQuerySet) -> EntitlementQuerySet:
    return rows.filter(follows__isnull=True, traded_up=False, coverage_end__isnull=False)


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
    agreement: Agreement, days: Collection[date], moving: Mapping[UUID, int] | None = None, most: int | None = None
) -> dict[date, AgreementState]:
    """The agreement as the what-if takes it on each of the days: Term, level, points and its own lines.

    A fixed number of queries for all of them. Of lines that are `moving` only what stays behind is its own. More
    than `most` of its own lines, where that is given, are merged (`licenses.rules.orders.merged`).
    """
    own, alike = own_lines(agreement, moving or {}, most)
    books = rule_books()
    states = {
        day: state_at(
            day,
            initial_start=agreement.term_start,
            initial_level=agreement.opening_level,
            movements=movements,
            own=own,
            outside_level=agreement.customer.outside_level,
            books=books,
        )
        for day, movements in term_points_on(agreement, days).items()
    }
    return {day: replace(state, alike=alike) for day, state in states.items()}


def own_lines(agreement: Agreement, moving: Mapping[UUID, int], most: int | None = None) -> tuple[list[HeldLine], bool]:
    """What the agreement holds and renews itself, less the units that are `moving`, and whether it was merged: where it
    is more than `most` lines, without ever holding them all."""
    if most is None or renewable_lines([agreement]).select_related(None).order_by()[: most + 1].count() <= most:
        return list(_own_lines(agreement, moving)), False
    return [line for line, _count in merged(_own_lines(agreement, moving))], True


_OF_A_LINE = (
    "pk", "part_id", "part__renewal_part_id", "quantity", "coverage_end", "part__renewal_part__points_each",
    "part__reinstatement_part_id", "coverage_start",
)  # fmt: skip


def _own_lines(agreement: Agreement, moving: Mapping[UUID, int]) -> Iterator[HeldLine]:
    rows = renewable_lines([agreement]).filter(coverage_start__isnull=False).select_related(None)
    for key, part, renewal, owned, ends, points, reinstatement, starts in rows.values_list(*_OF_A_LINE).iterator():
        if (stays := owned - moving.get(key, 0)) > 0:
            yield HeldLine(str(key), part, renewal, stays, ends, points or Decimal(0), reinstatement, starts)
