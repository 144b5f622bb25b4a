"""The level forecast in words, for pages and API alike: what is missing, what closes it, whether a level would fall."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from licenses.models import Entitlement
from licenses.queries import standing
from licenses.queries.forecasts import Forecasted, forecasts
from licenses.rules.forecast import BOTH, KEEP, MOVE, RENEW, Forecast, Goal, Offer, Way
from licenses.rules.levels import Standing
from portal.kernel.explanation import Explanation
from portal.kernel.period import DAY
from sites.models import Agreement
from sites.templatetags.formats import day, number, points
from sites.tenancy import Actor


@dataclass(frozen=True, slots=True)
class OfferedLine:
    """A license line of a way: what it would earn, ordered for which cover."""

    line: Entitlement
    offer: Offer

    @property
    def express(self) -> bool:
        """Whether it would have to move in first."""
        return self.line.site.agreement_id is None


@dataclass(frozen=True, slots=True)
class WayView:
    """A set of lines that closes a gap, in words."""

    way: Way
    sentence: str
    note: str
    lines: tuple[OfferedLine, ...]


@dataclass(frozen=True, slots=True)
class GoalView:
    """A level to keep or to reach: one sentence, the ways, and why that much is missing."""

    goal: Goal
    warning: bool
    sentence: str
    ways: tuple[WayView, ...]
    nothing_closes: str

    @property
    def why(self) -> Explanation:
        return self.goal.explanation


@dataclass(frozen=True, slots=True)
class ForecastView:
    """The forecast of an Agreement, ready to be shown; without `forecast` only `summary` says why there is none."""

    agreement: Agreement
    forecast: Forecast | None
    summary: str
    goals: tuple[GoalView, ...]


def forecast_view(agreement: Agreement, actor: Actor, on: date, stands: Standing | None = None) -> ForecastView:
    """The forecast of one Agreement as of `on`; `stands` spares asking where it stands. Needs its `customer`."""
    known = {agreement.pk: stands or standing(agreement, on)}
    return told_forecast(agreement, forecasts([agreement], known, actor, on)[agreement.pk], known[agreement.pk])


def told_forecast(agreement: Agreement, found: Forecasted, stands: Standing) -> ForecastView:
    """What was found, in the reader's language."""
    made = found.forecast
    if made is None:
        return ForecastView(agreement, None, _none(stands), ())
    goals = tuple(_goal(goal, made, found.lines) for goal in made.goals)
    return ForecastView(agreement, made, _summary(made), goals)


def _none(stands: Standing) -> str:
    if stands.term is None:
        return _("There is nothing to forecast before the first Term begins.")
    return _("Price level %(level)s stands outside the ladder: points move nothing.") % {"level": stands.level}


def _summary(made: Forecast) -> str:
    told = {"points": points(made.points), "expected": points(made.expected), "day": day(made.term.ends_on)}
    if not made.due:
        return _("%(points)s points so far; no order is due before the Term ends on %(day)s.") % told
    return ngettext(
        "%(points)s points so far; with %(count)s line due before the Term ends on %(day)s they come to %(expected)s.",
        "%(points)s points so far; with %(count)s lines due before the Term ends on %(day)s they come to %(expected)s.",
        len(made.due),
    ) % {**told, "count": number(len(made.due))}


def _goal(goal: Goal, made: Forecast, lines: Mapping[str, Entitlement]) -> GoalView:
    return GoalView(
        goal=goal,
        warning=goal.kind == KEEP,
        sentence=goal_sentence(goal, made),
        ways=tuple(_way(way, lines) for way in goal.ways),
        nothing_closes="" if goal.ways else _nothing(),
    )


def goal_sentence(goal: Goal, made: Forecast) -> str:
    """What is missing by when; of a level in danger, what it would fall to and on which day."""
    told = {
        "missing": points(goal.missing),
        "level": goal.level,
        "lower": made.opening_level,
        "day": day(made.anniversary),
        "last": day(made.anniversary - DAY),
    }
    if goal.kind == KEEP:
        return (
            _("Level %(level)s would fall to %(lower)s on %(day)s: %(missing)s points by %(last)s would keep it.")
            % told
        )
    return _("%(missing)s points short of level %(level)s by %(last)s.") % told


def _nothing() -> str:
    return _("All lines that could be renewed or moved in before then don't earn that much.")


def _way(way: Way, lines: Mapping[str, Entitlement]) -> WayView:
    count = len(way.offers)
    sentences = {
        RENEW: ngettext("Renewing this line closes it.", "Renewing these %(count)s lines closes it.", count),
        MOVE: ngettext(
            "Moving in this Express line closes it.", "Moving in these %(count)s Express lines closes it.", count
        ),
        BOTH: _("Renewing and moving in these %(count)s lines closes it."),
    }
    notes = {
        RENEW: _("The renewal counts in this Term if it is accepted before the Anniversary; then it counts here only."),
        MOVE: _("The move itself earns nothing; the first order after it does, if it is accepted before then."),
    }
    notes[BOTH] = f"{notes[RENEW]} {notes[MOVE]}"
    offered = tuple(OfferedLine(lines[offer.key], offer) for offer in way.offers)
    told = sentences[way.kind] % {"count": number(count)}
    return WayView(way, told, notes[way.kind], offered)
