"""Amounts, numbers and dates as a reader of Danish or English writes them, on pages and in papers alike.

Danish: 1.234,56 DKK, 5.3.2027 and 5.3.2027 kl. 14.05. English: DKK 1,234.56, 5 March 2027 and 5 March 2027, 14:05.
The currency is named by its ISO code, so that a paper with kroner and one with euro can't be mistaken; a no-break
space keeps it beside its amount.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date as babel_date
from babel.numbers import NumberPattern, parse_pattern
from django.utils import timezone

from portal.kernel.money import minor_step, round_money, round_points

NBSP = "\N{NO-BREAK SPACE}"
DAY_PATTERNS = {"da": "d.M.y", "en": "d MMMM y"}
MONTH_PATTERN = "LLL"
TIME_PATTERNS = {"da": " kl. %H.%M", "en": ", %H:%M"}
SECOND_PATTERNS = {"da": " kl. %H.%M.%S", "en": ", %H:%M:%S"}
DEFAULT = "en"
# Babel rounds half even to the places of its pattern: none of ours is shorter than the value it is given.
MOST_PLACES = 12


@lru_cache(maxsize=64)
def _language(lang: str) -> str:
    """`da` for da, da-dk, da_DK; English for what we have no patterns for."""
    code = lang.replace("_", "-").split("-")[0].lower()
    return code if code in DAY_PATTERNS else DEFAULT


@lru_cache(maxsize=8)
def _locale(language: str) -> Locale:
    return Locale.parse(language)


@lru_cache(maxsize=MOST_PLACES + 1)
def _pattern(places: int) -> NumberPattern:
    return parse_pattern("#,##0" + ("." + "0" * places if places else ""))


def _exact(value: Decimal | int | str) -> Decimal:
    if isinstance(value, float):
        raise TypeError(f"{value!r} is a float: money, points and quantities are exact decimals")
    return Decimal(value)


def _write(value: Decimal, places: int, lang: str) -> str:
    written: str = _pattern(places).apply(value, _locale(_language(lang)))
    return written


def _places(step: Decimal) -> int:
    exponent = step.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def format_amount(amount: Decimal | int | str, currency: str, lang: str) -> str:
    """`amount` without its currency, half up to the minor unit of `currency`: 1.234,56 or 1,234.56."""
    rounded = round_money(_exact(amount), currency)
    return _write(rounded, _places(minor_step(currency)), lang)


def format_money(amount: Decimal | int | str, currency: str, lang: str) -> str:
    """`amount` in `currency` (ISO 4217), half up to its minor unit: 1.234,56 DKK or DKK 1,234.56.

    Raises TypeError for a float.
    """
    written = format_amount(amount, currency, lang)
    return f"{written}{NBSP}{currency}" if _language(lang) == "da" else f"{currency}{NBSP}{written}"


def format_points(points: Decimal | int | str, lang: str) -> str:
    """`points` half up to two places (rule P2): 1.234,50 or 1,234.50. Raises TypeError for a float."""
    return _write(round_points(_exact(points)), 2, lang)


def format_number(value: Decimal | int | str, lang: str) -> str:
    """`value` with thousands apart and the decimals it has (at most 12): 12.345 or 12,345.

    Raises TypeError for a float.
    """
    exact = _exact(value)
    places = min(_places(exact), MOST_PLACES)
    return _write(exact, places, lang)


def format_date(day: date, lang: str) -> str:
    """`day` as 5.3.2027 in Danish, 5 March 2027 in English. A datetime counts by its own date."""
    return _day(day.date() if isinstance(day, datetime) else day, _language(lang))


@lru_cache(maxsize=4096)
def _day(day: date, language: str) -> str:
    return babel_date(day, DAY_PATTERNS[language], locale=_locale(language))


def format_month(day: date, lang: str, *, year: bool = False) -> str:
    """The month of `day`, short enough for an axis: mar. or mar. 2027 in Danish, Mar or Mar 2027 in English."""
    return babel_date(day, f"{MONTH_PATTERN} y" if year else MONTH_PATTERN, locale=_locale(_language(lang)))


def format_moment(instant: datetime, lang: str, *, seconds: bool = False) -> str:
    """`instant` in the current time zone: 5.3.2027 kl. 14.05 or 5 March 2027, 14:05; one without a zone as it is."""
    local = timezone.localtime(instant) if timezone.is_aware(instant) else instant
    language = _language(lang)
    pattern = (SECOND_PATTERNS if seconds else TIME_PATTERNS)[language]
    return _day(local.date(), language) + local.strftime(pattern)
