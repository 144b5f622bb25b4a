"""Filters for pages: figures and dates in the reader's language. A missing value prints nothing."""

from datetime import date
from decimal import Decimal

from django import template
from django.utils.translation import get_language

from sites import formats

register = template.Library()


def _lang() -> str:
    return get_language() or formats.DEFAULT


@register.filter
def money(amount: Decimal | int | str | None, currency: str) -> str:
    """`{{ line.amount|money:quote.currency }}`: 1.234,56 DKK or DKK 1,234.56."""
    return "" if amount in (None, "") else formats.format_money(amount, currency, _lang())


@register.filter
def points(value: Decimal | int | str | None) -> str:
    """`{{ term.points|points }}`: always two places."""
    return "" if value in (None, "") else formats.format_points(value, _lang())


@register.filter
def number(value: Decimal | int | str | None) -> str:
    """`{{ line.quantity|number }}`: thousands apart."""
    return "" if value in (None, "") else formats.format_number(value, _lang())


@register.filter
def day(value: date | None) -> str:
    """`{{ agreement.anniversary|day }}`: 5.3.2027 or 5 March 2027."""
    return "" if value in (None, "") else formats.format_date(value, _lang())
