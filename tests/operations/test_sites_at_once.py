"""Enrollments when two act at the same time."""

from collections.abc import Callable
from typing import Any

from portal.kernel.errors import Refused
from sites.models import Customer, Enrollment
from tests import cast
from tests.enrolling import NEWCOMER, decide, submitted, wish


def test_two_reps_at_once_accept_once(committed: str, at_once: Callable[..., list[Any]]) -> None:
    enrollment = submitted(cast.acting, "jonas", wish())
    results = at_once(
        lambda: decide(cast.acting, "rikke", enrollment, "accept"),
        lambda: decide(cast.acting, "soren", enrollment, "accept"),
    )
    assert sorted(type(r).__name__ for r in results) == ["Enrollment", "Refused"]
    with cast.looking():
        assert Customer.objects.filter(registration_number=NEWCOMER).count() == 1


def test_the_same_form_sent_twice_at_once_is_submitted_once(committed: str, at_once: Callable[..., list[Any]]) -> None:
    results = at_once(*[lambda: submitted(cast.acting, "jonas", wish())] * 2)
    assert {type(r) for r in results} == {Enrollment, Refused}
    with cast.looking():
        assert Enrollment.objects.count() == 1


def test_two_newcomers_of_one_number_become_one_customer(committed: str, at_once: Callable[..., list[Any]]) -> None:
    first = submitted(cast.acting, "jonas", wish())
    second = submitted(cast.acting, "lars", wish())
    results = at_once(
        lambda: decide(cast.acting, "rikke", first, "accept"),
        lambda: decide(cast.acting, "soren", second, "accept"),
    )
    # The one who comes second meets a customer that the other's requester has no mandate for.
    assert {type(r) for r in results} == {Enrollment, Refused}
    with cast.looking():
        assert Customer.objects.filter(registration_number=NEWCOMER).count() == 1
