"""What each input of a derivation is called, and how its value is written."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from licenses.why.speech import NOTHING, Speech, as_day, as_decimal, as_period
from sites.words import shown


class Label(NamedTuple):
    """`name` for people; `write` puts the value into the reader's language."""

    name: str | Promise
    write: Callable[[Speech, Any], str]


def _money(say: Speech, value: Any) -> str:
    return say.money(as_decimal(value))


def _points(say: Speech, value: Any) -> str:
    return say.points(as_decimal(value))


def _number(say: Speech, value: Any) -> str:
    return say.number(as_decimal(value))


def _day(say: Speech, value: Any) -> str:
    return say.day(as_day(value))


def _text(_say: Speech, value: Any) -> str:
    return str(value)


def _period(say: Speech, value: Any) -> str:
    start, end = as_period(value)
    return f"{say.day(start)} – {say.day(end)}"


def _periods(say: Speech, value: Any) -> str:
    return ", ".join(_period(say, span) for span in str(value).split(", "))


LABELS: dict[str, Label] = {
    "unit_price": Label(_("Unit price for 12 months"), _money),
    "list_unit_price": Label(_("List price for 12 months"), _money),
    "quantity": Label(_("Quantity"), _number),
    "months": Label(_("Months"), _number),
    "within": Label(_("Months that begin in the window"), _number),
    "currency": Label(_("Currency"), _text),
    "points_each": Label(_("Points of one unit for 12 months"), _points),
    "part_number": Label(_("Part"), _text),
    "level": Label(_("Level"), _text),
    "on": Label(_("Day"), _day),
    "price_list": Label(_("Price list"), _text),
    "valid_from": Label(_("Price valid from"), _day),
    "amount": Label(_("Amount"), _money),
    "annual_renewal": Label(_("Annual renewal"), _money),
    "factor": Label(_("Multiple of the annual renewal"), _number),
    "rsvp_before": Label(_("RSVP level before"), _text),
    "rsvp_after": Label(_("RSVP level after"), _text),
    "own_level": Label(_("Level of its own points"), _text),
    "order_points": Label(_("Points of the order"), _points),
    "points_before": Label(_("Points in the Term before"), _points),
    "points_after": Label(_("Points in the Term after"), _points),
    "opening_level": Label(_("Level that the Term opened with"), _text),
    "points": Label(_("Points in the Term"), _points),
    "highest_points": Label(_("Highest sum in the Term"), _points),
    "old_level": Label(_("Level at the end of the Term"), _text),
    "term_points": Label(_("Points of the ended Term"), _points),
    "anniversary": Label(_("Anniversary"), _day),
    "threshold": Label(_("Threshold"), _points),
    "next_level": Label(_("Next level"), _text),
    "paid_until": Label(_("Paid until"), _day),
    "transition_until": Label(_("Transition quote until"), _day),
    "acquired_on": Label(_("Bought on"), _day),
    "initial_start": Label(_("First day of the initial Term"), _day),
    "initial_end": Label(_("Last day of the initial Term"), _day),
    "starts_on": Label(_("From"), _day),
    "ends_on": Label(_("To"), _day),
    "first_start": Label(_("Earliest cover starts"), _day),
    "made_on": Label(_("Made on"), _day),
    "effective_on": Label(_("Effective date"), _day),
    "until": Label(_("First day after the window"), _day),
    "with": Label(_("With the move"), _money),
    "without": Label(_("Without the move"), _money),
    "year": Label(_("Calendar year"), _text),
    "lines": Label(_("Lines"), _number),
    "orders": Label(_("Orders"), _number),
    "before": Label(_("Already in the Term"), _points),
    "ordered": Label(_("Ordered in it"), _points),
    "segments": Label(_("Segments of cover"), _periods),
    "overlap_days": Label(_("Days paid for twice"), _number),
    "term": Label(_("Term"), _period),
}


_ORDER = {name: place for place, name in enumerate(LABELS)}


def in_reading_order(names: Iterable[str]) -> list[str]:
    """Names of inputs as they are read one after the other: a store keeps them in an order of its own."""
    return sorted(names, key=lambda name: (_ORDER.get(name, len(_ORDER)), name))


def labelled(name: str, value: Any, say: Speech) -> tuple[str, str] | None:
    """Label and value of an input as its reader writes them; None for one that is no figure of its own."""
    label = LABELS.get(name)
    if label is None:
        return None
    return _name(name, say.lang), NOTHING if value is None else label.write(say, value)


@lru_cache(maxsize=512)
def _name(name: str, lang: str) -> str:
    with override(lang):
        return str(LABELS[name].name)


def figure_words(name: str) -> str:
    """What an input is called; one without a label by its own name."""
    label = LABELS.get(name)
    return str(label.name) if label else name


_PERIOD = re.compile(r"\d{4}-\d{2}-\d{2}\.\.\d{4}-\d{2}-\d{2}")


def as_read(stored: str) -> str:
    """A stored text as its reader writes what it holds: a period, a day, or an amount with two places."""
    if _PERIOD.fullmatch(stored):
        with suppress(ValueError):  # a day that doesn't exist is shown as it was written
            return _period(Speech(get_language() or "en"), stored)
    return shown(stored)
