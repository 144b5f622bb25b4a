"""A file on its way through a worker: copied to where the child can read it, headings understood, rows by chunks."""

import shutil
from array import array
from collections.abc import Callable, Container, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from django.db.models.fields.files import FieldFile

from licenses.intake.child import read_in_child
from licenses.intake.folders import own_folder
from licenses.intake.headings import HeadingMap, HeadingTable, fold, map_headings
from licenses.intake.normalized import NormalizedFile
from licenses.intake.reader import RawRow
from portal.kernel.errors import Fault, Invalid

CHUNK = 1000


class Numbered(Protocol):
    """A row that knows its number in the sheet."""

    @property
    def number(self) -> int: ...


Row = TypeVar("Row", bound=Numbered)


@dataclass(frozen=True, slots=True)
class OpenFile(Generic[Row]):
    """A file whose headings were looked at. Use as a context manager: leaving it removes the child's file."""

    file: NormalizedFile
    headings: HeadingMap
    parse: Callable[[RawRow, HeadingMap], Row]

    @property
    def count(self) -> int:
        """How many data rows there are, blank ones left out."""
        return self.file.count

    @property
    def mapping(self) -> dict[str, str | None]:
        """Each heading of the file with the field that it was read as, None for none."""
        fields = {index: field for field, index in self.headings.columns.items()}
        return {h: fields.get(index) for index, h in enumerate(self.file.headings.cells) if fold(h)}

    def rows(self) -> Iterator[Row]:
        """Every data row in the file's order, one at a time."""
        for raw in self.file.rows():
            yield self.parse(raw, self.headings)

    def chunks(self, done: Container[int | None] = ()) -> Iterator[list[Row]]:
        """The data rows whose number isn't among `done`, as many at a time as one transaction takes."""
        rows = (row for row in self.rows() if row.number not in done)
        while chunk := list(islice(rows, CHUNK)):
            yield chunk

    def units(self, key: Callable[[RawRow, HeadingMap], Hashable | None], most: int) -> Iterator[list[Row]]:
        """Every data row, those of one `key` together: keys in their order, rows of one key in the file's.

        Small units are handed out together while they have at most `most` rows; a unit is never split, so that a
        larger one comes alone. Rows whose key is None come last, in the file's order, at most CHUNK at a time. Keys
        must be comparable with each other. Only places and keys are kept between the two times that the file is read.
        """
        starts = array("Q")
        places: dict[Hashable, array[int]] = {}
        for at, raw in enumerate(self.file.rows_noting(starts)):
            found = key(raw, self.headings)
            held = places.get(found)
            if held is None:
                held = places[found] = array("I")
            held.append(at)
        keyless = places.pop(None, array("I"))
        for together in _together(places, most):
            yield list(self._again(starts, together))
        rest = self._again(starts, keyless)
        while chunk := list(islice(rest, CHUNK)):
            yield chunk

    def _again(self, starts: "array[int]", wanted: "array[int]") -> Iterator[Row]:
        return (self.parse(raw, self.headings) for raw in self.file.again(starts, wanted))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.remove()


def _together(places: "dict[Hashable, array[int]]", most: int) -> "Iterator[array[int]]":
    """Neighboring keys' places joined while they are at most `most`; empties `places`."""
    held = array("I")
    for found in sorted(places):  # type: ignore[type-var]  # comparable, as `units` demands
        unit = places.pop(found)
        if held and len(held) + len(unit) > most:
            yield held
            held = array("I")
        held.extend(unit)
    if held:
        yield held


def open_form(
    path: Path,
    filename: str,
    table: HeadingTable,
    parse: Callable[[RawRow, HeadingMap], Row],
    folder: Path | None = None,
) -> OpenFile[Row]:
    """Read `path`, uploaded as `filename`, in a limited process, as a form with the columns of `table`.

    Raises Invalid with every fault of the file at once: those of the gate, or headings that are missing, unknown or
    doubled (with their hints, as warnings among the faults) together with `file_no_rows`.
    """
    file = read_in_child(path, filename, folder, known=table.names)
    headings = map_headings(file.headings.cells, table, row=file.headings.number)
    faults = list(headings.faults)
    if file.count == 0:
        faults.append(Fault("file_no_rows", "file"))
    if faults:
        file.remove()
        raise Invalid(*faults, *headings.warnings)
    return OpenFile(file, headings, parse)


@contextmanager
def local_copy(kept: FieldFile) -> Iterator[Path]:
    """A copy of a stored file in a folder of its own, which is gone afterwards with all that was put there."""
    with own_folder() as folder:
        path = folder / "file"
        with kept.open("rb") as source, path.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        yield path
