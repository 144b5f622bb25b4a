"""Pages of a list by keyset: a deep page costs what the first one does."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldError, ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

PAGE_SIZE = 50
MOST_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Slice:
    """One page: its rows, and the addresses of its neighbors (None: none there)."""

    rows: list[Any]
    previous: str | None
    next: str | None


def slice_of(
    rows: QuerySet[Any],
    order: tuple[str, ...],
    request: HttpRequest,
    *,
    descending: bool = False,
    size: int = PAGE_SIZE,
) -> Slice:
    """The page of `rows` that `?from=` asks for, by `order`, whose last field is unique.

    A bad cursor gives the first page.
    """
    backwards, after = _position(request.GET.get("from", ""), order)
    falling = descending != backwards
    ordered = rows.order_by(*[f"-{name}" if falling else name for name in order])
    try:
        found = list(ordered.filter(_beyond(order, after, falling))[: size + 1]) if after else list(ordered[: size + 1])
    except (ValidationError, ValueError, FieldError):
        backwards, after, found = False, None, list(rows.order_by(*order)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    before, behind = (more, True) if backwards else (after is not None, more)
    return Slice(
        rows=found,
        previous=_address(request, "<", found[0], order) if found and before else None,
        next=_address(request, ">", found[-1], order) if found and behind else None,
    )


def part_of(items: Sequence[Any], request: HttpRequest, name: str, *, size: int = PAGE_SIZE) -> Slice:
    """The page of a list that was read whole already, from the place that `?name=` says; a bad one gives the first."""
    asked = request.GET.get(name, "")
    start = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < MOST_DIGITS else 0
    start = start if start < len(items) else 0

    def address(place: int) -> str:
        params = request.GET.copy()
        params[name] = str(max(place, 0))
        return f"?{params.urlencode()}"

    return Slice(
        rows=list(items[start : start + size]),
        previous=address(start - size) if start else None,
        next=address(start + size) if start + size < len(items) else None,
    )


def _position(cursor: str, order: tuple[str, ...]) -> tuple[bool, list[str] | None]:
    try:
        values = json.loads(cursor[1:])
    except ValueError:
        return False, None
    fits = isinstance(values, list) and len(values) == len(order) and all(isinstance(v, str) for v in values)
    return (cursor[0] == "<", values) if fits else (False, None)


def _beyond(order: tuple[str, ...], after: list[str], falling: bool) -> Q:
    side, found = ("lt" if falling else "gt"), Q()
    for depth, name in enumerate(order):
        equal = dict(zip(order[:depth], after, strict=False))
        found |= Q(**equal, **{f"{name}__{side}": after[depth]})
    return found


def _address(request: HttpRequest, direction: str, row: Model, order: tuple[str, ...]) -> str:
    params = request.GET.copy()
    params["from"] = direction + json.dumps([str(_value(row, name)) for name in order])
    return f"?{params.urlencode()}"


def _value(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    return row
