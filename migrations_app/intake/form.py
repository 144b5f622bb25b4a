"""A transfer form as the rest of the product takes it: read in the child, headings understood, rows parsed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from licenses.intake.child import NormalizedFile, read_in_child
from licenses.intake.headings import HeadingMap, map_headings
from migrations_app.intake.headings import FORM
from migrations_app.intake.values import ParsedRow, parse_row
from portal.kernel.errors import Fault, Invalid


@dataclass(frozen=True, slots=True)
class Form:
    """A form whose headings are understood. Use as a context manager: leaving it removes the child's file."""

    file: NormalizedFile
    headings: HeadingMap

    @property
    def count(self) -> int:
        """How many data rows there are, blank ones left out."""
        return self.file.count

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """Columns that aren't read, to be told beside the result."""
        return self.headings.warnings

    def rows(self) -> Iterator[ParsedRow]:
        """Every data row in the file's order, one at a time."""
        for raw in self.file.rows():
            yield parse_row(raw, self.headings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.remove()


def open_form(path: Path, filename: str, folder: Path | None = None) -> Form:
    """Read `path`, uploaded as `filename`.

    Raises Invalid with every fault of the file at once: those of the gate, or headings that are missing, unknown or
    doubled (with their hints, as warnings among the faults) together with `file_no_rows`.
    """
    file = read_in_child(path, filename, folder, known=FORM.names)
    headings = map_headings(file.headings.cells, FORM, row=file.headings.number)
    faults = list(headings.faults)
    if file.count == 0:
        faults.append(Fault("file_no_rows", "file"))
    if faults:
        file.remove()
        raise Invalid(*faults, *headings.warnings)
    return Form(file, headings)
