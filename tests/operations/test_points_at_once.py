"""Many writers on one Agreement: nothing lost, nothing doubled, and reps at once decide once."""

from decimal import Decimal
from uuid import UUID, uuid5

from django.db.models import Count, Max

from licenses.ledger_audit import audit
from licenses.models import LedgerHead, PointsAdjustment, PointsMovement
from licenses.operations import PointsEntry, post_points
from licenses.operations.points import propose_adjustment, propose_reversal, sign_adjustment
from licenses.queries import standing
from portal.kernel.errors import Refused
from sites.clock import now
from tests import cast

WRITERS, EACH, SHARED = 32, 4, 40
SPACE = UUID(int=6)


def entry(world, name, points, today):
    site = world.originating_site
    return PointsEntry(uuid5(SPACE, name), world.agreement.pk, site.pk, Decimal(points), "adjustment", name, today)


def writer(world, number, today):
    """Posts its own entries one by one, and between them some that other writers post as well."""

    def write():
        posted = 0
        for turn in range(EACH):
            own = entry(world, f"own {number} {turn}", f"{number + 1}.{turn:02}", today)
            shared = entry(world, f"shared {(number * 3 + turn) % SHARED}", "-0.25", today)
            for pair in ([own], [shared], [shared, own]):
                with cast.looking():
                    posted += post_points(pair)
        return posted

    return write


def test_thirty_two_writers_with_repeats_lose_and_double_nothing(world, committed, at_once, today):
    assert world.originating_site.agreement_id == world.agreement.pk
    with cast.looking():
        before = standing(world.agreement, today)
        entries = PointsMovement.objects.count()
    posted = at_once(*[writer(world, number, today) for number in range(WRITERS)])
    assert sum(posted) == WRITERS * EACH + SHARED
    own = sum(Decimal(f"{number + 1}.{turn:02}") for number in range(WRITERS) for turn in range(EACH))
    with cast.looking():
        assert PointsMovement.objects.count() == entries + WRITERS * EACH + SHARED
        assert standing(world.agreement, today).points == before.points + own - SHARED * Decimal("0.25")
        ledger = PointsMovement.objects.filter(customer=world.agreement.customer_id)
        numbers = ledger.aggregate(last=Max("sequence"), distinct=Count("sequence", distinct=True))
        head = LedgerHead.objects.get(customer=world.agreement.customer_id, ledger="points")
        assert numbers["last"] == numbers["distinct"] == head.sequence
        assert audit(today).breaks == []


def propose(world, today):
    with cast.acting("rikke") as actor:
        return propose_adjustment(
            actor=actor,
            at=now(),
            on=today,
            agreement_number=world.agreement.number,
            site_number=world.originating_site.site_number,
            points=Decimal(5),
            effective_on=today,
            reason="Counted short",
        )


def test_a_signature_given_twice_at_once_posts_once(world, committed, at_once, today):
    case = propose(world, today)

    def sign():
        with cast.acting("soren") as actor:
            return sign_adjustment(actor=actor, at=now(), on=today, case_id=case.pk)

    results = at_once(sign, sign)
    assert {type(result) for result in results} == {PointsAdjustment, Refused}
    with cast.looking():
        assert PointsMovement.objects.filter(reference=str(case)).count() == 1


def test_two_reps_take_an_entry_back_at_once_and_one_case_waits(world, committed, at_once, today):
    posted = entry(world, "order", "70", today)
    with cast.looking():
        post_points([posted])

    def take_back(who):
        with cast.acting(who) as actor:
            return propose_reversal(actor=actor, at=now(), on=today, entry_id=posted.id, reason="Credited")

    results = at_once(lambda: take_back("rikke"), lambda: take_back("soren"))
    assert {type(result) for result in results} == {PointsAdjustment, Refused}
    with cast.looking():
        assert PointsAdjustment.objects.count() == 1
