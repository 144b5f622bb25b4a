"""A job's lease: renewed by every step, lost to whoever took the job over."""

from datetime import timedelta
from uuid import uuid4

import pytest

from sites import jobs
from sites.clock import now
from sites.models import Job
from sites.tenancy import system_actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(world, monkeypatch):
    """A claimed job whose handler leaves its Work behind."""
    found = []
    monkeypatch.setitem(jobs._handlers, "test.lease", found.append)
    actor = system_actor()
    Job.objects.exclude(status=Job.Status.DONE).update(status=Job.Status.DONE)
    jobs.enqueue(kind="test.lease", subject_id=uuid4(), actor=actor, at=now() - timedelta(seconds=1))
    found.append(jobs._claim())
    return found[0]


def expire(work):
    system_actor()
    Job.objects.filter(pk=work.job_id).update(lease_until=now() - timedelta(minutes=1))


def test_every_step_makes_the_lease_run_anew(work):
    expire(work)
    with work.step():
        assert Job.objects.get(pk=work.job_id).lease_until > now() + timedelta(minutes=1)
    assert jobs._claim() is None


def test_who_was_taken_over_writes_nothing(work):
    expire(work)
    taken = jobs._claim()
    assert taken.token == work.token + 1
    with pytest.raises(jobs.LostLease), work.step():
        pytest.fail("a step of a job that somebody else holds")
    with taken.step():
        pass


def test_what_is_due_now_is_due_by_the_databases_clock(world):
    """A web server whose clock is an hour fast makes nobody wait."""
    actor = system_actor()
    Job.objects.exclude(status=Job.Status.DONE).update(status=Job.Status.DONE)
    fast = now() + timedelta(hours=1)
    jobs.enqueue(kind="test.fast", subject_id=uuid4(), actor=actor, at=fast)
    jobs.enqueue(kind="test.later", subject_id=uuid4(), actor=actor, at=fast, due_at=fast + timedelta(days=1))
    assert jobs._claim().kind == "test.fast"
    assert jobs._claim() is None


def test_a_long_step_leaves_a_whole_lease_behind(work):
    with work.step():
        expire(work)
    assert Job.objects.get(pk=work.job_id).lease_until > now() + timedelta(minutes=1)


def test_crashes_make_the_next_try_wait_no_longer(work):
    Job.objects.filter(pk=work.job_id).update(tries=8, crashes=7)
    jobs._later(work, "a deadlock")
    job = Job.objects.get(pk=work.job_id)
    assert (job.status, job.reason) == ("due", "a deadlock")
    assert job.due_at < now() + timedelta(seconds=5)
