"""One transaction around view and rendering: whose it is, what it may, and when it is taken back."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.db.utils import InternalError
from django.test import Client

from tests import cast
from tests.shell.probe_urls import Broken

pytestmark = pytest.mark.urls("tests.shell.probe_urls")
Clients = Callable[..., Client]
Count = Callable[[], int]


def test_a_request_is_one_transaction_of_its_actor(committed: str, client_of: Clients) -> None:
    said = client_of("mette").post("/probe/state/").json()
    assert said == {"read_only": "off", "actor": str(cast.person("mette").pk), "atomic": True}


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_reading_methods_cant_write(committed: str, client_of: Clients, written: Count, method: str) -> None:
    with pytest.raises(InternalError, match="read-only transaction"):
        getattr(client_of("mette"), method)("/probe/writes/")
    assert written() == 0


def test_reading_methods_are_read_only_for_visitors_and_the_api_too(committed: str, client_of: Clients) -> None:
    assert Client().get("/probe/state/").json() == {"read_only": "on", "actor": None, "atomic": True}
    assert client_of("mette").get("/api/v1/probe/state/").json()["read_only"] == "on"


def test_what_is_written_stays(committed: str, client_of: Clients, written: Count) -> None:
    assert client_of("mette").post("/probe/writes/").status_code == 200
    assert written() == 1


def test_a_fault_of_ours_takes_everything_back(committed: str, client_of: Clients, written: Count) -> None:
    with pytest.raises(Broken):
        client_of("mette").post("/probe/writes-then-breaks/")
    assert client_of("mette", raise_request_exception=False).post("/probe/writes-then-breaks/").status_code == 500
    assert client_of("mette").post("/probe/writes-then/503/").status_code == 503
    assert written() == 0


def test_a_page_that_answers_below_500_keeps_what_it_wrote(committed: str, client_of: Clients, written: Count) -> None:
    assert client_of("mette").post("/probe/writes-then/409/").status_code == 409
    assert written() == 1


def test_the_next_request_is_somebody_elses(committed: str, client_of: Clients) -> None:
    client_of("mette").get("/probe/state/")
    assert Client().get("/probe/state/").json()["actor"] is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_actor()")
        assert cursor.fetchone() == (None,)


@pytest.mark.django_db
def test_sign_in_is_needed_unless_a_view_says_otherwise(client_of: Clients) -> None:
    answer = Client().get("/probe/private/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/probe/private/")
    assert client_of("mette").get("/probe/private/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(("what", "status"), [("not_found", 404), ("forbidden", 403)])
def test_domain_errors_that_no_page_caught_get_their_page(client_of: Clients, what: str, status: int) -> None:
    assert client_of("mette").get(f"/probe/raises/{what}/").status_code == status


@pytest.mark.django_db
def test_pages_carry_their_policies(client_of: Clients) -> None:
    answer = client_of("mette").get("/home/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
