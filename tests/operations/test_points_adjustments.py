"""Points by hand: two sign, reversals mirror once, closed Terms stay shut until a rep re-opens one (P3, P6, P7)."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from licenses.models import PointsAdjustment, PointsMovement, TermClosing, TermReopening
from licenses.operations import PointsEntry, post_points
from licenses.operations.points import (
    propose_adjustment,
    propose_reversal,
    reject_adjustment,
    reopen_term,
    sign_adjustment,
    withdraw_adjustment,
)
from licenses.queries import standing
from licenses.queries.adjustments import day_faults, is_shut
from licenses.rules.terms import term_containing, terms_between
from portal.kernel.errors import Forbidden, Invalid, NotFound, Refused
from portal.kernel.period import DAY
from sites.clock import now
from tests.cast import looking

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world, as_actor, today):
    return Desk(world, as_actor, today)


class Desk:
    """Reps at work on Nordvind's Agreement."""

    def __init__(self, world, as_actor, today):
        self.as_actor, self.today = as_actor, today
        self.agreement, self.site = world.agreement, world.originating_site

    def propose(self, who="rikke", **changes):
        asked = {
            "agreement_number": self.agreement.number,
            "site_number": self.site.site_number,
            "points": Decimal("100.00"),
            "effective_on": self.today,
            "reason": "Counted short",
        }
        return propose_adjustment(actor=self.as_actor(who), at=now(), on=self.today, **(asked | changes))

    def sign(self, case, who="soren", on=None):
        return sign_adjustment(actor=self.as_actor(who), at=now(), on=on or self.today, case_id=case.pk)

    def take_back(self, entry, who="rikke", reason="Credited"):
        return propose_reversal(actor=self.as_actor(who), at=now(), on=self.today, entry_id=entry, reason=reason)

    def post(self, points, on=None, reference="an order"):
        key = uuid4()
        with looking():
            post_points(
                [PointsEntry(key, self.agreement.pk, self.site.pk, points, "order", reference, on or self.today)]
            )
        return key

    def stands(self):
        with looking():
            return standing(self.agreement, self.today)

    def count(self):
        with looking():
            return PointsMovement.objects.count()

    def ended(self):
        """The first Term, a year after which today lies, closed by the portal; it is made where there is none."""
        with looking():
            start = self.today - timedelta(days=800)
            type(self.agreement).objects.filter(pk=self.agreement.pk).update(term_start=start)
            self.agreement.refresh_from_db()
            first = terms_between(start, start, self.today)[0]
            TermClosing.objects.create(
                customer_id=self.agreement.customer_id,
                agreement=self.agreement,
                starts_on=first.starts_on,
                ends_on=first.ends_on,
                points=0,
                level="BL",
                opens_with="BL",
                rule_version="2026.1",
                recorded_at=now(),
            )
        return first


def test_one_proposes_another_signs_and_only_then_it_counts(desk):
    before = desk.stands().points
    case = desk.propose()
    assert desk.stands().points == before
    desk.sign(case)
    assert desk.stands().points == before + 100
    with looking():
        entry = PointsMovement.objects.get(pk=case.pk)
    assert (entry.kind, entry.reference, entry.signed) == ("adjustment", str(case), Decimal(100))


def test_nobody_signs_or_rejects_an_own_proposal(desk):
    case, count = desk.propose(), desk.count()
    for decide in (
        lambda: desk.sign(case, "rikke"),
        lambda: reject_adjustment(actor=desk.as_actor("rikke"), at=now(), case_id=case.pk, reason="No"),
    ):
        with pytest.raises(Forbidden) as refusal:
            decide()
        assert [f.code for f in refusal.value.faults] == ["own_case"]
    signed = {"status": "signed", "decided_by_id": desk.as_actor("rikke").user_id, "decided_at": now()}
    with pytest.raises(DatabaseError), transaction.atomic():
        PointsAdjustment.objects.filter(pk=case.pk).update(**signed)
    case.refresh_from_db()
    assert (case.status, desk.count()) == ("proposed", count)


def test_a_case_is_decided_once(desk):
    rejected, withdrawn = desk.propose(), desk.propose()
    with pytest.raises(Invalid):
        reject_adjustment(actor=desk.as_actor("soren"), at=now(), case_id=rejected.pk, reason=" ")
    reject_adjustment(actor=desk.as_actor("soren"), at=now(), case_id=rejected.pk, reason="No paper")
    with pytest.raises(Forbidden):
        withdraw_adjustment(actor=desk.as_actor("soren"), at=now(), case_id=withdrawn.pk)
    withdraw_adjustment(actor=desk.as_actor("rikke"), at=now(), case_id=withdrawn.pk)
    count = desk.count()
    for case in (rejected, withdrawn):
        with pytest.raises(Refused):
            desk.sign(case)
    signed = desk.propose()
    desk.sign(signed)
    with pytest.raises(Refused):
        desk.sign(signed)
    assert desk.count() == count + 1


def test_everything_wrong_is_told_at_once_and_nothing_kept(desk):
    with pytest.raises(Invalid) as refusal:
        desk.propose(
            site_number="0000000", points=Decimal("0.001"), effective_on=desk.today + timedelta(days=1), reason=" "
        )
    assert {f.code for f in refusal.value.faults} == {
        "site_not_under_agreement", "points_invalid", "points_day_late", "reason_required",
    }  # fmt: skip
    for points in (None, Decimal(0), Decimal("NaN"), Decimal(10) ** 12):
        with pytest.raises(Invalid):
            desk.propose(points=points)
    with pytest.raises(Invalid) as refusal:
        desk.propose(effective_on=date(1990, 1, 1))
    assert [f.code for f in refusal.value.faults] == ["points_day_early"]
    with pytest.raises(Invalid) as refusal:
        desk.propose(agreement_number="0")
    assert [f.code for f in refusal.value.faults] == ["agreement_unseen"]
    assert not PointsAdjustment.objects.exists()


@pytest.mark.parametrize("who", ["mette", "jonas", "anna", "admin"])
def test_reps_alone_touch_points(desk, who):
    entry = desk.post(Decimal(10))
    with pytest.raises(Forbidden):
        desk.propose(who)
    with pytest.raises((Forbidden, NotFound)):
        desk.take_back(entry, who)
    case = desk.propose()
    with pytest.raises((Forbidden, NotFound)):
        desk.sign(case, who)


def test_a_correction_mirrors_and_lowers_no_level_within_its_term(desk):
    entry = desk.post(Decimal(3000))
    before = desk.stands()
    desk.sign(desk.take_back(entry))
    after = desk.stands()
    assert (after.points, after.level) == (before.points - 3000, before.level)
    with looking():
        mirror = PointsMovement.objects.get(reverses_id=entry)
    assert (mirror.kind, mirror.signed, mirror.effective_on) == ("reversal", Decimal(-3000), desk.today)


def test_an_entry_is_taken_back_once(desk):
    entry = desk.post(Decimal(50))
    case = desk.take_back(entry)
    with pytest.raises(Refused) as refusal:
        desk.take_back(entry, "soren")
    assert [f.code for f in refusal.value.faults] == ["correction_waits"]
    desk.sign(case)
    for key, code in ((entry, "entry_reversed"), (case.pk, "entry_is_reversal")):
        with pytest.raises(Refused) as refusal:
            desk.take_back(key)
        assert [f.code for f in refusal.value.faults] == [code]
    with pytest.raises(NotFound):
        desk.take_back(uuid4())
    with pytest.raises(Invalid):
        desk.take_back(desk.post(Decimal(1), reference="another"), reason=" ")


def test_a_rejected_correction_can_be_proposed_again(desk):
    entry = desk.post(Decimal(50))
    case = desk.take_back(entry)
    reject_adjustment(actor=desk.as_actor("soren"), at=now(), case_id=case.pk, reason="Which credit?")
    desk.sign(desk.take_back(entry, "soren"), "rikke")
    assert desk.stands()


def test_a_closed_term_takes_nothing_until_it_is_re_opened(desk):
    term = desk.ended()
    with pytest.raises(Invalid) as refusal:
        desk.propose(effective_on=term.ends_on)
    assert [f.code for f in refusal.value.faults] == ["points_term_closed"]
    with pytest.raises(DatabaseError), transaction.atomic():
        desk.post(Decimal(1), term.ends_on)
    asked = {"agreement_number": desk.agreement.number, "starts_on": term.starts_on}
    reopened = reopen_term(actor=desk.as_actor("rikke"), at=now(), on=desk.today, reason="Late invoice", **asked)
    assert reopened.until > desk.today
    desk.sign(desk.propose(effective_on=term.ends_on))
    with pytest.raises(Refused) as refusal:
        reopen_term(actor=desk.as_actor("rikke"), at=now(), on=desk.today, reason="Again", **asked)
    assert [f.code for f in refusal.value.faults] == ["term_not_closed"]


def test_re_opening_wants_a_reason_an_ended_term_and_a_rep(desk):
    term = desk.ended()
    with pytest.raises(Invalid) as refusal:
        reopen_term(
            actor=desk.as_actor("rikke"), at=now(), on=desk.today, agreement_number=desk.agreement.number,
            starts_on=term.starts_on + timedelta(days=1), reason="",
        )  # fmt: skip
    assert {f.code for f in refusal.value.faults} == {"term_not_ended", "reason_required"}
    for who in ("mette", "admin"):
        with pytest.raises(Forbidden):
            reopen_term(
                actor=desk.as_actor(who), at=now(), on=desk.today, agreement_number=desk.agreement.number,
                starts_on=term.starts_on, reason="Please",
            )  # fmt: skip
    with looking():
        assert not TermReopening.objects.exists()


def test_a_correction_of_a_closed_term_counts_in_the_open_one(desk):
    first = desk.ended()
    reopen = {"agreement_number": desk.agreement.number, "starts_on": first.starts_on, "reason": "Late invoice"}
    reopen_term(actor=desk.as_actor("rikke"), at=now(), on=desk.today, **reopen)
    entry = desk.post(Decimal(70), first.starts_on)
    assert desk.take_back(entry).effective_on == first.ends_on
    case = PointsAdjustment.objects.get(reverses_id=entry)
    desk.ended()  # closed anew, while the correction waits
    desk.sign(case)
    with looking():
        assert PointsMovement.objects.get(pk=case.pk).effective_on == desk.today


@pytest.mark.parametrize(
    ("points", "kind"), [(Decimal(-49), "reversal"), (Decimal(50), "reversal"), (Decimal(-50), "adjustment")]
)
def test_the_database_refuses_a_reversal_that_is_no_mirror(desk, points, kind):
    key = desk.post(Decimal(50))
    wrong = PointsEntry(uuid4(), desk.agreement.pk, desk.site.pk, points, kind, "wrong", desk.today, key)
    desk.as_actor("rikke")
    with pytest.raises(IntegrityError, match="mirrors"), transaction.atomic():
        post_points([wrong])
    twice = [
        PointsEntry(uuid4(), desk.agreement.pk, desk.site.pk, Decimal(-50), "reversal", name, desk.today, key)
        for name in ("once", "again")
    ]
    with pytest.raises(IntegrityError, match="reverses"), transaction.atomic():
        post_points(twice)


def test_nobody_asks_about_points_out_of_reach(desk, as_actor):
    asked = "SELECT agreement FROM licenses_points_at(%s::uuid[], %s, 'infinity')"
    for who, seen in (("mette", 1), ("rikke", 1), ("anna", 0)):
        as_actor(who)
        with connection.cursor() as cursor:
            cursor.execute(asked, [[str(desk.agreement.pk)], desk.today])
            assert len(cursor.fetchall()) == seen


def test_an_ended_term_is_shut_before_its_closing_is_recorded(world, as_actor, today):
    """The Anniversary shuts a Term, not the worker that writes the closing."""
    agreement = world.agreement
    ended = term_containing(agreement.term_start, agreement.term_start)
    on = ended.ends_on + DAY
    assert not TermClosing.objects.filter(agreement=agreement).exists()
    as_actor("rikke")
    assert is_shut(agreement, ended, on) and not is_shut(agreement, ended, ended.ends_on)
    assert [f.code for f in day_faults(agreement, ended.ends_on, on)] == ["points_term_closed"]
    assert not day_faults(agreement, on, on)
