"""The figures of the points ledger in sentences, for the page and the paper alike."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from licenses.models import PointsMovement
from licenses.readmodels.standing import ExpectedAnniversary, Later, PointsView
from licenses.rules.levels import Standing
from sites.templatetags.formats import day, moment, number, points


def standing_sentence(view: PointsView) -> str:
    """Points, level and what is missing on the day asked about, in one sentence or two."""
    stands = view.stands
    told = {"points": points(stands.points), "level": stands.level}
    if stands.term is None:
        return _("No Term has begun, so there are no points yet. Price level: %(level)s.") % told
    if view.outside:
        return (
            _("Price level %(level)s stands outside the ladder and never moves. %(points)s points, for information.")
            % told
        )
    if stands.next_level is None or stands.missing is None:
        return _("%(points)s points in the Term. Price level: %(level)s. The top of the ladder is reached.") % told
    told |= {"missing": points(stands.missing), "next": stands.next_level}
    rungs = [name for name, _threshold in view.ladder]
    if stands.level not in rungs or rungs.index(stands.next_level) > rungs.index(stands.level):
        return (
            _("%(points)s points in the Term. Price level: %(level)s. %(missing)s points are missing to %(next)s.")
            % told
        )
    # The level in force is higher than what this Term has earned so far, and counts until the Anniversary.
    return (
        _(
            "%(points)s points in the Term. Price level: %(level)s. %(missing)s points are missing to earn %(next)s in"
            " this Term."
        )
        % told
    )


def expected_sentence(expected: ExpectedAnniversary) -> str:
    """Why an Agreement without a Term may expect its Anniversary on that date (rule T1)."""
    return _(
        "expected, if the first order or the first completed move comes by %(by)s: that day opens the first Term"
        " (rule T1, an assumption)"
    ) % {"by": day(expected.begun_by)}


def later_sentences(view: PointsView) -> list[str]:
    """What is known now but wasn't at the instant asked about; empty where the question is about the present."""
    later = view.later
    if later is None:
        return []
    on = day(view.on)
    if not later.count:
        return [
            _("Nothing was recorded later that counts for %(on)s or before: what was known then still holds.")
            % {"on": on}
        ]
    return [_count(later, on), *_differences(view.stands, later.now)]


def _count(later: Later, on: str) -> str:
    return ngettext(
        "%(count)s entry that counts for %(on)s or before was recorded later: %(points)s points.",
        "%(count)s entries that count for %(on)s or before were recorded later: %(points)s points together.",
        later.count,
    ) % {"count": number(later.count), "on": on, "points": signed(later.points)}


def signed(value: Decimal) -> str:
    """Points with a plus or minus sign."""
    return f"+{points(value)}" if value > 0 else points(value)


def _differences(then: Standing, now: Standing) -> list[str]:
    told = []
    if then.points != now.points:
        figures = {"then": points(then.points), "now": points(now.points)}
        told.append(_("Points of the Term: %(then)s were known then, %(now)s are known now.") % figures)
    if then.opening_level != now.opening_level:
        levels = {"then": then.opening_level, "now": now.opening_level}
        told.append(_("The Term opened at level %(then)s as known then, at %(now)s as known now.") % levels)
    if then.level != now.level:
        told.append(
            _("Price level: %(then)s as known then, %(now)s as known now.") % {"then": then.level, "now": now.level}
        )
    if not told:
        told.append(_("Points of the Term and price level are the same then and now."))
    return told


def later_entry_sentence(entry: PointsMovement) -> str:
    """One entry that was recorded later."""
    return _("%(kind)s %(reference)s for %(on)s: %(points)s points, recorded %(at)s") % {
        "kind": str(PointsMovement.Kind(entry.kind).label).capitalize(),
        "reference": entry.reference,
        "on": day(entry.effective_on),
        "points": signed(entry.signed),
        "at": moment(entry.recorded_at),
    }
