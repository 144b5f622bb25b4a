"""What an order costs and what it earns: the one formula for quotes, orders and the what-if (rules T7, P2, P4)."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import repeat
from typing import NamedTuple

from licenses.rules.levels import NO_POINTS, order_levels
from licenses.rules.rulebook import BASE_LEVEL, RuleBook
from portal.kernel.errors import Fault
from portal.kernel.explanation import Explanation
from portal.kernel.money import minor_step, round_money, round_points
from portal.kernel.period import Period

YEAR_MONTHS = 12

# Lines of orders are named tuples, unlike the other values here: a what-if makes them by the ten thousand, and a frozen
# dataclass takes four times as long to make.


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A price for 12 months (renewals) or for a unit (licenses), both days of its validity included.

    `amount` is what is paid; `list_amount` stands beside it where `amount` is negotiated (section 4).
    """

    part_number: str
    level: str
    amount: Decimal
    valid_from: date
    valid_to: date | None = None
    list_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PriceBook:
    """The price rows of one country and currency (ISO 4217), under the name of the list."""

    currency: str
    rows: tuple[PriceRow, ...]
    name: str = ""
    _index: dict[tuple[str, str], tuple[list[date], list[PriceRow]]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        ordered = sorted(self.rows, key=lambda r: (r.valid_from, r.valid_to or date.max, r.amount))
        for row in ordered:
            starts, rows = self._index.setdefault((row.part_number, row.level), ([], []))
            starts.append(row.valid_from)
            rows.append(row)

    def find(self, part_number: str, level: str, on: date) -> PriceRow | None:
        """The row valid on `on`; where none is, the last known before it continues. None before the first.

        Of several valid ones the one that began last.
        """
        starts, rows = self._index.get((part_number, level), ([], []))
        begun = bisect_right(starts, on)
        for row in reversed(rows[:begun]):
            if row.valid_to is None or on <= row.valid_to:
                return row
        return rows[begun - 1] if begun else None


@dataclass(frozen=True, slots=True)
class Priced:
    """An amount in the currency of its price, and why."""

    amount: Decimal
    explanation: Explanation


def extend(
    unit_price: Decimal, quantity: int, months: int, currency: str, version: str, minimum_months: int = 1
) -> Priced:
    """Price for 12 months times quantity times months ÷ 12, rounded half up once, on the extended amount (rule T7)."""
    charged = max(months, minimum_months)
    amount = _extended(unit_price, quantity, charged, minor_step(currency))
    inputs = {"unit_price": unit_price, "quantity": quantity, "months": charged, "currency": currency}
    return Priced(amount, Explanation("T7", inputs, amount, version, rounding="half_up_once_on_the_extended_amount"))


def line_points(points_each: Decimal, quantity: int, months: int, version: str) -> tuple[Decimal, Explanation]:
    """Points per unit times quantity times months ÷ 12, rounded half up to two places per line (rule P2)."""
    points = _points(points_each, quantity, months)
    inputs = {"points_each": points_each, "quantity": quantity, "months": months}
    return points, Explanation("P2", inputs, points, version, rounding="half_up_two_places_per_line")


class OrderLine(NamedTuple):
    """One line to be ordered: `quantity` units of the held `part_number`, renewed by `renewal_part` for `cover`.

    `key` is the caller's name of the line (an entitlement's id); `months` those of the cover; `points_each` the
    renewal part's points for 12 months.
    """

    key: str
    part_number: str
    renewal_part: str | None
    quantity: int
    cover: Period
    months: int
    points_each: Decimal


class PricedLine(NamedTuple):
    """A line with the price of its order's level: `unit_price` and `list_unit_price` for 12 months and one unit.

    `list_unit_price` is the negotiated row's list price, else the BL price, else `unit_price`. `charged_months` is
    `months`, or the policy's minimum where that is more (rule T7).
    """

    key: str
    part_number: str
    renewal_part: str
    quantity: int
    cover: Period
    months: int
    charged_months: int
    points_each: Decimal
    points: Decimal
    level: str
    list_unit_price: Decimal
    unit_price: Decimal
    amount: Decimal
    currency: str
    version: str
    earns: bool = True

    def explain(self) -> tuple[Explanation, ...]:
        """Why its amount (T7) and, where it earns any, its points (P2) are what they are."""
        priced = extend(self.unit_price, self.quantity, self.charged_months, self.currency, self.version)
        if not self.earns:
            return (priced.explanation,)
        return priced.explanation, line_points(self.points_each, self.quantity, self.months, self.version)[1]


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """All lines of one order date, priced at one level, with the levels before and after.

    `rule` is P4, or T3 for an Express order, whose level is always BL. `rsvp_before` is None where the Agreement
    has no RSVP yet. `faults` name each line that was left out.
    """

    on: date
    lines: tuple[PricedLine, ...]
    points: Decimal
    own_level: str
    price_level: str
    rsvp_before: str | None
    rsvp_after: str
    points_before: Decimal
    points_after: Decimal
    amount: Decimal
    currency: str
    version: str
    faults: tuple[Fault, ...] = ()
    rule: str = "P4"

    def explain(self, *, with_lines: bool = True) -> Explanation:
        """Why it is priced at `price_level`, standing on the amount and points of each line where asked."""
        parts = tuple(e for line in self.lines for e in line.explain()) if with_lines else ()
        if self.rule != "P4":
            return Explanation(
                self.rule, {"on": self.on, "amount": self.amount}, self.price_level, self.version, parts=parts
            )
        inputs = {
            "on": self.on,
            "rsvp_before": self.rsvp_before,
            "own_level": self.own_level,
            "order_points": self.points,
            "points_before": self.points_before,
            "points_after": self.points_after,
            "rsvp_after": self.rsvp_after,
            "amount": self.amount,
        }
        return Explanation(self.rule, inputs, self.price_level, self.version, parts=parts)


def order_amounts(
    lines: Iterable[OrderLine],
    *,
    on: date,
    prices: PriceBook,
    book: RuleBook,
    rsvp_before: str | None,
    points_before: Decimal = NO_POINTS,
) -> PricedOrder:
    """Prices one Passport Advantage order of `on` (rules P4, T7) from the list valid that day.

    A line without a renewal part, or whose part has no price at the order's level, is left out of amount and
    points and reported in `faults`. Leaving one out may lower the level, so the rest is looked at again.
    """
    kept, faults = _with_renewal_part(lines)
    while True:
        points = _points_of(kept)
        order_points = sum(points, NO_POINTS)
        levels = order_levels(rsvp_before, order_points, points_before, book)
        priced, missing = _price(kept, levels.price_level, on, prices, book, points)
        if not missing:
            break
        faults += [_price_missing(ln, levels.price_level, on) for ln in missing]
        gone = {id(ln) for ln in missing}
        kept = [ln for ln in kept if id(ln) not in gone]
    return PricedOrder(
        on=on,
        lines=priced,
        points=order_points,
        own_level=levels.own,
        price_level=levels.price_level,
        rsvp_before=rsvp_before,
        rsvp_after=levels.rsvp_after,
        points_before=points_before,
        points_after=levels.points_after,
        amount=_total(priced, prices),
        currency=prices.currency,
        version=book.version,
        faults=tuple(faults),
    )


def express_amounts(lines: Iterable[OrderLine], *, on: date, prices: PriceBook, book: RuleBook) -> PricedOrder:
    """Prices one Express order of `on`: level BL always, no points (rules S4, P3)."""
    kept, faults = _with_renewal_part(lines)
    priced, missing = _price(kept, BASE_LEVEL, on, prices, book, None)
    return PricedOrder(
        on=on,
        lines=priced,
        points=NO_POINTS,
        own_level=BASE_LEVEL,
        price_level=BASE_LEVEL,
        rsvp_before=BASE_LEVEL,
        rsvp_after=BASE_LEVEL,
        points_before=NO_POINTS,
        points_after=NO_POINTS,
        amount=_total(priced, prices),
        currency=prices.currency,
        version=book.version,
        faults=(*faults, *(_price_missing(ln, BASE_LEVEL, on) for ln in missing)),
        rule="T3",
    )


@dataclass(frozen=True, slots=True)
class ReinstatementEstimate:
    """What taking up lapsed cover again may cost for a year. `from_list` tells a list price from rule T8's estimate."""

    key: str
    amount: Decimal
    from_list: bool
    explanation: Explanation


def reinstatement_estimate(
    key: str,
    *,
    reinstatement_part: str | None,
    renewal_part: str | None,
    quantity: int,
    on: date,
    prices: PriceBook,
    book: RuleBook,
    level: str = BASE_LEVEL,
) -> ReinstatementEstimate | None:
    """Rule T8: the reinstatement part's list price times quantity; with none, a multiple of the annual renewal.

    None where neither part has a price on `on`.
    """
    found = prices.find(reinstatement_part, level, on) if reinstatement_part else None
    if found:
        amount = round_money(found.amount * quantity, prices.currency)
        inputs = {"part_number": reinstatement_part, "unit_price": found.amount, "quantity": quantity, "on": on}
        return ReinstatementEstimate(key, amount, True, Explanation("T8", inputs, amount, book.version))
    row = prices.find(renewal_part, level, on) if renewal_part else None
    if row is None:
        return None
    annual = extend(row.amount, quantity, YEAR_MONTHS, prices.currency, book.version)
    amount = annual.amount * book.reinstatement_factor
    inputs = {"annual_renewal": annual.amount, "factor": book.reinstatement_factor, "on": on}
    why = Explanation("T8", inputs, amount, book.version, parts=(annual.explanation,))
    return ReinstatementEstimate(key, amount, False, why)


def _extended(unit_price: Decimal, quantity: int, months: int, step: Decimal) -> Decimal:
    """Rule T7, to a multiple of `step`, the currency's minor unit."""
    return (unit_price * quantity * months / YEAR_MONTHS).quantize(step, ROUND_HALF_UP)


def _points(points_each: Decimal, quantity: int, months: int) -> Decimal:
    return round_points(points_each * quantity * months / YEAR_MONTHS)


def _points_of(lines: Iterable[OrderLine]) -> list[Decimal]:
    """The points of each line; those of equal points per unit, quantity and months are computed once."""
    known: dict[tuple[Decimal, int, int], Decimal] = {}
    found: list[Decimal] = []
    for line in lines:
        key = (line.points_each, line.quantity, line.months)
        points = known.get(key)
        if points is None:
            points = known[key] = _points(*key)
        found.append(points)
    return found


def _with_renewal_part(lines: Iterable[OrderLine]) -> tuple[list[OrderLine], list[Fault]]:
    kept: list[OrderLine] = []
    faults: list[Fault] = []
    for line in lines:
        if line.renewal_part:
            kept.append(line)
        else:
            faults.append(Fault("renewal_part_missing", line=line.key, params={"part_number": line.part_number}))
    return kept, faults


def _price_missing(line: OrderLine, level: str, on: date) -> Fault:
    params = {"part_number": line.renewal_part, "level": level, "on": on}
    return Fault("price_missing", line=line.key, params=params)


def _total(lines: Iterable[PricedLine], prices: PriceBook) -> Decimal:
    return sum((ln.amount for ln in lines), round_money(Decimal(0), prices.currency))


def _unit_prices(part: str, level: str, on: date, prices: PriceBook) -> tuple[Decimal, Decimal] | None:
    """List price and price paid, for 12 months and one unit."""
    row = prices.find(part, level, on)
    if row is None:
        return None
    if row.list_amount is not None:
        return row.list_amount, row.amount
    base = prices.find(part, BASE_LEVEL, on)
    return (base.amount if base else row.amount), row.amount


def _price(
    lines: Sequence[OrderLine],
    level: str,
    on: date,
    prices: PriceBook,
    book: RuleBook,
    points: Sequence[Decimal] | None,
) -> tuple[tuple[PricedLine, ...], list[OrderLine]]:
    """Each line at `level`, those of equal part, quantity and months computed once; and those without a price.

    `points` per line are given for an order that earns some, None for one that doesn't.
    """
    units = {part: _unit_prices(part, level, on, prices) for part in {line.renewal_part or "" for line in lines}}
    amounts: dict[tuple[str, int, int], Decimal] = {}
    priced: list[PricedLine] = []
    missing: list[OrderLine] = []
    currency, version, earns = prices.currency, book.version, points is not None
    step = minor_step(currency)
    for line, earned in zip(lines, points or repeat(NO_POINTS), strict=False):
        key, part_number, renewal_part, quantity, cover, months, points_each = line
        part = renewal_part or ""
        unit = units[part]
        if unit is None:
            missing.append(line)
            continue
        charged = max(months, book.minimum_months)
        amount = amounts.get((part, quantity, charged))
        if amount is None:
            amount = amounts[part, quantity, charged] = _extended(unit[1], quantity, charged, step)
        # By position, in the order of the fields: by name takes twice as long.
        priced.append(
            PricedLine(
                key, part_number, part, quantity, cover, months, charged, points_each,
                earned, level, *unit, amount, currency, version, earns,
            )
        )  # fmt: skip
    return tuple(priced), missing
