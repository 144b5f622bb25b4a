"""From a file to rows of text: python-calamine for workbooks, a stream for CSV. Meant to run in the child process."""

import codecs
import csv
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple, Self, TextIO

import python_calamine

from licenses.intake import gate
from licenses.intake.headings import fold
from licenses.intake.limits import LIMITS, Limits
from portal.kernel.errors import Fault, Invalid

REPLACEMENT = "�"
# Nothing that a text column can't hold or that plays tricks on a page: NUL, controls, lone surrogates.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
DELIMITERS = (";", ",", "\t")
SNIFF_BYTES = 256 * 1024
# A stray NUL or two only marks its row.
BINARY_ZEROS = 16
# Exports write titles above their headings; further down nobody looks for these.
HEADING_ROWS = 20
# Beyond this a floating-point number no longer holds every digit of a number.
EXACT_FLOAT = 10**15

Cell = str | int | float | bool | date | datetime | time | timedelta | None


class RawRow(NamedTuple):
    """A row as the sheet numbers it (1-based, headings included), its cells as text."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first row that isn't blank, and the rows after it that aren't. `rows` can be read once."""

    kind: gate.Kind
    headings: RawRow
    rows: Iterator[RawRow]


def read(path: Path, filename: str, limits: Limits = LIMITS, known: Collection[str] = ()) -> Sheet:
    """Take `path`, uploaded as `filename`, through the gate and open its first sheet.

    `known` are folded headings; they only help to tell a CSV's delimiter. Raises Invalid at once for what the
    gate finds, and while the rows are read for what shows only then (`file_too_many_rows`,
    `file_cell_too_long`, `file_too_many_columns`).
    """
    passed = gate.check(path, filename, limits)
    if passed.kind == "csv":
        numbered = _csv_rows(path, limits, known)
    elif passed.kind == "pdf":
        numbered = _paper_rows(path, limits, known)
    else:
        numbered = _workbook_rows(path, passed.sheet, limits)
    filled = _filled(numbered, limits)
    headings = next(filled, None)
    if headings is None:
        raise Invalid(Fault("file_empty", "file"))
    return Sheet(passed.kind, headings, _counted(filled, limits))


def _filled(rows: Iterator[tuple[int, Sequence[str]]], limits: Limits) -> Iterator[RawRow]:
    """Rows with anything in them, without the blanks at their ends."""
    for number, cells in rows:
        width = len(cells)
        while width and (not cells[width - 1] or cells[width - 1].isspace()):
            width -= 1
        if not width:
            continue
        if width > limits.columns:
            params = {"columns": width, "limit": limits.columns, "sheet": ""}
            raise Invalid(Fault("file_too_many_columns", "file", str(number), params))
        for index in range(width):
            if len(cells[index]) > limits.cell_characters:
                raise Invalid(long_cell(number, limits))
        yield RawRow(number, tuple(cells[:width]))


def _counted(rows: Iterator[RawRow], limits: Limits) -> Iterator[RawRow]:
    for count, row in enumerate(rows, start=1):
        if count > limits.data_rows:
            params = {"rows": count, "limit": limits.data_rows, "sheet": ""}
            raise Invalid(Fault("file_too_many_rows", "file", str(row.number), params))
        yield row


def long_cell(number: int, limits: Limits) -> Fault:
    """A cell of row `number` holds more than a cell can."""
    return Fault(
        "file_cell_too_long", "file", str(number), {"limit": limits.cell_characters, "row": number, "count": 1}
    )


def _workbook_rows(path: Path, sheet: str, limits: Limits) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        with python_calamine.CalamineWorkbook.from_path(path) as workbook:
            opened = workbook.get_sheet_by_name(sheet)
            for number, cells in enumerate(opened.iter_rows(), start=1):
                yield number, [cell_text(c) for c in cells]
    except python_calamine.PasswordError as error:
        raise Invalid(Fault("file_password", "file")) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Invalid(Fault("file_damaged", "file", params={"part": sheet[:100]})) from error


def _paper_rows(path: Path, limits: Limits, known: Collection[str]) -> Iterator[tuple[int, Sequence[str]]]:
    from licenses.intake import paper  # costs as much as reading a small sheet, and few files are PDFs

    return ((number, [clean(c) for c in cells]) for number, cells in paper.rows(path, known, limits))


def cell_text(cell: Cell) -> str:
    """A cell as text: whole numbers without decimals, dates in ISO form, unfit characters as U+FFFD."""
    if isinstance(cell, str):
        return clean(cell)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < EXACT_FLOAT else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def clean(text: str) -> str:
    """`text` with every character that can't be kept replaced by U+FFFD, which later faults its row."""
    return text if text.isprintable() else UNFIT.sub(REPLACEMENT, text)


def _csv_rows(path: Path, limits: Limits, known: Collection[str]) -> Iterator[tuple[int, Sequence[str]]]:
    encoding = sniff_encoding(path)
    csv.field_size_limit(limits.cell_characters)
    with path.open("r", encoding=encoding, newline="") as file:
        lines = _Lines(file, limits)
        first = list(islice(lines, HEADING_ROWS))
        hint = re.fullmatch(r'"?sep=([;,\t])"?\s*', first[0]) if first else None
        delimiter = hint.group(1) if hint else sniff_delimiter(first, known)
        reader = csv.reader(chain(first[1:] if hint else first, lines), delimiter=delimiter)
        number = 0
        try:
            for number, cells in enumerate(reader, start=1):
                lines.row_began()
                yield number, [clean(c) for c in cells]
        except csv.Error as error:
            if "field limit" in str(error):
                raise Invalid(long_cell(number + 1, limits)) from error
            raise Invalid(Fault("file_csv_broken", "file", str(number + 1), {"row": number + 1})) from error


class _Lines:
    """The lines of a text, while no row is longer and no file has more of them than a form's can be.

    Raises Invalid: `file_line_too_long`, `file_too_many_rows`.
    """

    def __init__(self, file: TextIO, limits: Limits):
        self._file, self._limits = file, limits
        self._count = self._row_characters = 0

    def row_began(self) -> None:
        """All lines so far belong to rows that are whole."""
        self._row_characters = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        most = self._limits.line_characters
        line = self._file.readline(most + 1)
        if not line:
            raise StopIteration
        self._count += 1
        self._row_characters += len(line)
        at = str(self._count)
        # The first lines are looked at before they are rows.
        if len(line) > most or (self._row_characters > most and self._count > HEADING_ROWS):
            raise Invalid(Fault("file_line_too_long", "file", at, {"row": self._count, "limit": most}))
        if self._count > self._limits.lines:
            params = {"rows": self._count, "limit": self._limits.data_rows, "sheet": ""}
            raise Invalid(Fault("file_too_many_rows", "file", at, params))
        return line


def sniff_encoding(path: Path) -> str:
    """The codec of a text file: by its mark, by its zero bytes, UTF-8 if all of it is, otherwise Windows-1252.

    Raises Invalid: `file_encoding` with the line where no reading fits, `file_not_what_it_says` for binary data.
    """
    with path.open("rb") as file:
        head = file.read(SNIFF_BYTES)
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        raise Invalid(Fault("file_encoding", "file", "1", {"row": 1}))
    candidates = ["utf-8-sig", "cp1252"]
    if head.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif head.count(0) * 4 > len(head):
        candidates = ["utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"]
    elif head.count(0) > max(BINARY_ZEROS, len(head) // 100):
        params = {"says": "csv", "looks": "binary", "extension": ".csv"}
        raise Invalid(Fault("file_not_what_it_says", "file", params=params))
    line = 1
    for encoding in candidates:
        line = _first_bad_line(path, encoding)
        if not line:
            return encoding
    raise Invalid(Fault("file_encoding", "file", str(line), {"row": line}))


def _first_bad_line(path: Path, encoding: str) -> int:
    """The first line that `encoding` can't read; 0 when it reads all of them."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while chunk := file.read(SNIFF_BYTES):
            try:
                line += decoder.decode(chunk).count("\n")
            except UnicodeDecodeError as error:
                return line + chunk[: max(error.start, 0)].count(b"\n")
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return line
    return 0


def sniff_delimiter(first: Sequence[str], known: Collection[str]) -> str:
    """The delimiter that finds the most `known` headings (folded) in one of the first lines, then the most cells."""

    def score(delimiter: str) -> tuple[int, int]:
        rows = (next(csv.reader([line], delimiter=delimiter), []) for line in first)
        return max(((sum(fold(c) in known for c in cells), len(cells)) for cells in rows), default=(0, 0))

    try:
        return max(DELIMITERS, key=score)
    except csv.Error as error:
        raise Invalid(long_cell(1, LIMITS)) from error
