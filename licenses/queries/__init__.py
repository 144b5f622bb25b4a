"""Read models over parts, prices, holdings and ledgers: a fixed number of queries whatever the rows."""

from licenses.queries.activity import site_activity
from licenses.queries.books import rule_book, rule_book_of, rule_books
from licenses.queries.lines import NOT_RENEWED, agreement_states, held_lines, renewable_lines
from licenses.queries.prices import ListedPrices, price_book, price_version, price_version_of
from licenses.queries.standings import standing, standings, term_points

__all__ = [
    "NOT_RENEWED",
    "ListedPrices",
    "agreement_states",
    "held_lines",
    "price_book",
    "price_version",
    "price_version_of",
    "renewable_lines",
    "rule_book",
    "rule_book_of",
    "rule_books",
    "site_activity",
    "standing",
    "standings",
    "term_points",
]
