"""Which days of a line are covered, which are not, and which are paid twice (section 6, step 9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from portal.kernel.period import DAY, Period

HELD = "held"


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """Cover from `starts_on` to `ends_on`, both included; `source` is held, or the kind of order that buys it."""

    starts_on: date
    ends_on: date
    source: str


@dataclass(frozen=True, slots=True)
class LineCoverage:
    """The segments that a line has and would get, in order of time, with gaps and overlaps as periods."""

    key: str
    segments: tuple[Segment, ...]
    gaps: tuple[Period, ...]
    overlaps: tuple[Period, ...]

    @property
    def gap_days(self) -> int:
        """Days without cover."""
        return sum(p.days for p in self.gaps)

    @property
    def overlap_days(self) -> int:
        """Days that are paid for twice."""
        return sum(p.days for p in self.overlaps)


def cover_of(key: str, segments: Iterable[Segment], first: date, until: date) -> LineCoverage:
    """Gaps are days in `first`..`until` (not included) after the first segment's start that no segment holds;
    overlaps are days, wherever they lie, that two hold."""
    ordered = tuple(sorted(segments))
    return LineCoverage(key, ordered, gaps(ordered, first, until), overlaps(ordered))


def gaps(ordered: tuple[Segment, ...], first: date, until: date) -> tuple[Period, ...]:
    """The uncovered runs of days in the window, after the first segment's start."""
    if not ordered:
        return ()
    found: list[Period] = []
    day = max(first, ordered[0].starts_on)
    for segment in ordered:
        if day < min(segment.starts_on, until):
            found.append(Period(day, min(segment.starts_on, until) - DAY))
        day = max(day, segment.ends_on + DAY)
    if day < until:
        found.append(Period(day, until - DAY))
    return tuple(found)


def overlaps(ordered: tuple[Segment, ...]) -> tuple[Period, ...]:
    """The runs of days that lie in two segments or more."""
    found: list[Period] = []
    reach: date | None = None
    for segment in ordered:
        if reach is not None and segment.starts_on <= reach:
            twice = Period(segment.starts_on, min(reach, segment.ends_on))
            if found and twice.starts_on <= found[-1].ends_on + DAY:
                twice = Period(found[-1].starts_on, max(found.pop().ends_on, twice.ends_on))
            found.append(twice)
        reach = segment.ends_on if reach is None else max(reach, segment.ends_on)
    return tuple(found)
