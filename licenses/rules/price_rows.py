"""Prices that a file brings: what a series of them must keep, alone and against the day (rule book section 4)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from licenses.rules.rulebook import RuleBook
from portal.kernel.errors import Fault
from portal.kernel.money import minor_step

# Levels that exist above the ladder, whose thresholds are not public (rule P1): a list may already price them.
UNPUBLISHED_LEVELS = ("I", "J")


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A price of a part at a level, both days of its validity included; without `valid_from`, from the import's day.

    As read from a file: what couldn't be read, or wasn't said, is empty.
    """

    part_number: str = ""
    level: str = ""
    amount: Decimal | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    list_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """The days that row `number` of a file prices; without `last` for good."""

    number: int
    first: date
    last: date | None


def priced_levels(book: RuleBook) -> tuple[str, ...]:
    """The levels that a price may stand at, up the ladder, then those outside it."""
    ladder = tuple(level for level, _ in book.ladder)
    return (*ladder, *(x for x in UNPUBLISHED_LEVELS if x not in ladder), *book.outside_levels)


def line_faults(
    line: PriceLine, *, levels: Collection[str], currency: str, effective_on: date, today: date
) -> list[Fault]:
    """What is wrong with one price by itself; the past is never changed.

    Codes: `level_unknown`, `amount_decimals` (finer than the currency's minor unit), `price_past` (before today),
    `price_early` (before the day that the file counts from), `price_days_order`.
    """
    faults = []
    if line.level and line.level not in levels:
        faults.append(Fault("level_unknown", "level", params={"value": line.level, "levels": ", ".join(levels)}))
    step = minor_step(currency)
    for field, amount in (("price", line.amount), ("list_price", line.list_amount)):
        if amount is not None and amount % step:
            params = {"value": str(amount), "decimals": -int(step.as_tuple().exponent), "currency": currency}
            faults.append(Fault("amount_decimals", field, params=params))
    first = line.valid_from or effective_on
    if first < today:
        faults.append(Fault("price_past", "valid_from", params={"value": first, "today": today}))
    elif first < effective_on:
        faults.append(Fault("price_early", "valid_from", params={"value": first, "effective_on": effective_on}))
    if line.valid_to is not None and line.valid_to < first:
        faults.append(Fault("price_days_order", "valid_to", params={"value": line.valid_to, "first": first}))
    return faults


class Series:
    """The days that rows of a file have priced so far, by part and level."""

    def __init__(self) -> None:
        self._spans: dict[tuple[str, str], list[Span]] = {}

    def add(self, part_number: str, level: str, span: Span) -> Fault | None:
        """Take `span` in, or say which earlier row prices the same days: `price_twice` for the very same ones,
        `price_overlap` for some of them."""
        spans = self._spans.setdefault((part_number, level), [])
        for other in spans:
            if _meet(span, other):
                same = (span.first, span.last) == (other.first, other.last)
                params = {"part_number": part_number, "level": level, "other": other.number}
                return Fault("price_twice" if same else "price_overlap", "part_number", params=params)
        spans.append(span)
        return None


def _meet(one: Span, other: Span) -> bool:
    return one.first <= (other.last or date.max) and other.first <= (one.last or date.max)
