"""Rule books change by four eyes and for the future alone."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from licenses.models import RuleBookVersion
from licenses.operations.rule_books import (
    propose_rule_book,
    put_rule_book_in_force,
    reject_rule_book,
    withdraw_rule_book,
)
from licenses.queries import rule_book, rule_book_of
from licenses.rules.book_figures import restored
from licenses.rules.rulebook import CURRENT
from portal.kernel.errors import DomainError, Forbidden, Invalid, Refused
from sites.clock import now

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def propose(as_actor, today, who="rikke", valid_from=None, **figures):
    return propose_rule_book(
        actor=as_actor(who),
        at=now(),
        on=today,
        valid_from=valid_from or today + DAY,
        figures=figures or {"reversal_days": "60"},
        reason="Longer to think",
    )


def test_the_first_book_is_the_one_of_the_code(world, as_actor):
    as_actor("mette")
    row = RuleBookVersion.objects.get()
    assert (row.version, restored(row.version, row.figures)) == (CURRENT.version, CURRENT)
    assert (row.status, row.proposed_by) == ("in_force", None)


def test_one_proposes_another_puts_into_force_and_only_the_future_changes(world, as_actor, today):
    case = propose(as_actor, today)
    assert rule_book(today + DAY) == CURRENT
    put_rule_book_in_force(actor=as_actor("soren"), at=now(), on=today, book_id=case.pk)
    assert rule_book(today) == CURRENT
    assert rule_book(today + DAY).reversal_days == 60
    assert rule_book(today + DAY).version == case.version == rule_book_of(case.version).version
    assert rule_book_of("1999.1") is None


def test_nobody_decides_on_an_own_proposal(world, as_actor, today):
    case = propose(as_actor, today)
    for decide in (
        lambda: put_rule_book_in_force(actor=as_actor("rikke"), at=now(), on=today, book_id=case.pk),
        lambda: reject_rule_book(actor=as_actor("rikke"), at=now(), on=today, book_id=case.pk, reason="No"),
    ):
        with pytest.raises(Forbidden) as refusal:
            decide()
        assert [f.code for f in refusal.value.faults] == ["own_case"]
    case.refresh_from_db()
    assert (case.status, case.decided_by) == ("proposed", None)


def test_the_author_withdraws_another_cannot(world, as_actor, today):
    case = propose(as_actor, today)
    with pytest.raises(Forbidden):
        withdraw_rule_book(actor=as_actor("soren"), at=now(), on=today, book_id=case.pk)
    withdraw_rule_book(actor=as_actor("rikke"), at=now(), on=today, book_id=case.pk)
    with pytest.raises(Refused):
        put_rule_book_in_force(actor=as_actor("soren"), at=now(), on=today, book_id=case.pk)
    assert rule_book(today + DAY) == CURRENT


def test_a_rejection_has_a_reason(world, as_actor, today):
    case = propose(as_actor, today)
    with pytest.raises(Invalid):
        reject_rule_book(actor=as_actor("soren"), at=now(), on=today, book_id=case.pk, reason=" ")
    reject_rule_book(actor=as_actor("soren"), at=now(), on=today, book_id=case.pk, reason="Too long")
    case.refresh_from_db()
    assert (case.status, case.decision_reason) == ("rejected", "Too long")


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ({"valid_from": 0, "figures": {"reversal_days": "60"}}, {"rule_book_past"}),
        ({"valid_from": None, "figures": {"reversal_days": "60"}}, {"field_required"}),
        ({"valid_from": 1, "figures": {}}, {"rule_book_same"}),
        ({"valid_from": 1, "figures": {"reversal_days": "30"}}, {"rule_book_same"}),
        (
            {"valid_from": -400, "figures": {"reversal_days": "x", "ladder_D": "0"}, "reason": ""},
            {"rule_book_past", "policy_range", "threshold_unread", "reason_required"},
        ),
    ],
)
def test_everything_wrong_is_told_at_once_and_nothing_kept(world, as_actor, today, asked, codes):
    days = asked["valid_from"]
    valid_from = None if days is None else today + timedelta(days=days)
    with pytest.raises(Invalid) as refusal:
        propose_rule_book(
            actor=as_actor("rikke"), at=now(), on=today, valid_from=valid_from, figures=asked["figures"],
            reason=asked.get("reason", "Because"),
        )  # fmt: skip
    assert {f.code for f in refusal.value.faults} == codes
    assert RuleBookVersion.objects.count() == 1


@pytest.mark.parametrize("who", ["mette", "jonas", "anna"])
def test_customers_and_partners_read_and_propose_nothing(world, as_actor, today, who):
    with pytest.raises(Forbidden):
        propose(as_actor, today, who)
    as_actor(who)
    assert rule_book(today) == CURRENT
    with pytest.raises(DatabaseError), transaction.atomic():
        RuleBookVersion.objects.create(version="x", valid_from=today, figures={}, reason="", proposed_at=now())


def test_a_day_has_one_book(world, as_actor, today):
    first, second = propose(as_actor, today), propose(as_actor, today, quote_days="80")
    assert first.version != second.version
    put_rule_book_in_force(actor=as_actor("soren"), at=now(), on=today, book_id=first.pk)
    with pytest.raises(Refused) as refusal:
        put_rule_book_in_force(actor=as_actor("soren"), at=now(), on=today, book_id=second.pk)
    assert [f.code for f in refusal.value.faults] == ["rule_book_day_taken"]
    with pytest.raises(DomainError):
        propose(as_actor, today)


def test_a_proposal_that_waited_too_long_is_not_put_into_force(world, as_actor, today):
    case = propose(as_actor, today)
    with pytest.raises(Refused) as refusal:
        put_rule_book_in_force(actor=as_actor("soren"), at=now(), on=today + DAY, book_id=case.pk)
    assert [f.code for f in refusal.value.faults] == ["rule_book_past"]


@pytest.mark.parametrize(
    "change",
    [{"figures": {}}, {"valid_from": date(2020, 1, 1)}, {"status": "proposed"}, {"status": "withdrawn"}],
)
def test_the_database_keeps_what_is_in_force(world, as_actor, today, change):
    case = propose(as_actor, today)
    put_rule_book_in_force(actor=as_actor("soren"), at=now(), on=today, book_id=case.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        RuleBookVersion.objects.filter(pk=case.pk).update(**change)


def test_the_database_refuses_one_pair_of_eyes(world, as_actor, today):
    case = propose(as_actor, today)
    actor = as_actor("rikke")
    with pytest.raises(DatabaseError), transaction.atomic():
        RuleBookVersion.objects.filter(pk=case.pk).update(status="in_force", decided_by=actor.user_id)


@pytest.mark.parametrize("days", [0, -1])
def test_the_database_keeps_the_past(world, as_actor, today, days):
    case = propose(as_actor, today)
    actor = as_actor("soren")
    decided = {"status": "in_force", "decided_by": actor.user_id, "decided_at": now()}
    for decided_on in (None, case.valid_from - timedelta(days=days)):
        with pytest.raises(DatabaseError), transaction.atomic():
            RuleBookVersion.objects.filter(pk=case.pk).update(**decided, decided_on=decided_on)
    assert rule_book(today + DAY) == CURRENT


def test_the_database_lets_nobody_decide_in_anothers_name(world, as_actor, today):
    case = propose(as_actor, today)
    rep = as_actor("soren").user_id
    as_actor("rikke")
    with pytest.raises(DatabaseError), transaction.atomic():
        RuleBookVersion.objects.filter(pk=case.pk).update(
            status="in_force", decided_by=rep, decided_at=now(), decided_on=today
        )
