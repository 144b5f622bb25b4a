"""What is wrong with the cover of a line: days without any, days paid twice, lapsed, an end that isn't a month end.

Gaps and overlaps are those of the what-if (`licenses.rules.coverage`). The days of a line are those of its license and
of the renewal lines that belong to it (rule M6); what both of them have recorded was bought once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from licenses.rules.coverage import HELD, Segment, cover_of
from licenses.rules.orders import is_lapsed
from portal.kernel.period import DAY, Period, is_month_end


class Finding(StrEnum):
    """What may be wrong."""

    GAP = "gap"
    OVERLAP = "overlap"
    LAPSED = "lapsed"
    ODD_END = "odd_end"


@dataclass(frozen=True, slots=True)
class Paid:
    """A period of cover as it is recorded, at the license or at one of its renewal lines, and what bought it."""

    starts_on: date
    ends_on: date
    source: str
    renewal: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A line's cover: its segments, the runs of days between them that nothing covers, those that are paid twice;
    since when it is lapsed, and its last day where that is no month end (check V11)."""

    segments: tuple[Segment, ...]
    gaps: tuple[Period, ...]
    overlaps: tuple[Period, ...]
    lapsed_from: date | None
    odd_end: date | None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong, in the order of this list."""
        there = (self.gaps, self.overlaps, self.lapsed_from, self.odd_end)
        return tuple(finding for finding, found in zip(Finding, there, strict=True) if found)


def judge(periods: Iterable[Paid], on: date) -> Judged:
    """The cover of one line as of `on`.

    A gap lies between two periods, past or to come; the days after the last one are none: they are lapsed from the day
    on which they can't be renewed any more (rule T8).
    """
    bought = purchases(periods)
    if not bought:
        return Judged((), (), (), None, None)
    last = max(segment.ends_on for segment in bought)
    cover = cover_of("", bought, bought[0].starts_on, last + DAY)
    return Judged(
        segments=cover.segments,
        gaps=cover.gaps,
        overlaps=cover.overlaps,
        lapsed_from=last + DAY if is_lapsed(last, on) else None,
        odd_end=None if is_month_end(last) else last,
    )


def purchases(periods: Iterable[Paid]) -> tuple[Segment, ...]:
    """Each purchase once: a period that the license and one of its renewal lines have is the renewal's."""
    recorded = set(periods)
    renewed = {(each.starts_on, each.ends_on) for each in recorded if each.renewal}
    kept = {
        (each.starts_on, each.ends_on, each.source if each.renewal else "")
        for each in recorded
        if each.renewal or (each.starts_on, each.ends_on) not in renewed
    }
    return tuple(Segment(starts_on, ends_on, source or HELD) for starts_on, ends_on, source in sorted(kept))
