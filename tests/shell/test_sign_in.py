"""Signing in and out: the cast's own door, and what keeps others from trying keys."""

import pytest
from django.conf import settings
from django.test import Client

from sites.models import User
from tests.cast import CAST, PASSWORD, person

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def _sign_in(email: str, password: str, client: Client | None = None, **where: str) -> tuple[Client, int, str]:
    client = client or Client()
    answer = client.post(LOGIN, {"login": email, "password": password, **where})
    return client, answer.status_code, answer.headers.get("Location", "")


@pytest.mark.parametrize("who", sorted(CAST))
def test_the_cast_signs_in(who: str) -> None:
    client, status, location = _sign_in(CAST[who], PASSWORD)
    assert (status, location) == (302, "/home/")
    assert client.get("/home/", follow=True).status_code == 200


def test_the_case_of_an_address_doesnt_matter() -> None:
    assert _sign_in("Mette@Nordvind.Example", PASSWORD)[1] == 302


def test_after_sign_in_the_page_that_was_asked_for_comes() -> None:
    assert _sign_in(CAST["mette"], PASSWORD, next="/sites/")[2] == "/sites/"
    assert _sign_in(CAST["mette"], PASSWORD, next="https://elsewhere.example/")[2] == "/home/"


@pytest.mark.parametrize(("email", "password"), [(CAST["mette"], "wrong"), ("nobody@nowhere.example", "wrong")])
def test_a_wrong_key_and_an_unknown_name_get_the_same_sentence(email: str, password: str) -> None:
    client = Client()
    answer = client.post(LOGIN, {"login": email, "password": password})
    assert answer.status_code == 200
    text = answer.content.decode().replace(email, "")
    assert "not correct" in text
    assert "_auth_user_id" not in client.session


def test_trying_keys_comes_to_an_end() -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        _sign_in(CAST["mette"], "wrong")
    client, _, _ = _sign_in(CAST["mette"], PASSWORD)
    assert "_auth_user_id" not in client.session
    assert _sign_in(CAST["lars"], PASSWORD)[1] == 302


def test_somebody_who_left_doesnt_get_in() -> None:
    User.objects.filter(pk=person("mette").pk).update(is_active=False)
    client, _, _ = _sign_in(CAST["mette"], PASSWORD)
    assert client.get("/sites/").status_code == 302


def test_signing_out_is_a_post() -> None:
    client, _, _ = _sign_in(CAST["mette"], PASSWORD)
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/sites/").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/sites/").status_code == 302


def test_nobody_opens_an_account_alone() -> None:
    answer = Client().post(
        "/accounts/signup/", {"email": "new@comer.example", "password1": "a-long-one-77", "password2": "a-long-one-77"}
    )
    assert answer.status_code == 200
    assert not User.objects.filter(email="new@comer.example").exists()


def test_the_portal_itself_has_no_key() -> None:
    assert _sign_in("passage@portal.example", "!")[1] == 200


def test_sessions_and_cookies_are_closed_to_scripts() -> None:
    client, _, _ = _sign_in(CAST["mette"], PASSWORD)
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
