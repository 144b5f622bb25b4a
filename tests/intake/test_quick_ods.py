"""Plain rows of an ODS counted as a whole: the same facts and the same refusals as when the parser looks at each."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenses.intake import gate
from licenses.intake.limits import LIMITS
from licenses.intake.quick_ods import plain_ods_rows
from licenses.intake.scan_ods import OdsScan
from portal.kernel.errors import Invalid

from .builders import ods, ods_row

TIGHT = replace(LIMITS, cell_characters=30)
TYPED = 'office:value-type="string"'
CELLS = (
    f"<table:table-cell {TYPED}><text:p>abc</text:p></table:table-cell>",
    f'<table:table-cell {TYPED} calcext:value-type="string"><text:p>Support &amp; Ærø</text:p></table:table-cell>',
    (
        '<table:table-cell table:style-name="ce1" office:value-type="float" office:value="5">'
        "<text:p>5</text:p></table:table-cell>"
    ),
    '<table:table-cell table:number-columns-repeated="3" office:value-type="float" office:value="7"/>',
    f'<table:table-cell table:number-columns-repeated="2" {TYPED}><text:p>xy</text:p></table:table-cell>',
    "<table:table-cell/>",
    '<table:table-cell table:style-name="value-type" table:number-columns-repeated="1016"/>',
    f"<table:table-cell {TYPED}/>",
    # From here on what isn't plain.
    f"<table:table-cell {TYPED}><text:p>{'x' * 31}</text:p></table:table-cell>",
    f"<table:table-cell {TYPED}><text:p>a</text:p><text:p>b</text:p></table:table-cell>",
    f'<table:table-cell {TYPED}><text:p>a<text:s text:c="4"/>b</text:p></table:table-cell>',
    f'<table:table-cell table:formula="of:=1" {TYPED}><text:p>2</text:p></table:table-cell>',
    f"<table:table-cell {TYPED}><text:p>a ]]> b</text:p></table:table-cell>",
    f"<table:table-cell {TYPED}><text:p>a\r\nb &#65;</text:p></table:table-cell>",
    f"<table:table-cell {TYPED} {TYPED}><text:p>a</text:p></table:table-cell>",
    "<table:table-cell><text:p>b</text:p></table:table-cell>",
    f"<table:covered-table-cell {TYPED}><text:p>c</text:p></table:covered-table-cell>",
    '<table:table-cell office:value-type="string"><table:table table:name="in"/></table:table-cell>',
    "</table:table-row>",
)
PLAIN = 8
ROWS = (
    "<table:table-row>",
    '<table:table-row table:style-name="ro1">',
    '<table:table-row table:number-rows-repeated="4">',
)
BETWEEN = (
    "",
    "",
    "\n  ",
    "<!-- </table:table-row> -->",
    '</table:table><table:table table:name="Two">',
    "<text:p>x</text:p>",
)


@st.composite
def contents(draw) -> bytes:
    out = []
    for _ in range(draw(st.integers(0, 12))):
        cells = st.sampled_from(CELLS[:PLAIN] if draw(st.integers(0, 4)) else CELLS)
        row = draw(st.sampled_from(ROWS[:2] if draw(st.integers(0, 4)) else ROWS))
        out.append(row + "".join(draw(st.lists(cells, max_size=5))) + "</table:table-row>")
        out.append(draw(st.sampled_from(BETWEEN)) if draw(st.integers(0, 3)) == 0 else "")
    return f'<c xmlns:table="t"><table:table table:name="One">{"".join(out)}</table:table></c>'.encode()


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


class Thorough(OdsScan):
    """Looks at every element."""

    def plain(self, block: bytes) -> bool:
        return False


def facts(kind: type[OdsScan], data: bytes, size: int) -> object:
    scan = kind("content.xml", TIGHT)
    try:
        scan.run(cut(data, size))
    except Invalid as refusal:
        return refusal.code
    return scan.sheets, scan.suspects


@settings(max_examples=300, deadline=None)
@given(contents(), st.integers(60, 1500))
def test_the_quick_look_sees_what_the_thorough_one_sees(data, size):
    assert facts(OdsScan, data, size) == facts(Thorough, data, len(data))


def test_what_counts_as_plain():
    row = "<table:table-row>" + CELLS[1] + CELLS[5] + CELLS[4] + CELLS[6] + "</table:table-row>"
    found = plain_ods_rows((row * 2 + "<table:table-row></table:table-row>").encode())
    assert found is not None
    assert (found.rows, found.used, found.last_used, found.last_column) == (3, 2, 2, 4)
    assert (found.characters, found.longest) == (2 * (13 + 2 * 2), 13)


@pytest.mark.parametrize("cell", CELLS[PLAIN + 1 :])
def test_what_does_not(cell):
    assert plain_ods_rows(f"<table:table-row>{cell}</table:table-row>".encode()) is None


@pytest.mark.parametrize("block", [b"", b"<table:table-row/>", b"\xff", ROWS[2].encode() + b"</table:table-row>"])
def test_blocks_that_do_not(block):
    assert plain_ods_rows(block) is None


def test_too_many_rows_are_told_with_their_number(tmp_path):
    limits = replace(LIMITS, data_rows=1000)
    path = ods(tmp_path / "a.ods", ods_row(("a", "b")) * 1002)
    with pytest.raises(Invalid) as caught:
        gate.check(path, "a.ods", limits)
    assert (caught.value.code, caught.value.faults[0].params["rows"]) == ("file_too_many_rows", 1001)
    assert gate.check(ods(tmp_path / "b.ods", ods_row(("a", "b")) * 1001), "b.ods", limits).sheet == "Form"
