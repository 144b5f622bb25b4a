"""Held lines as the rules take them, alone and as part of an Agreement's state."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from licenses.models import Entitlement
from licenses.queries.books import rule_books
from licenses.queries.standings import term_points
from licenses.rules.orders import HeldLine
from licenses.rules.simulation import AgreementState, state_at
from sites.models import Agreement


def held_lines(entitlements: Iterable[Entitlement], quantities: dict[UUID, int] | None = None) -> list[HeldLine]:
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


def renewable_lines(agreement: Agreement) -> list[Entitlement]:
    """The license lines of all sites of the agreement that have cover of their own, with quantities."""
    rows = Entitlement.objects.held_now().filter(
        site__agreement=agreement, follows__isnull=True, traded_up=False, coverage_end__isnull=False
    )
    return list(rows.exclude(part__kind__in=NOT_RENEWED).select_related("part__renewal_part", "site").order_by("pk"))


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


def agreement_state(agreement: Agreement, on: date, without: Sequence[UUID] = ()) -> AgreementState:
    """The agreement as the what-if takes it on `on`: Term, level, points and its own lines."""
    own = [line for line in renewable_lines(agreement) if line.pk not in set(without)]
    outside = agreement.customer.outside_level
    return state_at(
        on,
        initial_start=agreement.term_start,
        initial_level=agreement.opening_level,
        movements=term_points([agreement], on).get(agreement.pk, ()),
        own=held_lines(own),
        outside_level=outside,
        books=rule_books(),
    )
