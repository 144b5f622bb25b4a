"""Amounts of money in Danish and English writing; what can be read in two ways is refused."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses.intake.cells import MAX_AMOUNT, Unreadable, parse_amount

amounts = st.decimals(0, MAX_AMOUNT, places=2, allow_nan=False).filter(lambda a: a < MAX_AMOUNT)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", "0"),
        ("602", "602"),
        ("602.5", "602.5"),
        ("602,50", "602.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234.5", "1234.5"),
        ("1'234.50", "1234.50"),
        ("1\u2019234,50", "1234.50"),
        ("1.234.567", "1234567"),
        ("12,345,678.9", "12345678.9"),
        ("0.125", "0.125"),
        ("1234.5678", "1234.5678"),
    ],
)
def test_amounts(text: str, amount: str) -> None:
    assert parse_amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.234", "amount_ambiguous"),
        ("1,234", "amount_ambiguous"),
        ("999.999", "amount_ambiguous"),
        ("-1.234", "amount_ambiguous"),
        ("-5", "amount_range"),
        ("\u22125,00", "amount_range"),
        ("1000000000000", "amount_range"),
        ("DKK 5", "amount_shape"),
        ("5,-", "amount_shape"),
        ("1.23.456", "amount_shape"),
        ("1,234,50", "amount_shape"),
        ("1.234.56", "amount_shape"),
        ("five", "amount_shape"),
        ("1e5", "amount_shape"),
        ("٣", "amount_shape"),
        ("½", "amount_shape"),
        ("", "amount_shape"),
    ],
)
def test_amounts_that_are_none(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_amount(text)
    assert caught.value.code == code


@given(amounts)
def test_both_writings_read_back(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    danish = english.translate(str.maketrans(",.", ".,"))
    assert parse_amount(english) == parse_amount(danish) == parse_amount(f"{amount:f}") == amount


@given(st.text(max_size=20))
def test_anything_is_read_or_faulted(text: str) -> None:
    with suppress(Unreadable):
        assert 0 <= parse_amount(text) < MAX_AMOUNT
