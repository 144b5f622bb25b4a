"""When somebody is told that cover ends (rule T9): from the day it ends, the ladder, today and what was told.

Pure and without memory: asking twice on one day, after days of silence, or on a day before the last one gives what is
due and nothing that was settled already.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from licenses.rules.rulebook import RuleBook
from licenses.rules.terms import YEAR, year_end
from portal.kernel.period import DAY

Ladder = tuple[int, ...]

LATER_RUNG, TOO_LATE = "later_rung", "too_late"
# What fell due longer ago than this, and after the end of cover, isn't told any more: it would be no news.
PATIENCE = timedelta(days=14)
EARLIEST, LATEST = 365, -30


@dataclass(frozen=True, slots=True)
class Due:
    """What one person is told now: the rung, or None; and the rungs that are passed over, each with the reason."""

    tell: int | None
    passed: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """What lines that end on a day are told about together: `ends_on` is the day that the ladder counts to.

    With an `anniversary` the lines renew there and `ends_on` is the day before it; without one they just end.
    """

    ends_on: date
    anniversary: date | None


def rungs_of(book: RuleBook) -> Ladder:
    """The ladder of a rule book, from the earliest rung to the last."""
    return ordered((book.contact_check_days, book.quote_days, *book.reminder_days))


def ordered(rungs: Iterable[int]) -> Ladder:
    """Each rung once, from the earliest to the last."""
    return tuple(sorted(set(rungs), reverse=True))


def day_of(ends_on: date, rung: int) -> date:
    """The day of a rung: so many days before the end of cover, the days after it for negative ones."""
    return ends_on - timedelta(days=rung)


def due(
    ends_on: date, ladder: Ladder, today: date, settled: Collection[int], own: Collection[int] | None = None
) -> Due:
    """What is due on `today` for somebody with whom the rungs `settled` are settled, told or passed over.

    Of the rungs that were reached the latest is told, if it is one of the person's `own` (all, where none are named);
    those before it are passed over, since their words would be stale. Nothing is told long after the end of cover.
    """
    reached = [rung for rung in ordered(ladder) if day_of(ends_on, rung) <= today]
    if not reached:
        return Due(None)
    latest = reached[-1]
    late = today > max(ends_on, day_of(ends_on, latest)) + PATIENCE
    mine = [rung for rung in reached if rung not in settled and (own is None or rung in own)]
    tell = latest if latest in mine and not late else None
    reason = TOO_LATE if late else LATER_RUNG
    return Due(tell, tuple((rung, reason) for rung in mine if rung != tell))


def planned(
    ends_on: date, ladder: Ladder, today: date, settled: Collection[int], own: Collection[int] | None = None
) -> tuple[tuple[date, int], ...]:
    """The days to come with their rungs, the next first; what is due today and not settled counts as today's."""
    now = due(ends_on, ladder, today, settled, own).tell
    found = [(today, now)] if now is not None else []
    days = ((day_of(ends_on, rung), rung) for rung in ordered(ladder) if own is None or rung in own)
    return (*found, *((day, rung) for day, rung in days if day > today and rung not in settled))


def ending_of(cover_end: date, term_start: date | None, today: date) -> Ending:
    """Of what a line under an Agreement, whose cover ends on `cover_end`, is told (rules T4, T5).

    At the Anniversary before its end, while that is still to come; otherwise of its own end: it was not renewed
    there, or arrived since, or there is no Term yet.
    """
    anniversary = _anniversary_until(term_start, cover_end + DAY) if term_start else None
    if anniversary is None or anniversary < today:
        return Ending(cover_end, None)
    return Ending(anniversary - DAY, anniversary)


def _anniversary_until(term_start: date, day: date) -> date | None:
    """The last Anniversary on or before `day`; None before the first (rule T1)."""
    first = year_end(term_start) + DAY
    if day < first:
        return None
    this_year = first.replace(year=day.year)
    return this_year if this_year <= day else this_year - YEAR


def allowed(rungs: Collection[int]) -> bool:
    """Whether a customer may choose this ladder: some rung in time, and none out of all reason."""
    return any(rung > 0 for rung in rungs) and all(LATEST <= rung <= EARLIEST for rung in rungs)
