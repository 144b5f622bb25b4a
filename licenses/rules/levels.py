"""Points and levels (rule book section 3). Levels of `book.outside_levels` never move (rules P1, P8)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from licenses.rules.rulebook import BASE_LEVEL, Books, RuleBook
from licenses.rules.terms import terms_between
from portal.kernel.explanation import Explanation
from portal.kernel.money import round_points
from portal.kernel.period import DAY, Period

NO_POINTS = Decimal("0.00")


def order_of(level: str, book: RuleBook) -> int:
    """The rung of `level` on the ladder, 0 the lowest. Raises ValueError for one that isn't on it."""
    for rung, (name, _) in enumerate(book.ladder):
        if name == level:
            return rung
    raise ValueError(f"level {level!r} isn't on the ladder of {book.version}")


def level_of(points: Decimal, book: RuleBook) -> str:
    """The highest level whose threshold `points` reach, compared exactly: 499.99 is BL (rules P1, P2)."""
    reached = book.ladder[0][0]
    for name, threshold in book.ladder:
        if points >= threshold:
            reached = name
    return reached


def better(a: str, b: str, book: RuleBook) -> str:
    """The higher of two levels. One that stands outside the ladder stays what it is."""
    for level in (a, b):
        if level in book.outside_levels:
            return level
    return a if order_of(a, book) >= order_of(b, book) else b


def next_level(points: Decimal, book: RuleBook) -> tuple[str, Decimal] | None:
    """The level above that of `points`, and the points missing to it; None at the top."""
    for name, threshold in book.ladder[1:]:
        if points < threshold:
            return name, round_points(threshold - points)
    return None


def after_anniversary(old: str, term_points: Decimal, book: RuleBook) -> str:
    """The RSVP that a new Term opens with: what the ended Term earned, at most one below the old (rule P5)."""
    if old in book.outside_levels:
        return old
    one_below = book.ladder[max(order_of(old, book) - 1, 0)][0]
    return better(level_of(term_points, book), one_below, book)


@dataclass(frozen=True, slots=True)
class OrderLevels:
    """What one order does to levels: its `own`, the one it is priced at, and the state after it."""

    own: str
    price_level: str
    rsvp_after: str
    points_after: Decimal


def order_levels(
    rsvp_before: str | None, order_points: Decimal, term_points_before: Decimal, book: RuleBook
) -> OrderLevels:
    """Rule P4 for an order of `order_points` in a Term that has `term_points_before`.

    Without an RSVP (None: no order yet in the initial Term) the order's own level sets it.
    """
    points_after = term_points_before + order_points
    if rsvp_before in book.outside_levels:
        return OrderLevels(rsvp_before, rsvp_before, rsvp_before, points_after)
    before = rsvp_before or book.ladder[0][0]
    own = level_of(order_points, book)
    return OrderLevels(
        own=own,
        price_level=better(before, own, book),
        rsvp_after=better(before, level_of(points_after, book), book),
        points_after=points_after,
    )


@dataclass(frozen=True, slots=True)
class TermPoints:
    """What was posted in the Term that began on `term_start`: the net sum, and the highest running sum.

    The two differ after a credit, which lowers no level within its Term (rule P6).
    """

    term_start: date
    points: Decimal
    peak: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an Agreement stands on a day: `term` and `anniversary` are None before its initial Term.

    `level` is the RSVP, `opening_level` the one the Term began with, `missing` the points to `next_level`, the
    level above that of `points` (both None at the top and outside the ladder). `book` is the one in force on the day.
    """

    term: Period | None
    level: str
    opening_level: str
    points: Decimal
    next_level: str | None
    missing: Decimal | None
    anniversary: date | None
    explanation: Explanation
    book: RuleBook


@dataclass(frozen=True, slots=True)
class EndedTerm:
    """A Term as the Anniversary after it found it: its points, its RSVP, and the RSVP that the next one opens with."""

    term: Period
    points: Decimal
    level: str
    opens_with: str
    version: str


def ended_terms(initial_start: date, stands: Standing) -> Iterator[EndedTerm]:
    """The Terms before the one that `stands` is in, oldest first: of a standing that walked them all (rule P5)."""
    starts_on = initial_start
    for reset in stands.explanation.parts:
        anniversary, points, level = (reset.inputs[name] for name in ("anniversary", "term_points", "old_level"))
        yield EndedTerm(Period(starts_on, anniversary - DAY), points, level, str(reset.result), reset.version)
        starts_on = anniversary


def standing(
    initial_start: date | None, initial_level: str | None, movements: Iterable[TermPoints], on: date, books: Books
) -> Standing:
    """Walks the Terms from the first to the one that `on` lies in (rules P4, P5, P6).

    `movements` hold one row per Term, with what counts up to `on`; rows of one Term must be summed beforehand.
    `initial_level` is the RSVP that the initial Term began with (None: BL), or one outside the ladder. An ended Term
    is measured by the ladder in force on the Anniversary that ends it, the running one by that of `on`, so a later
    change leaves the past as it was. Raises ValueError for a movement that no Term begins with.
    """
    book = books.on(on)
    opening = level = initial_level or BASE_LEVEL
    if initial_start is None or on < initial_start:
        return _standing(None, level, opening, NO_POINTS, NO_POINTS, book, ())
    by_start = {m.term_start: m for m in movements}
    terms = terms_between(initial_start, initial_start, on)
    stray = {start for start in by_start if start <= on}.difference(t.starts_on for t in terms)
    if stray:
        raise ValueError(f"no Term begins on {min(stray)}")
    points = NO_POINTS
    steps: list[Explanation] = []
    for term in terms:
        if term.starts_on != initial_start:
            then = books.on(term.starts_on)
            opening = after_anniversary(level, points, then)
            steps.append(explain_reset(level, points, opening, term.starts_on, then.version))
        held = by_start.get(term.starts_on)
        points = held.points if held else NO_POINTS
        peak = held.peak if held else NO_POINTS
        read = books.on(min(term.ends_on, on))
        level = better(opening, level_of(peak, read), read)
    return _standing(terms[-1], level, opening, points, peak, book, tuple(steps))


def standing_in_term(
    term: Period, opening: str, held: TermPoints, on: date, books: Books, ended: Explanation | None = None
) -> Standing:
    """Where an Agreement stands on `on` in `term`, which opened at level `opening` (rules P4, P6).

    `ended` tells how the Term before was closed (rule P5).
    """
    book = books.on(on)
    level = better(opening, level_of(held.peak, book), book)
    return _standing(term, level, opening, held.points, held.peak, book, (ended,) if ended else ())


def explain_reset(old: str, points: Decimal, opening: str, anniversary: date, version: str) -> Explanation:
    """Why the Term that begins on `anniversary` opens at `opening` (rule P5)."""
    return Explanation("P5", {"old_level": old, "term_points": points, "anniversary": anniversary}, opening, version)


def _standing(
    term: Period | None,
    level: str,
    opening: str,
    points: Decimal,
    peak: Decimal,
    book: RuleBook,
    steps: tuple[Explanation, ...],
) -> Standing:
    above = None if level in book.outside_levels else next_level(points, book)
    inputs = {"opening_level": opening, "points": points, "highest_points": peak}
    return Standing(
        term=term,
        level=level,
        opening_level=opening,
        points=points,
        next_level=above[0] if above else None,
        missing=above[1] if above else None,
        anniversary=term.ends_on + DAY if term else None,
        explanation=Explanation("P4", inputs, level, book.version, parts=steps),
        book=book,
    )
