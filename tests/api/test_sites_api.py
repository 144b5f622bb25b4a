"""Enrollments, the schedule and `me` through the API, as the interface promises them."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.enrolling import NEWCOMER, of_fjordbyg, wish

pytestmark = pytest.mark.django_db
URL = "/api/v1/enrollments/"
ApiOf = Callable[..., APIClient]


def created(api: APIClient, data: dict[str, Any]) -> dict[str, Any]:
    answer = api.post(URL, data)
    assert answer.status_code == 201, answer.content
    return answer.json()


def step(api: APIClient, case: dict[str, Any], verb: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    return api.post(f"{URL}{case['id']}/{verb}/", body or {}, **headers)


def test_who_am_i(world: Any, api_of: ApiOf) -> None:
    me = api_of("jonas").get("/api/v1/me/").json()
    assert me["user"]["email"] == "jonas@partner.example"
    assert me["roles"] == ["partner"]
    assert {m["customer"] for m in me["mandates"]} == {"Nordvind A/S", "Fjordbyg ApS"}
    assert all(m["valid_from"] and m["includes_consent"] for m in me["mandates"])
    assert [m["partner"] for m in me["memberships"]] == [world.partner.name]
    rep = api_of("rikke").get("/api/v1/me/").json()
    assert (rep["roles"], rep["territories"], rep["mandates"]) == (["rep"], ["DK"], [])
    customer = api_of("mette").get("/api/v1/me/").json()
    assert [m["customer"] for m in customer["memberships"]] == ["Nordvind A/S"]
    assert customer["mandates"] == []


def test_from_draft_to_an_agreement(world: Any, api_of: ApiOf) -> None:
    case = created(api_of("jonas"), of_fjordbyg(world))
    assert (case["status"], case["whose_turn"], case["partner"]) == ("draft", "requester", world.partner.number)
    assert case["customer"]["name"] == "Fjordbyg ApS"
    assert (case["agreement"], case["site_number"]) == (None, None)

    submitted = step(api_of("jonas"), case, "submit")
    assert (submitted.status_code, submitted.json()["status"], submitted["ETag"]) == (200, "submitted", '"2"')
    accepted = step(api_of("rikke"), case, "accept").json()

    assert (accepted["status"], accepted["whose_turn"], accepted["actions"]) == ("accepted", "nobody", [])
    assert [event["kind"] for event in accepted["timeline"]] == ["created", "submitted", "accepted"]
    assert accepted["timeline"][0]["at"].endswith("Z")
    site = api_of("lars").get(f"/api/v1/sites/{accepted['site_number']}/").json()
    assert (site["program"], site["agreement_number"], site["originating"]) == ("PA", accepted["agreement"], True)


def test_faults_name_their_fields_all_at_once_in_the_readers_language(api_of: ApiOf) -> None:
    data = wish(customer__registration_number="12345678", contacts={}, customer_type="church")
    answer = api_of("jonas").post(URL, data)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    errors = {error["field"]: error for error in answer.json()["errors"]}
    assert set(errors) == {"customer.registration_number", "contacts.primary", "customer_type"}
    assert "12345678" in errors["customer.registration_number"]["message"]
    assert all(error["message"] != error["code"] for error in errors.values())


@pytest.mark.parametrize("body", [[], ["x"], "x", 3, None, {"customer": 3}, {"kind": "originating", "contacts": 7}])
def test_any_json_is_answered(api_of: ApiOf, body: Any) -> None:
    assert api_of("jonas").post(URL, body).status_code == 400


def test_unknown_and_foreign_are_the_same_404(world: Any, api_of: ApiOf) -> None:
    case = created(api_of("jonas"), of_fjordbyg(world))
    anna = api_of("anna")
    answers = [
        anna.get(f"{URL}{case['id']}/"),
        anna.get(f"{URL}{uuid.uuid4()}/"),
        anna.get(f"{URL}nonsense/"),
        step(anna, case, "submit"),
        step(anna, case, "accept"),
        step(api_of("jonas"), case, "frobnicate"),
        anna.put(f"{URL}{case['id']}/", wish()),
    ]
    assert {(a.status_code, a.content) for a in answers} == {(404, answers[0].content)}
    assert anna.get(URL).json()["results"] == []


def test_steps_are_refused_by_table_role_reason_and_version(world: Any, api_of: ApiOf) -> None:
    case = created(api_of("jonas"), of_fjordbyg(world))
    assert step(api_of("rikke"), case, "accept").status_code == 409
    step(api_of("jonas"), case, "submit")
    assert step(api_of("lars"), case, "accept").status_code == 403
    missing = step(api_of("rikke"), case, "return")
    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (400, "reason")
    assert step(api_of("rikke"), case, "accept", {"reason": 7, "agreement_number": []}).status_code == 400
    assert step(api_of("rikke"), case, "accept", HTTP_IF_MATCH='"1"').status_code == 412
    assert step(api_of("rikke"), case, "accept", {"version": "x"}).status_code == 400
    returned = step(api_of("rikke"), case, "return", {"reason": "Which floor?"}, HTTP_IF_MATCH='"2"').json()
    assert (returned["status"], returned["decision_reason"]) == ("returned", "Which floor?")
    assert returned["timeline"][-1]["reason"] == "Which floor?"


def test_what_came_back_is_written_anew(world: Any, api_of: ApiOf) -> None:
    jonas = api_of("jonas")
    case = created(jonas, of_fjordbyg(world))
    step(jonas, case, "submit")
    assert jonas.put(f"{URL}{case['id']}/", of_fjordbyg(world)).status_code == 409
    step(api_of("rikke"), case, "return", {"reason": "Which floor?"})
    amended = jonas.put(f"{URL}{case['id']}/", of_fjordbyg(world, customer__street="Kajvej 7, 2."))
    assert (amended.status_code, amended.json()["customer"]["street"]) == (200, "Kajvej 7, 2.")


def test_the_same_key_replays_the_first_answer(world: Any, api_of: ApiOf) -> None:
    jonas = api_of("jonas")
    first = jonas.post(URL, of_fjordbyg(world), HTTP_IDEMPOTENCY_KEY="abc")
    second = jonas.post(URL, of_fjordbyg(world), HTTP_IDEMPOTENCY_KEY="abc")
    assert second["Idempotency-Replayed"] == "true"
    assert first.json()["id"] == second.json()["id"]
    assert len(jonas.get(URL).json()["results"]) == 1


def test_the_list_is_newest_first_in_pages(world: Any, api_of: ApiOf) -> None:
    jonas = api_of("jonas")
    made = [created(jonas, of_fjordbyg(world))["id"] for _ in range(3)]
    page = jonas.get(f"{URL}?page_size=2").json()
    rest = jonas.get(page["next"]).json()
    assert [row["id"] for row in page["results"] + rest["results"]] == made[::-1]
    step(jonas, {"id": made[0]}, "withdraw")
    assert [row["id"] for row in jonas.get(f"{URL}?status=withdrawn").json()["results"]] == [made[0]]


def test_an_additional_site_waits_for_the_schedule(world: Any, api_of: ApiOf) -> None:
    mette = api_of("mette")
    case = created(mette, wish(kind="additional", agreement_number="61734"))
    waiting = step(mette, case, "submit").json()
    assert (waiting["whose_turn"], waiting["waiting_for"]) == ("primary_contact", "schedule_missing")
    assert waiting["checks"][0]["severity"] == "waits"
    refused = step(api_of("rikke"), case, "accept")
    assert refused.status_code == 409
    assert "Primary Contact" in refused.json()["errors"][0]["message"]

    schedule = "/api/v1/agreements/61734/schedule/"
    company = {"name": "Bakkevig Data ApS", "registration_number": NEWCOMER}
    assert api_of("rikke").post(schedule, company).status_code == 403
    assert api_of("anna").post(schedule, company).status_code == 404
    assert mette.post(schedule, {"name": "x"}).status_code == 400
    assert mette.post(schedule, company).status_code == 201
    assert NEWCOMER in {row["registration_number"] for row in mette.get(schedule).json()["results"]}
    assert step(api_of("rikke"), case, "accept").json()["agreement"] == "61734"


def test_without_a_sign_in_nothing_is_told(db: None) -> None:
    assert APIClient().get(URL).status_code == 401
    assert APIClient().get("/api/v1/me/").status_code == 401


def test_a_longer_list_takes_no_more_queries(
    world: Any, api_of: ApiOf, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    mette = api_of("mette")
    for index in range(4):
        created(mette, wish(kind="additional", agreement_number="61734", customer__street=f"Bakkevej {index}"))
    with django_assert_max_num_queries(14):
        rows = mette.get(URL).json()["results"]
    assert [row["waiting_for"] for row in rows] == ["schedule_missing"] * 4
