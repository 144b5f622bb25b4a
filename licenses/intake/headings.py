"""Which column is which field: English and Danish names, their synonyms, and a hint for what was mistyped."""

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
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
    columns: dict[str, int] = {}
    faults: list[Fault] = []
    unknown: list[str] = []
    for index, heading in enumerate(headings):
        field = table.field_of(heading)
        if field is None:
            if fold(heading) and not table.is_ignored(heading):
                unknown.append(heading)
        elif field in columns:
            params = {"heading": heading[:100], "other": headings[columns[field]][:100]}
            faults.append(Fault("file_heading_twice", field, line, params))
        else:
            columns[field] = index
    if not columns:
        required = [c for c in table.columns if c.required]
        params = {
            "headings": ", ".join(h[:40] for h in unknown[:8]),
            "english": ", ".join(c.english for c in required),
            "danish": ", ".join(c.danish for c in required),
        }
        return HeadingMap(columns, {}, len(headings), (Fault("file_headings_unknown", "file", line, params),))
    for column in table.columns:
        if column.required and column.field not in columns:
            params = {"heading": column.english, "danish": column.danish}
            faults.append(Fault("file_heading_missing", column.field, line, params))
    taken = frozenset(columns)
    warnings = tuple(_unknown(heading, table.hint(heading, taken), line) for heading in unknown)
    titles = {field: headings[index][:60] for field, index in columns.items()}
    return HeadingMap(columns, titles, len(headings), tuple(faults), warnings)


def _unknown(heading: str, hint: str, line: str) -> Fault:
    code = "file_heading_near" if hint else "file_heading_unknown"
    return Fault(code, "file", line, {"heading": heading[:100], "hint": hint}, severity="warning")
