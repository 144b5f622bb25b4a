"""The oldest licenses go first, and no unit is made or lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.rules.allocation import Shortfall, allocate


def test_the_oldest_go_first_and_whole() -> None:
    holdings = [("old", 3), ("none", 0), ("new", 5)]
    assert allocate(2, holdings) == (("old", 2),)
    assert allocate(3, holdings) == (("old", 3),)
    assert allocate(7, holdings) == (("old", 3), ("new", 4))
    assert allocate(9, holdings) == Shortfall(9, 8)
    assert allocate(1, []) == Shortfall(1, 0)
    with pytest.raises(ValueError, match="quantity"):
        allocate(0, holdings)


@given(st.integers(1, 60), st.lists(st.integers(0, 12), max_size=8))
def test_what_is_taken_is_what_was_asked(quantity: int, units: list[int]) -> None:
    holdings = [(str(i), n) for i, n in enumerate(units)]
    taken = allocate(quantity, holdings)
    if isinstance(taken, Shortfall):
        assert taken == Shortfall(quantity, sum(units))
        assert sum(units) < quantity
        return
    assert sum(n for _, n in taken) == quantity
    held = dict(holdings)
    assert all(0 < n <= held[key] for key, n in taken)
    keys = [int(key) for key, _ in taken]
    assert keys == sorted(set(keys))
    older = [i for i in range(keys[-1]) if units[i]]
    assert all(dict(taken)[str(i)] == units[i] for i in older)
