"""How each figure of a quote came about, in words of the reader's language."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from portal.kernel.money import minor_step
from renewals.models import QuoteLine
from sites.formats import format_amount, format_date, format_number, format_points

YEAR_MONTHS = 12
_MORE_PLACES = Decimal("0.0001")


def amount_words(line: QuoteLine, currency: str) -> str:
    """602.00 × 1 × 7 ÷ 12 = 351.17, rounded half up (rule T7, version …)."""
    why = line.why["amount"]
    lang = get_language() or "en"
    inputs = why["inputs"]
    price, quantity, months = Decimal(inputs["unit_price"]), int(inputs["quantity"]), int(inputs["months"])
    sum_ = f"{format_amount(price, currency, lang)} × {format_number(quantity, lang)} × {months} ÷ {YEAR_MONTHS}"
    exact = price * quantity * months / YEAR_MONTHS
    result = format_amount(Decimal(why["result"]), currency, lang)
    even = exact == exact.quantize(minor_step(currency))
    return _closed(f"{sum_} = {result}", _("exact") if even else _("rounded half up"), why)


def points_words(line: QuoteLine) -> str:
    """20.00 × 1 × 7 ÷ 12 = 11.67, rounded half up to two places (rule P2, version …); why there are none else."""
    why = line.why.get("points")
    if why is None:
        return _("Express orders earn no points (rule P3).")
    lang = get_language() or "en"
    inputs = why["inputs"]
    each, quantity, months = Decimal(inputs["points_each"]), int(inputs["quantity"]), int(inputs["months"])
    sum_ = f"{format_points(each, lang)} × {format_number(quantity, lang)} × {months} ÷ {YEAR_MONTHS}"
    exact = each * quantity * months / YEAR_MONTHS
    even = exact == exact.quantize(Decimal("0.01"))
    result = format_points(Decimal(why["result"]), lang)
    return _closed(f"{sum_} = {result}", _("exact") if even else _("rounded half up to two places"), why)


def price_words(line: QuoteLine, currency: str) -> str:
    """Which price was taken: part, level, day and list."""
    inputs = line.why["price"]["inputs"]
    lang = get_language() or "en"
    return _(
        "Price of %(part)s for 12 months and one unit at level %(level)s on %(day)s: %(price)s %(currency)s "
        "(list “%(price_list)s”, rule book section 4). The list price is that of level BL: %(list_price)s %(currency)s."
    ) % {
        "part": inputs["part_number"],
        "level": inputs["level"],
        "day": _day(inputs["on"]),
        "price": format_amount(line.unit_price, currency, lang),
        "list_price": format_amount(line.list_unit_price, currency, lang),
        "currency": currency,
        "price_list": inputs["price_list"],
    }


def level_words(line: QuoteLine) -> str:
    """Why the whole order is priced at its level."""
    why = line.why["level"]
    inputs = why["inputs"]
    if why["rule"] != "P4":
        return _("Express renewals are priced at level %(level)s (rule %(rule)s).") % {
            "level": why["result"],
            "rule": why["rule"],
        }
    return _(
        "RSVP level %(before)s before this order; the order's own %(points)s points make level %(own)s; "
        "the better of the two is %(level)s (rule P4, version %(version)s)."
    ) % {
        "before": inputs["rsvp_before"],
        "points": format_points(Decimal(inputs["order_points"]), get_language() or "en"),
        "own": inputs["own_level"],
        "level": why["result"],
        "version": why["version"],
    }


def cover_words(line: QuoteLine) -> str:
    """From which day to which the line renews, and why."""
    why = line.why["cover"]
    inputs = why["inputs"]
    told = {
        "paid": _day(inputs["paid_until"]),
        "start": _day(line.cover_start.isoformat()),
        "end": _day(line.cover_end.isoformat()),
        "months": ngettext("%(count)s month", "%(count)s months", line.months) % {"count": line.months},
        "rule": why["rule"],
        "version": why["version"],
    }
    if "transition_until" in inputs:
        told["bridge"] = _day(inputs["transition_until"])
        return (
            _(
                "Paid until %(paid)s, then by the transition quote until %(bridge)s; renewed %(start)s to %(end)s, "
                "%(months)s (rule %(rule)s, version %(version)s)."
            )
            % told
        )
    return (
        _("Paid until %(paid)s; renewed %(start)s to %(end)s, %(months)s (rule %(rule)s, version %(version)s).") % told
    )


def paid_until(line: QuoteLine) -> date:
    """The last day that was paid for when the quote was made."""
    return date.fromisoformat(line.why["cover"]["inputs"]["paid_until"])


def points_each(line: QuoteLine) -> Decimal | None:
    """Points of one unit for 12 months; None where the order earns none."""
    why = line.why.get("points")
    return Decimal(why["inputs"]["points_each"]) if why else None


def _closed(sum_: str, rounding: str, why: Mapping[str, Any]) -> str:
    return _("%(sum)s, %(rounding)s (rule %(rule)s, version %(version)s)") % {
        "sum": sum_,
        "rounding": rounding,
        "rule": why["rule"],
        "version": why["version"],
    }


def _day(iso: str) -> str:
    return format_date(date.fromisoformat(iso), get_language() or "en")
