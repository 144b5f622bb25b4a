"""What one version of a quote says that another doesn't: lines added and gone, figures changed, sums."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# The figures of a line that are compared, in the order in which they are told.
LINE_FIGURES = (
    "quantity",
    "cover_start",
    "cover_end",
    "months",
    "level",
    "list_unit_price",
    "unit_price",
    "amount",
    "points",
    "site_number",
    "renewal_part",
)
# Those of the quote as a whole.
QUOTE_FIGURES = (
    "total",
    "points",
    "rsvp_level",
    "quote_level",
    "valid_until",
    "anniversary",
    "ordered_on",
    "currency",
    "price_list",
    "rule_version",
)


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A line of one version: `key` names the license line, `figures` what it says of it."""

    key: str
    item: int
    part_number: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a quote: its number, what it says as a whole, and its lines."""

    version: int
    figures: Mapping[str, Any]
    lines: tuple[VersionLine, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that was `before` and is `after`."""

    figure: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A line that both versions have, with each figure that is another."""

    line: VersionLine
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What `after` says instead of `before`: lines `added`, `gone` and `changed`, and `whole`, the quote's figures."""

    before: int
    after: int
    added: tuple[VersionLine, ...]
    gone: tuple[VersionLine, ...]
    changed: tuple[ChangedLine, ...]
    whole: tuple[Change, ...]

    @property
    def none(self) -> bool:
        """Whether both say the same."""
        return not (self.added or self.gone or self.changed or self.whole)


def difference(before: Version, after: Version) -> Difference:
    """Compares two versions, lines by the license line that they renew, whatever their order."""
    was = {line.key: line for line in before.lines}
    now = {line.key: line for line in after.lines}
    changed = (
        ChangedLine(line, _changes(LINE_FIGURES, was[key].figures, line.figures))
        for key, line in now.items()
        if key in was
    )
    return Difference(
        before=before.version,
        after=after.version,
        added=tuple(line for key, line in now.items() if key not in was),
        gone=tuple(line for key, line in was.items() if key not in now),
        changed=tuple(each for each in changed if each.changes),
        whole=_changes(QUOTE_FIGURES, before.figures, after.figures),
    )


def _changes(names: Iterable[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    return tuple(
        Change(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    )


def difference_json(found: Difference) -> dict[str, Any]:
    """A difference in plain JSON types, decimals and dates as text."""
    return {
        "version": found.after,
        "instead_of": found.before,
        "added": [_line_json(line) for line in found.added],
        "gone": [_line_json(line) for line in found.gone],
        "changed": [
            {
                "entitlement": each.line.key,
                "item": each.line.item,
                "part_number": each.line.part_number,
                "changes": [_change_json(change) for change in each.changes],
            }
            for each in found.changed
        ],
        "whole": [_change_json(change) for change in found.whole],
    }


def _line_json(line: VersionLine) -> dict[str, Any]:
    figures = {name: _plain(value) for name, value in line.figures.items()}
    return {"entitlement": line.key, "item": line.item, "part_number": line.part_number, **figures}


def _change_json(change: Change) -> dict[str, Any]:
    return {"figure": change.figure, "before": _plain(change.before), "after": _plain(change.after)}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int)) else str(value)
