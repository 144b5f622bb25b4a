"""Statements over whole sets of rows.

How many rows the walls let an actor see is nothing the planner knows: it takes a rep's million for a customer's few,
and reads them all rather than go by keys. What is known by its key is therefore looked up in `LATERAL (… OFFSET 0)`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper


def array(values: Iterable[object]) -> str:
    """Keys, numbers or days as the text of a PostgreSQL array, None as NULL: one value to send, however many."""
    told = ",".join("NULL" if value is None else str(value) for value in values)
    return f"{{{told}}}"


@contextmanager
def staged(name: str, **columns: tuple[str, Iterable[object]]) -> Iterator[CursorWrapper]:
    """A temporary table for the statements of one step: each column with its type and values, as many rows as values.

    Analyzed, so that the planner knows how many there are; rows keep their place in the column `place`.
    """
    kinds = ", ".join(f"{column} {kind}" for column, (kind, _) in columns.items())
    arrays = ", ".join(f"%s::{kind}[]" for kind, _ in columns.values())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ({kinds}, place bigint) ON COMMIT DROP")
        cursor.execute(
            f"INSERT INTO {name} SELECT * FROM unnest({arrays}) WITH ORDINALITY",  # noqa: S608  # names of the code
            [array(values) for _, values in columns.values()],
        )
        cursor.execute(f"ANALYZE {name}")
        yield cursor
        cursor.execute(f"DROP TABLE {name}")


@contextmanager
def whole_sets(seconds: int) -> Iterator[CursorWrapper]:
    """A cursor for a transaction's statements over whole sets, each of which may take `seconds`.

    Of rows just written the planner knows nothing: it would join one by one what comes by thousands.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_nestloop = off; SELECT set_config('statement_timeout', %s, true)",
            [f"{seconds}s"],
        )
        yield cursor
        cursor.execute("SET LOCAL enable_nestloop = on; SET LOCAL statement_timeout = DEFAULT")
