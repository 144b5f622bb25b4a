"""What the demonstration's customers hold: Express lines with a year of their own each, agreements with Terms."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count, pairwise
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from licenses.models import Entitlement, Part
from licenses.operations import PointsEntry, acquire, extend_cover, open_initial_term, post_points
from licenses.rules.terms import first_cover, next_express_cover
from portal.kernel.money import round_points
from portal.kernel.period import DAY, Period, whole_months
from portal.world.calendar import Calendar
from portal.world.cast import Cast
from sites.models import Agreement, Site
from sites.tenancy import Actor

_RECENTLY = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Express:
    """An Express line: bought `years` before its cover ends on `cover_end`, renewed every year in between."""

    part: str
    quantity: int
    cover_end: date
    years: int
    traded_up: bool = False
    with_renewal_line: bool = False


@dataclass(frozen=True, slots=True)
class Own:
    """A line under an agreement: bought on `bought_on` (None: with the first order of the first Term)."""

    site: str
    part: str
    quantity: int
    bought_on: date | None = None


class _Held(NamedTuple):
    line: Entitlement
    quantity: int


class Stock:
    """Writes holdings through the operations of licenses, as `actor`, recorded at `at`."""

    def __init__(self, cast: Cast, calendar: Calendar, actor: Actor, at: datetime) -> None:
        self.cast, self.calendar, self.actor, self.at = cast, calendar, actor, at
        self.parts = Part.objects.in_bulk()
        self._orders = count(1)

    def express(self, site: str, lines: Iterable[Express]) -> None:
        """Buy and renew Express lines at a site."""
        for spec in lines:
            bought_on = self.calendar.bought(spec.cover_end, spec.years)
            self._express_line(self.cast.sites[site], spec, bought_on)

    def recent(self, site: str, part: str, quantity: int) -> None:
        """A line that was bought a few days ago."""
        self._buy(self.cast.sites[site], part, quantity, self.calendar.today - _RECENTLY)

    def _express_line(self, site: Site, spec: Express, bought_on: date) -> None:
        line = self._buy(site, spec.part, spec.quantity, bought_on, traded_up=spec.traded_up)
        renewal_order = ""
        while _cover(line).ends_on < spec.cover_end:
            renewal_order = self._order_reference(site)
            period = next_express_cover(_cover(line).ends_on)
            extend_cover(actor=self.actor, at=self.at, entitlement=line, period=period, source=renewal_order)
        if spec.with_renewal_line:
            latest = _cover(line)
            acquire(
                actor=self.actor,
                at=self.at,
                site=site,
                part=self.parts[line.part.renewal_part_id or spec.part],
                quantity=spec.quantity,
                order_reference=renewal_order,
                acquired_on=latest.starts_on,
                cover=latest,
                follows=line,
            )

    def _buy(
        self, site: Site, part: str, quantity: int, on: date, *, order: str = "", traded_up: bool = False
    ) -> Entitlement:
        return acquire(
            actor=self.actor,
            at=self.at,
            site=site,
            part=self.parts[part],
            quantity=quantity,
            order_reference=order or self._order_reference(site),
            acquired_on=on,
            cover=first_cover(on),
            traded_up=traded_up,
        )

    def _order_reference(self, site: Site) -> str:
        return f"00{site.site_number[-4:]}{next(self._orders):04d}"

    def agreement(self, key: str, years: int, lines: Iterable[Own]) -> None:
        """An agreement of `years` Terms: the first order, a renewal at each Anniversary since, later purchases."""
        agreement = self.cast.agreements[key]
        began = self.calendar.first_term(years)
        open_initial_term(agreement=agreement, on=began)
        renewals = [self.calendar.anniversary - relativedelta(years=back) for back in range(years - 1, 0, -1)]
        starts = [began, *renewals]
        specs = list(lines)
        held: list[_Held] = []
        points: list[PointsEntry] = []
        for day, until in pairwise([*starts, self.calendar.anniversary]):
            points += self._renew(agreement, held, day)
            bought = [(spec, spec.bought_on or began) for spec in specs]
            points += self._purchase(agreement, held, [(spec, on) for spec, on in bought if day <= on < until])
        post_points(points)

    def _renew(self, agreement: Agreement, held: list[_Held], anniversary: date) -> list[PointsEntry]:
        """One order for every line, to the day before the next Anniversary (rule T4), and its points per site."""
        reference = f"{agreement.number}R{anniversary:%Y}"
        end = anniversary + relativedelta(years=1) - DAY
        earned: dict[Site, Decimal] = defaultdict(Decimal)
        for line, quantity in held:
            period = Period(_cover(line).ends_on + DAY, end)
            extend_cover(actor=self.actor, at=self.at, entitlement=line, period=period, source=reference)
            each = self._points_each(line.part.renewal_part_id)
            earned[line.site] += round_points(each * quantity * whole_months(period) / 12)
        return [_entry(agreement, site, points, "renewal", reference, anniversary) for site, points in earned.items()]

    def _purchase(self, agreement: Agreement, held: list[_Held], lines: list[tuple[Own, date]]) -> list[PointsEntry]:
        """License orders, one a site and day, and their points."""
        orders: dict[tuple[str, date], list[Own]] = defaultdict(list)
        for spec, on in lines:
            orders[spec.site, on].append(spec)
        points = []
        for (key, on), specs in orders.items():
            site, earned = self.cast.sites[key], Decimal(0)
            reference = self._order_reference(site)
            for spec in specs:
                held.append(_Held(self._buy(site, spec.part, spec.quantity, on, order=reference), spec.quantity))
                earned += self._points_each(spec.part) * spec.quantity
            points.append(_entry(agreement, site, earned, "order", reference, on))
        return points

    def _points_each(self, part: str | None) -> Decimal:
        return (self.parts[part].points_each if part else None) or Decimal(0)


def _cover(line: Entitlement) -> Period:
    """The latest S&S period; every line here is bought with one."""
    if line.coverage_start is None or line.coverage_end is None:
        raise ValueError(f"{line} was bought without cover")
    return Period(line.coverage_start, line.coverage_end)


def _entry(agreement: Agreement, site: Site, points: Decimal, kind: str, reference: str, on: date) -> PointsEntry:
    key = uuid.uuid5(agreement.pk, f"{site.site_number} {reference}")
    return PointsEntry(key, agreement.pk, site.pk, points, kind, reference, on)
