"""The rule book's figures and policies, as one dated value. A figure always names the version it was made with."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

BASE_LEVEL = "BL"

Ladder = tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Thresholds in points, spans in days or months, and the policies that the public record leaves open.

    `ladder` runs from the lowest level to the highest, each with the points it begins at; `transition` is
    "stub" or "long" (rule T5); `outside_levels` are price columns that never move (rules P1, P8).
    Raises ValueError for a ladder that doesn't rise from zero, or an unknown transition policy.
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
    quote_days: int = 90
    outside_levels: tuple[str, ...] = ("GV", "ED")

    def __post_init__(self) -> None:
        thresholds = [points for _, points in self.ladder]
        if not thresholds or thresholds[0] != 0 or any(a >= b for a, b in pairwise(thresholds)):
            raise ValueError(f"a ladder rises from 0: {thresholds}")
        if self.transition not in ("stub", "long"):
            raise ValueError(f"unknown transition policy {self.transition!r}")


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
