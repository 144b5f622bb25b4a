"""Which column is which field: English and Danish names, their synonyms, and a hint for what was mistyped."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from portal.kernel.errors import Fault

_FOLDED_AWAY = re.compile(r"[\s_.:#*()\-\u200b\ufeff\u00ad]+")
HINT_CUTOFF = 0.72


def fold(heading: str) -> str:
    """A heading without case, spaces, underscores and `.#:` and the like."""
    return _FOLDED_AWAY.sub("", unicodedata.normalize("NFKC", heading).casefold())


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a form: its heading in each language, and what else people call it."""

    field: str
    english: str
    danish: str
    required: bool
    synonyms: tuple[str, ...] = ()

    def heading(self, lang: str) -> str:
        """The heading in Danish for `da` and `da-dk`, in English otherwise."""
        return self.danish if lang.lower().startswith("da") else self.english


class HeadingTable:
    """The columns of one kind of form, found by any of their names. `ignored` headings are read past in silence."""

    def __init__(self, columns: Sequence[Column], ignored: Sequence[str] = ()):
        self.columns = tuple(columns)
        self._fields: dict[str, str] = {}
        self._display: dict[str, str] = {}
        for column in columns:
            for name in (column.field, column.english, column.danish, *column.synonyms):
                if self._fields.setdefault(fold(name), column.field) != column.field:
                    raise ValueError(f"{name} names two fields")
                self._display.setdefault(fold(name), name)
        self._ignored = frozenset(fold(name) for name in ignored)

    @property
    def names(self) -> frozenset[str]:
        """Every name of every field, folded."""
        return frozenset(self._fields)

    def field_of(self, heading: str) -> str | None:
        """The field that `heading` names, if any."""
        return self._fields.get(fold(heading))

    def is_ignored(self, heading: str) -> bool:
        """Whether the heading is our own addition to a form that was sent back."""
        return fold(heading) in self._ignored

    def hint(self, heading: str, taken: frozenset[str]) -> str:
        """The known heading that `heading` probably means, for a field not in `taken`; empty when none is near."""
        free = [name for name, field in self._fields.items() if field not in taken]
        near = difflib.get_close_matches(fold(heading), free, n=1, cutoff=HINT_CUTOFF)
        return self._display[near[0]] if near else ""


@dataclass(frozen=True, slots=True)
class HeadingMap:
    """Index and written heading of each field's column, how many columns the headings span, and what to tell.

    `faults` stop the file, `warnings` only tell about columns that aren't read.
    """

    columns: Mapping[str, int]
    titles: Mapping[str, str]
    width: int
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


def map_headings(headings: Sequence[str], table: HeadingTable, row: int = 1) -> HeadingMap:
    """Find each field's column; `row` is the sheet's number of the heading row.

    Faults: `file_headings_unknown` when none is known, otherwise `file_heading_missing` for each required field
    without a column and `file_heading_twice` for each that has two. Warnings: `file_heading_unknown`, with a hint.
    """
    line = str(row)
    columns, unnamed, twice = placed(headings, table.field_of, line)
    required = [c for c in table.columns if c.required]
    if not columns:
        params = {
            "headings": ", ".join(h[:40] for h in _not_ignored(unnamed, table)[:8]),
            "english": ", ".join(c.english for c in required),
            "danish": ", ".join(c.danish for c in required),
        }
        return HeadingMap(columns, {}, len(headings), (Fault("file_headings_unknown", "file", line, params),))
    faults = (*twice, *missing([c for c in required if c.field not in columns], line))
    warnings = unread(unnamed, table, columns, line)
    return HeadingMap(columns, titles_of(headings, columns), len(headings), faults, warnings)


def placed(
    headings: Sequence[str], field_of: Callable[[str], str | None], line: str
) -> tuple[dict[str, int], list[str], list[Fault]]:
    """Each field's column, the headings that name no field, and `file_heading_twice` for each that names one again."""
    columns: dict[str, int] = {}
    unnamed: list[str] = []
    faults: list[Fault] = []
    for index, heading in enumerate(headings):
        field = field_of(heading)
        if field is None:
            unnamed.append(heading)
        elif field in columns:
            params = {"heading": heading[:100], "other": headings[columns[field]][:100]}
            faults.append(Fault("file_heading_twice", field, line, params))
        else:
            columns[field] = index
    return columns, unnamed, faults


def missing(lacking: Iterable[Column], line: str) -> list[Fault]:
    """`file_heading_missing` for each field that needs a column and has none."""
    return [Fault("file_heading_missing", c.field, line, {"heading": c.english, "danish": c.danish}) for c in lacking]


def unread(unnamed: Sequence[str], table: HeadingTable, columns: Mapping[str, int], line: str) -> tuple[Fault, ...]:
    """A warning for each heading that isn't read and isn't ignored: `file_heading_near` where a free field is near."""
    taken = frozenset(columns)
    return tuple(_unread(heading, table.hint(heading, taken), line) for heading in _not_ignored(unnamed, table))


def _unread(heading: str, hint: str, line: str) -> Fault:
    code = "file_heading_near" if hint else "file_heading_unknown"
    return Fault(code, "file", line, {"heading": heading[:100], "hint": hint}, severity="warning")


def _not_ignored(unnamed: Sequence[str], table: HeadingTable) -> list[str]:
    return [heading for heading in unnamed if fold(heading) and not table.is_ignored(heading)]


def titles_of(headings: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    """The heading of each field as the file has it, shortened."""
    return {field: headings[index][:60] for field, index in columns.items()}
