"""A stored quote, computed again: each derivation, and each figure beside the derivation that made it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from licenses.rules.rerun import BookOf, Broken, rerun
from portal.kernel.explanation import Explanation


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line as it was stored: `figures` by the names of its fields, `why` its derivations by figure."""

    item: int
    figures: Mapping[str, Any]
    why: Mapping[str, Explanation]


@dataclass(frozen=True, slots=True)
class StoredQuote:
    """A quote as it was stored; `sums` are the derivations of total, points and last day of prices, made of its
    lines; `estimates` those of lapsed lines that were left out."""

    version: str
    figures: Mapping[str, Any]
    lines: tuple[StoredLine, ...]
    sums: Mapping[str, Explanation]
    estimates: tuple[Explanation, ...] = ()


@dataclass(frozen=True, slots=True)
class QuoteBreak:
    """A figure of a quote that no longer follows; `item` is its line, None for one of the quote as a whole."""

    item: int | None
    broken: Broken


@dataclass(frozen=True, slots=True)
class Rerun:
    """What came of it: how many derivations were computed again, and each that came to something else."""

    derivations: int
    breaks: tuple[QuoteBreak, ...]


def rerun_quote(quote: StoredQuote, book_of: BookOf) -> Rerun:
    """Compute everything again that `quote` says; `book_of` gives the rule book of a version."""
    breaks: list[QuoteBreak] = []
    count = 0
    for line in quote.lines:
        for why in line.why.values():
            count += _nodes(why)
            breaks += [QuoteBreak(line.item, broken) for broken in rerun(why, book_of)]
        breaks += [QuoteBreak(line.item, broken) for broken in _line_breaks(line, quote)]
    # The parts of a sum are the lines' own derivations, which were looked at with their line.
    for why in (*quote.sums.values(), *quote.estimates):
        count += 1
        breaks += [QuoteBreak(None, broken) for broken in rerun(why, book_of) if why.rule != "7"]
    breaks += [QuoteBreak(None, broken) for broken in _whole_breaks(quote)]
    return Rerun(count, tuple(breaks))


def _nodes(why: Explanation) -> int:
    return 1 + sum(_nodes(part) for part in why.parts)


# Each figure of a line, and where its derivations say the same: the name of one, and of an input (None: its result).
_SAID: tuple[tuple[str, str, str | None], ...] = (
    ("amount", "amount", None),
    ("unit_price", "amount", "unit_price"),
    ("unit_price", "price", None),
    ("list_unit_price", "price", "list_unit_price"),
    ("quantity", "amount", "quantity"),
    ("renewal_part", "price", "part_number"),
    ("cover", "cover", None),
    ("points", "points", None),
)


def _line_breaks(line: StoredLine, quote: StoredQuote) -> list[Broken]:
    found: list[Broken] = []
    for figure, name, source in _SAID:
        why = line.why.get(name)
        if why is None:
            found.append(Broken("", name, _text(line.figures[figure]), None))
        elif source is None or source in why.inputs:
            said = why.result if source is None else why.inputs[source]
            found += _unequal(why.rule, figure, line.figures[figure], said)
    level, price = line.why.get("level"), line.why.get("price")
    if level and price:
        found += _unequal("4", "level", price.inputs.get("level"), level.result)
    if level and level.rule == "P4":
        for figure, source in (("points", "order_points"), ("quote_level", "own_level"), ("rsvp_level", "rsvp_before")):
            found += _unequal("P4", source, level.inputs.get(source), quote.figures[figure])
    for why in line.why.values():
        found += _unequal(why.rule, "version", why.version, quote.version)
    return found


def _whole_breaks(quote: StoredQuote) -> list[Broken]:
    found: list[Broken] = []
    for figure, name in (("total", "amount"), ("points", "points")):
        summed = sum((Decimal(str(line.figures[name])) for line in quote.lines), Decimal(0))
        found += _unequal("7", figure, quote.figures[figure], summed)
    return found


def _unequal(rule: str, figure: str, stored: Any, follows: Any) -> list[Broken]:
    return [] if _same(stored, follows) else [Broken(rule, figure, _text(stored), _text(follows))]


def _same(stored: Any, follows: Any) -> bool:
    if isinstance(stored, Decimal) or isinstance(follows, Decimal):
        try:
            return Decimal(str(stored)) == Decimal(str(follows))
        except InvalidOperation:
            return False
    return str(stored) == str(follows)


def _text(value: Any) -> str:
    return "–" if value is None else str(value)
