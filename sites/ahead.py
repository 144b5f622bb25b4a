"""Work that goes on while its results are written: the next item is made on a thread of its own.

A step of a job waits for the database half of its time. What only reads can be got ready meanwhile.
"""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

from django.db import connection, connections

Item = TypeVar("Item")
_END: Any = object()


def ahead(items: Iterator[Item]) -> Generator[Item, None, None]:
    """The same items in their order; while one is dealt with, the next is made, with a connection of its own.

    Inside a transaction of the caller's, which no other connection sees into, they are made in turn. What making one
    raises is raised here. Leave it early by `close()`; the thread and its connection are gone then.
    """
    if connection.in_atomic_block:
        yield from items
        return
    pool = ThreadPoolExecutor(1, "ahead")
    following = partial(copy_context().run, lambda: next(items, _END))
    try:
        made = pool.submit(following)
        while (item := made.result()) is not _END:
            made = pool.submit(following)
            yield item
    finally:
        pool.submit(connections.close_all)
        pool.shutdown()
