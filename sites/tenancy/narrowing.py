"""Work on a few customers of many sees those alone, and so asks about a row in the time that a few take.

The walls compare each row with the list of what the actor reaches. For the portal that is every customer there is, and
a night's run over all of them would take for each row a time that grows with their number.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection


@contextmanager
def seeing_only(customers: Iterable[UUID]) -> Iterator[None]:
    """Inside, the transaction's actor reaches no others than `customers`, and never more than without it."""
    before = _narrowed("{" + ",".join(sorted(map(str, customers))) + "}")
    yield
    _restored(before)


def _narrowed(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('passage.narrowed', true), ''),"
            " set_config('passage.narrowed', %s || '|' || actor_stamp(), true)",
            [text],
        )
        return str(cursor.fetchone()[0])


def _restored(before: str) -> None:
    # After a fault there is nothing to restore: it takes the transaction, or the savepoint around it, along.
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('passage.narrowed', %s, true)", [before])
