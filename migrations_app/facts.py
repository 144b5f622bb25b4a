"""Gathers what the rules ask about a request: a fixed number of queries, whatever the number of lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from licenses.models import Entitlement, Hold
from licenses.open_quotes import open_quotes
from licenses.queries import ListedPrices, agreement_state, held_lines, price_book, rule_book
from licenses.rules.orders import is_lapsed
from licenses.rules.parts import PERPETUAL_KINDS
from licenses.rules.pricing import reinstatement_estimate
from licenses.rules.simulation import AgreementState
from licenses.rules.whatif import WhatIf, run
from migrations_app.rules.checks import LineFacts, RequestFacts, SiteFacts, check
from portal.kernel.blocker import Blocker
from sites.models import Customer, Enrollment, Site, SiteContact

HORIZON_MONTHS = 36


@dataclass(frozen=True, slots=True)
class Move:
    """A move somebody has in mind: the lines with their quantities, from a site to a site or to an enrollment."""

    source: Site
    target: Site | None
    enrollment: Enrollment | None
    effective_on: date | None
    quantities: dict[UUID, int]
    reference: UUID | None = None

    @property
    def customer(self) -> Customer:
        """Whose price list counts: the target's, or the source's while there is no target."""
        return self.target.customer if self.target else self.source.customer


@dataclass(frozen=True, slots=True)
class Judged:
    """A move with its facts, findings and lines."""

    move: Move
    lines: tuple[Entitlement, ...]
    blockers: tuple[Blocker, ...]
    on: date
    prices: ListedPrices


def judge(move: Move, today: date) -> Judged:
    """Every check of the rule book on the move, as of its effective date or `today`."""
    on = max(move.effective_on or today, today)
    lines = load_lines(move.quantities, move.source)
    prices = price_book(str(move.customer.country), move.customer.currency, _parts_of(lines))
    sites = site_facts([s for s in (move.source, move.target) if s], today)
    request = RequestFacts(
        today=today,
        source=sites[move.source.pk],
        target=sites[move.target.pk] if move.target else None,
        lines=tuple(line_facts(lines, move, on, prices)),
        effective_on=move.effective_on,
        same_enterprise=same_enterprise(move.source.customer, move.target.customer if move.target else None),
        enrollment_pending=_pending(move.enrollment),
    )
    return Judged(move, lines, check(request, rule_book()), on, prices)


def outlook(judged: Judged, horizon_months: int = HORIZON_MONTHS) -> WhatIf:
    """What the move does to cost, points, level and cover: the what-if of rule book section 6."""
    move = judged.move
    moved = held_lines(judged.lines, move.quantities)
    state = AgreementState(outside_level=move.customer.outside_level)
    prices = judged.prices.book
    if move.target is not None and move.target.agreement is not None:
        state = agreement_state(move.target.agreement, judged.on, without=list(move.quantities))
        parts = {line.renewal_part for line in state.own} | {line.reinstatement_part for line in state.own}
        wanted = _parts_of(judged.lines) | {p for p in parts if p}
        prices = price_book(str(move.customer.country), move.customer.currency, wanted).book
    return run(moved, state, judged.on, horizon_months, prices, rule_book())


def load_lines(quantities: Iterable[UUID], source: Site) -> tuple[Entitlement, ...]:
    """The license lines at `source`, in the order asked for, with parts and quantities."""
    wanted = list(quantities)
    rows = Entitlement.objects.with_quantity().filter(pk__in=wanted, site=source)
    rows = rows.select_related("part__renewal_part", "part__reinstatement_part", "site__agreement", "customer")
    found = {row.pk: row for row in rows}
    return tuple(found[pk] for pk in wanted if pk in found)


def line_facts(lines: Sequence[Entitlement], move: Move, on: date, prices: ListedPrices) -> Iterable[LineFacts]:
    """The rules' view of the lines of a move."""
    own_holds = dict(
        Hold.objects.filter(reference=move.reference, released_at__isnull=True).values_list(
            "entitlement_id", "quantity"
        )
        if move.reference
        else ()
    )
    rest = rest_by_product(lines, move)
    quotes = open_quotes([line.pk for line in lines])
    for line in lines:
        facts = one_line(line, move.quantities[line.pk], on, prices)
        yield replace(
            facts,
            held=line.held - own_holds.get(line.pk, 0),
            rest=rest.get(line.part.product, 0) if line.part.kind in PERPETUAL_KINDS else 0,
            open_quote=quotes.get(line.pk),
        )


def one_line(line: Entitlement, quantity: int, on: date, prices: ListedPrices) -> LineFacts:
    """A line's own facts; `held`, `rest` and `open_quote` depend on what stands around it."""
    part, cover_end = line.part, line.coverage_end or line.acquired_on
    return LineFacts(
        key=str(line.pk),
        part_number=line.part_id,
        kind=part.kind,
        quantity=quantity,
        owned=line.quantity,
        held=line.held,
        acquired_on=line.acquired_on,
        cover_end=cover_end,
        eligible=part.eligible,
        renewal_part=part.renewal_part_id,
        replaced_by_trade_up=line.traded_up,
        reinstatement=_reinstatement(line, quantity, on, prices) if is_lapsed(cover_end, on) else None,
        currency=prices.book.currency,
    )


def _reinstatement(line: Entitlement, quantity: int, on: date, prices: ListedPrices) -> Decimal | None:
    estimate = reinstatement_estimate(
        str(line.pk),
        reinstatement_part=line.part.reinstatement_part_id,
        renewal_part=line.part.renewal_part_id,
        quantity=quantity,
        on=on,
        prices=prices.book,
        book=rule_book(),
    )
    return estimate.amount if estimate else None


def rest_by_product(lines: Sequence[Entitlement], move: Move) -> dict[str, int]:
    """Units of each moved product that would stay at the source (check V9)."""
    products = {line.part.product for line in lines if line.part.kind in PERPETUAL_KINDS}
    if not products:
        return {}
    rows: QuerySet[Any] = Entitlement.objects.held_now().filter(
        site=move.source, part__product__in=products, part__kind__in=PERPETUAL_KINDS, traded_up=False
    )
    rest: dict[str, int] = {}
    for pk, product, owned in rows.values_list("pk", "part__product", "quantity"):
        rest[product] = rest.get(product, 0) + owned - move.quantities.get(pk, 0)
    return {product: max(units, 0) for product, units in rest.items()}


def site_facts(sites: Sequence[Site], today: date) -> dict[UUID, SiteFacts]:
    """The rules' view of sites: one query for all their Primary Contacts."""
    contacts = SiteContact.objects.valid_on(today).filter(site__in=sites, role=SiteContact.Role.PRIMARY)
    reached = set(contacts.values_list("site_id", flat=True))
    return {
        site.pk: SiteFacts(
            number=site.site_number,
            program=site.program,
            country=str(site.country),
            status=site.status,
            has_primary_contact=site.pk in reached,
            customer_type=site.customer.customer_type,
        )
        for site in sites
    }


def same_enterprise(source: Customer, target: Customer | None) -> bool:
    """Rule M3, by record: one customer, or customers of one Enterprise."""
    if target is None or source.pk == target.pk:
        return True
    return source.enterprise_id is not None and source.enterprise_id == target.enterprise_id


def _pending(enrollment: Enrollment | None) -> str | None:
    if enrollment is None or enrollment.status == Enrollment.Status.ACCEPTED:
        return None
    return str(enrollment.pk)


def _parts_of(lines: Iterable[Entitlement]) -> set[str]:
    named = {part for line in lines for part in (line.part.renewal_part_id, line.part.reinstatement_part_id)}
    return {part for part in named if part}
