"""Jobs: one lease at a time, kept by every step; nothing lost when a worker, the database or a bell goes."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now

from sites import jobs, tasks
from sites.clock import now
from sites.models import Job
from tests.cast import looking

KIND = "test.job"


@pytest.fixture
def kinds(monkeypatch):
    """`kinds("a", function)` registers a handler for this test alone."""

    def register(kind, function):
        monkeypatch.setitem(jobs._handlers, kind, function)

    return register


def asked(kind=KIND, subject=None, due_at=None):
    """A job of the portal's own that is due."""
    with looking() as actor:
        due = due_at or now() - timedelta(seconds=10)
        job = jobs.enqueue(kind=kind, subject_id=subject or uuid4(), actor=actor, at=now(), due_at=due)
        Job.objects.filter(pk=job.pk).update(due_at=due)
        return job


def row(job_id):
    with looking():
        return Job.objects.get(pk=job_id)


def set_row(job_id, **values):
    with looking():
        Job.objects.filter(pk=job_id).update(**values)


@pytest.fixture
def work(db, world, kinds):
    """A claimed job; nothing else is due."""
    kinds(KIND, lambda work: None)
    with looking():
        Job.objects.exclude(status=Job.Status.DONE).update(status=Job.Status.DONE)
    asked()
    return jobs._claim()


def test_every_step_makes_the_lease_run_anew(work):
    set_row(work.job_id, lease_until=now() - timedelta(minutes=1))
    with work.step():
        assert Job.objects.get(pk=work.job_id).lease_until > now() + timedelta(minutes=1)
    assert jobs._claim() is None


def test_who_was_taken_over_writes_nothing(work):
    set_row(work.job_id, lease_until=now() - timedelta(minutes=1))
    taken = jobs._claim()
    assert (taken.token, row(work.job_id).crashes) == (work.token + 1, 1)
    with pytest.raises(jobs.LostLease), work.step():
        pytest.fail("a step of a job that somebody else holds")
    jobs._write_down(lambda: jobs._end(work, Job.Status.DONE, ""))
    jobs._write_down(lambda: jobs._fail(work, "x", "too late"))
    assert (row(work.job_id).status, row(work.job_id).reason) == ("running", "")
    with taken.step():
        pass


def test_a_step_ends_at_the_server_when_its_worker_freezes(work):
    with work.step(), connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("2min",)


def test_what_is_asked_for_while_it_runs_is_done_once_more(work, kinds, world):
    """The run may have read the facts before they changed."""
    again = asked(subject=work.subject_id)
    assert again.pk != work.job_id and asked(subject=work.subject_id).pk == again.pk
    assert jobs._claim() is None, "two workers would be at one subject"
    jobs._do(work)
    ran = jobs._claim()
    assert (ran.job_id, row(work.job_id).status) == (again.pk, "done")


def test_a_failure_leaves_the_rest_to_whoever_was_asked_meanwhile(work, kinds):
    again = asked(subject=work.subject_id)

    def broken(_work):
        raise RuntimeError("broken")

    kinds(KIND, broken)
    jobs._do(work)
    assert (row(work.job_id).status, row(again.pk).status) == ("done", "due")


def test_words_that_no_database_keeps_dont_keep_a_job_from_ending(work, kinds):
    def broken(_work):
        raise ValueError("a\0b")

    kinds(KIND, broken)
    jobs._do(work)
    found = row(work.job_id)
    assert found.status == "due" and found.due_at > now() and found.reason == "ValueError: a\ufffdb"
    assert jobs._kept("a\ud800b") == "a?b"


def test_a_kind_that_this_release_doesnt_know_is_left_to_others(work):
    other = asked(kind="from.tomorrow")
    assert jobs._claim() is None
    assert (row(other.pk).status, row(other.pk).tries) == ("due", 0)


def test_a_sweep_rings_for_all_that_is_due_and_works_itself(work, kinds, rings):
    done = []
    kinds(KIND, done.append)
    keys = {asked().subject_id for _ in range(3)}
    set_row(work.job_id, lease_until=now() - timedelta(minutes=1))
    rings.clear()
    assert tasks.sweep() == 4 and {w.subject_id for w in done} == keys | {work.subject_id}
    assert len(rings) == 3 and all(options["expires"] for options in rings)
    assert tasks.sweep() == 0 and len(rings) == 3


def test_rows_that_ended_long_ago_are_removed_and_dead_ones_stay(work, settings):
    old = now() - timedelta(days=settings.JOBS_KEPT_DAYS + 1)
    with looking():
        Job.objects.update(finished_at=now())
    ended = {status: asked().pk for status in ("done", "dropped", "dead")}
    for status, key in ended.items():
        set_row(key, status=status, finished_at=old)
    fresh = asked().pk
    set_row(fresh, status="done", finished_at=now())
    assert tasks.prune() == 2
    with looking():
        left = set(Job.objects.filter(pk__in=[*ended.values(), fresh]).values_list("pk", flat=True))
    assert left == {ended["dead"], fresh}


def test_what_is_due_now_is_due_by_the_databases_clock(work, kinds):
    """A web server whose clock is an hour fast makes nobody wait."""
    kinds("test.fast", lambda work: None)
    kinds("test.later", lambda work: None)
    fast = now() + timedelta(hours=1)
    with looking() as actor:
        jobs.enqueue(kind="test.fast", subject_id=uuid4(), actor=actor, at=fast)
        jobs.enqueue(kind="test.later", subject_id=uuid4(), actor=actor, at=fast, due_at=fast + timedelta(days=1))
    assert jobs._claim().kind == "test.fast"
    assert jobs._claim() is None


def test_a_long_step_leaves_a_whole_lease_behind(work):
    with work.step():
        set_row(work.job_id, lease_until=now() - timedelta(minutes=1))
    assert row(work.job_id).lease_until > now() + timedelta(minutes=1)


def test_crashes_make_the_next_try_wait_no_longer(work):
    set_row(work.job_id, tries=8, crashes=7)
    jobs._write_down(lambda: jobs._fail(work, "test: Deadlock", "a deadlock"))
    found = row(work.job_id)
    assert (found.status, found.reason) == ("due", "a deadlock")
    assert found.due_at < now() + timedelta(seconds=5)


# With commits: a database that goes away, and workers that make way.


def cut():
    """End every connection that Django has, as a restart of the server does."""
    from tests import databases

    with databases.server() as server, server.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 3000) FROM pg_stat_activity WHERE datname = %s",
            [connection.settings_dict["NAME"]],
        )


def only(kinds, function):
    kinds(KIND, function)
    with looking():
        Job.objects.exclude(status=Job.Status.DONE).update(status=Job.Status.DONE)


@pytest.fixture
def at_once_back(monkeypatch):
    monkeypatch.setattr(jobs, "PAUSES", (0, 0, 0))


@pytest.mark.usefixtures("committed", "at_once_back")
def test_a_restarted_database_costs_a_try_and_no_lease(kinds):
    def interrupted(work):
        with work.step():
            cut()
            Job.objects.count()

    only(kinds, interrupted)
    job = asked()
    assert jobs.run_due() == 1
    found = row(job.pk)
    assert (found.status, found.tries, found.crashes, found.lease_until) == ("due", 1, 0, None)
    assert "OperationalError" in found.reason or "InterfaceError" in found.reason
    done = []
    kinds(KIND, done.append)
    set_row(job.pk, due_at=Now() - timedelta(seconds=1))
    assert jobs.run_due() == 1 and len(done) == 1 and row(job.pk).status == "done"


@pytest.mark.usefixtures("committed", "at_once_back")
def test_a_job_that_is_done_is_written_down_after_a_restart(kinds):
    only(kinds, lambda work: cut())
    job = asked()
    assert jobs.run_due() == 1
    assert (row(job.pk).status, row(job.pk).tries) == ("done", 1)


@pytest.mark.usefixtures("committed", "at_once_back")
def test_a_database_that_stays_away_leaves_the_job_to_its_lease(kinds, monkeypatch):
    only(kinds, lambda work: None)
    job = asked()
    name, real = connection.settings_dict["NAME"], jobs._write_down

    def away(ending):
        connection.close()
        connection.settings_dict["NAME"] = "passage_nowhere"
        real(ending)

    monkeypatch.setattr(jobs, "_write_down", away)
    assert jobs.run_due() == 1, "the worker survives"
    connection.close()
    connection.settings_dict["NAME"] = name
    assert row(job.pk).status == "running"
    set_row(job.pk, lease_until=Now() - timedelta(seconds=1))
    monkeypatch.setattr(jobs, "_write_down", real)
    assert jobs.run_due() == 1 and row(job.pk).status == "done"


class Stepper:
    """A job of many steps, each done once whatever happens; notes who did what, in order."""

    def __init__(self, steps, between=lambda: None):
        self.steps, self.between, self.done = steps, between, []

    def __call__(self, work):
        while self.done.count(work.subject_id) < self.steps:
            with work.step():
                self.done.append(work.subject_id)
            self.between()


@pytest.mark.usefixtures("committed")
def test_long_work_makes_way_for_others_and_goes_on_where_it_stopped(kinds, monkeypatch):
    monkeypatch.setattr(jobs, "TURN", timedelta(0))
    short = []
    asks = [lambda: asked(kind="test.short")]
    long = Stepper(4, between=lambda: asks and asks.pop()())
    only(kinds, long)
    kinds("test.short", lambda work: short.append(len(long.done)))
    job = asked()
    assert jobs.run_due() == 3
    assert short == [1] and len(long.done) == 4
    found = row(job.pk)
    assert (found.status, found.turns, found.tries, found.crashes) == ("done", 1, 1, 0)


@pytest.mark.usefixtures("committed")
def test_nobody_makes_way_for_nobody(kinds, monkeypatch):
    monkeypatch.setattr(jobs, "TURN", timedelta(0))
    long = Stepper(4)
    only(kinds, long)
    job = asked()
    asked(kind="from.tomorrow")
    asked(kind=KIND, subject=UUID(int=1), due_at=now() + timedelta(days=1))
    assert jobs.run_due() == 1
    assert (row(job.pk).turns, len(long.done)) == (0, 4)


@pytest.mark.usefixtures("committed")
def test_who_waited_longest_is_next_so_that_two_long_ones_take_turns(kinds, monkeypatch):
    monkeypatch.setattr(jobs, "TURN", timedelta(0))
    monkeypatch.setattr(jobs, "PATIENCE", timedelta(0))
    long = Stepper(3)
    only(kinds, long)
    first = asked(due_at=now() - timedelta(minutes=2)).subject_id
    second = asked(due_at=now() - timedelta(minutes=1)).subject_id
    with looking():
        # Past its doublings a turn of nothing is still nothing.
        Job.objects.filter(kind=KIND).update(turns=9)
    monkeypatch.setattr(jobs.Work, "_make_way", _after_a_step(long))
    jobs.run_due()
    assert long.done == [first, second] * 3


def _after_a_step(long):
    """Makes way as the product does, but not before the claim's first step: then nobody would get on."""
    real, seen = jobs.Work._make_way, {}

    def make_way(work):
        if seen.setdefault((work.job_id, work.token), len(long.done)) < len(long.done):
            real(work)

    return make_way
