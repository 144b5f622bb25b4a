"""Streaming looks at the XML of a workbook: no document type, real rows and cells, formulas, lengths of text."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from licenses.intake.limits import Limits
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


class OdsScan(XmlScan):
    """The content of an ODS: every table, with its repeated rows and cells counted as often as they stand there."""

    def __init__(self, part: str, limits: Limits):
        super().__init__(part, limits)
        self.sheets: list[SheetFacts] = []
        self.suspects: set[str] = set()
        self._row = self._column = 0
        self._row_repeat = self._cell_repeat = 1
        self._row_used = self._in_cell = self._used = self._is_formula = False
        self._length = 0
        self.parser.buffer_text = True
        self.parser.CharacterDataHandler = self._text

    def opened(self, name: str, attributes: Attributes) -> None:
        if name in ("table-cell", "covered-table-cell"):
            self._in_cell = True
            self._cell_repeat = _repeat(attributes, "table:number-columns-repeated")
            self._used = "office:value-type" in attributes or "calcext:value-type" in attributes
            self._is_formula = any(self.local(key) == "formula" for key in attributes)
            self._length = 0
        elif name == "table-row":
            self._row_repeat = _repeat(attributes, "table:number-rows-repeated")
            self._column, self._row_used = 0, False
        elif name == "table":
            title = next((v for k, v in attributes.items() if self.local(k) == "name"), "")
            self.sheets.append(new_sheet(title, self.limits))
            self._row = 0
        elif name == "s" and self._in_cell:
            self._length += _repeat(attributes, "text:c")
        elif name in ODS_SUSPECTS:
            self.suspects.add(ODS_SUSPECTS[name])

    def closed(self, name: str) -> None:
        if name in ("table-cell", "covered-table-cell"):
            self._in_cell = False
            if self._used or self._length or self._is_formula:
                self._count()
            self._column += self._cell_repeat
        elif name == "table-row" and self.sheets:
            if self._row_used:
                self.sheets[-1].rows += self._row_repeat
                self.sheets[-1].last_row = self._row + self._row_repeat
            self._row += self._row_repeat

    def _text(self, text: str) -> None:
        if self._in_cell:
            self._length += len(text)

    def _count(self) -> None:
        if not self.sheets:
            return
        facts = self.sheets[-1]
        self._row_used = True
        place = cell_name(self._row + 1, self._column + 1)
        facts.characters += self._length * self._cell_repeat * self._row_repeat
        facts.last_column = max(facts.last_column, self._column + self._cell_repeat)
        if self._is_formula:
            facts.formulas.add(place)
        if self._length > self.limits.cell_characters:
            facts.long_cells.add(place)


ODS_SUSPECTS = {
    "event-listener": "file_macros",
    "script": "file_macros",
    "table-source": "file_external_links",
    "cell-range-source": "file_external_links",
    "dde-source": "file_external_links",
    "dde-link": "file_external_links",
    "object-ole": "file_ole",
    "plugin": "file_ole",
    "applet": "file_ole",
}


def _repeat(attributes: Attributes, key: str) -> int:
    return max(int(attributes.get(key, 1)), 1)


def cell_name(row: int, column: int) -> str:
    """1-based row and column as the sheet writes them: (2, 28) is AB2."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
