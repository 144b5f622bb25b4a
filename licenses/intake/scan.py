"""Streaming looks at the XML of a workbook: no document type, real rows and cells, formulas, lengths of text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from licenses.intake.limits import MIB, Limits
from portal.kernel.errors import Fault, Invalid

Attributes = dict[str, str]


@dataclass(slots=True)
class Places:
    """Where something was found: a count, and the first few places."""

    most: int
    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, place: str) -> None:
        self.count += 1
        if len(self.first) < self.most:
            self.first.append(place)


@dataclass(slots=True)
class SheetFacts:
    """What one sheet really holds. `rows` counts rows with any cell, `last_row` and `last_column` are 1-based."""

    name: str
    formulas: Places
    errors: Places
    long_cells: Places
    rows: int = 0
    last_row: int = 0
    last_column: int = 0
    characters: int = 0


def new_sheet(name: str, limits: Limits) -> SheetFacts:
    """An empty account of one sheet."""
    return SheetFacts(name, Places(limits.places), Places(limits.places), Places(limits.places))


class XmlScan:
    """Runs expat over a part without unfolding anything; subclasses look at elements by their local names.

    Raises Invalid: `file_dtd` on a document type or entity, `file_damaged` when the part isn't well formed,
    `file_too_complex` when it nests too deep.
    """

    def __init__(self, part: str, limits: Limits):
        self.part, self.limits = part, limits
        self.root = ""
        self._depth = 0
        self._local: dict[str, str] = {}
        parser = self.parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._refuse_dtd
        parser.EntityDeclHandler = self._refuse_dtd
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def run(self, chunks: Iterable[bytes]) -> None:
        """Read the whole part."""
        try:
            for chunk in chunks:
                self.parser.Parse(chunk, False)
            self.parser.Parse(b"", True)
        except (expat.ExpatError, ValueError, OverflowError) as error:
            raise Invalid(Fault("file_damaged", "file", params={"part": self.part[:100]})) from error

    def opened(self, name: str, attributes: Attributes) -> None:
        """An element with this local name starts."""

    def closed(self, name: str) -> None:
        """An element with this local name ends."""

    def local(self, tag: str) -> str:
        """The name without its prefix."""
        found = self._local.get(tag)
        if found is None:
            found = self._local[tag] = tag.rpartition(":")[2]
        return found

    def _start(self, tag: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > self.limits.xml_depth:
            raise Invalid(Fault("file_too_complex", "file"))
        if self._depth == 1:
            self.root = self.local(tag)
        self.opened(self.local(tag), attributes)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self.closed(self.local(tag))

    def _refuse_dtd(self, *_: Any) -> None:
        raise Invalid(Fault("file_dtd", "file", params={"part": self.part[:100]}))


class RootScan(XmlScan):
    """Only the name of the first element, from the first bytes of a part; empty when they aren't XML."""

    def run(self, chunks: Iterable[bytes]) -> None:
        try:
            for chunk in chunks:
                self.parser.Parse(chunk, False)
        except (expat.ExpatError, ValueError):
            return


class ElementScan(XmlScan):
    """Collects (local name, attributes) of the elements that `wanted` names; for small parts."""

    def __init__(self, part: str, limits: Limits, wanted: frozenset[str]):
        super().__init__(part, limits)
        self.wanted = wanted
        self.found: list[tuple[str, Attributes]] = []

    def opened(self, name: str, attributes: Attributes) -> None:
        if name in self.wanted:
            self.found.append((name, attributes))


class RunScan(XmlScan):
    """A scan of a part that is mostly a run of like elements: where these are plain, they are counted as a whole.

    The parser reads the first of them, and from then on what isn't plain and what follows. Plain ones are left out
    only where the parser stands between two elements, so that what it reads is well formed if and only if all is.
    """

    closing = b""
    # No longer element is waited for.
    longest = 4 * MIB

    def __init__(self, part: str, limits: Limits):
        super().__init__(part, limits)
        # Where, for the parser, the last closing tag of the run began.
        self._closed_at = -1

    def plain(self, block: bytes) -> bool:
        """Count what is in `block`, whole elements up to a closing tag; False when they aren't plain."""
        raise NotImplementedError

    def run(self, chunks: Iterable[bytes]) -> None:
        super().run(self._left(iter(chunks)))

    def _left(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """What the parser has to read; it has read a block when the next one is asked for."""
        held, fed = b"", 0
        for chunk in chunks:
            held += chunk
            cut = held.rfind(self.closing) + len(self.closing)
            if cut < len(self.closing):
                if len(held) > self.longest:
                    break
                continue
            block, held = held[:cut], held[cut:]
            if fed and self.plain(block):
                continue
            yield block
            fed += len(block)
            if self._closed_at + len(self.closing) != fed:
                break  # no closing tag after all, but in a comment, say
        yield held
        yield from chunks


def cell_name(row: int, column: int) -> str:
    """1-based row and column as the sheet writes them: (2, 28) is AB2."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
