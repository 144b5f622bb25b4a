"""Transfer forms through the API: the empty form, a filled-in one, its rows, and every way to get it wrong."""

import csv
import io
import uuid

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from migrations_app.models import TransferBatch
from tests.cast import looking
from tests.moving import movable

pytestmark = pytest.mark.django_db
PATH = "/api/v1/transfer-batches/"
HEADINGS = ["source_site_number", "part_number", "quantity", "target_site_number", "reference", "reason"]


def filled(*rows, headings=HEADINGS, name="form.csv"):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows(rows)
    return SimpleUploadedFile(name, text.getvalue().encode(), "text/csv")


@pytest.fixture
def good(world):
    line = movable(world)[0]
    return [world.express_site.site_number, line.part_id, "1", world.originating_site.site_number, "R-1", "Merge"]


@pytest.fixture
def send(api_of):
    def upload(who, file, **more):
        return api_of(who).post(PATH, {"file": file, **more}, format="multipart")

    return upload


@pytest.mark.parametrize("kind", ["xlsx", "csv", "pdf"])
def test_the_empty_form_is_handed_out(api_of, kind):
    path = f"/api/v1/transfer-forms/template.{kind}"
    answer = api_of("mette", HTTP_ACCEPT="*/*").get(path, {"lang": "da"})
    assert answer.status_code == 200 and len(answer.content) > 50
    assert answer["Content-Disposition"].endswith(f'overfoersel.{kind}"')
    assert api_of("mette", HTTP_ACCEPT="image/png").get(path).status_code == 200
    assert api_of("mette").get(path, {"lang": "xx"}).status_code == 400


def test_the_form_needs_a_sign_in(client):
    assert client.get("/api/v1/transfer-forms/template.csv").status_code in (401, 403)
    assert client.get("/transfer-forms/template.csv").status_code == 302


def test_a_form_is_checked_submitted_and_watched(api_of, send, good, run_jobs):
    bad = [*good[:1], "NOSUCHPART", *good[2:4], "R-2", ""]
    sent = send("mette", filled(good, bad))
    assert sent.status_code == 202 and sent.json()["status"] == "uploaded", sent.content
    api, here = api_of("mette"), f"{PATH}{sent.json()['id']}/"
    run_jobs()
    checked = api.get(here).json()
    assert checked["status"] == "checked"
    assert checked["counts"] == {"rows": 2, "valid": 1, "invalid": 1, "applied": 0, "failed": 0}
    rows = api.get(f"{here}rows/").json()["results"]
    assert [(r["number"], r["outcome"], r["reference"]) for r in rows] == [(2, "valid", "R-1"), (3, "invalid", "R-2")]
    assert rows[1]["errors"][0]["code"] == "part_not_held" and "NOSUCHPART" in rows[1]["errors"][0]["message"]
    assert "params" not in rows[1]["errors"][0] and "%(" not in str(rows)
    assert [r["number"] for r in api.get(f"{here}rows/", {"outcome": "invalid"}).json()["results"]] == [3]
    assert api.get(f"{here}rows/", {"outcome": "odd"}).status_code == 400
    submitted = api.post(f"{here}submit/", {"waive_warnings": "We know"})
    assert submitted.status_code == 200, submitted.content
    run_jobs()
    made = api.get(here).json()
    assert made["status"] == "submitted" and len(made["requests"]) == 1
    request = api.get(f"/api/v1/transfer-requests/{made['requests'][0]}/").json()
    assert request["status"] == "in_review"


def test_failed_rows_come_back_as_a_workbook(api_of, send, good, run_jobs):
    bad = [*good[:2], "nothing", *good[3:]]
    here = f"{PATH}{send('mette', filled(good, bad)).json()['id']}/"
    run_jobs()
    answer = api_of("mette").get(f"{here}failed.xlsx")
    assert answer.status_code == 200
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert len(sheet) == 2 and "nothing" in sheet[1] and any("whole number" in str(cell) for cell in sheet[1])


def test_warnings_need_one_reason_for_all(api_of, send, good, run_jobs):
    here = f"{PATH}{send('mette', filled(good)).json()['id']}/"
    run_jobs()
    rows = api_of("mette").get(f"{here}rows/").json()["results"]
    warned = any(e["severity"] == "warning" for r in rows for e in r["errors"])
    answer = api_of("mette").post(f"{here}submit/", {})
    assert answer.status_code == (409 if warned else 200)
    if warned:
        assert [e["code"] for e in answer.json()["errors"]] == ["batch_waiver_needed"]


def test_the_same_form_twice_is_told(send, good):
    assert send("mette", filled(good)).status_code == 202
    again = send("mette", filled(good))
    assert again.status_code == 409 and again.json()["code"] == "form_twice"
    assert "B-" in again.json()["detail"]


def test_wrong_uploads_get_a_sentence(api_of, send, good):
    api = api_of("mette")
    assert api.post(PATH, {}, format="multipart").json()["errors"][0]["code"] == "file_missing"
    both = send("mette", filled(good, name="form.exe"), mode="some")
    assert both.status_code == 400 and both.json()["errors"][0]["code"] == "choice_unknown"
    kind = send("mette", filled(good, name="form.exe"))
    assert kind.status_code == 400 and kind.json()["errors"][0]["code"] == "file_kind"
    assert api.post(PATH, {"file": "x"}).status_code == 415
    text = api.post(PATH, {"file": "just text"}, format="multipart")
    assert text.status_code == 400 and text.json()["errors"][0]["code"] == "file_missing"
    with looking():
        assert not TransferBatch.objects.exists()


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (filled(), "file_no_rows"),
        (filled(["1"], headings=["colour"]), "file_headings_unknown"),
        (SimpleUploadedFile("form.xlsx", b"PK\x03\x04nonsense"), None),
    ],
)
def test_files_that_cannot_be_read_fail_with_their_reasons(api_of, send, world, run_jobs, file, code):
    sent = send("mette", file)
    if sent.status_code == 400:
        assert sent.json()["errors"]
        return
    run_jobs()
    view = api_of("mette").get(f"{PATH}{sent.json()['id']}/").json()
    assert view["status"] == "failed" and view["faults"]
    assert code is None or code in [f["code"] for f in view["faults"]]


def test_foreign_and_unknown_are_the_same_404(api_of, send, good):
    pk = send("mette", filled(good)).json()["id"]
    anna, answers = api_of("anna"), []
    for each in (pk, uuid.uuid4()):
        here = f"{PATH}{each}/"
        answers += [anna.get(here), anna.get(f"{here}rows/"), anna.get(f"{here}failed.xlsx")]
        answers += [anna.post(f"{here}{verb}/", {}) for verb in ("submit", "retry", "undo")]
    assert {a.status_code for a in answers} == {404} and len({a.content for a in answers}) == 1
    assert anna.get(PATH).json()["results"] == []


def test_a_partner_sends_a_form_for_a_customer(api_of, send, good, run_jobs):
    sent = send("jonas", filled(good))
    assert sent.status_code == 202
    run_jobs()
    view = api_of("jonas").get(f"{PATH}{sent.json()['id']}/").json()
    assert view["counts"]["valid"] == 1
    assert api_of("mette").get(f"{PATH}{sent.json()['id']}/").status_code == 404
    assert [b["number"] for b in api_of("jonas").get(PATH).json()["results"]] == [view["number"]]


def test_reps_send_no_forms(send, good):
    assert send("rikke", filled(good)).status_code == 403


def test_rows_that_came_back_are_mended_and_sent_again(api_of, send, good, run_jobs):
    bad = [*good[:2], "nothing", *good[3:]]
    here = f"{PATH}{send('mette', filled(good, bad)).json()['id']}/"
    run_jobs()
    returned = io.BytesIO(api_of("mette").get(f"{here}failed.xlsx").content)
    book = openpyxl.load_workbook(returned)
    sheet = book.worksheets[0]
    sheet.cell(2, [cell.value for cell in sheet[1]].index("quantity") + 1, "1")
    mended = io.BytesIO()
    book.save(mended)
    again = send("mette", SimpleUploadedFile("mended.xlsx", mended.getvalue()))
    assert again.status_code == 202, again.content
    run_jobs()
    checked = api_of("mette").get(f"{PATH}{again.json()['id']}/").json()
    assert checked["status"] == "checked" and checked["counts"]["rows"] == 1, checked
    assert checked["counts"]["valid"] == 1 and checked["faults"] == []
