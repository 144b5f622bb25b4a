"""What the child wrote, as the parent reads it: rows in the file's order, or again from where each of them lies."""

import json
import os
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from licenses.intake.reader import RawRow

# `json.loads` without its looks at blanks around the value, which our lines have not.
_decode = json.JSONDecoder().raw_decode


@dataclass(frozen=True, slots=True)
class NormalizedFile:
    """What the child wrote. `count` data rows below the `headings`, numbered as in the sheet. Remove it when done."""

    path: Path
    count: int
    headings: RawRow
    kind: str

    def rows(self) -> Iterator[RawRow]:
        """The data rows, one at a time."""
        with self.path.open("rb") as file:
            next(file, None)
            for line in file:
                row = _row(line)
                if row.number > self.headings.number:
                    yield row

    def rows_noting(self, starts: "array[int]") -> Iterator[RawRow]:
        """The data rows as `rows` gives them; where each line starts, and the last one ends, is added to `starts`."""
        with self.path.open("rb") as file:
            starts.append(len(next(file, b"")))
            for line in file:
                row = _row(line)
                if row.number > self.headings.number:
                    starts.append(starts[-1] + len(line))
                    yield row
                else:
                    starts[-1] += len(line)

    def again(self, starts: "array[int]", wanted: Iterable[int]) -> Iterator[RawRow]:
        """The data rows at the places `wanted` (0 for the first), in that order, by what `rows_noting` noted."""
        with self.path.open("rb") as file:
            for at in wanted:
                yield _row(os.pread(file.fileno(), starts[at + 1] - starts[at], starts[at]))

    def remove(self) -> None:
        """Delete the file; no harm when it is gone."""
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()


def _row(line: bytes) -> RawRow:
    (number, *cells), _ = _decode(line.decode())
    return RawRow(number, tuple(cells))
