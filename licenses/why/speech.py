"""Figures, days and sums as an explanation's reader writes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.kernel.money import POINT_STEP, minor_step
from sites.formats import format_amount, format_date, format_money, format_number, format_points

# Figures of a sum that are written out; more are told by their number alone.
MOST_TERMS = 8
SHOWN_PLACES = Decimal("0.0001")
TIMES, DIVIDED, EQUALS, PLUS, MINUS = " × ", " ÷ ", " = ", " + ", " − "
NOTHING = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Speech:
    """How figures are written: `lang` is the reader's, `currency` an ISO code or "" where none is known."""

    lang: str
    currency: str = ""

    def amount(self, value: Decimal) -> str:
        """Money beside its currency, to the minor unit."""
        return format_amount(value, self.currency or "XXX", self.lang)

    def money(self, value: Decimal) -> str:
        """Money with its currency, where that is known."""
        return format_money(value, self.currency, self.lang) if self.currency else self.amount(value)

    def points(self, value: Decimal) -> str:
        """Points, two places."""
        return format_points(value, self.lang)

    def number(self, value: Decimal | int) -> str:
        """A count, or a decimal with the places it has."""
        return format_number(value, self.lang)

    def day(self, value: date) -> str:
        """A date."""
        return format_date(value, self.lang)

    def months(self, count: int) -> str:
        """A count of months."""
        return ngettext("%(count)s month", "%(count)s months", count) % {"count": self.number(count)}

    def smallest(self) -> str:
        """The smallest unit that amounts are rounded to."""
        return str(_units().get(self.currency) or _("the currency's smallest unit"))

    def rounded_money(self, exact: Fraction) -> str:
        """Whether an amount had to be rounded, and how."""
        if _is_even(exact, minor_step(self.currency)):
            return _("exact")
        return _("rounded half up to %(unit)s") % {"unit": self.smallest()}

    def rounded_points(self, exact: Fraction) -> str:
        """Whether points had to be rounded, and how."""
        return _("exact") if _is_even(exact, POINT_STEP) else _("rounded half up to two places")

    def cut(self, exact: Fraction) -> str:
        """A figure that is not rounded: two places where they tell it all, else four, with dots where more follow."""
        value = Decimal(exact.numerator) / exact.denominator
        short = value.quantize(POINT_STEP, rounding=ROUND_DOWN)
        if Fraction(short) == exact:
            return self.number(short)
        four = value.quantize(SHOWN_PLACES, rounding=ROUND_DOWN)
        return self.number(four) + ("" if Fraction(four) == exact else "…")


def _units() -> dict[str, str]:
    return {
        "DKK": _("the øre"),
        "NOK": _("the øre"),
        "SEK": _("the öre"),
        "EUR": _("the cent"),
        "USD": _("the cent"),
        "GBP": _("the penny"),
    }


def _is_even(exact: Fraction, step: Decimal) -> bool:
    return (exact / Fraction(step)).denominator == 1


def added(written: Iterable[str]) -> str:
    """Figures in one sum; a minus stands before those that are below nothing."""
    told = ""
    for figure in written:
        below = figure.startswith("-")
        bare = figure[1:] if below else figure
        if told:
            told += (MINUS if below else PLUS) + bare
        else:
            told = f"{MINUS.strip()}{bare}" if below else bare
    return told


@dataclass(frozen=True, slots=True)
class Inputs:
    """What went into a figure, whether it comes from the rules or from a store: read by name and kind.

    Reading one that is missing raises KeyError, one of another kind ValueError or ArithmeticError.
    """

    given: Mapping[str, Any]

    def __contains__(self, name: str) -> bool:
        return self.given.get(name) is not None

    def decimal(self, name: str) -> Decimal:
        return as_decimal(self.given[name])

    def whole(self, name: str) -> int:
        return int(self.given[name])

    def day(self, name: str) -> date:
        return as_day(self.given[name])

    def text(self, name: str) -> str:
        value = self.given[name]
        return NOTHING if value is None else str(value)


def as_decimal(value: Any) -> Decimal:
    """A decimal, or its text."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def as_day(value: Any) -> date:
    """A date, or its ISO text."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def as_period(value: Any) -> tuple[date, date]:
    """Both ends of a period that was written as 2026-08-01..2027-06-30."""
    start, _sep, end = str(value).partition("..")
    return date.fromisoformat(start), date.fromisoformat(end)
