"""What a made-up customer holds: sites, orders, quantities, cover by the rule book, and the points that followed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from dateutil.relativedelta import relativedelta

from licenses.models import Part
from licenses.rules.terms import anniversary_cover, first_cover, next_express_cover, terms_between, year_end
from portal.kernel.money import round_points
from portal.kernel.period import DAY, Period, whole_months
from portal.world.names import TOWNS

_YEARS_BACK = 6
_ORDER_LINES = (1, 1, 1, 2, 2, 3, 5)
_LAPSES = 0.06
_WITH_AGREEMENT = 0.4

PointsKey = tuple[str, int, date]


@dataclass(frozen=True, slots=True)
class LinePlan:
    """One line: `order` is the running number of its order at the site, `cover` every S&S period so far."""

    part: Part
    quantity: int
    order: int
    bought_on: date
    cover: tuple[Period, ...]


@dataclass(slots=True)
class SitePlan:
    """A site with its lines; `began` is the first day of the agreement's first Term, None on Express."""

    program: str
    town: tuple[str, str]
    originating: bool = False
    began: date | None = None
    lines: list[LinePlan] = field(default_factory=list)

    def points(self) -> dict[PointsKey, Decimal]:
        """Points of each order, keyed by kind, order and date: license orders, and one renewal an Anniversary."""
        earned: dict[PointsKey, Decimal] = defaultdict(Decimal)
        for line in self.lines:
            each = line.part.points_each or Decimal(0)
            earned["order", line.order, line.bought_on] += each * line.quantity
            for before, period in zip(line.cover, line.cover[1:], strict=False):
                on = _renewed_on(before, self.began or period.starts_on)
                renewal = line.part.renewal_part.points_each if line.part.renewal_part else None
                points = (renewal or Decimal(0)) * line.quantity * whole_months(period) / 12
                earned["renewal", 0, on] += round_points(points)
        return earned


def _renewed_on(before: Period, began: date) -> date:
    """The Anniversary whose order renewed cover that ended with `before` (rule T4)."""
    due = before.ends_on + DAY
    return terms_between(began, due, due)[0].starts_on


def plan_sites(lines: int, parts: Sequence[Part], today: date, random: Random) -> Iterator[SitePlan]:
    """The sites of a customer with `lines` lines in all: mostly one on Express, for some an agreement with a few."""
    began = _first_day(today, random) if random.random() < _WITH_AGREEMENT else None
    plans = []
    if began is None or random.random() < 0.7:
        plans.append(SitePlan("PAE", random.choice(TOWNS)))
    if began is not None:
        for number in range(random.choice((1, 1, 1, 2, 2, 3, 5))):
            plans.append(SitePlan("PA", random.choice(TOWNS), number == 0, began))
    left = lines
    orders: dict[int, int] = defaultdict(int)
    while left:
        at = min(int(random.expovariate(1.2)), len(plans) - 1)
        plan = plans[at]
        orders[at] += 1
        size = min(left, random.choice(_ORDER_LINES))
        plan.lines += _order_lines(plan, orders[at], size, parts, today, random)
        left -= size
    return iter(plans)


def _first_day(today: date, random: Random) -> date:
    return today - timedelta(days=random.randint(40, 365 * _YEARS_BACK))


def _order_lines(
    plan: SitePlan, order: int, size: int, parts: Sequence[Part], today: date, random: Random
) -> Iterator[LinePlan]:
    earliest = plan.began or today - relativedelta(years=_YEARS_BACK)
    days = (today - earliest).days
    # The first order of an agreement opens its first Term (rule T1).
    bought_on = earliest + timedelta(days=0 if plan.originating and order == 1 else random.randint(0, days))
    for _ in range(size):
        part = parts[min(int(random.paretovariate(0.9)) - 1, len(parts) - 1)]
        quantity = min(int(random.paretovariate(1.1)), 5_000)
        years = _YEARS_BACK + 2 if random.random() > _LAPSES else random.randint(0, 3)
        cover = (
            _express_cover(bought_on, years, today)
            if plan.began is None
            else _cover(bought_on, plan.began, years, today)
        )
        yield LinePlan(part, quantity, order, bought_on, tuple(cover))


def _express_cover(bought_on: date, years: int, today: date) -> Iterator[Period]:
    """The first S&S period, and the renewals that began by `today`: at most `years` (rules T2, T3)."""
    period = first_cover(bought_on)
    yield period
    for _ in range(years):
        period = next_express_cover(period.ends_on)
        if period.starts_on > today:
            return
        yield period


def _cover(bought_on: date, began: date, years: int, today: date) -> Iterator[Period]:
    """The first S&S period, and what each Anniversary since renewed: at most `years` of them (rule T4)."""
    period = first_cover(bought_on)
    yield period
    anniversary = year_end(began) + DAY
    while anniversary <= today and years:
        renewed = anniversary_cover(period.ends_on, anniversary) if anniversary > bought_on else None
        if renewed is not None:
            yield renewed
            period, years = renewed, years - 1
        anniversary += relativedelta(years=1)
