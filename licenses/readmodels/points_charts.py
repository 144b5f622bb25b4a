"""Points as charts: those of each Term, and how the running Term's sum grew, against the thresholds of the ladder."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from licenses.readmodels.standing import PointsView
from licenses.readmodels.told import standing_sentence
from portal.kernel.charts import Chart, Key, Label, bar_chart, step_chart
from portal.kernel.period import Period
from sites.templatetags.formats import day, number

MOST_TERMS = 6
EDGE = Decimal(100)
# A threshold is drawn when the sums come near it: one rung above the highest is enough.
RUNGS_AHEAD = 1


def term_chart(view: PointsView) -> Chart | None:
    """A bar for each of the latest Terms; None before the first."""
    if not view.terms:
        return None
    shown = view.terms[-MOST_TERMS:]
    summary = _("Points of each Term against the thresholds of the ladder.")
    if len(shown) < len(view.terms):
        summary += " " + _("The latest %(count)s Terms are drawn.") % {"count": MOST_TERMS}
    return bar_chart(
        summary,
        [(str(each.term.starts_on.year), [each.points]) for each in shown],
        [Key("move", _("Points of the Term, by the year it began"))],
        _whole,
        thresholds=_rungs(view, [each.points for each in shown]),
    )


def running_chart(view: PointsView) -> Chart | None:
    """The sum of the running Term, day by day up to the day asked about; None before the first Term."""
    term = view.stands.term
    if term is None:
        return None
    series = [(_place(each.on, term), each.points) for each in view.days]
    return step_chart(
        standing_sentence(view),
        [(Key("move", _("Sum of the Term, day by day")), series)],
        _axis(term),
        _whole,
        thresholds=_rungs(view, [each.points for each in view.days]),
        ends=_place(view.on, term),
    )


def _place(on: date, term: Period) -> Decimal:
    """Where a day stands across the Term, in percent."""
    length = (term.ends_on - term.starts_on).days or 1
    return EDGE * (on - term.starts_on).days / length


def _axis(term: Period) -> Sequence[Label]:
    return Label("0%", day(term.starts_on), "start"), Label("100%", day(term.ends_on), "end")


def _rungs(view: PointsView, sums: Sequence[Decimal]) -> list[tuple[str, Decimal]]:
    """The thresholds that were reached, and the next one."""
    if view.outside:
        return []
    highest = max(sums, default=Decimal(0))
    rungs = [(name, threshold) for name, threshold in view.ladder if threshold]
    reached = sum(threshold <= highest for _name, threshold in rungs)
    return rungs[: reached + RUNGS_AHEAD]


def _whole(value: Decimal) -> str:
    return number(value.normalize() if value != value.to_integral_value() else int(value))
