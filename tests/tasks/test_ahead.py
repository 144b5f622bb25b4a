"""Items made ahead: the same in the same order, one beyond the one at hand, and nothing left when it is over."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from sites.ahead import ahead


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("ahead")}


@given(st.lists(st.integers()))
def test_the_same_in_the_same_order(numbers: list[int]) -> None:
    assert list(ahead(iter(numbers))) == numbers


def test_the_next_is_made_meanwhile_and_no_more_than_that() -> None:
    made: list[int] = []
    asked_for = [threading.Event() for _ in range(4)]

    def numbers() -> Iterator[int]:
        for number in range(4):
            made.append(number)
            asked_for[number].set()
            yield number

    items = ahead(numbers())
    assert next(items) == 0
    assert asked_for[1].wait(10)
    assert made == [0, 1]
    items.close()


def test_what_making_raises_is_raised_where_it_would_have_been() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise LookupError("two")

    items = ahead(broken())
    assert next(items) == 1
    with pytest.raises(LookupError):
        next(items)
    assert not threads()


def test_nothing_is_left_of_one_that_is_left_early() -> None:
    ended = threading.Event()

    def endless() -> Iterator[int]:
        while not ended.is_set():
            yield 1

    items = ahead(endless())
    next(items)
    items.close()
    assert not threads()


@pytest.mark.django_db
def test_inside_a_transaction_items_see_what_it_wrote() -> None:
    def seen() -> Iterator[tuple[str, bool]]:
        yield threading.current_thread().name, connection.in_atomic_block

    with transaction.atomic():
        assert list(ahead(seen())) == [(threading.current_thread().name, True)]
