"""What stands on which page: every row once and in order, no heading alone, no sum without a line above it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses.papers.paging import FEWEST, Section, Stretch, columns_of, pages_of

ROOM, GAP = 500.0, 8.0
HEIGHTS, HEADS = st.integers(6, 60), st.integers(8, 30)
SECTIONS = st.lists(
    st.builds(
        Section, head=st.integers(10, 40), rows=st.lists(HEIGHTS, min_size=1, max_size=30), foot=st.integers(8, 12)
    ),
    min_size=1,
    max_size=5,
)


def _pages(sections: list[Section], front: float = 120, ending: float = 40) -> list[tuple[Stretch, ...]]:
    return pages_of(sections, room=ROOM, front=front, ending=ending, gap=GAP)


@given(SECTIONS)
def test_every_row_stands_once_and_in_order(sections: list[Section]) -> None:
    found = [(each.section, row) for page in _pages(sections) for each in page for row in range(each.start, each.stop)]
    assert found == [(number, row) for number, section in enumerate(sections) for row in range(len(section.rows))]


@given(SECTIONS)
def test_no_page_runs_over(sections: list[Section]) -> None:
    pages = _pages(sections)
    for number, page in enumerate(pages):
        pieces = [120.0] if number == 0 else []
        for each in page:
            section = sections[each.section]
            foot = section.foot if each.ends else 0
            pieces.append(section.head + sum(section.rows[each.start : each.stop]) + foot)
        pieces += [40.0] if number == len(pages) - 1 else []
        assert sum(pieces) + GAP * (len(pieces) - 1) <= ROOM + 0.001


@given(SECTIONS)
def test_a_heading_stands_above_two_lines_and_a_sum_below_one(sections: list[Section]) -> None:
    for page in _pages(sections):
        for each in page:
            assert each.stop - each.start >= min(FEWEST, len(sections[each.section].rows) - each.start)
            assert each.ends == (each.stop == len(sections[each.section].rows))


def test_the_last_line_waits_for_its_sum() -> None:
    # Ten rows fit exactly, their sum doesn't: the tenth goes with it.
    (first, second) = _pages([Section(20, [48.0] * 10, 12)], front=0, ending=0)
    assert (first[0].stop, second[0].start, second[0].ends) == (9, 9, True)


def test_a_row_higher_than_a_page_gets_one() -> None:
    pages = _pages([Section(20, [30.0, 900.0, 30.0], 10)], front=0, ending=0)
    assert [(each.start, each.stop) for page in pages for each in page] == [(0, 1), (1, 2), (2, 3)]


@pytest.mark.parametrize("count", [1, 2, 49, 50, 51, 137])
def test_entries_go_down_columns_and_the_last_page_is_even(count: int) -> None:
    pages = list(columns_of([20.0] * count, room=500, first=100, across=2))
    assert [at for page in pages for column in page for at in column] == list(range(count))
    assert all(
        len(column) * 20 <= (400 if number == 0 else 500) for number, page in enumerate(pages) for column in page
    )
    if len(pages[-1]) == 2:
        assert abs(len(pages[-1][0]) - len(pages[-1][1])) <= 2
