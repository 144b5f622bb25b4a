"""What stands on which page of a long paper, by the heights of its pieces: no page ends with a heading alone, and no
sum stands without a line above it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

# Lines below a heading at least, before a page may end.
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Section:
    """A table: `head` stands above its rows on every page, `foot` below the last of them."""

    head: float
    rows: Sequence[float]
    foot: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows `start` to before `stop` of a section; `ends` says that its foot follows."""

    section: int
    start: int
    stop: int
    ends: bool


@dataclass(slots=True)
class _Page:
    left: float
    empty: bool
    stretches: list[Stretch] = field(default_factory=list)


def pages_of(
    sections: Sequence[Section], *, room: float, front: float, ending: float, gap: float
) -> list[tuple[Stretch, ...]]:
    """The stretches on each page. `front` stands above all on the first one, `ending` below all on the last; `gap`
    between two of these."""
    pages = [_Page(room - front, front == 0)]
    for number, section in enumerate(sections):
        last = number == len(sections) - 1
        tail = section.foot + (gap + ending if last else 0)
        at = 0
        while at < len(section.rows):
            page = pages[-1]
            space = page.left - section.head - (0 if page.empty else gap)
            stop, used = _fitting(section.rows, at, space, tail)
            if stop < min(at + FEWEST, len(section.rows)):
                if not page.empty:
                    pages.append(_Page(room, True))
                    continue
                # Not even alone on a page: it gets one, and runs over.
                stop = max(stop, at + 1)
            ends = stop == len(section.rows)
            page.stretches.append(Stretch(number, at, stop, ends))
            page.left, page.empty = space - used - (section.foot if ends else 0), False
            at = stop
            if not ends:
                pages.append(_Page(room, True))
    return [tuple(page.stretches) for page in pages]


def _fitting(rows: Sequence[float], start: int, space: float, tail: float) -> tuple[int, float]:
    """Up to which row they fit; the last one only together with what stands below it."""
    used, stop = 0.0, start
    while stop < len(rows):
        height = rows[stop] + (tail if stop == len(rows) - 1 else 0)
        if used + height > space:
            break
        used += rows[stop]
        stop += 1
    return stop, used


def columns_of(heights: Sequence[float], *, room: float, first: float, across: int) -> Iterator[list[range]]:
    """Entries in columns, page after page: down the first, then the next; `first` is taken above those of page one.
    Those of the last page are about equally long."""
    at, page = 0, 0
    while at < len(heights):
        columns, above = [], first if page == 0 else 0
        # Not before the last page is this less than the page has.
        even = sum(heights[at:]) / across + max(heights[at:])
        for _column in range(across):
            left, start = min(room - above, even), at
            while at < len(heights) and (heights[at] <= left or at == start):
                left -= heights[at]
                at += 1
            columns.append(range(start, at))
        yield [column for column in columns if column]
        page += 1
