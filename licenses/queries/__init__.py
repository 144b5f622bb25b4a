"""Read models over parts, prices, holdings and ledgers: a fixed number of queries whatever the rows."""

from licenses.queries.activity import site_activity
from licenses.queries.books import rule_book, rule_book_of, rule_books
from licenses.queries.held import Held, held_rows, parts_by_number
from licenses.queries.lines import (
    NOT_RENEWED,
    TOLD_ONE_BY_ONE,
    RenewableLine,
    agreement_states,
    held_lines,
    renewable_at,
    renewable_lines,
)
from licenses.queries.prices import ListedPrices, price_book, price_version, price_versions
from licenses.queries.standings import standing, standings, term_points

__all__ = [
    "NOT_RENEWED",
    "TOLD_ONE_BY_ONE",
    "Held",
    "ListedPrices",
    "RenewableLine",
    "agreement_states",
    "held_lines",
    "held_rows",
    "parts_by_number",
    "price_book",
    "price_version",
    "price_versions",
    "renewable_at",
    "renewable_lines",
    "rule_book",
    "rule_book_of",
    "rule_books",
    "site_activity",
    "standing",
    "standings",
    "term_points",
]
