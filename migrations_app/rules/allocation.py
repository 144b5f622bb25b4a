"""Which holdings a row of the transfer form takes when it names no order: the oldest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Shortfall:
    """There isn't enough: `asked` units, of which `available` are there. Nothing is taken."""

    asked: int
    available: int


def allocate(quantity: int, holdings: Iterable[tuple[Key, int]]) -> tuple[tuple[Key, int], ...] | Shortfall:
    """Takes `quantity` whole units from `holdings`, (key, available units) ordered oldest first.

    Gives (key, units) of those taken from, in that order, which sum to `quantity`. Raises ValueError for a
    quantity below one.
    """
    if quantity < 1:
        raise ValueError(f"a quantity of {quantity}")
    taken: list[tuple[Key, int]] = []
    missing = quantity
    for key, available in holdings:
        units = min(missing, max(available, 0))
        if units:
            taken.append((key, units))
            missing -= units
        if not missing:
            return tuple(taken)
    return Shortfall(quantity, quantity - missing)
