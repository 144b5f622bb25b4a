"""Closings behind the points ledger say what the entries say, whenever they were written and whatever came later."""

import random
import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from licenses.models import PointsClosing, PointsMovement, TermClosing
from licenses.operations import PointsEntry, post_points
from licenses.operations.closings import close_days, close_terms
from licenses.queries import standing
from licenses.readmodels.asked import Moments
from licenses.readmodels.standing import points_view
from sites.clock import now
from sites.models import Agreement
from sites.tenancy import system_actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement(world):
    system_actor()
    return Agreement.objects.select_related("customer").filter(term_start__isnull=False).order_by("number")[0]


def post(agreement, points, on, reverses=None):
    site = agreement.sites.order_by("pk")[0]
    entry = PointsEntry(uuid.uuid4(), agreement.pk, site.pk, Decimal(points), "adjustment", "T", on, reverses)
    post_points([entry])
    return entry


def both(agreement, on, known_at=None):
    quick, whole = (standing(agreement, on, known_at, whole=w) for w in (False, True))
    assert (quick.points, quick.level, quick.opening_level, quick.missing, quick.term) == (
        whole.points, whole.level, whole.opening_level, whole.missing, whole.term,
    )  # fmt: skip
    return quick


def instants(agreement):
    return list(PointsMovement.objects.filter(agreement=agreement).values_list("recorded_at", flat=True))


@pytest.mark.parametrize("seed", range(6))
def test_with_and_without_closings_every_question_has_one_answer(agreement, today, seed):
    dice = random.Random(seed)
    start = agreement.term_start
    for _round in range(4):
        for _entry in range(dice.randint(1, 12)):
            day = start + timedelta(days=dice.randint(0, (today - start).days + 30))
            post(agreement, f"{dice.choice([-1, 1, 1, 1]) * dice.randint(1, 90000) / 100:.2f}", day)
        if dice.random() < 0.8:
            close_days(actor=system_actor(), least=1)
        for known_at in [None, *dice.sample(instants(agreement), 3)]:
            both(agreement, start + timedelta(days=dice.randint(0, (today - start).days + 60)), known_at)


def test_a_closing_is_written_once_and_only_for_what_is_new(agreement, today):
    post(agreement, "10", today)
    assert close_days(actor=system_actor(), least=1) > 0
    assert close_days(actor=system_actor(), least=1) == 0
    post(agreement, "5", today)
    assert close_days(actor=system_actor(), least=2) == 0
    assert close_days(actor=system_actor(), least=1) == 1


def test_an_entry_for_an_earlier_day_is_seen_at_once_and_closed_anew(agreement, today):
    post(agreement, "400", today)
    close_days(actor=system_actor(), least=1)
    before = both(agreement, today)
    post(agreement, "150", today - timedelta(days=3))
    after = both(agreement, today)
    assert after.points == before.points + 150
    close_days(actor=system_actor(), least=1)
    assert both(agreement, today).points == after.points
    assert PointsClosing.objects.filter(agreement=agreement, day=today).count() == 2


def test_a_credit_lowers_no_level_with_closings_either(agreement, today):
    post(agreement, "3000", today)
    high = both(agreement, today).level
    close_days(actor=system_actor(), least=1)
    post(agreement, "-3000", today)
    close_days(actor=system_actor(), least=1)
    assert both(agreement, today).level == high


def test_ended_terms_are_closed_once_and_nothing_is_posted_into_them(agreement, today):
    ended = standing(agreement, today, whole=True).term.starts_on - timedelta(days=1)
    if ended < agreement.term_start:
        agreement.term_start = date(today.year - 2, 3, 1)
    assert close_terms(actor=system_actor(), on=today) > 0
    assert close_terms(actor=system_actor(), on=today) == 0
    shown = both(agreement, today)
    assert [step.rule for step in shown.explanation.parts] == ["P5"]
    count = PointsMovement.objects.count()
    with pytest.raises(DatabaseError, match="closed"), transaction.atomic():
        post(agreement, "10", ended)
    assert PointsMovement.objects.count() == count
    post(agreement, "10", today)


def test_a_statement_tells_every_term_whether_or_not_it_stands_closed(world, today):
    system_actor()
    agreement = Agreement.objects.select_related("customer").get(pk=world.agreement.pk)
    asked = Moments(today, None, now())
    before = points_view(agreement, asked, today)
    assert len(before.terms) > 2
    close_terms(actor=system_actor(), on=today)
    after = points_view(agreement, asked, today)
    assert (after.terms, after.stands.explanation) == (before.terms, before.stands.explanation)


def test_customers_and_reps_write_no_closings(world, as_actor, today):
    for who in ("mette", "rikke"):
        as_actor(who)
        with pytest.raises(DatabaseError), transaction.atomic():
            TermClosing.objects.create(
                customer=world.agreement.customer, agreement=world.agreement, starts_on=today,
                ends_on=today + timedelta(days=1), points=0, level="BL", opens_with="BL", rule_version="x",
                recorded_at="2026-01-01T00:00Z",
            )  # fmt: skip


def test_the_term_of_a_day_is_the_same_in_sql_and_in_the_rules(world):
    from licenses.rules.terms import term_containing

    dice = random.Random(7)
    firsts = [date(2020, 1, 1) + timedelta(days=dice.randint(0, 1500)) for _ in range(400)]
    pairs = [(first, first + timedelta(days=dice.randint(0, 2500))) for first in firsts]
    leap, march = date(2024, 2, 29), date(2025, 3, 1)
    pairs += [(leap, date(2025, 2, 28)), (leap, march), (date(2024, 3, 1), march)]
    with connection.cursor() as cursor:
        for first, day in pairs:
            cursor.execute("SELECT licenses_term_start(%s, %s)", [first, day])
            assert cursor.fetchone()[0] == term_containing(first, day).starts_on, (first, day)
