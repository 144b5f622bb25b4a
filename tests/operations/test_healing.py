"""What heals: a request sleeps until its day, or until what it waits for is done; it wakes once, and this is told."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import translation

from licenses.models import Entitlement, Hold
from migrations_app.facts import judge
from migrations_app.models import TransferRequest
from migrations_app.operations import declare, sleepers, take, wake
from migrations_app.queries import describe
from migrations_app.queries.kept import move_of
from migrations_app.reading import WaiverInput
from migrations_app.tasks import look_after
from portal.kernel.errors import Forbidden, Invalid, NotFound, Refused
from sites.clock import now
from sites.events import history
from sites.models import (
    Customer,
    Enterprise,
    Notification,
    OwnershipDeclaration,
    ScheduleEntry,
    SiteContact,
)
from sites.operations import declare_ownership, withdraw_ownership
from tests.cast import looking
from tests.operations.test_transfers import approved, clean_lines, draft, waive_all

V12 = ["V12"]


def recent(world, on):
    """Mette's Express line that was acquired so short a time ago that it can be given back."""
    return next(x for x in world.lines(world.express_site) if 0 <= (on - x.acquired_on).days < 30 and not x.traded_up)


def told(person, kind=None):
    """The kinds of what a person was told, the oldest first."""
    with looking(person):
        rows = Notification.objects.filter(user=person).order_by("at", "event")
        return [n.kind for n in rows if kind in (None, n.kind)]


def refreshed(request):
    with looking():
        return TransferRequest.objects.get(pk=request.pk)


def wake_all(*, actor, at, on):
    """Look at everybody who may have something to wake for; how many woke."""
    return sum(wake(actor=actor, at=at, on=on, request_id=key) for key in sleepers(actor, on))


def waiting(world, as_actor, today):
    """Mette's request that waits for the money-back period of a line to be over."""
    line = recent(world, today)
    request = draft(world, as_actor("mette"), today, [line])
    waivers = [w for w in waive_all(request) if w.code != "V12"]
    actor = as_actor("mette")
    take("submit", actor=actor, at=now(), on=today, request_id=request.pk, waivers=waivers, wait_for=V12)
    return line, refreshed(request)


@pytest.mark.django_db
def test_v12_sleeps_until_the_very_day(world, as_actor, today):
    line, request = waiting(world, as_actor, today)
    heals_on = line.acquired_on + timedelta(days=30)
    assert (request.waiting_for, request.waiting_until) == ("V12", heals_on)
    with looking() as portal:
        assert wake_all(actor=portal, at=now(), on=heals_on - timedelta(days=1)) == 0
    assert refreshed(request).waiting_for == "V12"
    with looking() as portal:
        assert wake_all(actor=portal, at=now(), on=heals_on) == 1
    woken = refreshed(request)
    assert (woken.waiting_for, woken.waiting_until) == ("", None)
    assert "V12" not in {c["code"] for c in woken.checks}


@pytest.mark.django_db
def test_it_wakes_once_and_its_requester_is_told_once(world, as_actor, today):
    line, request = waiting(world, as_actor, today)
    heals_on = line.acquired_on + timedelta(days=30)
    for _ in range(3):
        with looking() as portal:
            wake_all(actor=portal, at=now(), on=heals_on)
    with looking():
        assert [e.kind for e in history(request)].count("woke") == 1
    assert told(world.mette, "transfer_woke") == ["transfer_woke"]


@pytest.mark.django_db
def test_a_sleeping_request_is_not_approved(world, as_actor, today):
    _line, request = waiting(world, as_actor, today)
    with pytest.raises(Refused, match="still_waiting"):
        take("approve", actor=as_actor("rikke"), at=now(), on=today, request_id=request.pk)


@pytest.mark.django_db
def test_only_what_heals_can_be_waited_for(world, as_actor, today):
    request = draft(world, as_actor("mette"), today, clean_lines(world, 1))
    with pytest.raises(Refused, match="wait_unknown"):
        take(
            "submit", actor=as_actor("mette"), at=now(), on=today, request_id=request.pk, waivers=waive_all(request),
            wait_for=["V12"],
        )  # fmt: skip
    assert refreshed(request).status == "draft"


@pytest.mark.django_db
def test_a_drafts_checks_are_those_of_the_day(world, as_actor, today, client_of, settings):
    line = recent(world, today)
    request = draft(world, as_actor("mette"), today, [line])
    page = client_of("mette")
    assert "V12" in page.get(f"/transfers/{request.pk}/").content.decode()
    settings.CLOCK_TODAY = line.acquired_on + timedelta(days=30)
    assert "V12" not in page.get(f"/transfers/{request.pk}/").content.decode()


@pytest.mark.django_db
def test_who_waits_for_anothers_units_gets_them_when_that_one_ends(world, as_actor, today):
    (line,) = clean_lines(world, 1)
    first = draft(world, as_actor("mette"), today, [line])
    take("submit", actor=as_actor("mette"), at=now(), on=today, request_id=first.pk, waivers=waive_all(first))
    second = draft(world, as_actor("mette"), today, [line])
    with pytest.raises(Refused, match="V3"):
        take("submit", actor=as_actor("mette"), at=now(), on=today, request_id=second.pk, waivers=waive_all(second))
    take(
        "submit", actor=as_actor("mette"), at=now(), on=today, request_id=second.pk, waivers=waive_all(second),
        wait_for=["V3"],
    )  # fmt: skip
    with looking() as portal:
        assert not Hold.objects.filter(reference=second.pk, released_at__isnull=True).exists()
        assert wake_all(actor=portal, at=now(), on=today) == 0
    take("withdraw", actor=as_actor("mette"), at=now(), on=today, request_id=first.pk)
    with looking() as portal:
        assert wake_all(actor=portal, at=now(), on=today) == 1
        assert Hold.objects.get(reference=second.pk, released_at__isnull=True).quantity == line.quantity
    assert told(world.mette, "transfer_woke") == ["transfer_woke"]


@pytest.mark.django_db
def test_units_are_promised_when_they_come_free_together_with_something_else(world, as_actor, today):
    (line,) = clean_lines(world, 1)
    first = draft(world, as_actor("mette"), today, [line])
    take("submit", actor=as_actor("mette"), at=now(), on=today, request_id=first.pk, waivers=waive_all(first))
    with looking():
        contact = SiteContact.objects.get(site=world.originating_site, role="primary", valid_to__isnull=True)
        SiteContact.objects.filter(pk=contact.pk).update(valid_to=contact.valid_from)
    second = draft(world, as_actor("mette"), today, [line])
    take(
        "submit", actor=as_actor("mette"), at=now(), on=today, request_id=second.pk, waivers=waive_all(second),
        wait_for=["V3", "V13"],
    )  # fmt: skip
    assert refreshed(second).waiting_for == "V13"
    take("withdraw", actor=as_actor("mette"), at=now(), on=today, request_id=first.pk)
    with looking() as portal:
        SiteContact.objects.filter(pk=contact.pk).update(valid_to=None)
        assert wake_all(actor=portal, at=now(), on=today) == 1
        assert Hold.objects.get(reference=second.pk, released_at__isnull=True).quantity == line.quantity


@pytest.mark.django_db
def test_v19_waits_for_the_schedule_and_wakes_with_it(world, as_actor, today):
    odense = next(s for s in world.sites(world.nordvind, "PA") if not s.originating)
    with looking():
        entry = ScheduleEntry.objects.get(agreement=odense.agreement)
        ScheduleEntry.objects.filter(pk=entry.pk).update(valid_to=today - timedelta(days=1))
    request = draft(world, as_actor("mette"), today, clean_lines(world, 1), target_site=odense.site_number)
    take("submit", actor=as_actor("mette"), at=now(), on=today, request_id=request.pk, waivers=waive_all(request))
    assert refreshed(request).waiting_for == "V19"
    with looking() as portal:
        assert wake_all(actor=portal, at=now(), on=today) == 0
        ScheduleEntry.objects.filter(pk=entry.pk).update(valid_to=None)
        assert wake_all(actor=portal, at=now(), on=today) == 1
    assert refreshed(request).waiting_for == ""


@pytest.mark.django_db
def test_v13_is_waited_for_until_a_contact_is_named(world, as_actor, today):
    target = world.originating_site
    with looking():
        contact = SiteContact.objects.get(site=target, role="primary", valid_to__isnull=True)
        SiteContact.objects.filter(pk=contact.pk).update(valid_to=contact.valid_from)
    request = draft(world, as_actor("mette"), today, clean_lines(world, 1))
    take(
        "submit", actor=as_actor("mette"), at=now(), on=today, request_id=request.pk, waivers=waive_all(request),
        wait_for=["V13"],
    )  # fmt: skip
    assert (refreshed(request).waiting_for, refreshed(request).status) == ("V13", "submitted")
    with looking() as portal:
        assert wake_all(actor=portal, at=now(), on=today) == 0
        SiteContact.objects.filter(pk=contact.pk).update(valid_to=None)
        assert wake_all(actor=portal, at=now(), on=today) == 1
    assert refreshed(request).waiting_for == ""
    assert "transfer_consent_asked" in told(world.mette)


@pytest.mark.django_db
def test_an_approved_move_that_a_rule_stops_says_so_and_goes_on_when_that_has_healed(world, as_actor, today, run_jobs):
    request = approved(world, as_actor, today, clean_lines(world, 1))
    with looking():
        contact = SiteContact.objects.get(site=world.originating_site, role="primary", valid_to__isnull=True)
        SiteContact.objects.filter(pk=contact.pk).update(valid_to=contact.valid_from)
    run_jobs()
    stopped = refreshed(request)
    assert (stopped.status, [c["code"] for c in stopped.stopped_by], stopped.fault) == ("approved", ["V13"], "")
    assert told(world.mette, "transfer_stopped") == ["transfer_stopped"]
    assert told(world.rikke, "transfer_stopped") == ["transfer_stopped"]
    with looking():
        SiteContact.objects.filter(pk=contact.pk).update(valid_to=None)
    look_after()
    run_jobs()
    done = refreshed(request)
    assert (done.status, done.stopped_by) == ("completed", [])
    assert told(world.mette, "transfer_completed") == ["transfer_completed"]


@pytest.mark.django_db
def test_a_warning_that_came_up_after_the_approval_holds_nothing_up(world, as_actor, today, run_jobs):
    (line,) = clean_lines(world, 1)
    request = approved(world, as_actor, today, [line])
    with looking():
        contact = SiteContact.objects.get(site=world.originating_site, role="primary", valid_to__isnull=True)
        SiteContact.objects.filter(pk=contact.pk).update(valid_to=contact.valid_from)
    run_jobs()
    assert [c["code"] for c in refreshed(request).stopped_by] == ["V13"]
    soon = line.coverage_end - timedelta(days=1)
    with looking() as portal:
        assert "V8" in {b.code for b in judge(move_of(refreshed(request)), soon).blockers}
        assert wake_all(actor=portal, at=now(), on=soon) == 0
        SiteContact.objects.filter(pk=contact.pk).update(valid_to=None)
        assert wake_all(actor=portal, at=now(), on=soon) == 1
    assert refreshed(request).stopped_by == []


@pytest.mark.django_db
def test_a_technical_fault_is_no_rules_no(world, as_actor, today, run_jobs, monkeypatch):
    request = approved(world, as_actor, today, clean_lines(world, 1))

    def broken(**_asked):
        raise ConnectionError("away")

    monkeypatch.setattr("migrations_app.tasks.moving.complete", broken)
    run_jobs(failing=True)
    held_up = refreshed(request)
    assert (held_up.status, held_up.fault, held_up.stopped_by) == ("approved", "ConnectionError", [])
    assert told(world.mette, "transfer_stopped") == []


def test_two_workers_wake_it_once(world, acting, today, at_once):
    with acting("mette") as actor:
        line = recent(world, today)
        request = draft(world, actor, today, [line])
        waivers = [w for w in waive_all(request) if w.code != "V12"]
        take("submit", actor=actor, at=now(), on=today, request_id=request.pk, waivers=waivers, wait_for=V12)

    def work():
        with looking() as portal:
            return wake_all(actor=portal, at=now(), on=line.acquired_on + timedelta(days=30))

    assert sorted(at_once(work, work, work)) == [0, 0, 1]
    assert told(world.mette, "transfer_woke") == ["transfer_woke"]


def apart(world):
    """Fjordbyg in an Enterprise of its own, and a person of Nordvind's who may read it too."""
    with looking():
        Customer.objects.filter(pk=world.fjordbyg.pk).update(enterprise=Enterprise.objects.create(name="Fjordbyg"))


@pytest.mark.django_db
def test_a_declaration_heals_v2_and_counts_no_more_when_it_is_withdrawn(world, as_actor, today):
    apart(world)
    jonas = as_actor("jonas")
    (line,) = [x for x in world.lines(world.sites(world.fjordbyg, "PAE")[0]) if not x.traded_up][:1]
    request = draft(
        world, jonas, today, [line], source_site=line.site.site_number, target_site=world.originating_site.site_number
    )
    assert "V2" in {c["code"] for c in request.checks}
    with pytest.raises(Invalid):
        declare(actor=as_actor("jonas"), at=now(), on=today, request_id=request.pk, signed_by=" ", position="")
    with looking():
        assert not OwnershipDeclaration.objects.exists()
    asked = {"signed_by": "Lars Holm", "position": "Director"}
    declared = declare(actor=as_actor("jonas"), at=now(), on=today, request_id=request.pk, **asked)
    assert "V2" not in {c["code"] for c in declared.checks}
    with pytest.raises(Refused, match="ownership_twice"):
        declare(actor=as_actor("jonas"), at=now(), on=today, request_id=request.pk, **asked)
    with looking():
        kept = OwnershipDeclaration.objects.get()
    assert kept.declared_on == today and kept.under_mandate and "Fjordbyg" in kept.statement
    withdraw_ownership(actor=as_actor("jonas"), at=now(), declaration_id=kept.pk, reason="Sold")
    with pytest.raises(Refused, match="V2"):
        take("submit", actor=as_actor("jonas"), at=now(), on=today, request_id=request.pk, waivers=waive_all(request))


@pytest.mark.django_db
def test_a_declaration_is_the_customers_own_and_nobody_elses_sees_it(world, as_actor, today):
    apart(world)
    asked = {"customer": world.nordvind, "other": world.fjordbyg, "signed_by": "X", "position": "Y"}
    for stranger, refusal in (("anna", NotFound), ("mette", NotFound), ("rikke", Forbidden)):
        with pytest.raises(refusal):
            declare_ownership(actor=as_actor(stranger), at=now(), on=today, **asked)
    made = declare_ownership(actor=as_actor("jonas"), at=now(), on=today, **asked)
    with looking(world.anna):
        assert not OwnershipDeclaration.objects.exists()
    with looking(world.lars):
        assert OwnershipDeclaration.objects.filter(pk=made.pk).exists()
    with pytest.raises(NotFound):
        withdraw_ownership(actor=as_actor("anna"), at=now(), declaration_id=made.pk, reason="no")
    with pytest.raises(Forbidden):
        withdraw_ownership(actor=as_actor("lars"), at=now(), declaration_id=made.pk, reason="no")
    withdraw_ownership(actor=as_actor("rikke"), at=now(), declaration_id=made.pk, reason="Not so")


@pytest.mark.django_db
def test_a_waivers_consequence_is_read_in_each_readers_language(world, as_actor, today, danish, client_of):
    line = recent(world, today)
    request = draft(world, as_actor("mette"), today, [line])
    as_actor("mette")
    take(
        "submit", actor=as_actor("mette"), at=now(), on=today, request_id=request.pk,
        waivers=[WaiverInput(c["code"], c["line"], "Known") for c in request.checks if c["waivable"]],
    )  # fmt: skip
    with looking():
        kept = request.waivers.get(code="V12")
    assert kept.language == "en" and kept.params["days"] == 30 and "refund" in kept.consequence
    with translation.override("da"), looking(world.mette):
        shown = next(w for w in describe(refreshed(request), as_actor("mette")).waivers if w["code"] == "V12")
    assert shown["consequence"] != shown["shown_as"] and shown["shown_as"] == kept.consequence


def test_of_two_that_wait_for_the_same_units_one_gets_them(world, acting, today, at_once):
    with acting("mette") as actor:
        (line,) = clean_lines(world, 1)
        made = [draft(world, actor, today, [line]) for _ in range(3)]
        for request, wait in zip(made, ([], ["V3"], ["V3"]), strict=True):
            take(
                "submit", actor=actor, at=now(), on=today, request_id=request.pk, waivers=waive_all(request),
                wait_for=wait,
            )  # fmt: skip
        take("withdraw", actor=actor, at=now(), on=today, request_id=made[0].pk)

    def work():
        with looking() as portal, suppress(Refused):
            return wake_all(actor=portal, at=now(), on=today)

    at_once(work, work)
    with transaction.atomic(), looking():
        assert Hold.objects.filter(entitlement=line, released_at__isnull=True).count() == 1
        assert sorted(TransferRequest.objects.filter(pk__in=[m.pk for m in made[1:]]).values_list(
            "waiting_for", flat=True)) == ["", "V3"]  # fmt: skip
        assert Entitlement.objects.held_now().get(pk=line.pk).available_quantity == 0
