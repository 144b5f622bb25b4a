"""The two sides of the what-if as runs of orders (rule book section 6, steps 2 to 5)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from licenses.rules.levels import NO_POINTS, TermPoints, after_anniversary, standing
from licenses.rules.orders import HeldLine, express_line, is_lapsed, lapsed_fault, unfit
from licenses.rules.pricing import OrderLine, PriceBook, PricedLine, PricedOrder, express_amounts, order_amounts
from licenses.rules.rulebook import BASE_LEVEL, Books, RuleBook
from licenses.rules.terms import anniversary_cover, express_covers, next_anniversary, stub, terms_between
from portal.kernel.errors import Fault
from portal.kernel.money import round_money
from portal.kernel.period import DAY, Period, whole_months

TRANSITION, ANNIVERSARY, EXPRESS = "transition", "anniversary", "express"


@dataclass(frozen=True, slots=True)
class AgreementState:
    """The target Agreement as it stands on the effective date.

    `initial_start` is None for one without a Term; `term_points` and `rsvp` are those of the Term that the
    effective date lies in, its opening reset done (`rsvp` None: no order yet); `own` are the lines of all its sites;
    `outside_level` is the price column of a GV or ED customer; `alike` that own lines that are alike stand as one
    (`licenses.rules.orders.merged`).
    """

    initial_start: date | None = None
    rsvp: str | None = None
    term_points: Decimal = NO_POINTS
    own: tuple[HeldLine, ...] = ()
    outside_level: str | None = None
    alike: bool = False

    @property
    def level(self) -> str | None:
        """The level that orders start from."""
        return self.outside_level or self.rsvp


def state_at(
    effective_on: date,
    *,
    initial_start: date | None,
    initial_level: str | None = None,
    movements: Iterable[TermPoints] = (),
    own: Iterable[HeldLine] = (),
    outside_level: str | None = None,
    books: Books,
) -> AgreementState:
    """The state of an Agreement on `effective_on` from its points per Term (rules P4 to P6)."""
    at = standing(initial_start, outside_level or initial_level, movements, effective_on, books)
    return AgreementState(initial_start, at.level, at.points, tuple(own), outside_level)


@dataclass(frozen=True, slots=True)
class World:
    """What both sides are computed in: the window `first`..`until` (not included), prices and rules."""

    agreement: AgreementState
    first: date
    until: date
    prices: PriceBook
    book: RuleBook

    @property
    def zero(self) -> Decimal:
        """No money, to the minor unit of the currency."""
        return round_money(Decimal(0), self.prices.currency)

    @property
    def initial_start(self) -> date:
        """The start of the initial Term: an Agreement without one begins it with the move (rule T1)."""
        start = self.agreement.initial_start
        return self.first if start is None or start > self.first else start

    @property
    def anniversary(self) -> date:
        """The first Anniversary on or after the effective date (step 1)."""
        return next_anniversary(self.initial_start, self.first)


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """A priced order; the first `ours` of its lines are the moved ones."""

    kind: str
    order: PricedOrder
    ours: int

    @property
    def moved(self) -> tuple[PricedLine, ...]:
        """The moved lines of the order."""
        return self.order.lines[: self.ours]


@dataclass(frozen=True, slots=True)
class Run:
    """The orders of the Agreement, and each Term with its points and the RSVP at its end, before the reset."""

    orders: tuple[PlacedOrder, ...]
    terms: tuple[tuple[Period, Decimal, str], ...]

    @property
    def priced(self) -> tuple[PricedOrder, ...]:
        """The orders without what tells moved from own."""
        return tuple(o.order for o in self.orders)

    @property
    def lines(self) -> Iterable[PricedLine]:
        """Every line of every order."""
        return (line for o in self.orders for line in o.order.lines)


def sort_key(line: HeldLine) -> tuple[str, str, str, date, date, int, Decimal]:
    """The order that lines are worked through in, whatever order they came in."""
    return (
        line.key,
        line.part_number,
        line.renewal_part or "",
        line.cover_start,
        line.cover_end,
        line.quantity,
        line.points_each,
    )


def fit_moved(moved: Sequence[HeldLine], world: World) -> tuple[list[HeldLine], list[Fault]]:
    """The moved lines that can be compared, and why the others can't (step 2)."""
    kept: list[HeldLine] = []
    faults: list[Fault] = []
    for line in moved:
        fault = lapsed_fault(line) if is_lapsed(line.cover_end, world.first) else unfit(line)
        if fault:
            faults.append(fault)
        else:
            kept.append(line)
    return kept, faults


def fit_own(own: Sequence[HeldLine], world: World) -> tuple[list[HeldLine], list[Fault]]:
    """The Agreement's own lines that take part: one not renewed at the last Anniversary doesn't (step 4)."""
    kept: list[HeldLine] = []
    faults: list[Fault] = []
    renewed_until = world.anniversary - DAY
    for line in own:
        fault = unfit(line)
        if line.cover_end < renewed_until:
            fault = Fault("own_line_not_renewed", line=line.key, params={"cover_end": line.cover_end})
        if fault:
            faults.append(fault)
        else:
            kept.append(line)
    return kept, faults


def stay_orders(moved: Sequence[HeldLine], world: World) -> tuple[PricedOrder, ...]:
    """Express orders at BL, one a day: each line on the day after its end and each year after (step 3)."""
    covers = {end: express_covers(end, world.until) for end in {line.cover_end for line in moved}}
    by_day: dict[date, list[OrderLine]] = {}
    for line in moved:
        for cover in covers[line.cover_end]:
            by_day.setdefault(cover.starts_on, []).append(express_line(line, cover))
    return tuple(express_amounts(by_day[on], on=on, prices=world.prices, book=world.book) for on in sorted(by_day))


def agreement_run(moved: Sequence[HeldLine], own: Sequence[HeldLine], world: World) -> Run:
    """The Agreement's orders in the window: a transition order, then one at each Anniversary (steps 4 and 5)."""
    lines = [*moved, *own]
    ends = [line.cover_end for line in lines]
    level, points = world.agreement.level, world.agreement.term_points
    orders: list[PlacedOrder] = []
    terms: list[tuple[Period, Decimal, str]] = []

    def place(kind: str, on: date, covers: Callable[[date], Period | None], among: int) -> None:
        nonlocal level, points
        cover_by_end = {end: cover for end in set(ends[:among]) if (cover := covers(end))}
        months = {end: whole_months(cover) for end, cover in cover_by_end.items()}
        chosen = [i for i in range(among) if ends[i] in cover_by_end]
        if not chosen:
            return
        ordered = [lines[i].ordered(cover_by_end[ends[i]], months[ends[i]]) for i in chosen]
        order = order_amounts(
            ordered, on=on, prices=world.prices, book=world.book, rsvp_before=level, points_before=points
        )
        orders.append(PlacedOrder(kind, order, sum(i < len(moved) for i in chosen)))
        level, points = order.rsvp_after, order.points_after
        # A line without a price isn't renewed, so no later order holds it either.
        unpriced = {fault.line for fault in order.faults}
        for i in chosen:
            if not unpriced or lines[i].key not in unpriced:
                ends[i] = cover_by_end[ends[i]].ends_on

    bridge = partial(stub, anniversary=world.anniversary, transition=world.book.transition)
    for term in terms_between(world.initial_start, world.first, world.until - DAY):
        on = term.starts_on
        if on > world.first:
            level, points = after_anniversary(level or BASE_LEVEL, points, world.book), NO_POINTS
        else:
            place(TRANSITION, world.first, bridge, len(moved))
        if on >= world.first and on != world.initial_start:
            place(ANNIVERSARY, on, partial(anniversary_cover, anniversary=on), len(lines))
        terms.append((term, points, level or BASE_LEVEL))
    return Run(tuple(orders), tuple(terms))


def unpriced(stay: Sequence[PricedOrder], with_move: Run, without: Run) -> dict[str, Fault]:
    """The first fault of each line that some order had to leave out."""
    found: dict[str, Fault] = {}
    for order in (*stay, *with_move.priced, *without.priced):
        for fault in order.faults:
            found.setdefault(fault.line or "", fault)
    return found
