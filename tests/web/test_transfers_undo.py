"""Taking a form back as pages, at the desk and through the API: what would happen first, then the step."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from migrations_app.models import TransferRequest
from tests.cast import looking
from tests.operations.test_batch_undo import (  # noqa: F401
    asked,
    build_upon,
    completed,
    fresh,
    lines,
    requests,
    statuses,
)

pytestmark = pytest.mark.django_db
DESK = "admin:migrations_app_transferbatch_"


def api_path(batch, tail="undo/"):
    return f"/api/v1/transfer-batches/{batch.pk}/{tail}"


def test_the_sender_sees_what_would_happen_and_withdraws(client_of, asked):  # noqa: F811
    client, url = client_of("jonas"), reverse("batch_undo", args=[asked.pk])
    assert url in client.get(reverse("batch_page", args=[asked.pk])).content.decode()
    page = client.get(url)
    told = page.content.decode()
    assert page.context["preview"].counts["withdraw"] == 2 and "Nothing has moved yet" in told
    assert 'name="ask"' not in told and " style=" not in told
    assert client.post(url, {"reason": "Too early"}).status_code == 302
    assert fresh(asked).status == "undone" and statuses(asked) == ["withdrawn", "withdrawn"]
    assert client.get(url).status_code == 302


def test_the_sender_asks_and_the_rep_finds_it_at_the_desk(client_of, completed, run_jobs):  # noqa: F811
    jonas, url = client_of("jonas"), reverse("batch_undo", args=[completed.pk])
    page = jonas.get(url).content.decode()
    assert 'name="ask"' in page and "can be taken back by a rep" in page
    refused = jonas.post(url, {"reason": "", "ask": "1"})
    assert refused.status_code == 409 and "A reason is missing" in refused.content.decode()
    assert jonas.post(url, {"reason": "Wrong portfolio", "ask": "1"}).status_code == 302
    assert "Wrong portfolio" in jonas.get(reverse("batch_page", args=[completed.pk])).content.decode()
    rikke = client_of("rikke")
    assert str(completed) in rikke.get(reverse(DESK + "changelist")).content.decode()
    led = rikke.get(reverse("batch_page", args=[completed.pk]))
    case = reverse(DESK + "change", args=[completed.pk])
    assert led.status_code == 302 and led["Location"] == case
    told = rikke.get(case).content.decode()
    assert "Wrong portfolio" in told and "Take all of it back, or none" in told and "%(" not in told
    step = reverse(DESK + "verb", args=[completed.pk, "undo"])
    assert rikke.post(step, {"reason": ""}).status_code == 409
    assert rikke.post(step, {"reason": "Agreed"}).status_code == 302
    run_jobs()
    assert fresh(completed).status == "undone" and statuses(completed) == ["reversed", "reversed"]
    after = rikke.get(case).content.decode()
    assert "Take back what can be" not in after


def test_what_blocks_is_named_and_only_the_rest_can_go(client_of, completed, run_jobs):  # noqa: F811
    build_upon(requests(completed)[0])
    rikke, case = client_of("rikke"), reverse(DESK + "change", args=[completed.pk])
    told = rikke.get(case).content.decode()
    assert "Take all of it back, or none" not in told and "Take back what can be" in told and "renewed" in told
    assert rikke.post(reverse(DESK + "verb", args=[completed.pk, "odd"]), {"reason": "x"}).status_code == 409
    rikke.post(reverse(DESK + "verb", args=[completed.pk, "undo-possible"]), {"reason": "Agreed"})
    run_jobs()
    assert statuses(completed) == ["completed", "reversed"]


def test_others_see_nothing_of_it(client_of, completed):  # noqa: F811
    for who in ("anna", "lars", "mette"):
        assert client_of(who).get(reverse("batch_undo", args=[completed.pk])).status_code == 404
        assert client_of(who).post(reverse("batch_undo", args=[completed.pk]), {"reason": "x"}).status_code == 404
    assert client_of("admin").get(reverse(DESK + "change", args=[completed.pk])).status_code == 200
    step = reverse(DESK + "verb", args=[completed.pk, "undo"])
    assert client_of("admin").post(step, {"reason": "x"}).status_code == 403
    assert statuses(completed) == ["completed", "completed"]


def test_the_api_previews_asks_and_reverses(api_of, completed, run_jobs):  # noqa: F811
    jonas, rikke = api_of("jonas"), api_of("rikke")
    preview = jonas.get(api_path(completed)).json()
    assert preview["counts"]["reverse"] == 2 and preview["whole"] and len(preview["requests"]) == 2
    assert jonas.post(api_path(completed), {}).json()["errors"][0]["code"] == "undo_needs_rep"
    assert jonas.post(api_path(completed), {"ask": True}).json()["errors"][0]["code"] == "reason_required"
    first = jonas.post(api_path(completed), {"ask": True, "reason": "Wrong"}, headers={"Idempotency-Key": "u-1"})
    again = jonas.post(api_path(completed), {"ask": True, "reason": "Wrong"}, headers={"Idempotency-Key": "u-1"})
    assert first.status_code == 200 and first.json()["undo_asked_at"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert rikke.get(api_path(completed)).json()["reason"] == "Wrong"
    assert rikke.get(api_path(completed, "")).status_code == 404, "the form itself stays its sender's"
    assert rikke.post(api_path(completed), {"reason": "Agreed", "partly": "yes"}).status_code == 400
    assert rikke.post(api_path(completed), {"reason": "Agreed"}).status_code == 200
    run_jobs()
    assert statuses(completed) == ["reversed", "reversed"]
    for who in ("anna", "mette"):
        assert api_of(who).get(api_path(completed)).status_code == 404


def test_the_preview_asks_the_same_whatever_the_requests(client_of, completed):  # noqa: F811
    client, url = client_of("jonas"), reverse("batch_undo", args=[completed.pk])

    def asked_for():
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    asked_for()
    whole = asked_for()
    with looking():
        first = TransferRequest.objects.filter(batch_id=completed.pk).order_by("number")[0]
        for number in range(3):
            first.pk, first.number = uuid4(), 900_000 + number
            first.save(force_insert=True)
    assert asked_for() == whole
