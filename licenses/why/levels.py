"""Sentences about levels and the points that make them (rules P1, P4, P5, P6, P7, P8)."""

from django.utils.translation import gettext as _

from licenses.why.speech import EQUALS, MINUS, PLUS, Inputs, Speech, as_decimal, as_period
from licenses.why.worked import Sentence, Worked, summed
from portal.kernel.explanation import Explanation


def ladder(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Rule P1: the points missing to the next level."""
    points, threshold = given.decimal("points"), given.decimal("threshold")
    lead = _("Level %(level)s begins at %(threshold)s points:") % {
        "level": given.text("next_level"),
        "threshold": say.points(threshold),
    }
    sum_ = f"{say.points(threshold)}{MINUS}{say.points(points)}"
    return summed(sum_, say.points(as_decimal(why.result)), "", lead)


def level(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Rule P4: of one order, or of the Agreement on a day."""
    return _of_order(why, given, say) if "order_points" in given else _of_term(why, given, say)


def _of_order(why: Explanation, given: Inputs, say: Speech) -> Worked:
    figures = {
        "before": given.text("rsvp_before"),
        "points": say.points(given.decimal("order_points")),
        "own": given.text("own_level"),
        "level": why.result,
    }
    if "rsvp_before" in given:
        told = (
            _(
                "RSVP level %(before)s before this order; the order's own %(points)s points make level %(own)s; the "
                "better of the two is %(level)s."
            )
            % figures
        )
    else:
        told = (
            _("The first order under the Agreement: its own %(points)s points make level %(own)s, so %(level)s.")
            % figures
        )
    if "rsvp_after" in given:
        told += " " + _("After it the Term has %(sum)s points, so that later orders begin at level %(after)s.") % {
            "sum": _grown(given, say),
            "after": given.text("rsvp_after"),
        }
    return Worked(told, str(why.result))


def _grown(given: Inputs, say: Speech) -> str:
    before, own = say.points(given.decimal("points_before")), say.points(given.decimal("order_points"))
    return f"{before}{PLUS}{own}{EQUALS}{say.points(given.decimal('points_after'))}"


def _of_term(why: Explanation, given: Inputs, say: Speech) -> Worked:
    figures = {
        "opening": given.text("opening_level"),
        "points": say.points(given.decimal("points")),
        "highest": say.points(given.decimal("highest_points")),
        "level": why.result,
    }
    if given.decimal("highest_points") == given.decimal("points"):
        told = _("The Term opened at level %(opening)s; with %(points)s points in it the level is %(level)s.") % figures
    else:
        told = (
            _(
                "The Term opened at level %(opening)s; its points reached %(highest)s, now %(points)s after a credit, "
                "which lowers no level within the Term, so the level is %(level)s."
            )
            % figures
        )
    return Worked(told, str(why.result))


def reset(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Rule P5: what the new Term opens with."""
    told = _(
        "On the Anniversary %(day)s the Term had ended with %(points)s points at level %(old)s, so the new one opened "
        "at %(new)s: what was earned, at most one level lower."
    ) % {
        "day": say.day(given.day("anniversary")),
        "points": say.points(given.decimal("term_points")),
        "old": given.text("old_level"),
        "new": why.result,
    }
    return Worked(told, str(why.result))


def term_of_order(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Rule P6: the Term that a day lies in."""
    start, end = as_period(why.result)
    told = _("%(day)s lies in the Term from %(start)s to %(end)s.") % {
        "day": say.day(given.day("on")),
        "start": say.day(start),
        "end": say.day(end),
    }
    return Worked(told, f"{say.day(start)} – {say.day(end)}")


def balance(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Rule P7: the sum of the ledger's entries of a Term."""
    points = say.points(as_decimal(why.result))
    told = _("Entries of the points ledger that count from %(start)s to %(day)s come to %(points)s points.") % {
        "start": say.day(given.day("starts_on")),
        "day": say.day(given.day("on")),
        "points": points,
    }
    return Worked(told, points)


def outside(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Rule P8: a level that never moves."""
    told = _("Price level %(level)s stands outside the ladder and never moves.") % {"level": why.result}
    return Worked(told, str(why.result))


SENTENCES: dict[str, Sentence] = {
    "P1": ladder,
    "P4": level,
    "P5": reset,
    "P6": term_of_order,
    "P7": balance,
    "P8": outside,
}
