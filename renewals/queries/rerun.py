"""Quotes as they are computed again: every stored figure beside its rule."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from licenses.queries import rule_book_of
from licenses.rules.rerun import BookOf
from portal.kernel.explanation import Explanation
from renewals.models import QuoteLine, RenewalQuote
from renewals.queries.why import line_why, quote_why
from renewals.rules.rerun import Rerun, StoredLine, StoredQuote, rerun_quote

_LINE_FIGURES = ("quantity", "renewal_part", "points", "list_unit_price", "unit_price", "amount")
_QUOTE_FIGURES = ("total", "points", "quote_level", "rsvp_level")
AT_ONCE = 100


def rerun_of(quote: RenewalQuote, lines: Sequence[QuoteLine]) -> Rerun:
    """Every derivation of `quote` computed again with the rule book of its version."""
    return rerun_quote(_stored(quote, lines), _books())


def all_reruns() -> Iterator[tuple[RenewalQuote, Rerun]]:
    """Each version of each quote that the actor sees, computed again; a fixed number of queries per hundred."""
    rows = RenewalQuote.objects.order_by("number", "version").prefetch_related("lines")
    book_of = _books()
    for quote in rows.iterator(chunk_size=AT_ONCE):
        yield quote, rerun_quote(_stored(quote, list(quote.lines.all())), book_of)


def _books() -> BookOf:
    """The rule book of a version, asked for once each."""
    return cache(rule_book_of)


def _stored(quote: RenewalQuote, lines: Sequence[QuoteLine]) -> StoredQuote:
    estimates = [each["reinstatement_why"] for each in quote.left_out if each.get("reinstatement_why")]
    whole = quote_why(quote, lines)
    return StoredQuote(
        version=quote.rule_version,
        figures={name: getattr(quote, name) for name in _QUOTE_FIGURES},
        lines=tuple(_line(line) for line in lines),
        sums={name: why for name, why in whole.items() if name != "level"},
        estimates=tuple(Explanation.from_json(each) for each in estimates),
    )


def _line(line: QuoteLine) -> StoredLine:
    figures: dict[str, Any] = {name: getattr(line, name) for name in _LINE_FIGURES}
    figures["cover"] = f"{line.cover_start}..{line.cover_end}"
    return StoredLine(line.item, figures, line_why(line))
