"""Imports of holdings through the API: taken in, mapped, shown row by row, accepted or rejected by a rep."""

import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.holding_files import file_of, row

pytestmark = pytest.mark.django_db
PATH = "/api/v1/entitlement-imports/"


@pytest.fixture
def send(api_of, world):
    def upload(who, file, **more):
        return api_of(who).post(
            PATH, {"file": file, "site": world.express_site.site_number, **more}, format="multipart"
        )

    return upload


def test_from_upload_to_acceptance(api_of, send, run_jobs, world):
    sent = send("mette", file_of([row(), row("D2BBBLL", "none")]))
    assert (sent.status_code, sent.json()["status"]) == (202, "uploaded"), sent.content
    run_jobs()
    one = f"{PATH}{sent.json()['id']}/"
    seen = api_of("mette").get(one).json()
    assert (seen["status"], seen["site"], seen["declared"]) == ("checked", world.express_site.site_number, True)
    assert seen["counts"] == {
        "read": 2, "created": 0, "rejected": 1, "new": 1, "changed": 0, "gone": 0, "same": 0, "in_file": 2,
        "new_parts": 1,
    }  # fmt: skip
    assert seen["mapping"]["part_number"] == "part_number"
    assert seen["headings"][1] == {
        "heading": "part_number", "field": "part_number", "samples": ["D1AAALL", "D2BBBLL"], "how": "name",
        "number": "",
    }  # fmt: skip
    (bad,) = api_of("mette").get(f"{one}rows/", {"outcome": "rejected"}).json()["results"]
    assert (bad["number"], bad["errors"][0]["code"]) == (3, "row_quantity_not_whole")
    assert bad["errors"][0]["message"].startswith("Row 3")
    assert api_of("mette").post(f"{one}accept/").status_code == 403
    assert api_of("jonas").get(one).status_code == 200
    done = api_of("rikke").post(f"{one}accept/")
    assert (done.status_code, done.json()["status"], done.json()["counts"]["created"]) == (200, "accepted", 1)
    (new,) = api_of("mette").get(f"{one}rows/", {"outcome": "new"}).json()["results"]
    assert new["changes"] == [
        {"field": "quantity", "before": "0", "after": "10"},
        {"field": "coverage_start", "before": None, "after": "2026-04-01"},
        {"field": "coverage_end", "before": None, "after": "2027-03-31"},
    ]
    line = api_of("mette").get(f"/api/v1/entitlements/{new['entitlement']}/").json()
    assert (line["quantity"], line["order_reference"], line["coverage_end"]) == (10, "O-1", "2027-03-31")
    again = api_of("rikke").post(f"{one}reject/", {"reason": "x"})
    assert again.status_code == 409


def test_a_rep_rejects_with_a_reason_and_a_reps_own_file_counts_at_once(api_of, send, run_jobs):
    one = f"{PATH}{send('mette', file_of([row()])).json()['id']}/"
    run_jobs()
    assert api_of("rikke").post(f"{one}reject/").json()["code"] == "reason_required"
    assert api_of("rikke").post(f"{one}reject/", {"reason": "Wrong site"}).json()["reason"] == "Wrong site"
    own = f"{PATH}{send('rikke', file_of([row()])).json()['id']}/"
    run_jobs()
    seen = api_of("rikke").get(own).json()
    assert (seen["status"], seen["counts"]["created"], seen["declared"]) == ("accepted", 1, False)


def test_a_mapping_is_given_with_the_file_or_later_and_kept(api_of, send, run_jobs):
    odd = "Nummer;Stk.;Dato;Tekst\nD1AAALL;1.000;5.3.2024;X License + SW Subscription & Support\n"
    mapping = json.dumps({"Nummer": "part_number", "Tekst": "description", "Dato": "acquired_on"})
    sent = send("mette", SimpleUploadedFile("a.csv", odd.encode()), mapping=mapping)
    assert sent.status_code == 202, sent.content
    run_jobs()
    one = f"{PATH}{sent.json()['id']}/"
    seen = api_of("mette").get(one).json()
    assert (seen["status"], seen["mapping"]["Stk."], seen["counts"]["new"]) == ("checked", "quantity", 1)
    assert api_of("mette").get(f"{one}rows/").json()["results"][0]["quantity"] == 1000
    mapped = api_of("mette").post(f"{one}map/", {"mapping": {"Tekst": None}})
    assert mapped.json()["status"] == "checking", mapped.content
    run_jobs()
    seen = api_of("mette").get(one).json()
    assert (seen["mapping"]["Tekst"], seen["counts"]["rejected"]) == (None, 1)


def test_bad_input_is_told_at_once(api_of, send, world):
    nothing = api_of("mette").post(PATH, {"site": "1", "mapping": "[1]"}, format="multipart")
    assert nothing.status_code == 400
    assert {e["code"] for e in nothing.json()["errors"]} == {"site_unknown", "file_missing", "mapping_shape"}
    bare = api_of("mette").post(PATH, {}, format="multipart")
    assert {(e["code"], e["field"]) for e in bare.json()["errors"]} == {
        ("field_required", "site"), ("file_missing", "file"),
    }  # fmt: skip
    for bad in ("{", '{"a": 1}', '{"a": "b"}'):
        assert send("mette", file_of([row()]), mapping=bad).status_code == 400
    sent = send("mette", file_of([row()])).json()
    assert api_of("mette").get(f"{PATH}{sent['id']}/rows/", {"outcome": "odd"}).status_code == 400
    for body in ({}, {"mapping": []}, []):
        assert api_of("mette").post(f"{PATH}{sent['id']}/map/", body).status_code == 400


def test_others_find_nothing(api_of, send, run_jobs):
    one = f"{PATH}{send('mette', file_of([row()])).json()['id']}/"
    run_jobs()
    for who in ("anna", "lars"):
        assert api_of(who).get(PATH).json()["results"] == []
        for path in ("", "rows/"):
            assert api_of(who).get(one + path).status_code == 404
        for verb in ("accept", "reject", "compare", "map"):
            assert api_of(who).post(f"{one}{verb}/", {}).status_code == 404
        assert send(who, file_of([row()])).status_code == 400
    assert api_of("mette").get(f"{PATH}{uuid.uuid4()}/").status_code == 404


def test_rows_come_page_by_page(api_of, send, run_jobs):
    sent = send("mette", file_of([row(order=f"O-{n}") for n in range(120)])).json()
    run_jobs()
    seen, path = [], f"{PATH}{sent['id']}/rows/"
    while path:
        page = api_of("mette").get(path).json()
        seen += [r["number"] for r in page["results"]]
        path = page["next"]
    assert seen == list(range(2, 122))
