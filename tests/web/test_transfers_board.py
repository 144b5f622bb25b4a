"""The board of a form: reasons with their ways to mend, the plan, rows mended in place, progress as it happens."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from migrations_app.models import BatchRow, TransferBatch
from migrations_app.queries.batch_progress import Counted, Pace, stand_of
from tests.api.test_transfers_batches import filled
from tests.cast import looking
from tests.moving import movable

pytestmark = pytest.mark.django_db
WRONG = "9999999"


@pytest.fixture
def batch(client_of, world, run_jobs):
    """Mette's checked form: two good rows, one that asks for too much, two for a site that nobody knows."""
    first, second = movable(world)[:2]
    source, target = world.express_site.site_number, world.originating_site.site_number
    rows = [
        [source, first.part_id, "1", target, "a", ""],
        [source, second.part_id, "1", target, "b", ""],
        [source, first.part_id, "999999", target, "c", ""],
        [source, first.part_id, "1", WRONG, "d", ""],
        [source, first.part_id, "1", WRONG, "e", ""],
    ]
    client_of("mette").post(reverse("batch_new"), {"file": filled(*rows), "mode": "per_row"})
    run_jobs()
    with looking():
        return TransferBatch.objects.get()


def rows(batch):
    with looking():
        return {row.number: row for row in BatchRow.objects.filter(batch=batch)}


def stands(batch):
    with looking():
        return TransferBatch.objects.get(pk=batch.pk).status


def test_the_board_groups_by_reason_and_shows_the_plan(client_of, batch):
    page = client_of("mette").get(reverse("batch_page", args=[batch.pk]))
    told = page.content.decode()
    groups = {board.group.code: board for board in page.context["groups"]}
    assert groups["site_unknown"].group.rows == 2 and groups["V3"].group.rows == 1
    assert [fix.kind for fix in groups["V3"].fixes] == ["available"]
    assert [fix.kind for fix in groups["site_unknown"].fixes] == ["value"]
    assert 'list="known-target_site_number"' in told and world_target(page) in told
    assert f"{reverse('batch_rows', args=[batch.pk])}?code=V3" in told
    plan = page.context["plan"]
    assert plan["sum"]["rows"] == 2 and plan["sum"]["lines"] >= 2 and len(plan["routes"]) == 1
    assert "By target Agreement" in told and " style=" not in told and "%(" not in told


def world_target(page):
    return page.context["sites"]["target_site_number"][0][0]


def test_pages_ask_the_same_whatever_the_rows(client_of, batch):
    client = client_of("mette")
    pages = [reverse("batch_page", args=[batch.pk]), reverse("batch_rows", args=[batch.pk])]

    def asked():
        counts = []
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                client.get(page)
            counts.append(len(queries))
        return counts

    asked()
    before = asked()
    with looking():
        found = [{"code": "V3", "severity": "error", "field": "quantity", "params": {"available": 1}}]
        more = [
            BatchRow(batch=batch, created_by_id=batch.created_by_id, number=n, outcome="invalid", errors=found)
            for n in range(100, 140)
        ]
        BatchRow.objects.bulk_create(more)
    assert asked() == before


def test_a_suggestion_is_a_button(client_of, batch):
    with looking():
        form = TransferBatch.objects.get(pk=batch.pk)
        group = next(g for g in form.summary["groups"] if g["code"] == "site_unknown")
        group["suggestions"] = [{"was": WRONG, "to": "7004620", "rows": 2}]
        form.save(update_fields=["summary"])
    told = client_of("mette").get(reverse("batch_page", args=[batch.pk])).content.decode()
    assert f"Did you mean 7004620 instead of {WRONG}? (2 rows)" in told


def test_all_rows_of_a_reason_are_mended_at_once(client_of, batch):
    fix = reverse("batch_fix", args=[batch.pk])
    sent = {"code": "site_unknown", "field": "target_site_number", "value": "7004620"}
    assert client_of("mette").post(fix, sent).status_code == 302
    assert [n for n, row in rows(batch).items() if row.stale] == [5, 6] and stands(batch) == "checking"


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"code": "V3", "field": "quantity", "value": "many"}, 400, "isn&#x27;t a whole number"),
        ({"code": "V2", "field": "reason", "value": "x"}, 409, "No row would be another"),
        ({"code": "V3", "field": "color", "value": "x"}, 404, ""),
        ({"code": "", "field": "reason", "value": "x"}, 404, ""),
    ],
)
def test_a_group_that_cant_be_mended_so_is_told(client_of, batch, sent, status, said):
    answer = client_of("mette").post(reverse("batch_fix", args=[batch.pk]), sent)
    assert answer.status_code == status and said in answer.content.decode()
    assert stands(batch) == "checked" and not any(row.stale for row in rows(batch).values())


def test_rows_by_reason_keep_the_filter_on_the_way(client_of, batch):
    client, url = client_of("mette"), reverse("batch_rows", args=[batch.pk])
    page = client.get(url, {"code": "site_unknown", "outcome": "invalid"})
    assert [item["row"].number for item in page.context["rows"]] == [5, 6]
    row = reverse("batch_row", args=[batch.pk, 5])
    assert f"{row}?outcome=invalid&amp;code=site_unknown" in page.content.decode()
    assert client.get(url, {"code": "a'b"}).status_code == 200
    sent = dict(rows(batch)[5].values) | {"target_site_number": "7004620"}
    back = client.post(f"{row}?outcome=invalid&code=site_unknown", sent)
    assert back["Location"] == f"{url}?outcome=invalid&code=site_unknown"
    assert [n for n, row in rows(batch).items() if row.stale] == [5]


def test_a_row_shows_its_faults_beside_their_fields(client_of, batch):
    client, url = client_of("mette"), reverse("batch_row", args=[batch.pk, 5])
    page = client.get(url)
    told = page.content.decode()
    assert page.context["form"]["target_site_number"].errors and not page.context["form"]["quantity"].errors
    assert 'id="id_target_site_number_error"' in told and 'aria-invalid="true"' in told
    wrong = client.post(url, dict(rows(batch)[5].values) | {"quantity": "x", "effective_on": "soon"})
    assert wrong.status_code == 400 and {"quantity", "effective_on"} <= set(wrong.context["form"].errors)
    assert stands(batch) == "checked"
    assert client.get(reverse("batch_row", args=[batch.pk, 99])).status_code == 404


def test_a_checked_form_is_put_aside(client_of, batch):
    client = client_of("mette")
    stop = reverse("batch_verb", args=[batch.pk, "cancel"])
    assert stop in client.get(reverse("batch_page", args=[batch.pk])).content.decode()
    assert client.post(stop).status_code == 302 and stands(batch) == "undone"
    assert client.post(stop).status_code == 409


def test_what_a_row_says_cant_be_changed_once_submitted(client_of, batch, run_jobs):
    client = client_of("mette")
    client.post(reverse("batch_verb", args=[batch.pk, "submit"]), {"reason": "Known"})
    page = client.get(reverse("batch_row", args=[batch.pk, 2]))
    assert "can't be changed now" in page.content.decode()
    assert client.post(reverse("batch_row", args=[batch.pk, 2]), {"quantity": "1"}).status_code in (400, 409)


def test_others_see_nothing_of_it(client_of, batch):
    for who in ("anna", "lars", "rikke"):
        client = client_of(who)
        for name, args in (("batch_row", [5]), ("batch_progress", [])):
            assert client.get(reverse(name, args=[batch.pk, *args])).status_code == 404
        assert client.post(reverse("batch_fix", args=[batch.pk]), {"code": "V3", "field": "reason"}).status_code == 404
    assert client_of("mette").get(reverse("batch_progress", args=[uuid.uuid4()])).status_code == 404


def events(answer):
    """The events of a stream, each as (name, data)."""
    text = b"".join(answer.streaming_content).decode()
    found = []
    for block in text.strip("\n").split("\n\n"):
        lines = block.split("\n")
        found.append((lines[0].removeprefix("event: "), " ".join(x.removeprefix("data: ") for x in lines[1:])))
    return found


def test_a_form_that_is_done_ends_the_events_at_once(client_of, batch):
    answer = client_of("mette").get(reverse("batch_progress", args=[batch.pk]))
    assert answer["Content-Type"] == "text/event-stream" and "no-cache" in answer["Cache-Control"]
    assert [name for name, _ in events(answer)] == ["done"]


def test_events_tell_how_far_it_is_and_that_it_is_done(client_of, batch, monkeypatch):
    seconds = []

    def sleep(wait):
        """Instead of waiting, the worker's next steps."""
        seconds.append(wait)
        with looking():
            found = {"rows_valid": 30 * len(seconds)} if len(seconds) < 3 else {"status": "checked"}
            TransferBatch.objects.filter(pk=batch.pk).update(**found)

    monkeypatch.setattr("migrations_app.views.batches_progress.time.sleep", sleep)
    with looking():
        TransferBatch.objects.filter(pk=batch.pk).update(status="checking", rows_read=100, rows_valid=0, rows_invalid=0)
    with CaptureQueriesContext(connection) as asked:
        told = events(client_of("mette").get(reverse("batch_progress", args=[batch.pk])))
    assert [name for name, _ in told] == ["progress", "progress", "progress", "done"]
    assert "0 of 100 rows" in told[0][1] and "60 of 100 rows" in told[2][1]
    assert "rows per second" in told[2][1] and "left" in told[2][1]
    rows_scanned = [q["sql"] for q in asked if "batchrow" in q["sql"] and "stale" not in q["sql"]]
    assert rows_scanned == []


def test_rows_are_counted_anew_only_when_a_request_stands_otherwise(as_actor, batch):
    with looking():
        TransferBatch.objects.filter(pk=batch.pk).update(status="applying")
    mette = as_actor("mette")
    first = stand_of(batch.pk, mette)
    with CaptureQueriesContext(connection) as asked:
        again = stand_of(batch.pk, mette, first.counted)
    assert again == first and not [q for q in asked if "batchrow" in q["sql"]]
    older = Counted((("in_review", 9),), {"valid": 5})
    assert stand_of(batch.pk, mette, older, recount=False).total == 5
    assert stand_of(batch.pk, mette, older).total == first.total


def test_the_pace_is_that_of_the_last_seconds():
    pace = Pace()
    assert (pace.rate, pace.left(100)) == (0.0, None)
    for second, done in ((0.0, 0), (1.0, 10), (2.0, 20)):
        pace.add(second, done)
    assert (pace.rate, pace.left(100)) == (10.0, 8)
    for second in range(3, 30):
        pace.add(float(second), 20)
    assert (pace.rate, pace.left(100)) == (0.0, None)
    pace.add(30.0, 5)
    assert (pace.rate, len(pace.seen)) == (0.0, 1)
