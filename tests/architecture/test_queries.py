"""Lists ask the database the same number of questions whatever their length."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.architecture.addresses import addresses
from tests.cast import World
from tests.tenancy.ground import plant

Clients = Callable[..., Client]
ROWS = 3


def _lists(prefix: str = "") -> list[str]:
    """Addresses that name nothing: lists and forms."""
    left_out = ("accounts/", "admin/login", "admin/logout", "admin/autocomplete", "health/", "i18n/", "api/schema")
    routes = [a.route for a in addresses() if not any(mark in a.route for mark in "<(^")]
    return [f"/{route}" for route in routes if route.startswith(prefix) and not route.startswith(left_out)]


def _counts(client: Client, paths: list[str]) -> dict[str, int]:
    counts = {}
    for path in paths:
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        counts[path] = len(asked)
    return counts


def _grown(client: Client, paths: list[str], world: World) -> dict[str, str]:
    def more(first: int) -> None:
        for number in range(first, first + ROWS):
            plant(world.nordvind, world.mette, world.partner, number)

    more(31)
    _counts(client, paths)  # what is remembered after the first time counts for nobody
    before = _counts(client, paths)
    more(51)
    after = _counts(client, paths)
    return {path: f"{before[path]} → {after[path]}" for path in paths if after[path] > before[path]}


@pytest.mark.parametrize("who", ["mette", "jonas"])
def test_pages_and_interface_ask_no_more_for_more_rows(client_of: Clients, world: World, who: str) -> None:
    paths = [path for path in _lists() if not path.startswith("/admin/")]
    assert len(paths) > 20
    assert _grown(client_of(who), paths, world) == {}


def test_the_desk_asks_no_more_for_more_rows(client_of: Clients, world: World) -> None:
    paths = _lists("admin/")
    assert len(paths) > 40
    assert _grown(client_of("admin"), paths, world) == {}
