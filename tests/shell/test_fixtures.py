"""The suite's own ground: who the tests run as, and that nothing they do stays."""

import socket
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction

from sites.models import Enterprise
from sites.tenancy import system_actor


def _names() -> int:
    with transaction.atomic():
        system_actor()
        return Enterprise.objects.filter(name="Made by a test").count()


def _make() -> None:
    with transaction.atomic():
        system_actor()
        Enterprise.objects.create(name="Made by a test")


@pytest.mark.django_db
def test_tests_run_as_the_application_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False,)


@pytest.mark.django_db
@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_writes_is_gone_after_it(turn: int) -> None:
    assert _names() == 0
    _make()
    assert _names() == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_committed_is_a_database_of_its_own(committed: str, turn: int) -> None:
    assert connections["default"].settings_dict["NAME"] == committed
    _make()
    connection.close()
    assert _names() == 1


def test_at_once_keeps_results_and_exceptions_apart(at_once: Callable[..., list[Any]]) -> None:
    def fails() -> None:
        raise ValueError("no")

    results = at_once(_names, fails)

    assert results[0] == 0
    assert isinstance(results[1], ValueError)


def test_the_world_outside_is_out_of_reach() -> None:
    with socket.socket() as line, pytest.raises(AssertionError, match="stay on this machine"):
        line.connect(("192.0.2.1", 80))
