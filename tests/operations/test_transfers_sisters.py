"""Rule M4 between two customers of one Enterprise: each end consents by itself, told only what it needs to know."""

import importlib

import pytest

from licenses.models import Entitlement, Hold
from migrations_app.models import Consent, TransferLine, TransferRequest, Waiver
from migrations_app.operations import take
from migrations_app.queries import actions, describe, requests_for
from portal.kernel.errors import Forbidden, NotFound
from sites.clock import now
from sites.models import Customer, Notification
from tests.cast import looking
from tests.moving import status
from tests.sisters import asked, drafted, make_sisters, source_line


def seen_by(person, request):
    """The case as that person reads it."""
    with looking(person) as actor:
        return describe(requests_for(actor).get(pk=request.pk), actor)


def sides_given(request):
    with looking():
        return set(Consent.objects.filter(request=request).values_list("side", flat=True))


@pytest.mark.django_db
def test_both_ends_consent_and_the_rep_decides(world, as_actor, today, run_jobs):
    line, request = source_line(world), asked(world, today)
    assert status(request) == "submitted" and sides_given(request) == set()
    for who, side, after in (("mette", "target", "submitted"), ("lars", "source", "in_review")):
        take("consent", actor=as_actor(who), at=now(), on=today, request_id=request.pk)
        assert side in sides_given(request) and status(request) == after
    take("approve", actor=as_actor("rikke"), at=now(), on=today, request_id=request.pk)
    run_jobs()
    assert status(request) == "completed"
    with looking():
        arrived = TransferLine.objects.get(request=request).arrived_as
        assert arrived.site == world.originating_site and arrived.order_reference == line.order_reference
        assert Entitlement.objects.with_quantity().get(pk=line.pk).quantity == line.quantity - 1
    (target,), (source,) = seen_by(world.mette, request).lines, seen_by(world.lars, request).lines
    assert (target.seen, target.arrived_seen, source.seen, source.arrived_seen) == (False, True, True, False)


@pytest.mark.django_db
def test_the_target_is_told_what_moves_and_nothing_else(world, today):
    line, request = source_line(world), asked(world, today)
    view = seen_by(world.mette, request)
    assert (view.source_site, view.customer) == (line.site.site_number, world.fjordbyg.name)
    assert view.target_site == world.originating_site.site_number
    (told,) = view.lines
    assert (told.part_number, told.description) == (line.part_id, line.part.description)
    assert (told.order_reference, told.quantity) == (line.order_reference, 1)
    assert (told.owned, told.cover_end, told.proof_number, told.seen) == (None, None, "", False)
    assert view.plan and view.checks and view.timeline and view.waivers
    assert set(view.actions) == {"consent", "refuse"}
    with looking(world.mette):
        assert Notification.objects.filter(kind="transfer_consent_asked", subject_id=request.pk).exists()


@pytest.mark.django_db
def test_the_source_is_told_where_it_goes(world, today):
    request = asked(world, today)
    view = seen_by(world.lars, request)
    assert view.target_site == world.originating_site.site_number
    assert view.lines[0].seen and view.lines[0].owned
    assert "consent" in view.actions and "submit" not in view.actions


@pytest.mark.django_db
def test_a_stranger_finds_nothing(world, as_actor, today):
    request = asked(world, today)
    with pytest.raises(NotFound):
        take("consent", actor=as_actor("anna"), at=now(), on=today, request_id=request.pk)
    assert sides_given(request) == set()


@pytest.mark.django_db
def test_a_consent_is_for_the_end_that_one_answers_for(world, as_actor, today):
    request = asked(world, today)
    for who in ("mette", "mette"):
        take("consent", actor=as_actor(who), at=now(), on=today, request_id=request.pk)
    assert sides_given(request) == {"target"} and status(request) == "submitted"
    with looking(world.mette) as actor:
        assert "consent" not in actions(requests_for(actor).get(pk=request.pk), actor)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["mette", "lars"])
def test_either_end_may_refuse_and_the_units_are_free_again(world, as_actor, today, who):
    request = asked(world, today)
    with looking():
        assert Hold.objects.filter(reference=request.pk, released_at=None).exists()
    take("refuse", actor=as_actor(who), at=now(), on=today, request_id=request.pk, reason="Not now")
    assert status(request) == "rejected"
    with looking():
        assert not Hold.objects.filter(reference=request.pk, released_at=None).exists()
    with looking(world.jonas):
        assert Notification.objects.filter(kind="transfer_refused", subject_id=request.pk).exists()


@pytest.mark.django_db
def test_who_reads_one_end_alone_submits_nothing(world, as_actor, today):
    make_sisters(world, today)
    request = drafted(world, today)
    view = seen_by(world.lars, request)
    assert view.checks and "submit" not in view.actions
    with pytest.raises(Forbidden) as refusal:
        take("submit", actor=as_actor("lars"), at=now(), on=today, request_id=request.pk)
    assert refusal.value.code == "end_hidden" and status(request) == "draft"
    with looking(world.jonas) as actor:
        assert "submit" in actions(requests_for(actor).get(pk=request.pk), actor)


@pytest.mark.django_db
def test_a_rep_of_the_targets_country_reads_the_case_and_decides_nothing(world, as_actor, today):
    request = asked(world, today)
    for who in ("mette", "lars"):
        take("consent", actor=as_actor(who), at=now(), on=today, request_id=request.pk)
    with looking():
        Customer.objects.filter(pk=world.fjordbyg.pk).update(country="NO")
    view = seen_by(world.rikke, request)
    assert (view.customer, view.actions) == (world.fjordbyg.name, ())
    with pytest.raises(Forbidden):
        take("approve", actor=as_actor("rikke"), at=now(), on=today, request_id=request.pk)
    assert status(request) == "in_review"


@pytest.mark.django_db
def test_a_target_that_comes_later_sees_all_that_hangs_on_the_request(world, as_actor, today):
    request = asked(world, today)
    take("consent", actor=as_actor("lars"), at=now(), on=today, request_id=request.pk)
    rows = (TransferLine, Consent, Waiver)

    def owners():
        return {customer for row in rows for customer in row.objects.filter(request=request).values_list(
            "target_customer", flat=True
        )}  # fmt: skip

    with looking():
        TransferRequest.objects.filter(pk=request.pk).update(target_site=None, target_customer=None)
        assert owners() == {None}
        TransferRequest.objects.filter(pk=request.pk).update(
            target_site=world.originating_site, target_customer=world.nordvind
        )
        assert owners() == {world.nordvind.pk}


def test_the_last_of_two_consents_at_once_sends_it_to_the_rep(world, acting, today, at_once):
    request = asked(world, today)

    def consent(who):
        with acting(who) as actor:
            take("consent", actor=actor, at=now(), on=today, request_id=request.pk)

    assert at_once(lambda: consent("mette"), lambda: consent("lars")) == [None, None]
    assert status(request) == "in_review" and sides_given(request) == {"source", "target"}


def test_requests_from_before_are_told_likewise(world, committed, owner, today):
    request = asked(world, today)
    with looking():
        written = TransferRequest.objects.get(pk=request.pk).ends, TransferLine.objects.get(request=request).told
    step = importlib.import_module("migrations_app.migrations.0007_both_ends")
    with owner.cursor() as cursor:
        cursor.execute("UPDATE migrations_app_transferrequest SET ends = '{}'")
        cursor.execute("UPDATE migrations_app_transferline SET told = '{}'")
        cursor.execute(step.KEPT_ENDS)
        cursor.execute(step.KEPT_LINES)
    owner.commit()
    with looking():
        assert (
            TransferRequest.objects.get(pk=request.pk).ends,
            TransferLine.objects.get(request=request).told,
        ) == written
