"""Plain rows counted as a whole: the same facts and the same refusals as when the parser looks at each element."""

from array import array
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenses.intake.limits import LIMITS
from licenses.intake.quick import plain_rows, plain_texts
from licenses.intake.scan import SheetFacts
from licenses.intake.scan_xlsx import SharedTexts, WorksheetScan
from portal.kernel.errors import Invalid

from .builders import MAIN

SHARED = array("I", [3, 0, 40])
TIGHT = replace(LIMITS, cell_characters=30)
CELLS = (
    '<c r="{c}{r}" t="s"><v>0</v></c>',
    '<c r="{c}{r}" t="s"><v>2</v></c>',
    '<c r="{c}{r}" t="s"><v>7</v></c>',
    '<c r="{c}{r}" s="4"><v>12.5</v></c>',
    '<c r="{c}{r}" s="4"/>',
    '<c r="{c}{r}"></c>',
    '<c r="{c}{r}" t="str"><v>æ &gt; ø</v></c>',
    '<c r="{c}{r}" t="str"><v>a > ø</v></c>',
    '<c r="{c}{r}" t="inlineStr"><is><t xml:space="preserve"> Ærø </t></is></c>',
    '<c r="{c}{r}" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>',
    '<c r="{c}{r}" t="inlineStr"><is><t>' + "x" * 31 + "</t></is></c>",
    '<c r="{c}{r}"><f>1+1</f><v>2</v></c>',
    '<c r="{c}{r}" t="e"><v>#N/A</v></c>',
    '<c r="{c}{r}"><v/></c>',
    '<c r="{c}{r}"><v><![CDATA[</row>]]></v></c>',
    "<c><v>1</v></c>",
    '<c r="ÆØ{r}"><v>1</v></c>',
    '<c r="{c}{r}"><v>\x01</v></c>',
    "",
)
BETWEEN = (
    "",
    "",
    "\r\n  ",
    '<!-- <row r="900"><c r="ZZ900"><v>1</v></c></row> -->',
    "<!-- </row>",
    "</row>",
    '<x:row xmlns:x="a"><x:c r="D4"><x:v>1</x:v></x:c></x:row>',
    "<a><row r='70'><c><v>1</v></c></row></a>",
    "<row/>",
    '<row r="5"/>',
    '<row spans="1:2"><c><v>1</v></c></row>',
)


@st.composite
def sheets(draw) -> bytes:
    out = [f'<worksheet xmlns="{MAIN}"><sheetData>']
    for _ in range(draw(st.integers(0, 12))):
        number = draw(st.integers(1, 1_048_576))
        usual = st.sampled_from(CELLS[:6])
        cells = draw(st.lists(usual if draw(st.booleans()) else st.sampled_from(CELLS), max_size=5))
        held = "".join(
            text.format(c=column, r=number) for column, text in zip(("A", "B", "AA", "C", "XFD"), cells, strict=False)
        )
        out.append(f'<row r="{number}" spans="1:8" x14ac:dyDescent="0.25">{held}</row>')
        if draw(st.integers(0, 3)) == 0:
            out.append(draw(st.sampled_from(BETWEEN)))
    return ("".join(out) + "</sheetData></worksheet>").encode()


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


class Thorough(WorksheetScan):
    """Looks at every element."""

    def plain(self, block: bytes) -> bool:
        return False


def facts(kind: type[WorksheetScan], data: bytes, size: int) -> SheetFacts | str:
    scan = kind("sheet1.xml", TIGHT, SHARED)
    try:
        scan.run(cut(data, size))
    except Invalid as refusal:
        return refusal.code
    return scan.facts


@settings(max_examples=300, deadline=None)
@given(sheets(), st.integers(40, 900))
def test_the_quick_look_sees_what_the_thorough_one_sees(data, size):
    assert facts(WorksheetScan, data, size) == facts(Thorough, data, len(data))


TEXTS = (
    "<si><t>a</t></si>",
    '<si><t xml:space="preserve"> Ærø &gt;</t></si>',
    "<si><t>a > b</t></si>\n",
    "<si><t/></si>",
)
ODD = (
    "<si><r><t>a</t></r><r><t>b</t></r></si>",
    "<!-- <si><t>a</t></si> -->",
    "</si>",
    "<si><t></t></si>",
    "<si><t>\x02</t></si>",
)


class ThoroughTexts(SharedTexts):
    def plain(self, block: bytes) -> bool:
        return False


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(TEXTS * 4 + ODD), max_size=20), st.integers(20, 300))
def test_shared_texts_have_the_same_lengths_both_ways(texts, size):
    data = f'<sst xmlns="{MAIN}">{"".join(texts)}</sst>'.encode()
    found: list[object] = []
    for kind, step in ((SharedTexts, size), (ThoroughTexts, len(data))):
        scan = kind("sst", LIMITS)
        try:
            scan.run(cut(data, step))
            found.append(scan.lengths)
        except Invalid as refusal:
            found.append(refusal.code)
    assert found[0] == found[1]


def test_what_counts_as_plain():
    row = b'<row r="2" spans="1:8"><c r="A2" t="s"><v>0</v></c><c r="C2" s="1"><v>12</v></c><c r="D2"/></row>'
    found = plain_rows(row * 2, SHARED)
    assert found is not None
    assert (found.rows, found.last_row, found.columns, found.characters) == (2, 2, {"A", "C"}, 10)
    assert plain_texts("<si><t>æ</t></si><si><t></t></si>".encode()) == [1, 0]
    assert plain_texts(b"") == []


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"<row>",
        b'<row r="0"></row>',
        b'<row r="2" r="3"></row>',
        b'<row r="2"><c r="A2"><f>1</f></c></row>',
        b'<row r="2"><c r="A2" t="e"><v>#N/A</v></c></row>',
        b'<row r="2"><c r="A2" t="s"><v>3</v></c></row>',
        b'<row r="2"><c r="A2"><v>&amp;</v></c></row>',
        b'<row r="2"><c r="A2"><v>\0</v></c></row>',
        b'<row r="2"><c r="A2"><v>\xff</v></c></row>',
        b'<row r="2"><!-- --></row>',
        b'<row r="2"></row>x',
        '<row r="٢"></row>'.encode(),
    ],
)
def test_what_does_not(block):
    assert plain_rows(block, SHARED) is None
