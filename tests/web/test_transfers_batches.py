"""Filled-in forms as pages: upload, progress that htmx asks for, rows, steps."""

import uuid

import pytest
from django.urls import reverse

from migrations_app.models import TransferBatch
from tests.api.test_transfers_batches import filled
from tests.cast import looking
from tests.moving import movable

pytestmark = pytest.mark.django_db
NEW = "/transfer-forms/new/"


@pytest.fixture
def good(world):
    line = movable(world)[0]
    return [world.express_site.site_number, line.part_id, "1", world.originating_site.site_number, "R-1", "Merge"]


@pytest.fixture
def batch(client_of, good):
    """Mette's form with one good row and one wrong one, not checked yet."""
    wrong = [*good[:2], "many", *good[3:]]
    answer = client_of("mette").post(NEW, {"file": filled(good, wrong), "mode": "per_row"})
    assert answer.status_code == 302, answer.content
    with looking():
        return TransferBatch.objects.get()


def stands(batch):
    with looking():
        return TransferBatch.objects.get(pk=batch.pk).status


def test_the_upload_page_shows_limits_and_templates(client_of, world):
    page = client_of("mette").get(NEW)
    told = page.content.decode()
    assert page.status_code == 200 and "100,000 rows" in told and "50 MB" in told and " style=" not in told
    for kind in ("xlsx", "csv", "pdf"):
        url = reverse("form_template", args=[kind])
        assert url in told
        assert client_of("mette").get(url).status_code == 200


def test_wrong_uploads_are_told_beside_the_field(client_of, good):
    client = client_of("mette")
    for sent in (
        {"mode": "per_row"},
        {"file": filled(good), "mode": "odd"},
        {"file": filled(good, name="a.exe"), "mode": "atomic"},
    ):
        page = client.post(NEW, sent)
        assert page.status_code == 400 and "Please correct what is marked" in page.content.decode()


def test_the_same_form_twice(client_of, batch, good):
    wrong = [*good[:2], "many", *good[3:]]
    page = client_of("mette").post(NEW, {"file": filled(good, wrong), "mode": "per_row"})
    assert page.status_code == 409 and str(batch) in page.content.decode()


def test_the_page_asks_for_progress_while_there_is_some(client_of, batch, run_jobs):
    client, url = client_of("mette"), reverse("batch_page", args=[batch.pk])
    page = client.get(url)
    told = page.content.decode()
    assert 'hx-trigger="sse:done, every 3s"' in told and "Show the latest" in told and " style=" not in told
    part = client.get(url, {"seen": page.context["seen"]}, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode() and "HX-Refresh" not in part
    run_jobs()
    moved = client.get(url, {"seen": page.context["seen"]}, headers={"HX-Request": "true"})
    assert moved["HX-Refresh"] == "true" and "hx-get" not in moved.content.decode()
    done = client.get(url).content.decode()
    assert "What was found, by reason" in done and "row_quantity_not_whole" in done and "%(" not in done
    assert reverse("batch_failed", args=[batch.pk]) in done


def test_rows_by_outcome(client_of, batch, run_jobs):
    run_jobs()
    client, url = client_of("mette"), reverse("batch_rows", args=[batch.pk])
    everything, valid = client.get(url), client.get(url, {"outcome": "valid"})
    assert len(everything.context["rows"]) == 2 and len(valid.context["rows"]) == 1
    assert "No rows here" in client.get(url, {"outcome": "applied"}).content.decode()
    assert client.get(url, {"outcome": "odd", "from": "bad"}).status_code == 200
    assert client.get(reverse("batch_failed", args=[batch.pk])).status_code == 200


def test_submitting_makes_requests_and_says_what_stands_in_the_way(client_of, batch, run_jobs):
    client, url = client_of("mette"), reverse("batch_page", args=[batch.pk])
    verb = reverse("batch_verb", args=[batch.pk, "submit"])
    early = client.post(verb, {"reason": "We know"})
    assert early.status_code == 409 and "nothing was changed" in early.content.decode()
    run_jobs()
    if client.get(url).context["warned"]:
        refused = client.post(verb, {"reason": " "})
        assert refused.status_code == 409 and "carry a warning" in refused.content.decode()
    assert client.post(verb, {"reason": "We know"}).status_code == 302
    run_jobs()
    page = client.get(url)
    assert page.context["made"] and "The requests that it made" in page.content.decode()
    assert stands(batch) == "submitted"


def test_foreign_and_unknown_are_not_found(client_of, batch):
    anna = client_of("anna")
    for pk in (batch.pk, uuid.uuid4()):
        for name in ("batch_page", "batch_rows", "batch_failed"):
            assert anna.get(reverse(name, args=[pk])).status_code == 404
        assert anna.post(reverse("batch_undo", args=[pk])).status_code == 404
    assert str(batch) not in anna.get(reverse("batches")).content.decode()


def test_the_list_shows_own_forms(client_of, batch):
    page = client_of("mette").get(reverse("batches"))
    assert page.status_code == 200 and str(batch) in page.content.decode() and "form.csv" in page.content.decode()
    assert client_of("mette").get(reverse("batch_undo", args=[batch.pk])).status_code == 302
    assert stands(batch) == "uploaded"
