"""Runs of plain rows and plain shared texts, accounted for as a whole instead of element by element.

What spreadsheet programs write is nearly always this plain. The patterns leave out all that could be taken otherwise
(references, comments, prefixes, formulas, errors, cells without a place): of that nothing is said, and the parser sees
it.
"""

import re
from array import array
from dataclasses import dataclass

# At most as much as a cell may have: what has more is told with its place, by the parser's way.
TEXT = r"[^<&\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]{0,32767}"
BLANKS = r"[ \t\r\n]*"
INLINE = r'<t(?: xml:space="preserve")?>' + TEXT + "</t>"
CELL = (
    r'<c r="[A-Z]{1,3}[1-9]\d{0,6}"(?: s="\d{1,5}")?'
    r'(?: t="s"><v>\d{1,9}</v></c>|(?: t="(?:n|b|str)")?(?:/>|></c>|><v>' + TEXT + "</v></c>)"
    r'| t="inlineStr"><is>' + INLINE + "</is></c>)"
)
ROW = re.compile(
    r'<row r="[1-9]\d{0,6}"(?: (?!r=)[A-Za-z][A-Za-z0-9:]{0,30}="[^"<&\x00-\x1f]{0,100}")*'
    "(?:/>|>(?:" + CELL + ")*</row>)" + BLANKS,
    re.ASCII,
)
PLACE = re.compile(r'<c r="([A-Z]+)(\d+)"[^>/]*><[vi]', re.ASCII)
NUMBER = re.compile(r'<row r="(\d+)"', re.ASCII)
SHARED = re.compile(r' t="s"><v>(\d+)<', re.ASCII)
VALUE = re.compile("<v>([^<]*)<")
ITEM = re.compile("<si>" + INLINE + "</si>" + BLANKS)
ITEM_TEXT = re.compile(r'<t(?: xml:space="preserve")?>([^<]*)<')


@dataclass(frozen=True, slots=True)
class PlainRows:
    """What a run of rows holds, as `SheetFacts` counts it. `columns` are letters, `number` is that of the last row."""

    rows: int
    last_row: int
    columns: frozenset[str]
    characters: int
    longest: int
    number: int


def plain_rows(block: bytes, shared: "array[int]") -> PlainRows | None:
    """What `block` holds when it is plain rows from its first byte to its last; None otherwise."""
    try:
        text = block.decode()
        if not text or sum(map(len, ROW.findall(text))) != len(text):
            return None
        indexes = SHARED.findall(text)
        told = [shared[index] for index in map(int, indexes)]
    except (UnicodeDecodeError, IndexError):
        return None
    own = list(map(len, VALUE.findall(text)))
    if "<is>" in text:
        own += map(len, ITEM_TEXT.findall(text))
    places = PLACE.findall(text)
    return PlainRows(
        rows=sum("<v>" in row or "<is>" in row for row in text.split("</row>")),
        last_row=max(map(int, {number for _, number in places}), default=0),
        columns=frozenset({letters for letters, _ in places}),
        characters=sum(own) + sum(told) - sum(map(len, indexes)),
        longest=max(max(own, default=0), max(told, default=0)),
        number=int(NUMBER.findall(text)[-1]),
    )


def plain_texts(block: bytes) -> list[int] | None:
    """The length of each shared text when `block` is plain ones from its first byte to its last; None otherwise."""
    try:
        text = block.decode()
    except UnicodeDecodeError:
        return None
    if sum(map(len, ITEM.findall(text))) != len(text):
        return None
    return list(map(len, ITEM_TEXT.findall(text)))
