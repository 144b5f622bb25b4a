"""What people are told: theirs alone, in their language, put aside by POST, and by mail once under one id."""

import pytest
from django.core import mail

from migrations_app.operations import take
from sites.clock import now
from sites.models import Job, Notification, User
from sites.notices import MAIL
from tests.cast import looking
from tests.operations.test_transfers import approved, clean_lines, draft, waive_all

pytestmark = pytest.mark.django_db


def returned(world, as_actor, today, reason="Say <why> & how"):
    """Mette's request that Rikke sent back."""
    request = draft(world, as_actor("mette"), today, clean_lines(world, 1))
    take("submit", actor=as_actor("mette"), at=now(), on=today, request_id=request.pk, waivers=waive_all(request))
    take("return", actor=as_actor("rikke"), at=now(), on=today, request_id=request.pk, reason=reason)
    return request


def test_a_decision_is_told_to_whoever_asked_and_to_nobody_else(world, as_actor, today):
    request = returned(world, as_actor, today)
    with looking(world.mette):
        (told,) = Notification.objects.all()
    assert (told.kind, told.subject_id, told.data["reason"]) == ("transfer_returned", request.pk, "Say <why> & how")
    for other in (world.anna, world.lars, world.jonas, world.rikke, world.admin):
        with looking(other):
            assert not Notification.objects.filter(pk=told.pk).exists()


def test_the_page_shows_it_counts_it_and_puts_it_aside(world, as_actor, today, client_of):
    request = returned(world, as_actor, today)
    mette = client_of("mette")
    page = mette.get("/notifications/").content.decode()
    assert f"{request}" in page and "1 unread notification" in page and "Say &lt;why&gt;" in page
    with looking(world.mette):
        told = Notification.objects.get()
    url = f"/notifications/{told.pk}/read/"
    assert mette.get(url).status_code == 405
    assert client_of("anna").post(url).status_code == 404
    answer = client_of("mette").post(url, {"open": "1"})
    assert answer["Location"] == f"/transfers/{request.pk}/"
    assert "unread notification" not in client_of("mette").get("/notifications/").content.decode()


def test_the_api_tells_the_same(world, as_actor, today, api_of):
    returned(world, as_actor, today)
    (told,) = api_of("mette").get("/api/v1/notifications/?unread=true").json()["results"]
    assert told["kind"] == "transfer_returned" and told["message"] and told["url"].startswith("/transfers/")
    assert api_of("anna").get("/api/v1/notifications/").json()["results"] == []
    assert api_of("anna").post(f"/api/v1/notifications/{told['id']}/read/").status_code == 404
    assert api_of("mette").post("/api/v1/notifications/read/").json() == {"read": 1}
    assert api_of("mette").get("/api/v1/notifications/?unread=true").json()["results"] == []
    assert api_of("mette").get("/api/v1/notifications/?unread=x").status_code == 400


def test_the_letter_is_in_the_readers_language_and_goes_once(world, as_actor, today, run_jobs, danish):
    User.objects.filter(pk=world.mette.pk).update(language="da")
    request = returned(world, as_actor, today)
    run_jobs()
    run_jobs()
    (letter,) = mail.outbox
    with looking(world.mette):
        told = Notification.objects.get()
    assert letter.to == [world.mette.email] and told.mailed_at
    assert letter.extra_headers["Message-ID"] == f"<{told.pk}@portal.example>"
    assert str(request) in letter.subject and "Say <why> & how" in letter.body
    (html, kind) = letter.alternatives[0]
    assert kind == "text/html" and "Say &lt;why&gt; &amp; how" in html and 'lang="da"' in html


def test_a_reason_of_many_lines_makes_a_subject_of_one(world, as_actor, today, run_jobs):
    returned(world, as_actor, today, reason="First\nBcc: x@y.example\n" + "long " * 100)
    run_jobs()
    (letter,) = mail.outbox
    assert "\n" not in letter.subject and len(letter.subject) <= 200 and "First\nBcc" in letter.body


def test_a_letter_that_was_half_sent_goes_again_under_the_same_id(world, as_actor, today, run_jobs):
    returned(world, as_actor, today)
    run_jobs()
    with looking():
        Notification.objects.update(mailed_at=None)
        Job.objects.filter(kind=MAIL).update(status="due")
    run_jobs()
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_nothing_is_told_of_what_was_refused(world, as_actor, today):
    request = draft(world, as_actor("mette"), today, clean_lines(world, 1))
    take("submit", actor=as_actor("mette"), at=now(), on=today, request_id=request.pk, waivers=waive_all(request))
    with pytest.raises(Exception, match="reason_required"):
        take("reject", actor=as_actor("rikke"), at=now(), on=today, request_id=request.pk)
    with looking():
        assert not Notification.objects.filter(kind="transfer_rejected").exists()


def test_approval_and_completion_are_told_once_each(world, as_actor, today, run_jobs):
    approved(world, as_actor, today, clean_lines(world, 1))
    run_jobs()
    run_jobs()
    with looking(world.mette):
        told = sorted(Notification.objects.exclude(kind="quote_issued").values_list("kind", flat=True))
    assert told == ["transfer_approved", "transfer_completed"]
