"""Gathers what the rules ask about a request: a fixed number of queries, whatever the number of lines."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet, Sum

from licenses.models import Entitlement, Hold, Part
from licenses.open_quotes import open_quotes
from licenses.queries import (
    TOLD_ONE_BY_ONE,
    Held,
    ListedPrices,
    agreement_states,
    held_lines,
    held_rows,
    price_book,
    rule_books,
    site_activity,
)
from licenses.rules.orders import is_lapsed, merged
from licenses.rules.parts import PERPETUAL_KINDS
from licenses.rules.pricing import reinstatement_estimate
from licenses.rules.rulebook import RuleBook, Shelf
from licenses.rules.simulation import AgreementState
from licenses.rules.whatif import WhatIf, run
from migrations_app.outlook import as_json
from migrations_app.rules.checks import ACTIVE, INACTIVE, LineFacts, RequestFacts, SiteFacts, check
from portal.kernel.blocker import Blocker
from sites.models import Agreement, Customer, Enrollment, Site, SiteContact
from sites.models.organization import CustomerType
from sites.models.site import Program
from sites.queries import declared_pairs, off_schedule, same_by_record

HORIZON_MONTHS = 36
ALIKE = "T7-alike"
"""The assumption that of very many lines those that are alike are priced as one (rule T7)."""
MERGE = "6.3"
"""The assumption that lines of a Passport Advantage site are compared with staying as Express lines are (step 3)."""


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

    @property
    def outside_level(self) -> str | None:
        """The price column of a GV or ED target; of one that is being enrolled, by the type chosen there (rule S7)."""
        if self.target is None and self.enrollment is not None and self.enrollment.customer_type:
            return CustomerType(self.enrollment.customer_type).outside_level
        return self.customer.outside_level


@dataclass(frozen=True, slots=True)
class Judged:
    """A move with its facts, findings and lines."""

    move: Move
    lines: tuple[Held, ...]
    blockers: tuple[Blocker, ...]
    on: date
    prices: ListedPrices
    book: RuleBook


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a line: units that this very request holds of it, units of its product that would stay at
    the source, and the open quote that it is on."""

    own_hold: int
    rest: int
    open_quote: str | None


ALONE = Around(0, 0, None)
States = dict[tuple[UUID, date], AgreementState]
"""The states of Agreements by key and day."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the rules ask about a move whatever the day that it takes effect on."""

    move: Move
    today: date
    lines: tuple[Held, ...]
    around: Mapping[UUID, Around]
    sites: Mapping[UUID, SiteFacts]
    same_enterprise: bool
    prices: ListedPrices
    books: Shelf


def judge(move: Move, today: date) -> Judged:
    """Every check of the rule book on the move, as of its effective date or `today`."""
    return judged_on(gather(move, today), move.effective_on)


def gather(move: Move, today: date) -> Gathered:
    """Asks the database, once for every day that the move may take effect on."""
    lines = load_lines(move.quantities, move.source)
    ends = [s for s in (move.source, move.target) if s]
    target = move.target.customer if move.target else None
    return Gathered(
        move=move,
        today=today,
        lines=lines,
        around=around(lines, move),
        sites=site_facts(ends, today),
        same_enterprise=same_enterprise(move.source.customer, target, declared(ends, today)),
        prices=price_book(str(move.customer.country), move.customer.currency, parts_of(lines)),
        books=rule_books(),
    )


def judged_on(gathered: Gathered, effective_on: date | None) -> Judged:
    """Every check on a gathered move as of `effective_on`, or of the day it was gathered on where that is later."""
    move, today = replace(gathered.move, effective_on=effective_on), gathered.today
    on = max(effective_on or today, today)
    book = gathered.books.on(on)
    request = RequestFacts(
        today=today,
        source=gathered.sites[move.source.pk],
        target=gathered.sites[move.target.pk] if move.target else None,
        lines=tuple(line_facts(gathered, on, book)),
        effective_on=effective_on,
        same_enterprise=gathered.same_enterprise,
        enrollment_pending=_pending(move.enrollment),
    )
    return Judged(move, gathered.lines, check(request, book), on, gathered.prices, book)


def plan_json(judged: Judged, horizon_months: int = HORIZON_MONTHS, known: States | None = None) -> dict[str, Any]:
    """What the move does to cost, points, level and cover (rule book section 6), as a request keeps it.

    Of more than TOLD_ONE_BY_ONE lines in sums alone, those that are alike priced as one. `known` keeps the Agreements'
    states between moves of one hour to the same Agreements.
    """
    (result,) = outlooks([judged], horizon_months, known=known, most=TOLD_ONE_BY_ONE)
    return as_json(result, judged.book, told_by_line=len(judged.lines) <= TOLD_ONE_BY_ONE)


def outlooks(
    judged: Sequence[Judged],
    horizon_months: int = HORIZON_MONTHS,
    *,
    known: States | None = None,
    most: int | None = None,
) -> tuple[WhatIf, ...]:
    """The what-if of one move on several days: a fixed number of queries for all of them.

    Of more than `most` lines, where that is given, those that are alike are priced as one, and told as an assumption.
    """
    move, lines, prices = judged[0].move, judged[0].lines, judged[0].prices.book
    moved = held_lines(lines, move.quantities)
    alike = most is not None and len(moved) > most
    if alike:
        moved = [line for line, _ in merged(moved)]
    days = [each.on for each in judged]
    states = dict.fromkeys(days, AgreementState(outside_level=move.outside_level))
    if move.target is not None and move.target.agreement is not None:
        states = _states(move, days, {} if known is None else known, most)
        wanted = parts_of(lines).union(*(line.priced_parts for line in states[days[0]].own))
        prices = price_book(str(move.customer.country), move.customer.currency, wanted).book
    found = (run(moved, states[each.on], each.on, horizon_months, prices, each.book) for each in judged)
    assumed: tuple[str, ...] = (MERGE,) if move.source.program == Program.PA else ()
    if alike or any(state.alike for state in states.values()):
        assumed += (ALIKE,)
    return tuple(replace(each, assumptions=(*each.assumptions, *assumed)) for each in found)


def _states(move: Move, days: Sequence[date], known: States, most: int | None) -> dict[date, AgreementState]:
    """The target Agreement's states; asked anew where lines of its own move."""
    target, source = cast(Site, move.target), move.source
    agreement = cast(Agreement, target.agreement)
    if source.agreement_id == agreement.pk:
        return agreement_states(agreement, days, move.quantities, most)
    lacking = [day for day in days if (agreement.pk, day) not in known]
    if lacking:
        found = agreement_states(agreement, lacking, most=most)
        known |= {(agreement.pk, day): state for day, state in found.items()}
    return {day: known[agreement.pk, day] for day in days}


def load_lines(quantities: Collection[UUID], source: Site) -> tuple[Held, ...]:
    """The license lines at `source`, in the order asked for, with parts and quantities."""
    found = {
        row.pk: row
        for row in held_rows(Entitlement.objects.with_quantity().filter(site=source).among("pk", quantities))
    }
    return tuple(found[pk] for pk in quantities if pk in found)


def line_facts(gathered: Gathered, on: date, book: RuleBook) -> Iterable[LineFacts]:
    """The rules' view of the lines of a move as of a day."""
    for line in gathered.lines:
        yield one_line(line, gathered.move.quantities[line.pk], on, gathered.prices, book, gathered.around[line.pk])


def around(lines: Sequence[Held], move: Move) -> dict[UUID, Around]:
    """What stands around each line of a move; a fixed number of queries."""
    own_holds = dict(
        Hold.objects.filter(reference=move.reference, released_at__isnull=True).values_list(
            "entitlement_id", "quantity"
        )
        if move.reference
        else ()
    )
    rest = rest_by_product(lines, move)
    quotes = open_quotes([line.pk for line in lines])
    return {
        line.pk: Around(
            own_hold=own_holds.get(line.pk, 0),
            rest=rest.get(line.part.product, 0) if line.part.kind in PERPETUAL_KINDS else 0,
            open_quote=quotes.get(line.pk),
        )
        for line in lines
    }


def one_line(
    line: Held, quantity: int, on: date, prices: ListedPrices, book: RuleBook, near: Around = ALONE
) -> LineFacts:
    """The rules' view of a line and of what stands around it."""
    part, cover_end = line.part, line.coverage_end or line.acquired_on
    return LineFacts(
        key=str(line.pk),
        part_number=line.part_id,
        kind=part.kind,
        quantity=quantity,
        owned=line.quantity,
        held=line.held - near.own_hold,
        rest=near.rest,
        open_quote=near.open_quote,
        acquired_on=line.acquired_on,
        cover_end=cover_end,
        eligible=part.eligible,
        renewal_part=part.renewal_part_id,
        replaced_by_trade_up=line.traded_up,
        reinstatement=_reinstatement(line, quantity, on, prices, book) if is_lapsed(cover_end, on) else None,
        currency=prices.book.currency,
    )


def _reinstatement(line: Held, quantity: int, on: date, prices: ListedPrices, book: RuleBook) -> Decimal | None:
    estimate = reinstatement_estimate(
        str(line.pk),
        reinstatement_part=line.part.reinstatement_part_id,
        renewal_part=line.part.renewal_part_id,
        quantity=quantity,
        on=on,
        prices=prices.book,
        book=book,
    )
    return estimate.amount if estimate else None


def rest_by_product(lines: Sequence[Held], move: Move) -> dict[str, int]:
    """Units of each moved product that would stay at the source (check V9)."""
    products = {line.part.product for line in lines if line.part.kind in PERPETUAL_KINDS}
    if not products:
        return {}
    owned = owned_by_product([move.source.pk], products)
    rest = {product: owned.get((move.source.pk, product), 0) for product in products}
    for line in lines:
        if line.part.product in rest and line.part.kind in PERPETUAL_KINDS and not line.traded_up:
            rest[line.part.product] -= move.quantities[line.pk]
    return {product: max(units, 0) for product, units in rest.items()}


def owned_by_product(sites: Collection[UUID], products: Collection[str]) -> dict[tuple[UUID, str], int]:
    """Units of perpetual licenses that sites hold, by site and product; those that a trade-up replaced left out."""
    rows: QuerySet[Any] = Entitlement.objects.with_quantity().filter(
        site__in=sites,
        part__in=Part.objects.filter(product__in=products, kind__in=PERPETUAL_KINDS).values("pk"),
        traded_up=False,
    )
    found = rows.order_by().values_list("site_id", "part__product").annotate(owned=Sum("quantity"))
    return {(site, product): int(units) for site, product, units in found} if products else {}


def site_facts(sites: Sequence[Site], today: date) -> dict[UUID, SiteFacts]:
    """The rules' view of sites; a fixed number of queries for their contacts, their schedules and their activity."""
    contacts = SiteContact.objects.valid_on(today).filter(site__in=sites, role=SiteContact.Role.PRIMARY)
    reached = set(contacts.values_list("site_id", flat=True))
    unlisted = off_schedule(sites, today)
    lives = site_activity(sites, today)
    return {
        site.pk: SiteFacts(
            number=site.site_number,
            program=site.program,
            country=str(site.country),
            status=INACTIVE if lives[site.pk].inactive else ACTIVE,
            has_primary_contact=site.pk in reached,
            customer_type=site.customer.customer_type,
            on_schedule=site.pk not in unlisted,
            last_active_on=lives[site.pk].last_active_on,
        )
        for site in sites
    }


def same_enterprise(source: Customer, target: Customer | None, declared: Collection[frozenset[UUID]]) -> bool:
    """Rule M3: one customer, customers of one Enterprise by record, or a pair of those `declared`."""
    return target is None or same_by_record(source, target) or frozenset({source.pk, target.pk}) in declared


def declared(sites: Iterable[Site], today: date) -> set[frozenset[UUID]]:
    """The pairs of the sites' customers that a declaration ties together; asks nothing where there is one customer."""
    customers = {site.customer_id for site in sites}
    return declared_pairs(customers, today) if len(customers) > 1 else set()


def _pending(enrollment: Enrollment | None) -> str | None:
    if enrollment is None or enrollment.status == Enrollment.Status.ACCEPTED:
        return None
    return str(enrollment.pk)


def parts_of(lines: Iterable[Held]) -> set[str]:
    """The renewal and reinstatement parts of lines: those whose prices are asked for."""
    named = {part for line in lines for part in (line.part.renewal_part_id, line.part.reinstatement_part_id)}
    return {part for part in named if part}
