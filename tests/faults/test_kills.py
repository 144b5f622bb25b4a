"""Workers that are killed in the middle of something: the next one goes on, and nothing happens twice."""

import random

import pytest

from tests.faults.books import correct
from tests.faults.random_kills import Kills

# Who writes here does so in the middle of a step of that kind of job.
CHECK, SUBMIT, COMPLETE = "migrations_app_batchrow", "migrations_app_transferrequest", "licenses_quantitymovement"


_STOP = """
CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM migrations_app_transferrequest WHERE batch_id = NEW.batch_id AND status <> 'draft') THEN
        PERFORM pg_sleep(4);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stop BEFORE INSERT ON migrations_app_transferrequest
    FOR EACH ROW WHEN (NEW.batch_id = '{batch}') EXECUTE FUNCTION stop();
"""


@pytest.fixture
def forms(road):
    """One form a mode."""
    return [road.form(mode="per_row"), road.form(mode="atomic")]


def crashed(stage, kind):
    """How often jobs of a kind were found left behind."""
    return stage.ask("SELECT coalesce(sum(crashes), 0) FROM sites_job WHERE kind = %s", kind)[0][0]


def killed_while(stage, table, press, kill):
    """`press` gives workers something to write to `table`; `kill` comes while they are about to."""
    with stage.held(table):
        press()
        stage.until(lambda: stage.waiting_for(table), f"a worker in {table}")
        kill()


def test_workers_killed_in_the_middle_of_check_submit_and_complete(stage, road, forms):
    def one_process():
        stage.kill_child(stage.workers[0], lambda children: children[0])
        stage.kill_child(stage.workers[0], lambda children: children[-1])

    def all_workers():
        while stage.workers:
            stage.kill(stage.workers[0])
        stage.hire()

    killed_while(stage, CHECK, lambda: [road.upload(form) for form in forms], all_workers)
    for form in forms:
        road.stands(form, "checked")
    killed_while(stage, SUBMIT, lambda: [road.submit(form) for form in forms], one_process)
    for form in forms:
        road.stands(form, "submitted")

    for form in forms:
        stage.until(lambda form=form: road.review(form), "something to approve")
    killed_while(stage, COMPLETE, lambda: [road.approve(form, most=1) for form in forms], all_workers)
    road.drive(*forms)
    assert all(crashed(stage, kind) for kind in ("batch.check", "batch.submit", "transfer.complete"))
    correct(stage, *forms)


def test_a_worker_killed_between_two_requests_of_a_form_of_which_the_first_is_decided_meanwhile(stage, road):
    form = road.form(rows=60)
    road.upload(form)
    road.stands(form, "checked")
    # The second request of the form waits at the door; whoever makes it is killed there.
    with stage.sql() as cursor:
        cursor.execute(_STOP.format(batch=form.batch))
    road.submit(form)
    stage.until(lambda: road.review(form), "the first request of the form")
    stage.until(lambda: stage.asleep(), "a worker that makes the second one")
    stage.kill(stage.workers[0])
    with stage.sql() as cursor:
        cursor.execute("DROP TRIGGER stop ON migrations_app_transferrequest; DROP FUNCTION stop()")
    road.approve(form, most=1)
    stage.hire()
    road.drive(form)
    correct(stage, form)


def test_kills_at_any_moment(stage, road):
    kills = Kills(stage, road, seed=random.randrange(10**6))
    report = kills.run(6, rows=60, at_once=2)
    assert (report.lost, report.doubled, report.flaws) == (0, 0, {}), report
