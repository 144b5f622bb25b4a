"""The same key and body get the first answer again; nothing happens twice."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from rest_framework.test import APIClient

from portal.models import IdempotencyKey
from tests.cast import looking, person

pytestmark = pytest.mark.urls("tests.shell.probe_urls")
Api = Callable[..., APIClient]
Count = Callable[[], int]
PROBE = "/api/v1/probe/"


def _send(client: APIClient, key: str, **body: Any) -> Any:
    return client.post(PROBE, body, headers={"Idempotency-Key": key})


def test_the_same_request_is_answered_again_and_done_once(committed: str, api_of: Api, written: Count) -> None:
    mette, key = api_of("mette"), uuid4().hex
    first, second = _send(mette, key, a=1), _send(mette, key, a=1)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert "Idempotency-Replayed" not in first.headers
    assert second["Idempotency-Replayed"] == "true"
    assert second["Content-Type"] == first["Content-Type"]
    assert written() == 1


def test_another_body_or_address_under_the_same_key_is_refused(committed: str, api_of: Api, written: Count) -> None:
    mette, key = api_of("mette"), uuid4().hex
    _send(mette, key, a=1)
    for answer in (_send(mette, key, a=2), mette.post(f"{PROBE}?b", {"a": 1}, headers={"Idempotency-Key": key})):
        assert answer.status_code == 422
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["errors"][0]["code"] == "idempotency_other_body"
    assert written() == 1


def test_a_key_is_its_senders(committed: str, api_of: Api, written: Count) -> None:
    key = uuid4().hex
    assert _send(api_of("mette"), key).status_code == 201
    answer = _send(api_of("lars"), key)
    assert answer.status_code == 201
    assert "Idempotency-Replayed" not in answer.headers
    assert written() == 2


@pytest.mark.parametrize(("end", "status"), [("invalid", 400), ("refused", 409), ("stale", 412), ("missing", 404)])
def test_a_refusal_is_kept_and_nothing_of_it_stays(
    committed: str, api_of: Api, written: Count, end: str, status: int
) -> None:
    mette, key = api_of("mette"), uuid4().hex
    first, second = _send(mette, key, end=end), _send(mette, key, end=end)
    assert (first.status_code, second.status_code) == (status, status)
    assert second["Idempotency-Replayed"] == "true"
    assert second["Content-Type"] == "application/problem+json"
    assert second.content == first.content
    assert written() == 0


@pytest.mark.parametrize("end", ["invalid", "refused", "serializer"])
def test_a_refusal_without_a_key_takes_everything_back(committed: str, api_of: Api, written: Count, end: str) -> None:
    assert api_of("mette").post(PROBE, {"end": end}).status_code in (400, 409)
    assert written() == 0


def test_a_fault_of_ours_gives_the_key_back(committed: str, api_of: Api, written: Count) -> None:
    mette, key = api_of("mette"), uuid4().hex
    mette.raise_request_exception = False
    assert _send(mette, key, end="broken").status_code == 500
    with looking(person("mette")):
        assert not IdempotencyKey.objects.exists()
    assert _send(mette, key, end="").status_code == 201
    assert written() == 1


def test_while_the_first_still_runs_the_second_is_told_so(committed: str, api_of: Api, at_once: Any) -> None:
    mette, key = api_of("mette"), uuid4().hex
    name = f"{person('mette').pk}:{key}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
        (answer,) = at_once(lambda: _send(mette, key))
        assert answer.status_code == 409
        assert answer.json()["errors"][0]["code"] == "idempotency_running"
        cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
    assert _send(mette, key).status_code == 201


def test_two_at_once_are_done_once(committed: str, api_of: Api, at_once: Any, written: Count) -> None:
    clients, key = [api_of("mette") for _ in range(4)], uuid4().hex
    answers = at_once(*(lambda client=client: _send(client, key) for client in clients))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert written() == 1
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1


@pytest.mark.django_db
def test_a_key_has_a_length(api_of: Api) -> None:
    assert _send(api_of("mette"), "k" * 200).status_code == 201
    assert _send(api_of("mette"), "k" * 201).status_code == 400
