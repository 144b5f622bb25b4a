"""What the data of every paper holds, and how its cells are written for the reader."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from licenses.papers.labels import PRODUCT, not_affiliated, page_template
from licenses.papers.render import breakable
from sites.formats import format_date, format_moment, format_number, format_points

NOTHING = "\N{EN DASH}"

Cell = str | int | Decimal | date | datetime | None


def frame(title: str, day: date, whose: str = "", footer: str = "") -> dict[str, Any]:
    """Title, running header and footer of a paper as of `day`; `whose` it is stands in the header."""
    return {
        "title": title,
        "author": PRODUCT,
        "day": day.isoformat(),
        "running": [f"{PRODUCT} \N{MIDDLE DOT} {whose}" if whose else PRODUCT, title],
        "footer": footer or not_affiliated(),
        "page_template": page_template(),
        "heading": title,
    }


def shown_facts(facts: Iterable[tuple[str, str | Sequence[str]]]) -> list[list[str | list[str]]]:
    """Labels with one line or several; a dash where there is none."""
    return [[label, _lines([value] if isinstance(value, str) else value)] for label, value in facts]


def _lines(values: Iterable[str]) -> list[str]:
    return [breakable(value) for value in values if value] or [NOTHING]


def written(cell: Cell, lang: str) -> str:
    """A value as its reader writes it: decimals are points, instants are told to the second."""
    if cell is None:
        return NOTHING
    if isinstance(cell, datetime):
        return format_moment(cell, lang, seconds=True)
    if isinstance(cell, date):
        return format_date(cell, lang)
    if isinstance(cell, Decimal):
        return format_points(cell, lang)
    return format_number(cell, lang) if isinstance(cell, int) else cell
