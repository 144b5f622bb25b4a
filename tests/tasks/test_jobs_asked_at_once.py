"""A job that is asked for in the moment in which an earlier one is taken up, or ends, is done: its run sees what the
asker wrote."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import uuid4

import pytest
from django.db import connections, transaction

from sites import jobs, tasks
from sites.clock import now
from sites.models import Job
from tests.cast import acting, looking

KIND = "test.asked"
pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def runs(monkeypatch):
    """What the runs of the job saw: how many jobs called "test.fact" were written by then."""
    seen = []

    def handle(work):
        with work.step(), looking():
            seen.append(Job.objects.filter(kind="test.fact").count())

    monkeypatch.setitem(jobs._handlers, KIND, handle)
    with looking():
        Job.objects.exclude(status=Job.Status.DONE).update(status=Job.Status.DONE)
    return seen


@pytest.fixture
def elsewhere():
    """`elsewhere(f)` begins `f` on a connection of its own."""

    def run(function):
        try:
            return function()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        yield lambda function: pool.submit(run, function)


def ask(actor, subject):
    """Write a fact, and ask for a run that reads it."""
    jobs.enqueue(kind="test.fact", subject_id=uuid4(), actor=actor, at=now())
    return jobs.enqueue(kind=KIND, subject_id=subject, actor=actor, at=now())


@pytest.mark.parametrize("who", ["mette", "admin"])
def test_a_waiting_job_isnt_begun_before_the_asker_commits(runs, elsewhere, who):
    subject = uuid4()
    with acting("jonas") as actor:
        first = ask(actor, subject)
    with acting(who) as actor:
        assert ask(actor, subject).pk == first.pk
        assert elsewhere(jobs.run_due).result() == 0 and runs == []
    assert elsewhere(jobs.run_due).result() == 1 and runs == [2]


def test_one_that_is_begun_meanwhile_is_done_once_more(runs, elsewhere):
    subject = uuid4()
    with acting("jonas") as actor:
        ask(actor, subject)
    work = jobs._claim()
    with acting("mette") as actor:
        again = ask(actor, subject)
        assert again.pk != work.job_id
        elsewhere(lambda: jobs._do(work)).result()
        assert elsewhere(jobs.run_due).result() == 0
    assert elsewhere(jobs.run_due).result() == 1 and runs == [1, 2]


def test_two_who_ask_at_once_are_both_served(runs, elsewhere):
    subject, waits = uuid4(), Event()

    def second():
        with acting("jonas") as actor:
            waits.set()
            return ask(actor, subject).pk

    with acting("mette") as actor:
        ask(actor, subject)
        other = elsewhere(second)
        assert waits.wait(5)
    jobs.run_due()
    other.result()
    jobs.run_due()
    assert runs[-1] == 2


def test_an_asker_who_takes_it_back_leaves_the_waiting_job(runs, elsewhere):
    subject = uuid4()
    with acting("jonas") as actor:
        first = ask(actor, subject)
    with acting("mette") as actor:
        ask(actor, subject)
        transaction.set_rollback(True)
    assert jobs.run_due() == 1 and runs == [1]
    with looking():
        assert Job.objects.get(pk=first.pk).status == "done"


def test_whoever_has_done_a_round_rings_for_what_is_left(runs, rings, monkeypatch):
    monkeypatch.setattr(tasks, "A_ROUND", 1)
    for _ in range(2):
        with acting("jonas") as actor:
            jobs.enqueue(kind=KIND, subject_id=uuid4(), actor=actor, at=now())
    rings.clear()
    assert (tasks.work_due(), len(rings)) == (1, 1)
    assert (tasks.work_due(), len(rings)) == (1, 2)
    assert (tasks.work_due(), len(rings)) == (0, 2)
