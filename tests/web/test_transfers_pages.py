"""A request's page and its buttons; the list; who sees what."""

import uuid

import pytest
from django.urls import reverse

from migrations_app import operations
from sites.clock import now
from tests.cast import acting
from tests.moving import drafted, status, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(world, today):
    return drafted(world, today)


@pytest.fixture
def in_review(draft, today):
    return submitted(draft, today)


def test_the_list_says_whose_turn_it_is(client_of, draft):
    page = client_of("mette").get(reverse("transfers"))
    assert page.status_code == 200
    assert str(draft) in page.content.decode() and "the requester" in page.content.decode()
    assert "No request has this status" in client_of("mette").get("/transfers/?status=completed").content.decode()
    assert str(draft) not in client_of("anna").get(reverse("transfers")).content.decode()


def test_the_page_shows_everything(client_of, draft):
    page = client_of("mette").get(reverse("transfer_page", args=[draft.pk]))
    told = page.content.decode()
    assert page.status_code == 200 and " style=" not in told and "%(" not in told
    for words in ("What moves", "Stay on Express", "Consents", "Drafted", "Merge agreements", "Submit"):
        assert words in told


def test_foreign_and_unknown_are_not_found(client_of, draft):
    anna = client_of("anna")
    for pk in (draft.pk, uuid.uuid4()):
        assert anna.get(reverse("transfer_page", args=[pk])).status_code == 404
        assert anna.post(reverse("transfer_verb", args=[pk, "submit"])).status_code == 404
    assert status(draft) == "draft"


def test_submitting_without_waivers_keeps_what_was_typed(client_of, draft):
    client = client_of("mette")
    page = client.get(reverse("transfer_page", args=[draft.pk]))
    names = [c["input"] for c in page.context["checks"] if c["input"]]
    assert names
    refused = client.post(reverse("transfer_verb", args=[draft.pk, "submit"]), dict.fromkeys(names[1:], "kept words"))
    assert refused.status_code == 409 and status(draft) == "draft"
    assert len(names) == 1 or "kept words" in refused.content.decode()
    done = client.post(reverse("transfer_verb", args=[draft.pk, "submit"]), dict.fromkeys(names, "We know"))
    assert done.status_code == 302 and status(draft) == "in_review"


def test_a_person_who_refuses_says_why(client_of, in_review):
    client = client_of("rikke")
    url = reverse("transfer_verb", args=[in_review.pk, "return"])
    refused = client.post(url, {"reason": " "})
    assert refused.status_code == 409 and "A reason is missing" in refused.content.decode()
    assert status(in_review) == "in_review"
    assert client.post(url, {"reason": "The reason isn't clear"}).status_code == 302
    page = client_of("mette").get(reverse("transfer_page", args=[in_review.pk]))
    assert status(in_review) == "returned" and "The reason isn&#x27;t clear" in page.content.decode()
    assert f"?like={in_review.pk}" in page.content.decode()


def test_an_old_page_changes_nothing(client_of, in_review):
    url = reverse("transfer_verb", args=[in_review.pk, "withdraw"])
    answer = client_of("mette").post(url, {"version": str(in_review.version - 1)})
    assert answer.status_code == 412 and status(in_review) == "in_review"


def test_the_requester_cannot_decide(client_of, in_review):
    answer = client_of("mette").post(reverse("transfer_verb", args=[in_review.pk, "approve"]))
    assert answer.status_code == 403 and status(in_review) == "in_review"


def test_a_step_by_get_does_nothing(client_of, draft):
    answer = client_of("mette").get(reverse("transfer_verb", args=[draft.pk, "withdraw"]))
    assert answer.status_code == 302 and status(draft) == "draft"


def test_the_page_after_completion_leads_to_the_papers(client_of, in_review, today, run_jobs):
    with acting("rikke") as actor:
        operations.take("approve", actor=actor, at=now(), on=today, request_id=in_review.pk)
    run_jobs()
    page = client_of("mette").get(reverse("transfer_page", args=[in_review.pk]))
    told = page.content.decode()
    assert status(in_review) == "completed" and "at the target" in told and "supersedes" in told
