"""Files that somebody might send to do harm, each built by code: a name for it, its file name, what becomes of it."""

import base64
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

REFUSED = "file_zip_structure"
OTHER = "file_not_what_it_says"
MIB = 1024 * 1024
LAUGHS = "<!DOCTYPE a [<!ENTITY l0 'ha'>" + "".join(
    f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10)
) + "]>"  # fmt: skip

Build = Callable[[Path], object]


@dataclass(frozen=True)
class Hostile:
    """A file and what becomes of it: `code` of the refusal, or `""` where it is read and its rows have `faults`."""

    name: str
    filename: str
    build: Build
    code: str
    faults: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.name


def raw(content: bytes | Callable[[], bytes]) -> Build:
    """A file of these bytes; large ones are made when they are wanted."""
    return lambda path: path.write_bytes(content() if callable(content) else content)


def later(build: Callable[[], Build]) -> Build:
    """A file whose parts are large: they are made when they are wanted."""
    return lambda path: build()(path)


def noise(size: int) -> str:
    """Text that hardly packs."""
    return base64.b64encode(random.Random(7).randbytes(size)).decode()[:size]
