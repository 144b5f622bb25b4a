"""Where an Agreement's points are heading in the running Term, and what would close a gap (rules P1, P4, P5, P6).

Forecasts name lines, never promise them: an order counts in the Term in which it is accepted, so a renewal that is due
at the coming Anniversary counts in the running Term only if it is accepted before that day.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from licenses.rules.levels import NO_POINTS, Standing, after_anniversary, better, level_of, order_of
from licenses.rules.orders import HeldLine, is_lapsed, unfit
from licenses.rules.pricing import line_points
from licenses.rules.rulebook import RuleBook
from licenses.rules.terms import anniversary_cover, stub
from portal.kernel.explanation import Explanation
from portal.kernel.period import Period, whole_months

KEEP, REACH = "keep", "reach"
RENEW, MOVE, BOTH = "renew", "move", "both"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a line would earn in the running Term, ordered for `cover` and accepted by the Term's last day."""

    key: str
    quantity: int
    cover: Period
    points: Decimal
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Way:
    """A smallest set of lines that closes a gap: own lines renewed, Express lines moved in, or both together."""

    kind: str
    offers: tuple[Offer, ...]

    @property
    def points(self) -> Decimal:
        """What the lines earn together."""
        return _sum(self.offers)


@dataclass(frozen=True, slots=True)
class Goal:
    """A level to keep at the coming Anniversary (kind keep), or to reach within the Term (kind reach).

    `missing` is what its threshold needs beyond the points expected by the Term's end; `ways` are the sets of lines
    that close it, none where all lines together don't.
    """

    kind: str
    level: str
    threshold: Decimal
    missing: Decimal
    ways: tuple[Way, ...]
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Forecast:
    """The running Term as it would end: `expected` are its points then, with the lines due within it (`due`).

    `level` is the RSVP at its end, `opening_level` the one that the next Term would open with (rule P5).
    """

    term: Period
    anniversary: date
    level: str
    opening_level: str
    points: Decimal
    expected: Decimal
    due: tuple[Offer, ...]
    goals: tuple[Goal, ...]
    explanation: Explanation

    @property
    def falls(self) -> bool:
        """Whether the level would fall at the coming Anniversary."""
        return any(goal.kind == KEEP for goal in self.goals)


def forecast(
    stands: Standing, own: Iterable[HeldLine], express: Iterable[HeldLine], on: date, book: RuleBook
) -> Forecast | None:
    """The forecast as of `on` from where the Agreement stands, its `own` lines and `express` lines that could move in.

    Expected within the Term are own lines whose cover ends before it does: each is due for the transition to the
    Anniversary (rule T5). None without a Term, and outside the ladder, where levels never move (rule P8).
    """
    if stands.term is None or stands.anniversary is None or stands.level in book.outside_levels:
        return None
    anniversary = stands.anniversary
    held = [line for line in own if not (unfit(line) or is_lapsed(line.cover_end, on))]
    due = _offers(held, lambda line: stub(line.cover_end, anniversary, book.transition), book)
    expected = stands.points + _sum(due)
    level = better(stands.level, level_of(expected, book), book)
    opening = after_anniversary(level, expected, book)
    renewable = _offers(held, lambda line: anniversary_cover(line.cover_end, anniversary), book)
    coming = [line for line in express if not (unfit(line) or is_lapsed(line.cover_end, on))]
    movable = _offers(coming, lambda line: _first_order(line, anniversary, book), book)
    inputs = {
        "starts_on": stands.term.starts_on,
        "ends_on": stands.term.ends_on,
        "before": stands.points,
        "ordered": expected - stands.points,
    }
    why = Explanation("6.8", inputs, expected, book.version, parts=tuple(offer.explanation for offer in due))
    wanted = _wanted(level, opening, book)
    return Forecast(
        term=stands.term,
        anniversary=anniversary,
        level=level,
        opening_level=opening,
        points=stands.points,
        expected=expected,
        due=due,
        goals=tuple(_goal(kind, aim, expected, renewable, movable, why, book) for kind, aim in wanted),
        explanation=why,
    )


def smallest_set(offers: Iterable[Offer], missing: Decimal) -> tuple[Offer, ...] | None:
    """The fewest offers that earn `missing` points; of these, the last one is the smallest that will do.

    None where all of them together don't. Deterministic: equal points go by key.
    """
    ranked = sorted((o for o in offers if o.points > NO_POINTS), key=lambda o: (-o.points, o.key))
    chosen: list[Offer] = []
    gap = missing
    while gap > NO_POINTS:
        if len(chosen) == len(ranked):
            return None
        chosen.append(ranked[len(chosen)])
        gap -= chosen[-1].points
    if chosen:
        needed = gap + chosen[-1].points
        rest = ranked[len(chosen) - 1 :]
        chosen[-1] = min((o for o in rest if o.points >= needed), key=lambda o: (o.points, o.key))
    return tuple(chosen)


def _first_order(line: HeldLine, anniversary: date, book: RuleBook) -> Period | None:
    """The first order of a line that moves in: the transition, or the renewal at the Anniversary."""
    return stub(line.cover_end, anniversary, book.transition) or anniversary_cover(line.cover_end, anniversary)


def _offers(
    lines: Iterable[HeldLine], cover_of: Callable[[HeldLine], Period | None], book: RuleBook
) -> tuple[Offer, ...]:
    found: list[Offer] = []
    for line in lines:
        cover = cover_of(line)
        if cover:
            points, why = line_points(line.points_each, line.quantity, whole_months(cover), book.version)
            found.append(Offer(line.key, line.quantity, cover, points, why))
    return tuple(sorted(found, key=lambda o: o.key))


def _wanted(level: str, opening: str, book: RuleBook) -> list[tuple[str, str]]:
    """The levels that points can still keep or reach in the Term, the one in danger first."""
    rung = order_of(level, book)
    wanted = [(KEEP, level)] if order_of(opening, book) < rung else []
    above = [name for name, _ in book.ladder[rung + 1 : rung + 2]]
    return wanted + [(REACH, name) for name in above]


def _goal(
    kind: str,
    level: str,
    expected: Decimal,
    renewable: Sequence[Offer],
    movable: Sequence[Offer],
    why: Explanation,
    book: RuleBook,
) -> Goal:
    threshold = Decimal(dict(book.ladder)[level])
    missing = threshold - expected
    alone = [(RENEW, smallest_set(renewable, missing)), (MOVE, smallest_set(movable, missing))]
    ways = tuple(Way(way, offers) for way, offers in alone if offers)
    if not ways:
        together = smallest_set((*renewable, *movable), missing)
        ways = (Way(BOTH, together),) if together else ()
    inputs = {"points": expected, "next_level": level, "threshold": threshold}
    return Goal(kind, level, threshold, missing, ways, Explanation("P1", inputs, missing, book.version, parts=(why,)))


def _sum(offers: Iterable[Offer]) -> Decimal:
    return sum((offer.points for offer in offers), NO_POINTS)
