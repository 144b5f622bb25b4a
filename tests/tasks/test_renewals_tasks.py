"""Renewals pull: a completed move is seen by the head version of its agreement."""

import uuid
from decimal import Decimal

import pytest

from licenses.operations import PointsEntry, post_points
from renewals.models import RenewalQuote
from renewals.tasks import refresh_quotes
from sites.models import Job
from tests import cast
from tests.renewing import EARLY, LATE, move

pytestmark = pytest.mark.django_db


def _open(world: cast.World) -> list[str]:
    with cast.looking():
        rows = RenewalQuote.objects.filter(agreement=world.agreement, status="issued")
        return sorted(rows.values_list("kind", flat=True))


def test_the_beat_finds_a_completed_move(world, run_jobs):
    refresh_quotes()
    run_jobs()
    assert _open(world) == ["anniversary"]
    assert refresh_quotes() == 0
    move(world, EARLY, LATE)
    assert refresh_quotes() == 1
    run_jobs()
    assert _open(world) == ["anniversary", "transition"]
    assert refresh_quotes() == 0


def test_ringing_twice_makes_one_job(world):
    move(world, EARLY)
    refresh_quotes()
    refresh_quotes()
    with cast.looking():
        assert Job.objects.filter(kind="quotes.run").count() == 1


def test_a_job_for_something_gone_does_nothing(world, run_jobs):
    from sites.clock import now
    from sites.jobs import enqueue

    with cast.looking() as portal:
        enqueue(kind="quotes.issue", subject_id=uuid.uuid4(), actor=portal, at=now())
    assert run_jobs() == 1


def test_the_beat_finds_a_level_that_moved_on(world, today, run_jobs):
    """Points of another order raise the RSVP that the Anniversary opens with (rules P4, P5): the quote says another."""
    refresh_quotes()
    run_jobs()
    with cast.looking():
        old = RenewalQuote.objects.get(agreement=world.agreement, status="issued")
        entry = PointsEntry(
            uuid.uuid4(), world.agreement.pk, world.originating_site.pk, Decimal(9000), "order", "X9", today
        )
        post_points([entry])
    assert refresh_quotes() == 1
    run_jobs()
    with cast.looking():
        fresh = RenewalQuote.objects.get(number=old.number, status="issued")
    assert (fresh.version, old.version) == (2, 1) and fresh.rsvp_level != old.rsvp_level
    assert refresh_quotes() == 0
