"""A rule book as figures: how each policy is written, read, bounded and compared."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from licenses.rules.rulebook import BASE_LEVEL, DAY_AFTER, RuleBook
from portal.kernel.errors import Fault

LADDER = "ladder_"
LEVELS = ("D", "E", "F", "G", "H", "I", "J")
_ROWS = ("outside_levels", "reminder_days")
_MOST_POINTS = Decimal(10**9)


@dataclass(frozen=True, slots=True)
class Policy:
    """A setting of the rule book: its field, the rule it belongs to, and what it may be.

    Whole numbers lie in `least`..`most`; one with `choices` is one of them. `unit` is days, months or times. With
    `many` it is up to that many falling days before an event, each in `least`..`most` or the day after it.
    """

    name: str
    rule: str
    least: int = 0
    most: int = 0
    unit: str = ""
    choices: tuple[str, ...] = ()
    many: int = 0


POLICIES = (
    Policy("transition", "T5", choices=("stub", "long")),
    Policy("minimum_months", "T7", 1, 12, "months"),
    Policy("reinstatement_factor", "T8", 1, 20, "times"),
    Policy("contact_check_days", "T9", 1, 365, "days"),
    Policy("quote_days", "T9", 1, 365, "days"),
    Policy("reminder_days", "T9", 1, 365, "days", many=12),
    Policy("inactive_months", "S6", 1, 120, "months"),
    Policy("reversal_days", "M7", 0, 365, "days"),
    Policy("renewal_soon_days", "V8", 1, 365, "days"),
    Policy("moneyback_days", "V12", 0, 365, "days"),
)


def figures_of(book: RuleBook) -> dict[str, str]:
    """Every policy of `book` as text, the ladder as one figure a level above the lowest."""
    found = {policy.name: _text(policy, getattr(book, policy.name)) for policy in POLICIES}
    return found | {f"{LADDER}{level}": format(points, "f") for level, points in book.ladder if level != BASE_LEVEL}


def _text(policy: Policy, value: Any) -> str:
    return ", ".join(str(day) for day in value) if policy.many else str(value)


def stored(book: RuleBook) -> dict[str, Any]:
    """`book` in plain JSON types, without its version."""
    kept = {f.name: getattr(book, f.name) for f in fields(book) if f.name not in ("version", "ladder")}
    ladder = [[level, format(points, "f")] for level, points in book.ladder]
    rows = {name: list(getattr(book, name)) for name in _ROWS}
    return kept | rows | {"ladder": ladder}


def restored(version: str, kept: Mapping[str, Any]) -> RuleBook:
    """The book that `stored` wrote. Raises ValueError or TypeError for what isn't one."""
    ladder = tuple((level, Decimal(points)) for level, points in kept["ladder"])
    plain: dict[str, Any] = {
        name: tuple(value) if name in _ROWS else value for name, value in kept.items() if name != "ladder"
    }
    return RuleBook(version, ladder, **plain)


def read_figures(version: str, given: Mapping[str, str], before: RuleBook) -> tuple[RuleBook, tuple[Fault, ...]]:
    """The book that people wrote down, figures that aren't given as in `before`; and every fault at once.

    With faults the book is `before` under the new version. A level without a figure isn't on the ladder.
    """
    faults: list[Fault] = []
    plain = {policy.name: _policy(policy, given, before, faults) for policy in POLICIES}
    ladder = _ladder(given, before, faults)
    if faults:
        return replace(before, version=version), tuple(faults)
    return replace(before, version=version, ladder=ladder, **plain), ()


def _policy(policy: Policy, given: Mapping[str, str], before: RuleBook, faults: list[Fault]) -> Any:
    text = given.get(policy.name, "").strip()
    if not text:
        return getattr(before, policy.name)
    if policy.choices:
        if text not in policy.choices:
            told = {"value": text, "choices": ", ".join(policy.choices)}
            faults.append(Fault("choice_unknown", policy.name, params=told))
        return text
    if policy.many:
        days = _days(policy, text)
        if days is None:
            limits = {"value": text, "least": policy.least, "most": policy.most, "count": policy.many}
            faults.append(Fault("days_unread", policy.name, params=limits))
        return days
    if not _whole(text) or not policy.least <= int(text) <= policy.most:
        bounds = {"value": text, "least": policy.least, "most": policy.most}
        faults.append(Fault("policy_range", policy.name, params=bounds))
        return policy.least
    return int(text)


def _days(policy: Policy, text: str) -> tuple[int, ...] | None:
    """The days that `text` lists with commas, or None where they aren't days, too many or don't fall."""
    words = [word.strip() for word in text.split(",")]
    if len(words) > policy.many or not all(_whole(word.removeprefix("-")) for word in words):
        return None
    days = tuple(int(word) for word in words)
    fits = all(day == DAY_AFTER or policy.least <= day <= policy.most for day in days)
    return days if fits and all(a > b for a, b in pairwise(days)) else None


def _whole(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _ladder(given: Mapping[str, str], before: RuleBook, faults: list[Fault]) -> tuple[tuple[str, Decimal], ...]:
    if not any(f"{LADDER}{level}" in given for level in LEVELS):
        return before.ladder
    rungs = [(BASE_LEVEL, Decimal(0))]
    for level in LEVELS:
        name = f"{LADDER}{level}"
        text = given.get(name, "").strip()
        if not text:
            continue
        points = _points(text)
        if points is None:
            faults.append(Fault("threshold_unread", name, params={"value": text, "level": level}))
        elif points <= rungs[-1][1]:
            told = {"level": level, "points": points, "below": rungs[-1][0], "least": rungs[-1][1]}
            faults.append(Fault("ladder_falls", name, params=told))
        else:
            rungs.append((level, points))
    return tuple(rungs)


def _points(text: str) -> Decimal | None:
    try:
        points = Decimal(text)
    except InvalidOperation:
        return None
    fits = points.is_finite() and 0 < points <= _MOST_POINTS and points == points.quantize(Decimal("0.01"))
    return points if fits else None


@dataclass(frozen=True, slots=True)
class Changed:
    """One figure that differs; None where a level isn't on the ladder."""

    name: str
    before: str | None
    after: str | None


def differences(before: RuleBook, after: RuleBook) -> tuple[Changed, ...]:
    """The figures in which two books differ, in the order of the rule book."""
    old, new = figures_of(before), figures_of(after)
    names = [policy.name for policy in POLICIES] + [f"{LADDER}{level}" for level in LEVELS]
    return tuple(Changed(n, old.get(n), new.get(n)) for n in names if old.get(n) != new.get(n))
