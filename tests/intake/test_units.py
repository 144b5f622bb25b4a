"""Rows in units of one key: whatever the order of the file, none lost, none twice, no unit split."""

import tracemalloc
from collections import Counter
from itertools import groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenses.intake.headings import HeadingMap, map_headings
from licenses.intake.normalized import NormalizedFile
from licenses.intake.opened import CHUNK, OpenFile
from licenses.intake.reader import RawRow
from migrations_app.intake.form import open_form
from migrations_app.intake.headings import FIELDS, FORM
from migrations_app.intake.values import ParsedRow, parse_row

from .builders import HEADINGS

MANY = 15_000


def by_source(raw: RawRow, headings: HeadingMap) -> tuple[str, str] | None:
    return said_by(parse_row(raw, headings))


def said_by(parsed: ParsedRow) -> tuple[str, str] | None:
    return (parsed.row.source_site_number, parsed.row.part_number) if parsed.row else None


def form_of(path, lines) -> OpenFile[ParsedRow]:
    path.write_text("\n".join([",".join(HEADINGS), *(",".join(line) for line in lines)]), encoding="utf-8")
    return open_form(path, "a.csv", path.parent)


def test_rows_of_one_key_come_together(tmp_path):
    lines = [
        ("2", "B", "1", "9"),
        ("1", "B", "1", "9"),
        ("1", "A", "one", "9"),
        ("1", "A", "1", "9"),
        ("2", "B", "2", "8"),
        ("æ", "A", "1", "9"),
        ("1", "B", "3", "9"),
    ]
    with form_of(tmp_path / "a.csv", lines) as form:
        assert [[r.number for r in unit] for unit in form.units(by_source, 1)] == [[5], [3, 8], [2, 6], [4, 7]]
        assert [[r.number for r in unit] for unit in form.units(by_source, 3)] == [[5, 3, 8], [2, 6], [4, 7]]
        assert [[r.number for r in unit] for unit in form.units(by_source, 99)] == [[5, 3, 8, 2, 6], [4, 7]]
        straight = {r.number: r for r in form.rows()}
        assert all(straight[r.number] == r for unit in form.units(by_source, 3) for r in unit)


def test_rows_without_a_key_come_in_chunks(tmp_path):
    lines = [("1", "A", "none", "9")] * (CHUNK + 1) + [("1", "A", "1", "9")]
    with form_of(tmp_path / "a.csv", lines) as form:
        assert [len(unit) for unit in form.units(by_source, 10)] == [1, CHUNK, 1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("units")


@settings(deadline=None)
@given(st.lists(st.sampled_from(["1", "2", "3", "4", "", "ø"]), max_size=40), st.integers(1, 12))
def test_units_are_whole_and_none_is_lost(folder, sources, most):
    path = folder / "rows.jsonl"
    lines = [f'[{n},"{source}","A","1","9"]\n' for n, source in enumerate(sources, start=2)]
    path.write_text('[1,"h"]\n' + "".join(lines), encoding="utf-8")
    file = NormalizedFile(path, len(lines), RawRow(1, FIELDS), "csv")
    form = OpenFile(file, map_headings(FIELDS[:4], FORM), parse_row)
    units = list(form.units(by_source, most))
    keyed = [[said_by(r) for r in unit] for unit in units if said_by(unit[0])]
    assert Counter(r.number for unit in units for r in unit) == Counter(range(2, len(lines) + 2))
    flat = [found for unit in keyed for found in unit]
    assert flat == sorted(flat)
    for unit in keyed:
        assert len(unit) <= most or len(set(unit)) == 1
    assert all(unit[-1] != following[0] for unit, following in pairwise(keyed))
    for unit in units:
        for _, rows in groupby(unit, said_by):
            numbers = [r.number for r in rows]
            assert numbers == sorted(numbers)


def test_memory_is_that_of_places_and_keys(folder):
    path = folder / "many.jsonl"
    with path.open("w", encoding="utf-8") as out:
        out.write('[1,"h"]\n')
        for n in range(MANY):
            out.write(
                f'[{n + 2},"{n * 7919 % 100_003:07}","D{n % 2000:04}LL","1","0099999","","","{n}","{"x" * 200}"]\n'
            )
    file = NormalizedFile(path, MANY, RawRow(1, FIELDS), "csv")
    form = OpenFile(file, map_headings(FIELDS, FORM), parse_row)
    tracemalloc.start()
    try:
        units = form.units(by_source, 1000)
        first = len(next(units))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert first == 1000
    assert peak / MANY < 800  # bytes a row: 80 MB for the largest file
