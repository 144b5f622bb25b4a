"""Sentences about Terms, Anniversaries, cover and its months (rules T1 to T6, T10, section 6 step 9)."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from licenses.why.speech import Inputs, Speech, as_day, as_period
from licenses.why.worked import Sentence, Worked
from portal.kernel.explanation import Explanation


def term(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Rule T1: a Term, or an Anniversary where the result is one day."""
    if ".." not in str(why.result):
        return _anniversary(why, given, say)
    start, end = as_period(why.result)
    days = {"start": say.day(start), "end": say.day(end)}
    if start != given.day("initial_start"):
        return Worked(
            _("From the Anniversary %(start)s to the day before the next: %(end)s.") % days, _span(start, end, say)
        )
    told = (
        _("The initial Term begins on %(start)s and runs to %(end)s, the day before the same date a year later.")
        if start.day == 1
        else _("The initial Term begins on %(start)s and runs to %(end)s, the end of the same month a year later.")
    )
    return Worked(told % days, _span(start, end, say))


def _anniversary(why: Explanation, given: Inputs, say: Speech) -> Worked:
    result = say.day(as_day(why.result))
    days = {"end": say.day(given.day("initial_end")), "on": say.day(given.day("on")), "day": result}
    told = _(
        "The initial Term ended on %(end)s, so the day after it is the Anniversary of every year; from %(on)s on the "
        "next is %(day)s."
    )
    if given.day("on") <= given.day("initial_end"):
        told = _("The initial Term ends on %(end)s, so the Anniversary is the next day, %(day)s.")
    return Worked(told % days, result)


def first_cover(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Rule T2: cover that comes with a license."""
    start, end = as_period(why.result)
    days = {"start": say.day(start), "end": say.day(end)}
    told = (
        _("Bought on %(start)s, a first of the month, so covered to %(end)s, the day before that date a year later.")
        if start.day == 1
        else _("Bought on %(start)s, so covered to %(end)s, the end of that month a year later.")
    )
    return Worked(told % days, _span(start, end, say))


def express(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Rule T3: the cover of a renewal, or the level of an Express order."""
    if ".." in str(why.result):
        return cover(why, given, say)
    return Worked(_("Express orders are always priced at level %(level)s.") % {"level": why.result}, str(why.result))


def cover(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Rules T3, T4, T5: from which day to which a line renews."""
    start, end = as_period(why.result)
    told = {"paid": say.day(given.day("paid_until")), "start": say.day(start), "end": say.day(end)}
    if "transition_until" in given:
        told["bridge"] = say.day(given.day("transition_until"))
        sentence = _(
            "Paid until %(paid)s, then by the transition quote until %(bridge)s; renewed from %(start)s to %(end)s"
        )
    else:
        sentence = _("Paid until %(paid)s, so renewed from the next day, %(start)s, to %(end)s")
    sentence %= told
    if why.rule == "T3":
        sentence += ", " + _("12 months later")
    elif "anniversary" in given:
        anniversary = given.day("anniversary")
        day = {"day": say.day(anniversary)}
        if end < anniversary:
            sentence += ", " + _("the day before the Anniversary %(day)s") % day
        else:
            sentence += ", " + _("the day before the Anniversary that follows the one of %(day)s") % day
    return Worked(sentence + ".", _span(start, end, say))


def months(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Rule T6: the months of a period, counted."""
    count = int(why.result)
    told = ngettext(
        "From %(start)s to %(end)s is %(count)s whole month.",
        "From %(start)s to %(end)s are %(count)s whole months.",
        count,
    ) % {"start": say.day(given.day("starts_on")), "end": say.day(given.day("ends_on")), "count": say.number(count)}
    return Worked(told, say.number(count))


def prices_hold(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Rule T10: the last day that quoted prices hold."""
    until = as_day(why.result)
    days = {"start": say.day(given.day("first_start")), "made": say.day(given.day("made_on")), "day": say.day(until)}
    told = _("The earliest cover of this quote starts on %(start)s, so its prices hold until the day before, %(day)s.")
    if until >= given.day("first_start"):
        told = _(
            "The earliest cover of this quote starts on %(start)s, and prices hold at least on the day that they were "
            "made, %(day)s."
        )
    return Worked(told % days, days["day"])


def coverage(why: Explanation, given: Inputs, say: Speech) -> Worked:
    """Section 6, step 9: days without cover in the window, and those paid for twice."""
    gap, twice = int(why.result), given.whole("overlap_days")
    told = ngettext("%(count)s day without cover", "%(count)s days without cover", gap) % {"count": say.number(gap)}
    told += " " + _("from %(first)s to before %(until)s") % {
        "first": say.day(given.day("effective_on")),
        "until": say.day(given.day("until")),
    }
    told += ", " + ngettext("%(count)s day paid for twice", "%(count)s days paid for twice", twice) % {
        "count": say.number(twice)
    }
    return Worked(told + ".", say.number(gap))


def _span(start: date, end: date, say: Speech) -> str:
    return f"{say.day(start)} – {say.day(end)}"


SENTENCES: dict[str, Sentence] = {
    "T1": term,
    "T2": first_cover,
    "T3": express,
    "T4": cover,
    "T5": cover,
    "T6": months,
    "T10": prices_hold,
    "6.9": coverage,
}
