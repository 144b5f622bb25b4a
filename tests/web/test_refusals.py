"""The three kinds of no, counted apart: a rule's, a person's, a technical fault; and reading counts nothing."""

from datetime import timedelta

import pytest

from migrations_app.operations import take
from sites.clock import now
from sites.models import RefusalCount
from sites.refusals import Kind, count_after, count_refusals
from tests.cast import looking
from tests.operations.test_transfers import clean_lines, draft, waive_all

pytestmark = pytest.mark.django_db


def counts():
    """(kind, code) → count."""
    with looking():
        return {(c.kind, c.code): c.count for c in RefusalCount.objects.all()}


def test_a_rules_no_is_counted_though_nothing_else_is_written(world, api_of):
    api = api_of("mette")
    for _ in range(2):
        assert api.post("/api/v1/transfer-requests/", {"source_site": "0"}).status_code == 400
    found = counts()
    assert found and {kind for kind, _ in found} == {"rule"} and set(found.values()) == {2}


def test_a_page_counts_like_the_api(world, as_actor, today, client_of):
    request = draft(world, as_actor("mette"), today, clean_lines(world, 1))
    assert client_of("mette").post(f"/transfers/{request.pk}/submit/", {"version": "77"}).status_code == 412
    assert counts() == {("rule", "stale"): 1}


def test_a_form_of_the_desk_counts_too(world, client_of):
    assert client_of("rikke").post("/admin/licenses/termreopening/add/", {}).status_code == 400
    found = counts()
    assert found and {kind for kind, _ in found} == {"rule"}


def test_a_persons_no_is_counted_with_the_decision(world, as_actor, today):
    request = draft(world, as_actor("mette"), today, clean_lines(world, 1))
    take("submit", actor=as_actor("mette"), at=now(), on=today, request_id=request.pk, waivers=waive_all(request))
    take("reject", actor=as_actor("rikke"), at=now(), on=today, request_id=request.pk, reason="No")
    assert counts() == {("person", "transfer_rejected_by_rep"): 1}


def test_a_technical_fault_is_neither(world, client_of, monkeypatch):
    def broken(**_asked):
        raise RuntimeError("broken")

    monkeypatch.setattr("sites.views.notifications.mark_read", broken)
    browser = client_of("mette")
    browser.raise_request_exception = False
    assert browser.post("/notifications/read/").status_code == 500
    assert counts() == {("technical", "notifications_read: RuntimeError"): 1}


def test_reading_counts_nothing(world, client_of, api_of):
    assert client_of("mette").get("/transfers/00000000-0000-4000-8000-000000000000/").status_code == 404
    assert api_of("mette").get("/api/v1/notifications/?unread=x").status_code == 400
    assert api_of("mette").post("/api/v1/notifications/00000000-0000-4000-8000-000000000000/read/").status_code == 404
    assert counts() == {}


def test_the_desk_shows_them_side_by_side(world, client_of, today):
    count_refusals(Kind.RULE, {"V3": 5}, on=today)
    count_refusals(Kind.PERSON, ["transfer_returned_by_rep"], on=today - timedelta(days=7))
    count_after(Kind.TECHNICAL, ["batch.check: OSError"])
    page = client_of("rikke").get("/admin/sites/refusalcount/").content.decode()
    assert all(text in page for text in ("V3", "transfer_returned_by_rep", "batch.check: OSError"))
    with looking(world.mette):
        assert not RefusalCount.objects.exists()


def test_the_measures_tell_the_same_to_this_machine_alone(world, client, today, settings):
    count_refusals(Kind.RULE, {"V3": 5}, on=today)
    told = client.get("/metrics").content.decode()
    assert 'passage_refusals_total{code="V3",kind="rule"} 5.0' in told
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="192.0.2.1").status_code == 404
    settings.METRICS_TOKEN = "secret"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer secret").status_code == 200
