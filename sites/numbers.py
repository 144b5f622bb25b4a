"""Numbers for people to quote: one database sequence a kind, never given twice."""

from django.db import connection

SEQUENCES = frozenset(
    {"adjustment", "transfer", "batch", "quote", "proof", "site", "agreement", "price_import", "holdings_import"}
)


def next_number(name: str) -> int:
    """The next number of a kind. Raises ValueError for a kind that isn't numbered."""
    return next_numbers(name, 1)[0]


def next_numbers(name: str, count: int) -> list[int]:
    """The next `count` numbers of a kind, rising. Raises ValueError for a kind that isn't numbered."""
    if name not in SEQUENCES:
        raise ValueError(f"nothing is numbered as {name!r}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [f"passage_{name}_number", count])
        return sorted(int(number) for (number,) in cursor.fetchall())
