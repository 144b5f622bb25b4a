"""Rows of a price list against the day, the ladder, the currency and each other; and what was probably meant."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses.rules.price_rows import PriceLine, Series, Span, line_faults, priced_levels
from licenses.rules.rulebook import CURRENT

TODAY, SOON = date(2026, 11, 24), date(2027, 1, 1)
LEVELS = priced_levels(CURRENT)
days = st.dates(date(2027, 1, 1), date(2027, 3, 1))


def codes(currency: str = "DKK", **said: object) -> list[str]:
    line = PriceLine("P", "BL", Decimal("1.00"))
    asked = {"levels": LEVELS, "currency": currency, "effective_on": SOON, "today": TODAY}
    fields = {name: getattr(line, name) for name in PriceLine.__slots__} | said
    return [fault.code for fault in line_faults(PriceLine(**fields), **asked)]


def test_levels_are_those_of_the_ladder_the_unpublished_and_those_outside() -> None:
    assert LEVELS == ("BL", "D", "E", "F", "G", "H", "I", "J", "GV", "ED")


def test_a_row_that_keeps_everything() -> None:
    assert codes() == codes(valid_from=SOON, valid_to=SOON) == codes(list_amount=Decimal("2.50")) == []


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"level": "Z"}, ["level_unknown"]),
        ({"amount": Decimal("1.005")}, ["amount_decimals"]),
        ({"amount": Decimal("1.50"), "currency": "JPY"}, ["amount_decimals"]),
        ({"list_amount": Decimal("1.005")}, ["amount_decimals"]),
        ({"valid_from": TODAY - timedelta(days=1)}, ["price_past"]),
        ({"valid_from": TODAY}, ["price_early"]),
        ({"valid_to": SOON - timedelta(days=1)}, ["price_days_order"]),
        ({"level": "Z", "amount": None, "valid_from": date(2020, 1, 1), "valid_to": date(2019, 1, 1)},
         ["level_unknown", "price_past", "price_days_order"]),
    ],
)  # fmt: skip
def test_each_fault(said: dict[str, object], found: list[str]) -> None:
    assert codes(**said) == found


@given(st.lists(st.tuples(days, st.one_of(st.none(), days)), max_size=8))
def test_what_a_series_takes_in_never_prices_a_day_twice(asked: list[tuple[date, date | None]]) -> None:
    series = Series()
    kept: list[tuple[date, date]] = []
    for number, (first, last) in enumerate(asked):
        if last is not None and last < first:
            continue
        fault = series.add("P", "BL", Span(number, first, last))
        meets = [k for k in kept if first <= k[1] and k[0] <= (last or date.max)]
        assert (fault is not None) == bool(meets)
        if fault is None:
            kept.append((first, last or date.max))


def test_series_of_other_parts_and_levels_do_not_meet() -> None:
    series = Series()
    assert series.add("P", "BL", Span(2, SOON, None)) is None
    assert series.add("P", "D", Span(3, SOON, None)) is None
    assert series.add("Q", "BL", Span(4, SOON, None)) is None
    twice = series.add("P", "BL", Span(5, SOON, None))
    overlap = series.add("P", "BL", Span(6, SOON, SOON))
    assert twice is not None and (twice.code, twice.params["other"]) == ("price_twice", 2)
    assert overlap is not None and overlap.code == "price_overlap"
