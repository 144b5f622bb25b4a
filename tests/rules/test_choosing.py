"""What a customer renews of the lines of a quote: choices read, and lines as they follow from them."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from licenses.rules.orders import HeldLine, is_lapsed, lapses_on
from renewals.rules.choosing import Choice, Offered, Wish, accepting, changed, chosen, declining, restoring

END = date(2027, 6, 30)
OFFERED = [Offered("a", 5, 5), Offered("b", 3, 3), Offered("c", 4, 1, "Too many.")]


def _held(key: str, quantity: int) -> HeldLine:
    return HeldLine(key, "D0001LL", "E0001LL", quantity, END, Decimal("1.50"), None, date(2026, 7, 1))


def test_what_is_declined_says_how_much_why_and_when_it_lapses() -> None:
    lines = [_held("a", 5), _held("b", 3), _held("c", 4)]
    kept, declined = chosen(lines, {"a": Choice(2, "Fewer users."), "b": Choice(0, "Replaced.")})
    assert [(line.key, line.quantity) for line in kept] == [("a", 2), ("c", 4)]
    assert [(f.line, f.params["quantity"], f.params["reason"]) for f in declined] == [
        ("a", 3, "Fewer users."),
        ("b", 3, "Replaced."),
    ]
    day = declined[0].params["lapses_on"]
    assert day == lapses_on(END) == date(2027, 7, 2)
    assert is_lapsed(END, day) and not is_lapsed(END, date(2027, 7, 1))


def test_a_choice_of_more_than_is_left_declines_nothing() -> None:
    kept, declined = chosen([_held("a", 2)], {"a": Choice(4, "Was five.")})
    assert ([line.quantity for line in kept], declined) == ([2], [])


def test_accepting_names_what_is_renewed() -> None:
    choices, faults = accepting(OFFERED, [Wish("a"), Wish("c", 4)], "Not used.")
    assert not faults
    assert choices == {"a": Choice(5, "Not used."), "b": Choice(0, "Not used."), "c": Choice(4, "Not used.")}
    assert changed(OFFERED, choices)


def test_accepting_every_line_as_it_is_changes_nothing() -> None:
    choices, faults = accepting(OFFERED, [Wish("a"), Wish("b", 3), Wish("c", 1)])
    assert not faults and not changed(OFFERED, choices)


def test_declining_takes_units_away_and_leaves_the_rest() -> None:
    choices, faults = declining(OFFERED, [Wish("a", 2, "Fewer."), Wish("b", reason="Replaced.")])
    assert not faults
    assert choices == {"a": Choice(3, "Fewer."), "b": Choice(0, "Replaced."), "c": Choice(1, "Too many.")}


def test_restoring_takes_back_what_is_named_or_everything() -> None:
    named, faults = restoring(OFFERED, [Wish("c", 2)])
    assert not faults and named["c"].quantity == 3
    everything, faults = restoring(OFFERED, [])
    assert not faults and [choice.quantity for choice in everything.values()] == [5, 3, 4]


def test_every_fault_is_told_at_once() -> None:
    wishes = [Wish("x"), Wish("a", 6), Wish("b", 1), Wish("b", 1)]
    _choices, faults = accepting(OFFERED, wishes)
    assert [(f.code, f.line) for f in faults] == [
        ("quote_line_unknown", "x"), ("quote_quantity", "a"), ("quote_line_twice", "b"), ("quote_reason", "b"),
    ]  # fmt: skip
    assert [f.code for f in declining(OFFERED, [Wish("c", 2, "No.")])[1]] == ["quote_quantity"]
    assert [f.code for f in declining(OFFERED, [Wish("a", 1)])[1]] == ["quote_reason"]
    assert [f.code for f in restoring(OFFERED, [Wish("a")])[1]] == ["quote_quantity"]


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), min_size=1, max_size=6), st.data())
def test_whatever_is_chosen_renewed_and_declined_are_the_whole(sizes, data) -> None:
    lines = [_held(str(n), quantity) for n, (quantity, _kept) in enumerate(sizes)]
    choices = {str(n): Choice(kept, "Why.") for n, (_quantity, kept) in enumerate(sizes)}
    kept, declined = chosen(lines, choices)
    units = {line.key: line.quantity for line in kept}
    for fault in declined:
        assert fault.line
        units[fault.line] = units.get(fault.line, 0) + fault.params["quantity"]
    assert units == {line.key: line.quantity for line in lines}
    offered = [Offered(str(n), quantity, min(kept, quantity), "Why.") for n, (quantity, kept) in enumerate(sizes)]
    back, faults = restoring(offered, [])
    assert not faults and all(back[line.key].quantity == line.quantity for line in offered)
