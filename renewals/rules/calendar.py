"""The renewal calendar: twelve months, what ends or renews on which day, what it costs, and what may go wrong."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from dateutil.relativedelta import relativedelta

MONTHS = 12
# Policy: how near an end is when nobody has accepted anything, how long a quote may wait, how near its last day is.
NEAR_DAYS, PATIENCE_DAYS, DEADLINE_DAYS = 30, 30, 14
NOTHING = Decimal(0)


class Kind(StrEnum):
    """What happens on a day: everything of an Agreement renews, one of its lines ends before, an Express line ends."""

    ANNIVERSARY = "anniversary"
    EARLY = "early"
    EXPRESS = "express"


class Risk(StrEnum):
    """What may go wrong."""

    LAPSING = "lapsing"
    UNANSWERED = "unanswered"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Offer:
    """The newest quote about an entry, as of a day: its status (an issued one may be expired) and its dates."""

    status: str
    issued_on: date
    valid_until: date


def risks_of(
    ends_on: date, on: date, offer: Offer | None, *, reachable: bool, renewable: bool = True
) -> tuple[Risk, ...]:
    """What may go wrong with cover that ends on `ends_on`, seen from `on`.

    Lapsing: no quote is accepted, and it ends within 30 days, or nothing renews it. Unanswered: an open quote waits for
    more than 30 days, or its prices hold for no more than 14. Contact: no Administrative or Primary Contact is in
    office on the day, or mail to all of them comes back.
    """
    status = offer.status if offer else ""
    if status == "accepted":
        return ()
    found = []
    if not renewable or (ends_on - on).days <= NEAR_DAYS:
        found.append(Risk.LAPSING)
    if offer and status == "issued":
        waited, left = (on - offer.issued_on).days, (offer.valid_until - on).days
        if waited > PATIENCE_DAYS or left <= DEADLINE_DAYS:
            found.append(Risk.UNANSWERED)
    if not reachable:
        found.append(Risk.CONTACT)
    return tuple(found)


def months_from(on: date) -> tuple[date, ...]:
    """The firsts of the twelve months of a calendar as of `on`, the current one first."""
    first = on.replace(day=1)
    return tuple(first + relativedelta(months=n) for n in range(MONTHS))


def window_ends(on: date) -> date:
    """The first day that isn't in the calendar any more."""
    return on.replace(day=1) + relativedelta(months=MONTHS)


@dataclass(slots=True)
class Sums:
    """A month in one currency: what quotes say, what is estimated, how much of either is at risk."""

    month: date
    currency: str
    entries: int = 0
    quoted: Decimal = NOTHING
    estimated: Decimal = NOTHING
    at_risk: Decimal = NOTHING
    risks: dict[Risk, int] = field(default_factory=lambda: dict.fromkeys(Risk, 0))
    risky: int = 0
    unpriced: int = 0

    @property
    def total(self) -> Decimal:
        """Quotes and estimates together."""
        return self.quoted + self.estimated

    def add(self, amount: Decimal | None, estimated: bool, risks: Sequence[Risk]) -> None:
        """Count an entry in."""
        self.entries += 1
        self.risky += bool(risks)
        for risk in risks:
            self.risks[risk] += 1
        if amount is None:
            self.unpriced += 1
            return
        if estimated:
            self.estimated += amount
        else:
            self.quoted += amount
        if risks:
            self.at_risk += amount


def sums_of(
    months: Sequence[date], entries: Iterable[tuple[date, str, Decimal | None, bool, Sequence[Risk]]]
) -> list[Sums]:
    """By month and currency, both in order; `entries` are (day, currency, amount, estimated, risks).

    A month without entries is there once, without a currency. Money of two currencies is never added.
    """
    found: dict[tuple[date, str], Sums] = {}
    for on, currency, amount, estimated, risks in entries:
        month = max(on.replace(day=1), months[0])
        found.setdefault((month, currency), Sums(month, currency)).add(amount, estimated, risks)
    return list(_in_order(months, found))


def _in_order(months: Sequence[date], found: dict[tuple[date, str], Sums]) -> Iterator[Sums]:
    for month in months:
        there = sorted(currency for each, currency in found if each == month)
        yield from (found[month, currency] for currency in there)
        if not there:
            yield Sums(month, "")
