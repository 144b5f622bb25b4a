"""The rep's desk: the queue, the case, decisions by operations, and who is kept out."""

import pytest
from django.urls import reverse

from migrations_app.models import TransferBatch
from sites.clock import now
from tests.cast import acting
from tests.moving import drafted, status, submitted

pytestmark = pytest.mark.django_db
LIST = "admin:migrations_app_transferrequest_changelist"
CASE = "admin:migrations_app_transferrequest_change"
VERB = "admin:migrations_app_transferrequest_verb"


@pytest.fixture
def in_review(world, today):
    return submitted(drafted(world, today), today)


def test_the_queue_lists_what_waits(client_of, in_review):
    page = client_of("rikke").get(reverse(LIST))
    told = page.content.decode()
    assert page.status_code == 200 and str(in_review) in told and "the IBM rep" in told
    assert client_of("rikke").get(reverse(LIST), {"q": "Nordvind", "status__exact": "in_review"}).status_code == 200


def test_the_case_shows_checks_and_plan_with_its_buttons(client_of, in_review):
    page = client_of("rikke").get(reverse(CASE, args=[in_review.pk]))
    told = page.content.decode()
    assert page.status_code == 200 and " style=" not in told and "%(" not in told
    for words in ("What moves", "Stay on Express", "Approve", "Return", "Reject", "took note of it"):
        assert words in told
    assert "Take the move back" not in told


def test_approving_goes_through_the_operation(client_of, in_review):
    client = client_of("rikke")
    answer = client.post(
        reverse(VERB, args=[in_review.pk, "approve"]), {"version": str(in_review.version), "reason": ""}
    )
    assert answer.status_code == 302 and status(in_review) == "approved"


def test_returning_and_rejecting_take_a_reason(client_of, in_review):
    client = client_of("rikke")
    for verb in ("return", "reject"):
        refused = client.post(reverse(VERB, args=[in_review.pk, verb]), {"reason": ""})
        assert refused.status_code == 409 and "A reason is missing" in refused.content.decode()
    assert client.post(reverse(VERB, args=[in_review.pk, "reject"]), {"reason": "Not yours"}).status_code == 302
    assert status(in_review) == "rejected"


def test_unknown_steps_do_nothing(client_of, in_review):
    for verb in ("withdraw", "complete", "nonsense"):
        assert client_of("rikke").post(reverse(VERB, args=[in_review.pk, verb]), {"reason": "x"}).status_code == 409
    assert status(in_review) == "in_review"


def test_customers_and_operators_do_not_decide(client_of, in_review):
    url = reverse(VERB, args=[in_review.pk, "approve"])
    assert client_of("mette").post(url).status_code in (302, 403, 404)
    assert client_of("admin").post(url).status_code == 403
    assert status(in_review) == "in_review"


def test_operators_see_all_forms_and_reps_those_that_they_may_take_back(client_of, world):
    with acting("mette") as actor:
        batch = TransferBatch.objects.create(
            number=990_001, created_by_id=actor.user_id, filename="f.csv", fingerprint="0", created_at=now()
        )
    url = reverse("admin:migrations_app_transferbatch_changelist")
    assert str(batch) in client_of("admin").get(url).content.decode()
    page = client_of("rikke").get(url)
    assert page.status_code == 200 and str(batch) not in page.content.decode()


def test_nothing_can_be_added_edited_or_deleted(client_of, in_review):
    client = client_of("rikke")
    assert client.get(reverse("admin:migrations_app_transferrequest_add")).status_code == 403
    assert client.post(reverse(CASE, args=[in_review.pk]), {"status": "completed"}).status_code in (200, 403, 405)
    assert client.get(reverse("admin:migrations_app_transferrequest_delete", args=[in_review.pk])).status_code == 403
    assert status(in_review) == "in_review"
