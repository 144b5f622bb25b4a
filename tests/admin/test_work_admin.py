"""Operators see the work behind the portal, try it again and give it up: on pages, by the API and at a terminal."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sites.clock import now
from sites.models import Event, Job
from tests.cast import looking

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:sites_job_changelist")


@pytest.fixture
def jobs(world):
    """state → a job in it, of kind test.KIND; nothing else is open."""
    with looking():
        Job.objects.all().update(status="done", finished_at=now() - timedelta(days=2))
        rows = {
            "due": {"status": "due"},
            "waiting": {"status": "due", "due_at": now() + timedelta(days=3)},
            "failing": {"status": "due", "tries": 3, "reason": "RuntimeError: broken"},
            "running": {"status": "running", "tries": 1, "lease_until": now() + timedelta(minutes=1)},
            "left": {"status": "running", "tries": 1, "lease_until": now() - timedelta(minutes=1)},
            "dead": {"status": "dead", "tries": 25, "crashes": 2, "reason": "=RuntimeError: dead"},
            "done": {"status": "done", "finished_at": now()},
        }
        made = {}
        for name, values in rows.items():
            begun = {"due_at": now() - timedelta(minutes=5), "created_at": now() - timedelta(minutes=5)}
            made[name] = Job.objects.create(kind="test.work", subject_id=uuid4(), actor=world.admin, **begun | values)
    return made


def row(job):
    with looking():
        return Job.objects.get(pk=job.pk)


def step(client, job, verb, **typed):
    return client.post(reverse("admin:sites_job_verb", args=[job.pk, verb]), typed)


def test_the_page_tells_queues_stuck_work_and_workers(jobs, client_of):
    page = client_of("admin").get(PAGE)
    (queue,) = [q for q, _ in page.context["queues"] if q.kind == "test.work"]
    assert (queue.due, queue.waiting, queue.running, queue.left, queue.failing, queue.dead) == (2, 1, 1, 1, 1, 1)
    assert (queue.done_today, queue.done_last_hour) == (1, 1) and queue.oldest > 290
    assert {line["job"].pk for line in page.context["stuck"]} == {jobs[n].pk for n in ("failing", "left", "dead")}
    for state, names in {"due": {"due", "failing"}, "left": {"left"}, "stuck": {"failing", "left", "dead"}}.items():
        listed = client_of("admin").get(PAGE, {"state": state, "kind": "test.work"}).context["rows"]
        assert {line["job"].pk for line in listed} == {jobs[n].pk for n in names}, state


def test_the_page_asks_a_fixed_number_of_questions(jobs, client_of, world):
    client = client_of("admin")
    client.get(PAGE)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get(PAGE)
        counts.append(len(asked))
        with looking():
            Job.objects.bulk_create(
                Job(
                    kind="test.more",
                    subject_id=uuid4(),
                    actor=world.admin,
                    status="dead",
                    due_at=now(),
                    created_at=now(),
                )
                for _ in range(120)
            )
    assert counts[0] == counts[1] < 25


def test_a_dead_job_gets_a_new_round_and_it_is_told(jobs, client_of, rings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert step(client_of("admin"), jobs["dead"], "redrive").status_code == 302
    found = row(jobs["dead"])
    assert (found.status, found.tries, found.crashes) == ("due", 0, 0) and rings
    with looking():
        event = Event.objects.get(subject_id=found.pk, kind="redriven")
    assert (event.data["status"], event.data["tries"]) == ("dead", 25) and event.actor.email == "admin@portal.example"


@pytest.mark.parametrize("verb", ["redrive", "give_up"])
@pytest.mark.parametrize(("name", "said"), [("running", "A worker is at it now"), ("done", "This job is done")])
def test_what_runs_or_is_done_is_left_alone(jobs, client_of, verb, name, said):
    answer = step(client_of("admin"), jobs[name], verb, reason="Because")
    assert answer.status_code == 409 and said in answer.content.decode()
    assert row(jobs[name]).status == jobs[name].status


def test_giving_up_needs_a_reason(jobs, client_of):
    client = client_of("admin")
    assert step(client, jobs["failing"], "give_up").status_code == 409
    assert row(jobs["failing"]).status == "due"
    assert step(client, jobs["failing"], "give_up", reason="The file is gone").status_code == 302
    assert (row(jobs["failing"]).status, row(jobs["failing"]).reason) == ("dropped", "The file is gone")
    assert step(client, jobs["failing"], "redrive").status_code == 302
    assert row(jobs["failing"]).status == "due"


def test_all_dead_ones_of_a_kind_at_once(jobs, client_of):
    client_of("admin").post(reverse("admin:sites_job_again"), {"kind": "test.work"})
    assert (row(jobs["dead"]).status, row(jobs["left"]).status) == ("due", "running")


def test_the_file_holds_no_formula(jobs, client_of):
    told = client_of("admin").get(reverse("admin:sites_job_csv"), {"state": "dead"}).content.decode("utf-8-sig")
    assert "'=RuntimeError: dead" in told and len(told.splitlines()) == 2


def test_nobody_else_operates(jobs, client_of, api_of):
    for who in ("mette", "rikke"):
        assert api_of(who).post(f"/api/v1/jobs/{jobs['dead'].pk}/redrive/").status_code == 403
        assert api_of(who).post("/api/v1/jobs/redrive/", {"kind": "test.work"}).status_code == 403
    assert step(client_of("rikke"), jobs["dead"], "redrive").status_code in (403, 404)
    assert row(jobs["dead"]).status == "dead"


def test_the_same_by_the_api(jobs, api_of):
    api = api_of("admin")
    listed = api.get("/api/v1/jobs/?state=stuck&kind=test.work").json()["results"]
    assert {x["state"] for x in listed} == {"due", "left", "dead"}
    assert api.get("/api/v1/jobs/?state=odd").json()["code"] == "choice_unknown"
    where = f"/api/v1/jobs/{jobs['dead'].pk}/"
    assert api.post(f"{where}give-up/").json()["code"] == "reason_required"
    assert api.post(f"{where}redrive/").json()["state"] == "due"
    assert api.post(f"{where}give-up/", {"reason": "No use"}).json()["history"][-1]["data"]["why"] == "No use"
    assert api.post(f"/api/v1/jobs/{jobs['running'].pk}/redrive/").json()["code"] == "job_running"
    assert api.post(f"/api/v1/jobs/{uuid4()}/redrive/").status_code == 404
    seen = api.get("/api/v1/work/").json()
    assert set(seen) == {"queues", "files", "stuck", "workers", "broker", "notices"}


def test_the_same_at_a_terminal(jobs, capsys):
    call_command("jobs")
    call_command("jobs", "list", "--kind", "test.work")
    told = capsys.readouterr().out
    assert "test.work" in told and str(jobs["dead"].pk) in told and str(jobs["due"].pk) not in told
    call_command("jobs", "redrive", "--kind", "test.work")
    assert row(jobs["dead"]).status == "due"


def test_measures_tell_age_and_dead_ones(jobs, client_of):
    told = client_of("admin").get("/metrics").content.decode()
    assert 'passage_jobs{kind="test.work",state="dead"} 1.0' in told
    assert 'passage_job_oldest_seconds{kind="test.work"}' in told
