"""Transfer requests through the API: made, read, taken through their steps, and every way to get them wrong."""

import json
import uuid

import pytest

from migrations_app.models import TransferRequest

pytestmark = pytest.mark.django_db
PATH = "/api/v1/transfer-requests/"


@pytest.fixture
def body(world):
    """Two units of Mette's Express licenses to her Originating Site."""
    lines = [x for x in world.lines(world.express_site) if x.part.kind.startswith("LICENSE") and not x.traded_up]
    return {
        "source_site": world.express_site.site_number,
        "target_site": world.originating_site.site_number,
        "reason": "One agreement for all of it",
        "lines": [{"entitlement": str(line.pk), "quantity": 1} for line in lines[:2]],
        "waivers": [],
    }


def waivers_for(checks):
    return [{"code": c["code"], "line": c["line"], "reason": "We know"} for c in checks if c["waivable"]]


def test_a_request_is_a_draft_with_checks_and_plan(api_of, body):
    answer = api_of("mette").post(PATH, body)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["status"] == "draft" and made["whose_turn"] == "requester"
    assert [line["quantity"] for line in made["lines"]] == [1, 1]
    assert {"stay", "migrate", "terms", "coverage", "assumptions"} <= set(made["plan"])
    assert made["timeline"][0]["kind"] == "drafted"
    assert answer["ETag"] == f'"{made["version"]}"'
    for check in made["checks"]:
        assert {"code", "severity", "line", "message", "mends", "remedy", "waivable", "heals_on"} <= set(check)
        assert check["message"] and "%(" not in check["message"] + check["remedy"]
    again = api_of("mette").get(f"{PATH}{made['id']}/")
    assert again.status_code == 200 and again.json()["id"] == made["id"]


def test_it_goes_to_the_rep_and_is_completed(api_of, body, run_jobs):
    mette, rikke = api_of("mette"), api_of("rikke")
    made = mette.post(PATH, body).json()
    here = f"{PATH}{made['id']}/"
    sent = mette.post(f"{here}submit/", {"waivers": waivers_for(made["checks"])})
    assert sent.status_code == 200, sent.content
    assert sent.json()["status"] == "in_review" and sent.json()["whose_turn"] == "rep"
    assert mette.post(f"{here}approve/", {}).status_code == 403
    approved = rikke.post(f"{here}approve/", {"reason": "fine"})
    assert approved.status_code == 200, approved.content
    run_jobs()
    done = mette.get(here).json()
    assert done["status"] == "completed" and done["whose_turn"] == "nobody"
    assert all(line["arrived_as"] for line in done["lines"]) and done["papers"]
    assert {e["kind"] for e in done["timeline"]} >= {"drafted", "submitted", "consented", "approved", "completed"}


def test_every_fault_comes_at_once_with_its_path(api_of, body):
    line = body["lines"][0]["entitlement"]
    wrong = body | {
        "source_site": 7,
        "effective_on": "31.12.2026",
        "reason": "x\u0000y",
        "lines": [
            {"entitlement": line, "quantity": True},
            {"entitlement": line, "quantity": 1.5},
            {"entitlement": "no", "quantity": "2"},
            {"entitlement": str(uuid.uuid4()), "quantity": 0},
            {"quantity": 10**10},
            "line",
        ],
        "waivers": [{"code": "V8", "line": "x", "reason": ""}],
    }
    answer = api_of("mette").post(PATH, wrong)
    assert answer.status_code == 400 and "problem+json" in answer["Content-Type"]
    told = {(e["field"], e["code"]) for e in answer.json()["errors"]}
    assert told == {
        ("source_site", "body_text"),
        ("effective_on", "date_invalid"),
        ("reason", "text_invalid"),
        ("lines[0].quantity", "quantity_not_whole"),
        ("lines[1].quantity", "quantity_not_whole"),
        ("lines[1].entitlement", "line_twice"),
        ("lines[2].entitlement", "id_invalid"),
        ("lines[2].quantity", "quantity_not_whole"),
        ("lines[3].quantity", "quantity_range"),
        ("lines[4].entitlement", "field_required"),
        ("lines[4].quantity", "quantity_range"),
        ("lines[5]", "body_object"),
        ("waivers[0].line", "id_invalid"),
        ("waivers[0].reason", "field_required"),
    }
    assert all(e["message"] and "%(" not in e["message"] for e in answer.json()["errors"])
    assert not TransferRequest.objects.exists()


@pytest.mark.parametrize("sent", [[], "text", 7, True, {}, {"lines": {}}, {"lines": [], "source_site": "\ud800"}])
def test_odd_bodies_are_refused_with_a_sentence(api_of, world, sent):
    api = api_of("mette")
    answer = api.post(PATH, json.dumps(sent), content_type="application/json")
    assert answer.status_code == 400 and answer.json()["errors"], answer.content


def test_what_is_looked_up_is_told_at_once_too(api_of, world, body):
    foreign = world.lines(world.sites(world.sydhavn)[0])[0]
    answer = api_of("mette").post(
        PATH,
        body
        | {
            "target_site": "9999999",
            "effective_on": "2020-01-01",
            "lines": [{"entitlement": str(foreign.pk), "quantity": 1}],
        },
    )
    assert answer.status_code == 400
    told = {(e["field"], e["code"]) for e in answer.json()["errors"]}
    assert told == {
        ("target_site", "site_unknown"),
        ("effective_on", "date_past"),
        ("lines[0].entitlement", "line_unknown"),
    }
    assert "%(" not in answer.content.decode()


def test_neither_or_both_targets(api_of, body):
    neither = api_of("mette").post(PATH, body | {"target_site": None})
    assert [e["code"] for e in neither.json()["errors"]] == ["target_missing"]
    both = api_of("mette").post(PATH, body | {"enrollment": str(uuid.uuid4())})
    assert "target_twice" in [e["code"] for e in both.json()["errors"]]


def test_a_quantity_over_what_is_owned_stops_the_submission(api_of, body, world):
    line = world.lines(world.express_site)[0]
    api = api_of("mette")
    over = body | {"lines": [{"entitlement": str(line.pk), "quantity": line.available_quantity + 1}]}
    made = api.post(PATH, over)
    assert made.status_code == 201
    assert "V3" in [c["code"] for c in made.json()["checks"]]
    here = f"{PATH}{made.json()['id']}/"
    answer = api.post(f"{here}submit/", {"waivers": waivers_for(made.json()["checks"])})
    assert answer.status_code == 409
    fault = next(e for e in answer.json()["errors"] if e["code"] == "V3")
    assert (
        fault["line"] == str(line.pk)
        and fault["mends"] == "customer"
        and str(line.available_quantity) in fault["message"]
    )
    assert api.get(here).json()["status"] == "draft"


def test_if_match_tells_who_read_an_old_version(api_of, body):
    api = api_of("mette")
    made = api.post(PATH, body).json()
    here = f"{PATH}{made['id']}/"
    for header in ('"99"', "old", "1"):
        stale = api.post(f"{here}withdraw/", {}, headers={"If-Match": header})
        assert stale.status_code == 412 and stale.json()["code"] in ("stale", "etag_invalid"), stale.content
    fresh = api.post(f"{here}withdraw/", {}, headers={"If-Match": f'"{made["version"]}"'})
    assert fresh.status_code == 200 and fresh.json()["status"] == "withdrawn"
    assert api.post(f"{here}withdraw/", {}).status_code == 409


def test_foreign_and_unknown_are_the_same_404(api_of, body):
    made = api_of("mette").post(PATH, body).json()
    anna = api_of("anna")
    answers = []
    for path in (f"{PATH}{made['id']}/", f"{PATH}{uuid.uuid4()}/"):
        answers += [anna.get(path), anna.post(f"{path}submit/", {}), anna.post(f"{path}withdraw/", {"reason": 7})]
    assert {a.status_code for a in answers} == {404}
    assert len({a.content for a in answers}) == 1
    assert anna.get(PATH).json()["results"] == []


def test_the_list_is_a_cursor_page_newest_first(api_of, body):
    api = api_of("mette")
    numbers = [api.post(PATH, body).json()["number"] for _ in range(3)]
    first = api.get(PATH, {"page_size": 2}).json()
    assert [r["number"] for r in first["results"]] == numbers[:0:-1]
    rest = api.get(first["next"]).json()
    assert numbers[0] in [r["number"] for r in rest["results"]] and rest["previous"]
    assert api.get(PATH, {"status": "completed"}).json()["results"] == []
    assert api.get(PATH, {"status": "nonsense"}).status_code == 400
    assert api.get(PATH, {"cursor": "cD15"}).status_code == 400


def test_idempotency_replays_the_draft(api_of, body):
    api, headers = api_of("mette"), {"Idempotency-Key": uuid.uuid4().hex}
    first, second = api.post(PATH, body, headers=headers), api.post(PATH, body, headers=headers)
    assert first.json()["id"] == second.json()["id"] and second["Idempotency-Replayed"] == "true"
    assert api.post(PATH, body | {"reason": "another"}, headers=headers).status_code == 422


def test_danish_readers_get_codes_and_shapes_alike(api_of, body):
    answer = api_of("mette", HTTP_ACCEPT_LANGUAGE="da").post(PATH, body | {"lines": []})
    assert answer.status_code == 400 and answer.json()["errors"][0]["code"] == "lines_missing"
