"""Filters for pages: figures and dates in the reader's language. A missing value prints nothing."""

from datetime import date, datetime
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
def amount(value: Decimal | int | str | None) -> str:
    """`{{ line.amount|amount }}`: money or a price beside its currency, always two places."""
    return points(value)


@register.filter
def day(value: date | str | None) -> str:
    """`{{ agreement.anniversary|day }}`, a date or its ISO text: 5.3.2027 or 5 March 2027."""
    if value in (None, ""):
        return ""
    return formats.format_date(date.fromisoformat(value) if isinstance(value, str) else value, _lang())


@register.filter
def month(value: date) -> str:
    """`{{ row.on|month }}`: mar. or Mar."""
    return formats.format_month(value, _lang())


@register.filter
def month_of_year(value: date) -> str:
    """`{{ term.ends_on|month_of_year }}`: mar. 2027 or Mar 2027."""
    return formats.format_month(value, _lang(), year=True)


@register.filter
def moment(value: datetime | None) -> str:
    """`{{ entry.recorded_at|moment }}`: an instant in the page's time zone, to the minute."""
    return formats.format_moment(value, _lang()) if value else ""
