"""Terms, Anniversaries and periods of cover (rule book section 2). Every Anniversary is the first of a month."""

from datetime import date

from dateutil.relativedelta import relativedelta

from portal.kernel.period import DAY, Period

YEAR = relativedelta(years=1)


def year_end(day: date) -> date:
    """The last day of the year that begins on `day` (rules T1, T2).

    From the first of a month: the day before the same date next year. From any other day: the last day of the
    same month next year.
    """
    first = day.replace(year=day.year + 1, day=1)
    if day.day == 1:
        return first - DAY
    return _next_month(first) - DAY


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def first_cover(acquired_on: date) -> Period:
    """The first S&S period of a license acquired on that day, Express or not (rule T2)."""
    return Period(acquired_on, year_end(acquired_on))


def next_express_cover(end: date) -> Period:
    """12 months from the day after `end` (rule T3)."""
    start = end + DAY
    return Period(start, start + YEAR - DAY)


def express_covers(end: date, until: date) -> tuple[Period, ...]:
    """Every Express cover after `end` that begins before `until`, year after year without a gap (rule T3)."""
    found: list[Period] = []
    start = end + DAY
    while start < until:
        after = end + DAY + relativedelta(years=len(found) + 1)
        found.append(Period(start, after - DAY))
        start = after
    return tuple(found)


def term_containing(initial_start: date, day: date) -> Period | None:
    """The Term that `day` lies in, of an Agreement whose initial Term began on `initial_start` (rule T1).

    None before the start.
    """
    return None if day < initial_start else _term(initial_start, day)


def _term(initial_start: date, day: date) -> Period:
    initial = Period(initial_start, year_end(initial_start))
    if day <= initial.ends_on:
        return initial
    anniversary = (initial.ends_on + DAY).replace(year=day.year)
    if anniversary > day:
        anniversary -= YEAR
    return Period(anniversary, anniversary + YEAR - DAY)


def terms_between(initial_start: date, first: date, last: date) -> tuple[Period, ...]:
    """Each Term that has a day in `first`..`last` (both included), oldest first; those before the start aren't."""
    found: list[Period] = []
    day = max(first, initial_start)
    while day <= last:
        term = _term(initial_start, day)
        found.append(term)
        day = term.ends_on + DAY
    return tuple(found)


def next_anniversary(initial_start: date, on: date) -> date:
    """The first Anniversary on or after `on`. The start of the initial Term is none (rule T1)."""
    first = year_end(initial_start) + DAY
    if on <= first:
        return first
    this_year = first.replace(year=on.year)
    return this_year if this_year >= on else this_year + YEAR


def stub(cover_end: date, anniversary: date, transition: str = "stub") -> Period | None:
    """The transition cover of a moved line at the first Anniversary after its move (rule T5).

    From the day after `cover_end` to the day before `anniversary`, or with the policy `long` to the day before
    the following one. None where the cover already reaches the Anniversary.
    """
    if cover_end >= anniversary - DAY:
        return None
    end = anniversary if transition == "stub" else anniversary + YEAR
    return Period(cover_end + DAY, end - DAY)


def anniversary_cover(cover_end: date, anniversary: date) -> Period | None:
    """What a line renews for at `anniversary`: to the day before the following Anniversary (rule T4).

    None for cover that ends earlier than the day before `anniversary` (lapsed, or for a transition quote), and
    for cover that already reaches the day before the following Anniversary.
    """
    end = anniversary + YEAR - DAY
    if not anniversary - DAY <= cover_end < end:
        return None
    return Period(cover_end + DAY, end)
