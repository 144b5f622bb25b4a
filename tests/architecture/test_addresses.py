"""Every address times every persona: who gets in, who is sent away, and that nobody's GET writes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from tests.architecture.addresses import Filled, addresses
from tests.architecture.matrix import MATRIX, OPEN, PERSONAS

Clients = Callable[..., Client]
# Where a visitor may send something.
OPEN_TO_SEND = {
    "contact-me/", "i18n/setlang/", "verify/", "accounts/login/", "accounts/signup/", "accounts/password/reset/",
}  # fmt: skip


def test_every_address_stands_in_the_matrix() -> None:
    assert {address.route for address in addresses()} ^ set(MATRIX) == set()


@pytest.fixture
def filled(database: None) -> Filled:
    return Filled()


def _client(client_of: Clients, who: str) -> Client:
    refuse: dict[str, Any] = {"raise_request_exception": False}
    return Client(**refuse) if who == "visitor" else client_of(who, **refuse)


@pytest.mark.parametrize("who", PERSONAS)
def test_who_gets_in(filled: Filled, client_of: Clients, who: str) -> None:
    """The transaction of a GET is read-only, so a GET that writes is a 500 here."""
    client = _client(client_of, who)
    column = PERSONAS.index(who)
    wrong = []
    for address in addresses():
        path = filled.path(address)
        got, expected = client.get(path).status_code, int(MATRIX[address.route].split()[column])
        if got != expected:
            wrong.append(f"{path}: {got}, not {expected}")
    assert wrong == []


def _foreign(filled: Filled) -> Iterator[str]:
    """Addresses that name something of Nordvind's."""
    for address in addresses():
        row = MATRIX[address.route].split()
        names_something = "<" in address.route and not address.route.startswith(("accounts/", "help/", "verify/"))
        if names_something and "parts/" not in address.route and "template" not in address.route and row[0] != "200":
            yield filled.path(address)


@pytest.mark.parametrize("who", ["anna", "lars", "visitor"])
def test_nobody_sends_anything_to_what_isnt_theirs(filled: Filled, client_of: Clients, who: str) -> None:
    client = _client(client_of, who)
    wrong = []
    for path in _foreign(filled):
        as_json: dict[str, Any] = {"content_type": "application/json"} if path.startswith("/api/") else {}
        answer = client.post(path, {"version": 1, "reason": "x"}, **as_json)
        away = answer.status_code == 302 and answer["Location"].startswith(("/accounts/login/", "/admin/login/"))
        if not away and answer.status_code not in (401, 403, 404, 405):
            wrong.append(f"{path}: {answer.status_code}")
    assert wrong == []


def test_visitors_send_only_where_they_may(filled: Filled, client_of: Clients) -> None:
    client = _client(client_of, "visitor")
    wrong = []
    for address in addresses():
        if address.route in OPEN_TO_SEND or MATRIX[address.route] == OPEN:
            continue  # a page that everybody reads may be asked for in any way
        path = filled.path(address)
        answer = client.post(path, {})
        if answer.status_code < 300:
            wrong.append(f"{path}: {answer.status_code}")
    assert wrong == []


def test_the_filled_addresses_lead_to_their_own_patterns(filled: Filled) -> None:
    """An address that an earlier pattern catches would test that one twice and this one never."""
    caught = []
    for address in addresses():
        found = resolve(filled.path(address))
        if found.route.replace("^", "") != address.route.replace("^", ""):
            caught.append(f"{address.route} → {found.route}")
    assert caught == []
