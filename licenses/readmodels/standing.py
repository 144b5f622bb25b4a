"""Where an Agreement stands as of a day, as known at an instant: figures, Terms, and what was recorded later."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from licenses.models import PointsMovement
from licenses.queries import standing
from licenses.readmodels.asked import Moments
from licenses.readmodels.points import NONE_YET, SIGNED, asked_entries, recorded_later, sum_of
from licenses.rules.levels import Standing, ended_terms
from licenses.rules.rulebook import Ladder
from licenses.rules.terms import YEAR, year_end
from portal.kernel.period import DAY, Period
from sites.models import Agreement

LATER_SHOWN = 5


@dataclass(frozen=True, slots=True)
class TermFigures:
    """A Term with the level that it opened at, its points, and the level at its end or so far."""

    term: Period
    opening_level: str
    points: Decimal
    level: str


@dataclass(frozen=True, slots=True)
class DaySum:
    """The Term's points at the end of a day on which something counts."""

    on: date
    points: Decimal


@dataclass(frozen=True, slots=True)
class Later:
    """What was recorded after the instant asked about, for the day asked about or before.

    `now` is where the Agreement stood on that day as far as is known by now; `newest` are the latest of the `count`
    entries, `points` their sum.
    """

    count: int
    points: Decimal
    newest: tuple[PointsMovement, ...]
    now: Standing


@dataclass(frozen=True, slots=True)
class ExpectedAnniversary:
    """The Anniversary that a first Term would have which began by `begun_by`, the asked day or later (rule T1)."""

    anniversary: date
    begun_by: date


@dataclass(frozen=True, slots=True)
class PointsView:
    """Everything that the points page, its answer in the API, its paper and its sheet say beside the entries."""

    agreement: Agreement
    asked: Moments
    on: date
    stands: Standing
    terms: tuple[TermFigures, ...]
    days: tuple[DaySum, ...]
    later: Later | None
    expected: ExpectedAnniversary | None

    @property
    def outside(self) -> bool:
        """Whether the level stands outside the ladder (rule P8)."""
        return self.stands.level in self.stands.book.outside_levels

    @property
    def ladder(self) -> Ladder:
        """Levels and thresholds in force on the day."""
        return self.stands.book.ladder

    @property
    def rule_version(self) -> str:
        """The rule book of the day."""
        return self.stands.book.version


def points_view(agreement: Agreement, asked: Moments, on: date) -> PointsView:
    """The figures on `on`, the day asked about. A fixed number of queries whatever was posted."""
    # Each ended Term is told, so they are walked from the first one on.
    stands = standing(agreement, on, asked.known_at, whole=True)
    return PointsView(
        agreement=agreement,
        asked=asked,
        on=on,
        stands=stands,
        terms=_terms(agreement, stands),
        days=_days(agreement, asked, stands.term),
        later=_later(agreement, asked, on),
        expected=None if stands.term else expected_anniversary(on),
    )


def expected_anniversary(on: date) -> ExpectedAnniversary:
    """What rule T1 makes of a first order or completed move on `on`, and until which day it makes the same."""
    anniversary = year_end(on) + DAY
    return ExpectedAnniversary(anniversary, anniversary - YEAR)


def _terms(agreement: Agreement, stands: Standing) -> tuple[TermFigures, ...]:
    """Each Term up to the one that runs, oldest first: the ended ones as their Anniversaries found them (rule P5)."""
    if stands.term is None or agreement.term_start is None:
        return ()
    # A level outside the ladder is the customer's, whatever the Agreement began with (rule P8).
    opening = stands.level if stands.level in stands.book.outside_levels else agreement.opening_level
    found: list[TermFigures] = []
    for ended in ended_terms(agreement.term_start, stands):
        found.append(TermFigures(ended.term, opening, ended.points, ended.level))
        opening = ended.opens_with
    found.append(TermFigures(stands.term, stands.opening_level, stands.points, stands.level))
    return tuple(found)


def _days(agreement: Agreement, asked: Moments, term: Period | None) -> tuple[DaySum, ...]:
    """How the running Term's sum grew, day by day."""
    if term is None:
        return ()
    rows = asked_entries(agreement, asked).filter(effective_on__gte=term.starts_on)
    by_day = rows.order_by("effective_on").values("effective_on").annotate(total=Sum(SIGNED))
    found, points = [], NONE_YET
    for day, total in by_day.values_list("effective_on", "total"):
        points += total
        found.append(DaySum(day, points))
    return tuple(found)


def _later(agreement: Agreement, asked: Moments, on: date) -> Later | None:
    if asked.known_at is None:
        return None
    rows = recorded_later(agreement, asked)
    newest = tuple(rows.order_by("-sequence")[:LATER_SHOWN])
    return Later(rows.count(), sum_of(rows), newest, standing(agreement, on))
