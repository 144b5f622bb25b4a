"""The same thing twice: messages, workers on one form, one file at the same instant."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psutil

from tests.faults.books import correct

_RING = (
    "from portal.celery import app; "
    "[app.send_task(name) for name in ('sites.tasks.work_due', 'sites.tasks.sweep') for _ in range(20)]"
)


def test_the_same_message_many_times(stage, road):
    stage.hire()
    form = road.form()
    stage.call("-c", _RING)
    road.upload(form)
    stage.call("-c", _RING)
    road.stands(form, "checked")
    road.submit(form)
    stage.call("-c", _RING)
    road.drive(form)
    correct(stage, form)


def test_a_worker_that_was_frozen_writes_nothing_of_what_another_took_over(stage, road):
    """Two workers on one form: the first sleeps past its lease while the file is read, and wakes up."""
    form = road.form()
    first = psutil.Process(stage.workers[0].pid)
    road.upload(form)
    stage.until(lambda: reading(first), "a worker that reads the file")
    frozen = [first, *first.children(recursive=True)]
    for process in frozen:
        process.suspend()
    stage.hire()
    road.stands(form, "checked")
    for process in frozen:
        process.resume()
    road.drive(form)
    assert stage.ask("SELECT token FROM sites_job WHERE subject_id = %s AND kind = 'batch.check'", form.batch) == [(2,)]
    correct(stage, form)


def reading(worker):
    """The processes in which a worker has a file read, between two steps."""
    found = []
    for process in worker.children(recursive=True):
        with suppress(psutil.Error):
            if "licenses.intake.child" in process.cmdline():
                found.append(process)
    return found


def test_one_file_twice_at_the_same_instant(stage, road):
    form = road.form()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: road.upload(form), range(4)))
    assert sorted(a.status for a in answers) == [202, 409, 409, 409], answers
    number = stage.ask("SELECT number FROM migrations_app_transferbatch WHERE filename = %s", form.name)
    for answer in answers:
        if answer.status == 409:
            assert answer.body["code"] == "form_twice" and f"B-{number[0][0]:06d}" in answer.body["detail"]
    kept = [path for path in (stage.state / "files").rglob("*.csv") if path.read_bytes() == form.content()]
    assert len(kept) == 1, kept
    road.drive(form)
    correct(stage, form)
