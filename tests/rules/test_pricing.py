"""Prices, points and orders: rules T7, T8, P2, P4 and section 4."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses.rules.pricing import (
    OrderLine,
    PriceBook,
    PriceRow,
    express_amounts,
    extend,
    line_points,
    order_amounts,
    reinstatement_estimate,
)
from licenses.rules.rulebook import CURRENT
from portal.kernel.money import round_exact, round_money
from portal.kernel.period import DAY, Period, whole_months
from tests.rules.worlds import PARTS, flat_prices

D = Decimal
ON = date(2026, 1, 1)
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
QUARTER = Period(date(2026, 1, 1), date(2026, 3, 31))


def line(key="1", part=PARTS[0], quantity=1, cover=YEAR, points="1.00"):
    return OrderLine(key, "D0AAALL", part, quantity, cover, whole_months(cover), D(points))


def order(*lines, rsvp="BL", points="0", prices=None, book=CURRENT):
    return order_amounts(
        lines, on=ON, prices=prices or flat_prices(), book=book, rsvp_before=rsvp, points_before=D(points)
    )


@pytest.mark.parametrize(
    ("unit", "quantity", "months", "amount"),
    [
        ("602.00", 1, 7, "351.17"),
        ("1633.00", 1, 11, "1496.92"),
        ("100.00", 3, 12, "300.00"),
        ("0.06", 1, 1, "0.01"),
        ("0.05", 1, 1, "0.00"),
        ("1.01", 7, 5, "2.95"),
    ],
)
def test_extended_amounts_are_rounded_once(unit: str, quantity: int, months: int, amount: str) -> None:
    priced = extend(D(unit), quantity, months, "DKK", "v")
    assert priced.amount == D(amount)
    assert priced.explanation.rule == "T7"
    assert priced.explanation.inputs["months"] == months


def test_minor_units_and_minimum_months() -> None:
    assert extend(D("602"), 1, 7, "JPY", "v").amount == D("351")
    assert extend(D("1200.00"), 1, 1, "DKK", "v", minimum_months=3).amount == D("300.00")
    three = replace(CURRENT, minimum_months=3)
    month = order(line(cover=Period(ON, date(2026, 1, 31))), book=three).lines[0]
    assert (month.months, month.charged_months, month.amount) == (1, 3, D("300.00"))
    assert month.points == D("0.08")


def test_points_of_a_stub_are_rounded_per_line() -> None:
    assert line_points(D("7.82"), 3, 12, "v")[0] == D("23.46")
    assert line_points(D("7.82"), 1, 7, "v")[0] == D("4.56")
    assert line_points(D("0.06"), 1, 1, "v")[0] == D("0.01")
    two = order(line("1", cover=QUARTER, points="0.06"), line("2", cover=QUARTER, points="0.06"))
    assert two.points == D("0.04")


def test_the_list_valid_on_the_day_and_the_last_known_continues() -> None:
    def row(amount, valid_from, valid_to=None):
        return PriceRow("P", "BL", D(amount), date.fromisoformat(valid_from), valid_to and date.fromisoformat(valid_to))

    book = PriceBook(
        "DKK",
        (
            row("3", "2027-01-01", "2027-12-31"),
            row("1", "2025-01-01", "2025-12-31"),
            row("2", "2026-02-01", "2026-12-31"),
            row("9", "2026-06-01", "2026-06-30"),
        ),
    )
    wanted = {
        "2024-12-31": None,
        "2025-01-01": "1",
        "2025-12-31": "1",
        "2026-01-15": "1",
        "2026-02-01": "2",
        "2026-06-15": "9",
        "2026-07-01": "2",
        "2026-12-31": "2",
        "2027-01-01": "3",
        "2031-01-01": "3",
    }
    for day, amount in wanted.items():
        found = book.find("P", "BL", date.fromisoformat(day))
        assert (found and str(found.amount)) == amount, day
    assert book.find("Q", "BL", ON) is None


def test_an_order_is_priced_at_the_better_level_and_joins_the_sum() -> None:
    found = order(line(quantity=600), rsvp="BL", points="450")
    assert (found.own_level, found.price_level, found.rsvp_after) == ("D", "D", "E")
    assert (found.points, found.points_after) == (D("600.00"), D("1050.00"))
    assert found.lines[0].unit_price == D("1152.00")
    assert found.lines[0].list_unit_price == D("1200.00")
    assert found.amount == D("691200.00")
    explained = found.explain()
    assert [e.rule for e in (explained, *explained.parts)] == ["P4", "T7", "P2"]
    assert explained.as_json()["inputs"]["order_points"] == "600.00"


def test_a_level_earned_before_prices_small_orders() -> None:
    assert order(line(), rsvp="G").lines[0].unit_price == D("1008.00")
    assert order(line(), rsvp=None).rsvp_after == "BL"
    government = order(line(quantity=6000), rsvp="GV")
    assert (government.price_level, government.rsvp_after, government.points) == ("GV", "GV", D("6000.00"))
    assert government.lines[0].unit_price == D("600")


def test_a_negotiated_price_stands_beside_its_list_price() -> None:
    rows = (*flat_prices().rows, PriceRow(PARTS[0], "D", D("900.00"), date(2025, 1, 1), list_amount=D("1152.00")))
    found = order(line(), rsvp="D", prices=PriceBook("DKK", rows)).lines[0]
    assert (found.unit_price, found.list_unit_price, found.amount) == (D("900.00"), D("1152.00"), D("900.00"))


def test_a_line_without_part_or_price_is_told_and_left_out() -> None:
    found = order(line("1"), line("2", part=None), line("3", part="X"))
    assert [ln.key for ln in found.lines] == ["1"]
    assert [(f.code, f.line) for f in found.faults] == [("renewal_part_missing", "2"), ("price_missing", "3")]
    assert (found.points, found.amount) == (D("1.00"), D("1200.00"))
    assert found.faults[1].params == {"part_number": "X", "level": "BL", "on": ON}


def test_leaving_a_line_out_may_lower_the_level_of_the_rest() -> None:
    only_base = PriceRow("X", "BL", D("10.00"), date(2000, 1, 1))
    prices = PriceBook("DKK", (*flat_prices().rows, only_base))
    found = order(line("1"), line("2", part="X", quantity=600), prices=prices)
    assert (found.price_level, found.amount, found.points) == ("BL", D("1200.00"), D("1.00"))
    assert [f.line for f in found.faults] == ["2"]


def test_express_orders_pay_the_base_price_and_earn_nothing() -> None:
    found = express_amounts(
        [line(quantity=6000), line("2", part="X"), line("3", part=None)], on=ON, prices=flat_prices(), book=CURRENT
    )
    assert (found.price_level, found.points, found.amount) == ("BL", D("0"), D("7200000.00"))
    assert [f.line for f in found.faults] == ["3", "2"]


def test_an_empty_order_costs_nothing() -> None:
    found = order()
    assert (found.amount, found.points, found.price_level) == (D("0.00"), D("0.00"), "BL")


def estimate(**changes):
    wanted = {"reinstatement_part": "R", "renewal_part": PARTS[0], "quantity": 2, "on": ON, "book": CURRENT}
    prices = PriceBook("DKK", (*flat_prices().rows, PriceRow("R", "BL", D("2000.00"), date(2020, 1, 1))))
    return reinstatement_estimate("1", **{**wanted, "prices": prices, **changes})


def test_reinstatement_from_the_list_or_three_annual_renewals() -> None:
    assert (estimate().amount, estimate().from_list) == (D("4000.00"), True)
    for without in (None, "unknown"):
        found = estimate(reinstatement_part=without)
        assert (found.amount, found.from_list) == (D("7200.00"), False)
        assert found.explanation.inputs["factor"] == 3
    assert estimate(reinstatement_part=None, renewal_part=None) is None
    assert estimate(reinstatement_part=None, renewal_part="unknown") is None


LINES = st.lists(
    st.builds(
        lambda part, quantity, months, points: (part, quantity, months, points),
        st.sampled_from(PARTS),
        st.integers(1, 500),
        st.integers(1, 12),
        st.decimals(0, 50, places=2),
    ),
    max_size=12,
)


@given(LINES, st.sampled_from(("BL", "E", "H", "GV")), st.randoms(use_true_random=False))
def test_the_sum_of_lines_is_the_order_in_any_sequence(drawn, rsvp, shuffled) -> None:
    lines = [
        line(str(i), part, quantity, Period(ON, date(2026 + months // 12, months % 12 + 1, 1) - DAY), points)
        for i, (part, quantity, months, points) in enumerate(drawn)
    ]
    found = order(*lines, rsvp=rsvp)
    assert found.amount == sum((ln.amount for ln in found.lines), D(0))
    assert found.points == sum((ln.points for ln in found.lines), D(0))
    for ln in found.lines:
        assert ln.amount == round_money(ln.unit_price * ln.quantity * ln.months / 12, "DKK")
    again = list(lines)
    shuffled.shuffle(again)
    other = order(*again, rsvp=rsvp)
    assert {ln.key: ln for ln in other.lines} == {ln.key: ln for ln in found.lines}
    assert replace(other, lines=()) == replace(found, lines=())


@given(st.integers(-(10**24), 10**24), st.sampled_from((1, 3, 7, 11, 12, 13, 200, 23)), st.sampled_from(("DKK", "JPY")))
def test_exact_sums_are_rounded_half_away_from_zero_whatever_their_size(units: int, months: int, currency: str) -> None:
    step = Fraction(1, 100) if currency == "DKK" else Fraction(1)
    exact = Fraction(units, 2 * months) * step
    found = Fraction(round_exact(exact, currency))
    assert abs(found - exact) <= step / 2
    if abs(found - exact) == step / 2:
        assert abs(found) > abs(exact)
    assert not round_exact(exact, currency).is_signed() or exact < 0
    assert round_exact(-exact, currency) == -round_exact(exact, currency)


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert str(round_exact(Fraction(-1, 1000), "DKK")) == "0.00"
