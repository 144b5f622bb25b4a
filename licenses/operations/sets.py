"""Statements that join whole sets of rows which were just written."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper


def array(values: Iterable[object]) -> str:
    """Keys, numbers or days as the text of a PostgreSQL array, None as NULL: one value to send, however many."""
    told = ",".join("NULL" if value is None else str(value) for value in values)
    return f"{{{told}}}"


@contextmanager
def whole_sets(seconds: int) -> Iterator[CursorWrapper]:
    """A cursor for a transaction's statements over whole sets, each of which may take `seconds`.

    Of rows just written the planner knows nothing: it would join one by one what comes by thousands.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_nestloop = off; SET LOCAL jit = off; SELECT set_config('statement_timeout', %s, true)",
            [f"{seconds}s"],
        )
        yield cursor
        cursor.execute("SET LOCAL enable_nestloop = on; SET LOCAL jit = DEFAULT; SET LOCAL statement_timeout = DEFAULT")
