"""Figures and dates as the reader of a language writes them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Engine
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from sites.formats import (
    format_amount,
    format_date,
    format_moment,
    format_money,
    format_month,
    format_number,
    format_points,
)


@pytest.mark.parametrize(
    ("amount", "currency", "danish", "english"),
    [
        (Decimal("1234.56"), "DKK", "1.234,56 DKK", "DKK 1,234.56"),
        (Decimal("351.165"), "DKK", "351,17 DKK", "DKK 351.17"),
        (Decimal("0.005"), "EUR", "0,01 EUR", "EUR 0.01"),
        (Decimal("0.015"), "EUR", "0,02 EUR", "EUR 0.02"),
        (Decimal("0.025"), "EUR", "0,03 EUR", "EUR 0.03"),
        (Decimal("-1234567.8"), "USD", "-1.234.567,80 USD", "USD -1,234,567.80"),
        (Decimal("1234.5"), "JPY", "1.235 JPY", "JPY 1,235"),
        (0, "DKK", "0,00 DKK", "DKK 0.00"),
        ("12345678901234567.89", "DKK", "12.345.678.901.234.567,89 DKK", "DKK 12,345,678,901,234,567.89"),
    ],
)
def test_money_is_rounded_half_up_and_names_its_currency(amount: Any, currency: str, danish: str, english: str) -> None:
    assert format_money(amount, currency, "da").replace("\u00a0", " ") == danish
    assert format_money(amount, currency, "en").replace("\u00a0", " ") == english


def test_amount_leaves_the_currency_to_the_heading() -> None:
    assert format_amount(Decimal("1234.5"), "DKK", "da") == "1.234,50"


def test_points_always_have_two_places() -> None:
    assert format_points(Decimal("499.995"), "da") == "500,00"
    assert format_points(7, "en") == "7.00"


def test_numbers_keep_the_decimals_they_have() -> None:
    assert format_number(1250, "da") == "1.250"
    assert format_number(Decimal("1250.50"), "en") == "1,250.50"


@pytest.mark.parametrize("lang", ["da", "da-dk", "da_DK", "DA"])
def test_danish_dates_are_day_month_year(lang: str) -> None:
    assert format_date(date(2027, 3, 5), lang) == "5.3.2027"


@pytest.mark.parametrize("lang", ["en", "en-us", "fr"])
def test_english_dates_spell_the_month_and_so_do_languages_without_a_pattern(lang: str) -> None:
    assert format_date(date(2027, 3, 5), lang) == "5 March 2027"
    assert format_date(datetime(2027, 3, 5, 23, 59, tzinfo=UTC), lang) == "5 March 2027"


def test_floats_are_refused() -> None:
    inexact: Any = 0.1
    for write in (format_points, format_number):
        with pytest.raises(TypeError, match="float"):
            write(inexact, "da")
    with pytest.raises(TypeError, match="float"):
        format_money(inexact, "DKK", "da")


@pytest.mark.parametrize(
    ("lang", "minutes", "seconds"),
    [("da", "5.3.2027 kl. 14.05", "5.3.2027 kl. 14.05.09"), ("en", "5 March 2027, 14:05", "5 March 2027, 14:05:09")],
)
def test_an_instant_is_written_in_the_time_zone_of_the_page(lang: str, minutes: str, seconds: str) -> None:
    instant = datetime(2027, 3, 5, 13, 5, 9, tzinfo=UTC)
    with timezone.override("Europe/Copenhagen"):
        assert format_moment(instant, lang) == minutes
        assert format_moment(instant, lang, seconds=True) == seconds
    assert format_moment(datetime(2027, 3, 5, 14, 5), "en") == "5 March 2027, 14:05"  # noqa: DTZ001


PAGE = "{% load formats %}{{ a|money:'DKK' }}|{{ p|points }}|{{ n|number }}|{{ d|day }}|{{ p|amount }}|{{ m|moment }}"


def _page(**values: Any) -> str:
    engine = Engine(libraries={"formats": "sites.templatetags.formats"})
    return engine.from_string(PAGE).render(Context(values)).replace("\u00a0", " ")


def test_filters_follow_the_active_language() -> None:
    values = {
        "a": Decimal("1234.5"),
        "p": Decimal("7.8"),
        "n": 1250,
        "d": date(2027, 3, 5),
        "m": datetime(2027, 3, 5, 8),  # noqa: DTZ001
    }
    with override("da"):
        assert _page(**values) == "1.234,50 DKK|7,80|1.250|5.3.2027|7,80|5.3.2027 kl. 08.00"
    with override("en"):
        assert _page(**values) == "DKK 1,234.50|7.80|1,250|5 March 2027|7.80|5 March 2027, 08:00"


def test_a_day_may_come_as_its_iso_text() -> None:
    with override("da"):
        assert _page(a="", p="", n=None, d="2027-03-05", m=None) == "|||5.3.2027||"


def test_filters_print_nothing_for_a_missing_value() -> None:
    assert _page(a=None, p=None, n="", d=None, m=None) == "|||||"


@pytest.mark.parametrize("lang", ["da", "en"])
def test_the_desk_writes_dates_like_every_page(lang: str) -> None:
    instant = datetime(2027, 3, 5, 14, 5)  # noqa: DTZ001
    with override(lang):
        for name in ("DATE_FORMAT", "SHORT_DATE_FORMAT"):
            assert date_format(instant, name) == format_date(instant, lang)
        for name in ("DATETIME_FORMAT", "SHORT_DATETIME_FORMAT"):
            assert date_format(instant, name) == format_moment(instant, lang)


@pytest.mark.parametrize(
    ("day", "danish", "english"),
    [
        (date(2027, 3, 5), "mar. 2027", "Mar 2027"),
        (date(2027, 5, 1), "maj 2027", "May 2027"),
        (date(2026, 12, 31), "dec. 2026", "Dec 2026"),
    ],
)
def test_months_on_an_axis_are_small_letters_in_danish(day: date, danish: str, english: str) -> None:
    assert format_month(day, "da", year=True) == danish
    assert format_month(day, "en", year=True) == english
    assert format_month(day, "da") == danish.removesuffix(day.strftime(" %Y"))
