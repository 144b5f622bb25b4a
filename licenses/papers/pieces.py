"""What typst writes, taken apart: the objects of a PDF by number, found without reading them all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_TEXT = rb"\((?:[^()\\]|\\.|\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\))*\)"
_REFERENCE = re.compile(rb"(?<![\d.])(\d+) 0 R\b")
# Texts first: what looks like a reference in a title is none.
_TEXT_OR_REFERENCE = re.compile(_TEXT + rb"|(?<![\d.])(\d+) 0 R\b", re.DOTALL)
_TABLE = re.compile(rb"xref\n0 (\d+)\n")
_LENGTH = re.compile(rb"/Length (\d+)")
_KIDS = re.compile(rb"/K(?:ids)?\[([^\]]*)\]")
# How a cell looks and which headings it belongs to: headings tell the latter by their scope.
_LAYOUT = re.compile(rb"<</O/Layout(?:[^<>]|<<[^<>]*>>)*>>")
_HEADERS = re.compile(rb"/Headers\[[^\]]*\]")
_NOTHING_LEFT = re.compile(rb"/A\[(?:<</O/Table>>)?\]")
_CELL_ID = re.compile(rb"/ID\([^()]*\)")
_ONE_KID = re.compile(rb"/K\[(\d+)\]")
# Nearly all elements are cells of one piece of text.
_CELL = re.compile(
    rb"<</Type/StructElem/S/TD/P (\d+) 0 R(?:/A\[(?:<</O/Table/Headers\[[^\]]*\]>>)?(?:<</O/Layout[^<>]*>>)?\])?"
    rb"/K\[(\d+)\]/Pg (\d+) 0 R>>"
)
ENTRY = 20


class Unbindable(RuntimeError):
    """A PDF isn't what typst writes: a defect of ours."""


@dataclass(slots=True)
class Part:
    """The objects of one PDF by their number, streams and all; `root` and `info` are numbers."""

    objects: dict[int, bytes]
    streams: set[int]
    root: int
    info: int
    _outline: list[int] | None = field(default=None)

    def named(self, number: int, key: bytes) -> int:
        """The number of the object that `key` of another one refers to. Raises Unbindable where it names none."""
        found = re.search(rb"/" + key + rb" (\d+) 0 R", self.objects[number])
        if not found:
            raise Unbindable(f"object {number} names no {key.decode()}")
        return int(found[1])

    def kids(self, number: int) -> list[int]:
        """The numbers that the object's list of kids has."""
        found = _KIDS.search(self.objects[number])
        if not found:
            raise Unbindable(f"object {number} has no list of kids")
        return references(found[1])

    def is_stream(self, number: int) -> bool:
        """Whether the object has a stream."""
        return number in self.streams

    def outline(self) -> list[int]:
        """The outline's root and its entries, in reading order; empty where there is none."""
        if self._outline is None:
            has = b"/Outlines " in self.objects[self.root]
            self._outline = self._below(self.named(self.root, b"Outlines")) if has else []
        return self._outline

    def _below(self, number: int) -> list[int]:
        found = [number]
        if b"/First " in self.objects[number]:
            each: int | None = self.named(number, b"First")
            while each is not None:
                found += self._below(each)
                each = self.named(each, b"Next") if b"/Next " in self.objects[each] else None
        return found


def read_part(pdf: bytes) -> Part:
    """Raises Unbindable for what typst wouldn't write."""
    start = pdf.rfind(b"startxref\n") + len(b"startxref\n")
    table = _TABLE.match(pdf, int(pdf[start : pdf.index(b"\n", start)]))
    if table is None:
        raise Unbindable("no table of references")
    count, first = int(table[1]), table.end()
    objects, streams = {}, set()
    for number in range(1, count):
        at = first + ENTRY * number
        if pdf[at + 17 : at + 18] != b"n":
            continue
        objects[number], has_stream = _object(pdf, number, int(pdf[at : at + 10]))
        if has_stream:
            streams.add(number)
    trailer = pdf[first + ENTRY * count : start]
    root, info = (re.search(rb"/" + key + rb" (\d+) 0 R", trailer) for key in (b"Root", b"Info"))
    if root is None or info is None:
        raise Unbindable("no root")
    return Part(objects, streams, int(root[1]), int(info[1]))


def _object(pdf: bytes, number: int, at: int) -> tuple[bytes, bool]:
    """The object that stands at `at`, and whether it has a stream, whose length is told before it."""
    begin = at + len(b"%d 0 obj\n" % number)
    end = pdf.index(b"\nendobj", begin)
    stream = pdf.find(b">>\nstream\n", begin, end)
    length = _LENGTH.search(pdf, begin, stream) if stream > 0 else None
    if length is None:
        return pdf[begin:end], False
    return pdf[begin : pdf.index(b"\nendobj", stream + len(b">>\nstream\n") + int(length[1]))], True


def references(body: bytes) -> list[int]:
    """The numbers that an object's own words refer to; those of a stream's content aren't meant."""
    head = body.partition(b">>\nstream\n")[0]
    return [int(each) for each in _REFERENCE.findall(head)]


def compact(body: bytes, names: Mapping[int, int]) -> bytes:
    """The same object with the new numbers; an element of the structure keeps what tells its meaning alone."""
    if cell := _CELL.fullmatch(body):
        return b"<</S/TD/P %d 0 R/K %b/Pg %d 0 R>>" % (names[int(cell[1])], cell[2], names[int(cell[3])])
    head, stream, content = body.partition(b">>\nstream\n")
    pattern = _TEXT_OR_REFERENCE if b"(" in head else _REFERENCE

    def named(found: re.Match[bytes]) -> bytes:
        return b"%d 0 R" % names[int(found[1])] if found[1] else found[0]

    if head.startswith(b"<</Type/StructElem/"):
        head = _meaning(head)
    return pattern.sub(named, head) + stream + content


def _meaning(head: bytes) -> bytes:
    if b"/A[" in head:
        head = _NOTHING_LEFT.sub(b"", _HEADERS.sub(b"", _LAYOUT.sub(b"", head)))
    if b"/ID(" in head:
        head = _CELL_ID.sub(b"", head, count=1)
    return _ONE_KID.sub(rb"/K \1", head.replace(b"<</Type/StructElem", b"<<", 1))
