"""Jobs that can't be done end dead, with their reason, and keep nobody else from the work."""

import uuid

import pytest

from sites.jobs import MOST_CRASHES, MOST_TRIES
from tests.faults.books import correct

_WRITE = """
INSERT INTO sites_job (id, kind, subject_id, actor_id, status, due_at, token, tries, crashes, reason, created_at)
SELECT %s, %s, %s, id, 'due', now(), 0, %s, %s, '', now() FROM sites_user WHERE email = 'jonas@partner.example'
"""


@pytest.fixture
def poison(stage):
    """`poison(kind, tries, crashes)` writes a job that has been tried and has crashed so often; its key."""
    written = []

    def write(kind, tries=0, crashes=0):
        written.append(str(uuid.uuid4()))
        with stage.sql() as cursor:
            cursor.execute(_WRITE, [written[-1], kind, str(uuid.uuid4()), tries, crashes])
        return written[-1]

    yield write
    with stage.sql() as cursor:
        cursor.execute("UPDATE sites_job SET status = 'dead' WHERE id::text = ANY(%s)", [written])


def of(stage, job):
    """Status, tries, crashes, reason, and whether it is due later."""
    question = "SELECT status, tries, crashes, reason, due_at > now() FROM sites_job WHERE id::text = %s"
    return stage.ask(question, job)[0]


def test_a_job_that_always_raises_waits_longer_each_time_and_dies_of_the_last(stage, road, poison):
    first, last = poison("faults.raise"), poison("faults.raise", tries=MOST_TRIES - 1)
    form = road.form()
    road.drive(form)
    said = "RuntimeError: this job can't be done"
    stage.until(lambda: of(stage, last)[0] == "dead", "the end of the job")
    assert of(stage, last)[:4] == ("dead", MOST_TRIES, 0, said)
    status, tries, crashes, reason, _ = of(stage, first)
    assert (status in ("due", "running"), tries > 0, crashes, reason) == (True, True, 0, said)
    correct(stage, form)


def test_a_job_that_takes_its_process_along_dies_too(stage, road, poison):
    job = poison("faults.crash", crashes=MOST_CRASHES - 2)
    form = road.form()
    road.drive(form)
    stage.until(lambda: of(stage, job)[0] == "dead", "the end of the job")
    assert of(stage, job)[2:4] == (MOST_CRASHES, f"given up after 3 tries and {MOST_CRASHES} crashes")
    correct(stage, form)


def test_workers_whose_clocks_are_wrong(stage, road):
    """Leases and due times go by the database's clock: a fast worker robs nobody, a slow one sees what is due."""
    stage.kill(stage.workers[0])
    stage.hire(SKEW_SECONDS="7200")
    stage.hire(SKEW_SECONDS="-7200")
    forms = [road.form(rows=60), road.form(rows=60)]
    road.drive(*forms)
    crashes = "SELECT coalesce(sum(crashes), 0) FROM sites_job WHERE subject_id::text = ANY(%s)"
    assert stage.ask(crashes, [form.batch for form in forms]) == [(0,)]
    correct(stage, *forms)
