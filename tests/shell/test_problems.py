"""Errors of the API: one shape, every fault at once, nothing told about what isn't yours."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from rest_framework.test import APIClient

from tests.cast import World

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.shell.probe_urls")]
Api = Callable[..., APIClient]
FIELDS = {"type", "title", "status", "detail", "code", "errors"}
FAULT = {"code", "field", "line", "message", "severity", "mends", "heals_on"}


def _problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == FIELDS
    assert body["status"] == status
    assert body["title"] and body["detail"]
    assert all(set(fault) == FAULT for fault in body["errors"])
    return body


def test_every_fault_at_once_with_field_and_line(api_of: Api) -> None:
    body = _problem(api_of("mette").post("/api/v1/probe/", {"end": "invalid"}), 400)
    assert [(f["code"], f["field"], f["line"]) for f in body["errors"]] == [
        ("one", "quantity", "3"),
        ("two", "reason", None),
    ]


def test_serializers_speak_the_same_way(api_of: Api) -> None:
    body = _problem(api_of("mette").post("/api/v1/probe/", {"end": "serializer", "lines": [1, 0, "x"]}), 400)
    assert {f["field"] for f in body["errors"]} >= {"reason"}
    assert len(body["errors"]) >= 3


def test_who_asks_must_be_known(api_of: Api) -> None:
    for client in (APIClient(), APIClient(headers={"Authorization": "Token nobody"})):
        answer = client.get("/api/v1/me/")
        _problem(answer, 401)
        assert answer["WWW-Authenticate"] == "Token"


def test_a_person_who_left_has_no_token(api_of: Api, world: World) -> None:
    mette = api_of("mette")
    world.mette.is_active = False
    world.mette.save()
    _problem(mette.get("/api/v1/me/"), 401)


def test_a_browser_session_needs_its_csrf_token(client_of: Callable[..., Client]) -> None:
    client = client_of("mette", enforce_csrf_checks=True)
    assert client.get("/api/v1/me/").status_code == 200
    _problem(client.post("/api/v1/probe/", {}, content_type="application/json"), 403)


def test_methods_and_bodies_that_dont_fit(api_of: Api) -> None:
    mette = api_of("mette")
    _problem(mette.delete("/api/v1/me/"), 405)
    _problem(mette.post("/api/v1/probe/", "<a/>", content_type="text/xml"), 415)
    _problem(mette.post("/api/v1/probe/", "{", content_type="application/json"), 400)


def test_an_address_that_isnt_there_is_a_problem_too(api_of: Api) -> None:
    mette = api_of("mette")
    for address in ("/api/v1/nothing-here/", "/api/v1/"):
        _problem(mette.get(address), 404)
        _problem(mette.post(address, {}), 404)
    assert mette.get("/api/v1/sites")["Location"] == "/api/v1/sites/"


def test_foreign_and_unknown_are_the_same_404(api_of: Api, world: World) -> None:
    anna = api_of("anna")
    line = world.lines(world.express_site)[0]
    pairs = [
        (f"/api/v1/sites/{world.express_site.site_number}/", "/api/v1/sites/9999999/"),
        (f"/api/v1/agreements/{world.agreement.number}/", "/api/v1/agreements/9999999/"),
        (f"/api/v1/agreements/{world.agreement.number}/points/", "/api/v1/agreements/9999999/points/"),
        (f"/api/v1/entitlements/{line.pk}/lineage/", f"/api/v1/entitlements/{uuid4()}/lineage/"),
        (f"/api/v1/proofs/{_proof(line)}/", "/api/v1/proofs/PoE-0/"),
    ]
    for foreign, unknown in pairs:
        there, nowhere = anna.get(foreign), anna.get(unknown)
        _problem(there, 404)
        assert there.content == nowhere.content
        assert dict(there.headers) == dict(nowhere.headers)


def _proof(line: Any) -> str:
    from tests.cast import looking

    with looking():
        return str(line.proofs.get(status="valid").number)


def test_problems_speak_the_readers_language(api_of: Api, danish: None) -> None:
    answers = {
        language: api_of("mette").get("/api/v1/sites/9999999/", headers={"Accept-Language": language})
        for language in ("en", "da")
    }
    assert [answer["Content-Language"] for answer in answers.values()] == ["en", "da"]
    assert _problem(answers["en"], 404)["title"] != _problem(answers["da"], 404)["title"]
