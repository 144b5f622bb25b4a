"""Streaming looks at the two parts of an XLSX that are large: its sheets, and the texts that their cells share."""

from array import array

from licenses.intake.limits import Limits
from licenses.intake.quick import plain_rows, plain_texts
from licenses.intake.scan import Attributes, RunScan, cell_name, new_sheet
from portal.kernel.errors import Fault, Invalid


class SharedTexts(RunScan):
    """The length of each shared text, by its index."""

    closing = b"</si>"

    def __init__(self, part: str, limits: Limits):
        super().__init__(part, limits)
        self.lengths = array("I")
        self._length = 0
        self.parser.CharacterDataHandler = self._text

    def _text(self, text: str) -> None:
        self._length += len(text)

    def opened(self, name: str, attributes: Attributes) -> None:
        if name == "si":
            self._length = 0

    def closed(self, name: str) -> None:
        if name == "si":
            self.lengths.append(self._length)
            self._closed_at = self.parser.CurrentByteIndex

    def plain(self, block: bytes) -> bool:
        lengths = plain_texts(block)
        self.lengths.extend(lengths or ())
        return lengths is not None


class WorksheetScan(RunScan):
    """One worksheet of an XLSX. Positions come from the cells; the sheet's own `dimension` is ignored."""

    closing = b"</row>"

    def __init__(self, part: str, limits: Limits, shared: "array[int]"):
        super().__init__(part, limits)
        self.facts = new_sheet(part, limits)
        self._shared = shared
        self._columns: dict[str, int] = {}
        self._row = self._column = 0
        self._row_used = self._in_value = False
        self._kind = ""
        self._used = self._is_formula = False
        self._text: list[str] = []
        self._length = 0
        self.parser.buffer_text = True
        # The hottest loop of the gate: 100,000 rows are some two million elements.
        self.parser.StartElementHandler = self._sheet_start
        self.parser.EndElementHandler = self._sheet_end
        self.parser.CharacterDataHandler = self._value

    def _sheet_start(self, tag: str, attributes: Attributes) -> None:
        self._depth += 1
        name = self._local.get(tag) or self.local(tag)
        if name == "c":
            self._kind = attributes.get("t", "")
            self._used = self._is_formula = False
            self._length = 0
            ref = attributes.get("r")
            if ref:
                self._place(ref)
            else:
                self._column += 1
        elif name == "v" or name == "t":
            self._used = self._in_value = True
            self._text.clear()
        elif name == "is":
            self._used = True
        elif name == "f":
            self._used = self._is_formula = True
        elif name == "row":
            self._row = int(attributes.get("r") or self._row + 1)
            self._column = 0
            self._row_used = False
        elif self._depth > self.limits.xml_depth:
            raise Invalid(Fault("file_too_complex", "file"))
        if self._depth == 1:
            self.root = name

    def _sheet_end(self, tag: str) -> None:
        self._depth -= 1
        name = self._local[tag]
        if name == "c":
            if self._used:
                self._count()
        elif name == "v" or name == "t":
            self._in_value = False
        elif name == "row":
            self._closed_at = self.parser.CurrentByteIndex
            self.facts.rows += self._row_used

    def plain(self, block: bytes) -> bool:
        found = plain_rows(block, self._shared)
        if found is None or found.longest > self.limits.cell_characters:
            return False
        facts = self.facts
        facts.rows += found.rows
        facts.characters += found.characters
        facts.last_row = max(facts.last_row, found.last_row)
        facts.last_column = max(facts.last_column, *map(self._column_of, found.columns), 0)
        self._row = found.number
        return True

    def _value(self, text: str) -> None:
        if self._in_value:
            self._length += len(text)
            if self._kind == "s" and self._length <= 20:
                self._text.append(text)

    def _place(self, ref: str) -> None:
        letters = ref.rstrip("0123456789")
        self._column = self._columns.get(letters) or self._column_of(letters)
        self._row = int(ref[len(letters) :])

    def _column_of(self, letters: str) -> int:
        column = 0
        for letter in letters.upper():
            if not "A" <= letter <= "Z" or len(letters) > 3:
                raise ValueError(f"not a column: {letters[:20]}")
            column = column * 26 + ord(letter) - 64
        self._columns[letters] = column
        return column

    def _count(self) -> None:
        facts, length = self.facts, self._length
        self._row_used = True
        if self._kind == "s":
            index = int("".join(self._text) or -1)
            length = self._shared[index] if 0 <= index < len(self._shared) else 0
        facts.characters += length
        if self._row > facts.last_row:
            facts.last_row = self._row
        if self._column > facts.last_column:
            facts.last_column = self._column
        if self._is_formula:
            facts.formulas.add(cell_name(self._row, self._column))
        elif self._kind == "e":
            facts.errors.add(cell_name(self._row, self._column))
        if length > self.limits.cell_characters:
            facts.long_cells.add(cell_name(self._row, self._column))
