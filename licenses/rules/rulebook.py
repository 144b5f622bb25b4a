"""The rule book's figures and policies, as one dated value. A figure always names the version it was made with."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Protocol

BASE_LEVEL = "BL"
DAY_AFTER = -1

Ladder = tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Thresholds in points, spans in days or months, and the policies that the public record leaves open.

    `ladder` runs from the lowest level to the highest, each with the points it begins at; `transition` is
    "stub" or "long" (rule T5); `outside_levels` are price columns that never move (rules P1, P8); `reminder_days` are
    days before the end of cover, from the earliest reminder to the last, `DAY_AFTER` for the day after it (rule T9).
    Raises ValueError for a ladder that doesn't rise from zero, reminders out of order, or an unknown transition policy.
    """

    version: str
    ladder: Ladder
    transition: str = "stub"
    minimum_months: int = 1
    reversal_days: int = 30
    renewal_soon_days: int = 120
    moneyback_days: int = 30
    reinstatement_factor: int = 3
    inactive_months: int = 24
    contact_check_days: int = 120
    quote_days: int = 90
    reminder_days: tuple[int, ...] = (60, 30, 14, 7, 1, DAY_AFTER)
    outside_levels: tuple[str, ...] = ("GV", "ED")

    def __post_init__(self) -> None:
        thresholds = [points for _, points in self.ladder]
        if not thresholds or thresholds[0] != 0 or any(a >= b for a, b in pairwise(thresholds)):
            raise ValueError(f"a ladder rises from 0: {thresholds}")
        if self.transition not in ("stub", "long"):
            raise ValueError(f"unknown transition policy {self.transition!r}")
        if any(a <= b for a, b in pairwise(self.reminder_days)):
            raise ValueError(f"reminders come nearer to the end of cover: {self.reminder_days}")

    def on(self, day: date) -> "RuleBook":
        """A single book is the one of every day."""
        return self


class Books(Protocol):
    """Rule books by day: one alone, or a shelf of them."""

    def on(self, day: date) -> RuleBook:
        """The book in force on `day`."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Rule books with the day that each is in force from, in order of these days; the first one reaches back.

    Raises ValueError for an empty shelf, or one out of order.
    """

    dated: tuple[tuple[date, RuleBook], ...]

    def __post_init__(self) -> None:
        days = [day for day, _ in self.dated]
        if not days or any(a >= b for a, b in pairwise(days)):
            raise ValueError(f"rule books follow each other: {days}")

    def on(self, day: date) -> RuleBook:
        """The book in force on `day`."""
        begun = bisect_right(self.dated, day, key=lambda pair: pair[0])
        return self.dated[max(begun - 1, 0)][1]

    def of(self, version: str) -> RuleBook | None:
        """The book of a version, if it stands here."""
        return next((book for _, book in self.dated if book.version == version), None)

    def next_after(self, day: date) -> date | None:
        """The first day after `day` on which another book comes into force."""
        return next((begins for begins, _ in self.dated if begins > day), None)


CURRENT = RuleBook(
    version="2026.1",
    ladder=(
        (BASE_LEVEL, Decimal(0)),
        ("D", Decimal(500)),
        ("E", Decimal(1000)),
        ("F", Decimal(2500)),
        ("G", Decimal(5000)),
        ("H", Decimal(10000)),
    ),
)


def assumptions(book: RuleBook) -> tuple[str, ...]:
    """Codes of the policies that a computed figure stands on; a screen that shows one says "assumption".

    The transition policy tells its value with its code: "T5" for a stub, "T5-long" for the long cover.
    """
    transition = "T5" if book.transition == "stub" else "T5-long"
    return ("T1", transition, "T7", "T8", "P2", "P6")
