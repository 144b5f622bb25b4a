"""A streaming look at the content of an ODS."""

from licenses.intake.limits import Limits
from licenses.intake.quick_ods import plain_ods_rows
from licenses.intake.scan import Attributes, RunScan, SheetFacts, cell_name, new_sheet


class OdsScan(RunScan):
    """The content of an ODS: every table, with its repeated rows and cells counted as often as they stand there."""

    closing = b"</table:table-row>"

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
        elif name == "table-row":
            self._closed_at = self.parser.CurrentByteIndex
            if self.sheets and self._row_used:
                self.sheets[-1].rows += self._row_repeat
                self.sheets[-1].last_row = self._row + self._row_repeat
            self._row += self._row_repeat

    def plain(self, block: bytes) -> bool:
        found = plain_ods_rows(block) if self.sheets else None
        if found is None or found.longest > self.limits.cell_characters:
            return False
        facts = self.sheets[-1]
        facts.rows += found.used
        facts.characters += found.characters
        facts.last_column = max(facts.last_column, found.last_column)
        if found.used:
            facts.last_row = self._row + found.last_used
        self._row += found.rows
        return True

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
