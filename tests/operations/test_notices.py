"""The run of the ladder: who is told once, what pauses and changes do, what the check finds."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from licenses.rules.rulebook import CURRENT
from portal.kernel.errors import Forbidden, Invalid, NotFound
from renewals.models import Notice, NoticeChoice, NoticeRun
from renewals.operations import accept
from renewals.operations.choices import choose_ladder, choose_mails
from renewals.operations.notices import check_notices, tell_all
from renewals.queries.breaks import breaks_on
from renewals.queries.endings import subjects
from renewals.rules.ladder import Ending, day_of, rungs_of
from sites.clock import now
from sites.models import Event, Notification, SiteContact
from tests.cast import looking
from tests.renewing import issue

pytestmark = pytest.mark.django_db
LADDER = rungs_of(CURRENT)
DAY = timedelta(days=1)
DAYS = 130


def run(on):
    with looking() as portal:
        return dict(tell_all(actor=portal, at=now(), on=on))


def told(**only):
    with looking():
        return list(Notice.objects.filter(outcome="told", **only).order_by("told_on", "id"))


def rungs(**only):
    return [notice.rung for notice in told(**only)]


def ending(world, on):
    with looking():
        return next(s.ending for s in subjects(on, agreement=world.agreement.pk))


def test_one_notice_concerns_all_sites_and_lines_of_an_agreement(world, today):
    run(today)
    (notice,) = told(agreement=world.agreement)
    assert notice.data["sites"] == ["7004620", "7004621"] and notice.data["lines"] == 6
    assert notice.user_id == world.mette.pk and notice.mail == "due"
    with looking(world.mette):
        shown = Notification.objects.get(subject_id=notice.pk)
    assert shown.kind == "notice_anniversary"
    assert notice.ends_on + DAY == ending(world, today).anniversary


def test_express_lines_of_one_day_are_told_together_and_of_others_apart(world, today):
    with looking():
        days = [s.ending for s in subjects(today, site=world.express_site.pk)]
    assert len(days) == len(set(days)) and all(each == Ending(each.ends_on, None) for each in days)


def test_the_same_day_twice_tells_once(world, today):
    first = run(today)
    with looking():
        before = (Notice.objects.count(), Event.objects.count())
    assert first["told"] and run(today) == {}
    with looking():
        assert (Notice.objects.count(), Event.objects.count()) == before


def test_after_a_pause_the_latest_is_told_and_the_others_are_passed_over(world, today):
    end = ending(world, today).ends_on
    run(day_of(end, 14))
    run(day_of(end, 1) + DAY)
    assert rungs(agreement=world.agreement, ends_on=end) == [14, 1]
    with looking():
        passed = Notice.objects.filter(agreement=world.agreement, ends_on=end, outcome="passed")
        found = dict(passed.values_list("rung", "reason"))
    assert found == dict.fromkeys((120, 90, 60, 30, 7), "later_rung")
    assert all(notice.mail == "off" for notice in passed)


def test_a_clock_that_jumps_back_and_forth_tells_nothing_twice(world, today):
    end = ending(world, today).ends_on
    for day in (day_of(end, 30), day_of(end, 60), day_of(end, 7), day_of(end, 30), day_of(end, 7)):
        run(day)
    assert rungs(agreement=world.agreement, ends_on=end) == [30, 7]


def test_what_is_renewed_is_told_of_no_more(world, today, as_actor):
    quote = next(q for q in issue(world) if q.kind == "anniversary")
    run(today)
    (notice,) = told(agreement=world.agreement)
    assert notice.data["quote"] == quote.number and notice.data["total"] == str(quote.total)
    accept(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk)
    for offset in range(1, 60):
        run(today + offset * DAY)
    assert rungs(agreement=world.agreement) == [notice.rung]


def test_the_administrative_contact_is_told_and_the_primary_checks_contacts(world, today):
    with looking():
        SiteContact.objects.create(
            customer=world.nordvind, site=world.originating_site, role="administrative", name="Ida Krogh",
            email="Ida@nordvind.example", valid_from=today - 200 * DAY,
        )  # fmt: skip
    end = ending(world, today).ends_on
    run(day_of(end, 120))
    run(day_of(end, 90))
    found = [(n.rung, n.name, n.user_id) for n in told(agreement=world.agreement, ends_on=end)]
    assert found == [(120, "Mette Lund", world.mette.pk), (90, "Ida Krogh", None)]
    assert told(agreement=world.agreement, rung=90)[0].person == "ida@nordvind.example"


def test_a_successor_is_told_what_stands(world, today):
    end = ending(world, today).ends_on
    run(day_of(end, 30))
    with looking():
        SiteContact.objects.filter(site=world.originating_site, role="primary").update(
            user=world.lars, name="Lars Holm", email="lars@fjordbyg.example"
        )
    run(day_of(end, 30) + DAY)
    assert [(n.rung, n.name) for n in told(agreement=world.agreement, ends_on=end)] == [
        (30, "Mette Lund"),
        (30, "Lars Holm"),
    ]


def test_where_nobody_is_named_the_rep_is_told(world, today):
    with looking():
        SiteContact.objects.filter(site=world.originating_site).update(valid_to=today - DAY)
    run(today)
    run(today)
    with looking():
        (notice,) = Notice.objects.filter(agreement=world.agreement, outcome="nobody")
    for rep in (world.rikke, world.soren):
        with looking(rep):
            assert Notification.objects.filter(kind="notice_nobody", subject_id=notice.pk).count() == 1


def test_choices_hold_from_their_day(world, today, as_actor):
    end = ending(world, today).ends_on
    choose_ladder(actor=as_actor("mette"), at=now(), on=today, customer_id=world.nordvind.pk, rungs=[30, 5, -1])
    choose_mails(actor=as_actor("mette"), at=now(), on=today, customer_id=world.nordvind.pk, rungs=[5])
    for offset in range((end - today).days, -3, -1):
        run(day_of(end, offset))
    found = told(agreement=world.agreement, ends_on=end)
    assert [(n.rung, n.mail) for n in found] == [(30, "off"), (5, "due"), (-1, "off")]
    with looking(world.mette):
        assert Notification.objects.filter(subject_id__in=[n.pk for n in found]).count() == 3
    choose_ladder(actor=as_actor("rikke"), at=now(), on=today, customer_id=world.nordvind.pk, rungs=None)
    with looking():
        assert [c.rungs for c in NoticeChoice.objects.filter(user=None)] == [[30, 5, -1], list(LADDER)]


def test_who_may_choose_what(world, today, as_actor):
    ask = {"at": now(), "on": today, "customer_id": world.nordvind.pk}
    for who, rungs, refusal, code in (
        ("jonas", [30], Forbidden, "ladder_keeper"),
        ("anna", [30], NotFound, "not_found"),
        ("mette", [], Invalid, "rungs_all_late"),
        ("mette", [-1], Invalid, "rungs_all_late"),
        ("mette", [400, -40], Invalid, "invalid"),
        ("mette", list(range(1, 40)), Invalid, "rungs_too_many"),
    ):
        with pytest.raises(refusal) as refused:
            choose_ladder(actor=as_actor(who), rungs=rungs, **ask)
        assert refused.value.code == code
    with pytest.raises(Invalid, match="rung_not_on_ladder"):
        choose_mails(actor=as_actor("mette"), rungs=[33], **ask)
    with pytest.raises(NotFound):
        choose_mails(actor=as_actor("anna"), rungs=[30], **ask)
    with looking():
        assert not NoticeChoice.objects.exists()


def test_a_choice_is_never_changed(world, today, as_actor):
    choice = choose_mails(actor=as_actor("mette"), at=now(), on=today, customer_id=world.nordvind.pk, rungs=[30])
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        NoticeChoice.objects.filter(pk=choice.pk).update(rungs=[7])


def test_nobody_but_the_portal_writes_a_notice(world, today, as_actor):
    run(today)
    as_actor("mette")
    with pytest.raises(Exception, match="row-level security"), transaction.atomic():
        Notice.objects.create(
            customer=world.nordvind, agreement=world.agreement, ends_on=today, rung=1, person="x", outcome="told",
            told_on=today, at=now(),
        )  # fmt: skip
    (twin,) = told(agreement=world.agreement)
    twin.pk = uuid4()
    with looking(), pytest.raises(IntegrityError, match="agreement_told_once"), transaction.atomic():
        twin.save(force_insert=True)


def test_the_number_of_questions_stays_the_same(world, today):
    def asked(on):
        with CaptureQueriesContext(connection) as seen:
            run(on)
        return len(seen)

    assert asked(today) <= 40
    assert asked(today) <= 40


def test_months_over_the_whole_world_tell_each_rung_once_and_the_check_agrees(world, today):
    """Two derivations that know nothing of each other, on every day of four months."""
    for offset in range(DAYS):
        day = today + offset * DAY
        run(day)
        with looking():
            expected, found = breaks_on(day, now())
        assert found == [], (day, expected)
    by_end = {}
    for notice in told():
        by_end.setdefault((notice.agreement_id, notice.site_id, notice.ends_on, notice.person), []).append(notice)
    for (_, _, ends_on, _), found in by_end.items():
        days = [(n.rung, n.told_on) for n in found]
        whole = [(rung, day_of(ends_on, rung)) for rung in LADDER]
        if day_of(ends_on, 120) > today and ends_on + 2 * DAY < today + DAYS * DAY:
            assert days == whole
        else:
            # What was under way on the first day begins with its latest rung, what is on the last day isn't through.
            assert days[1:] == [pair for pair in whole if pair in days[1:]] and len(set(days)) == len(days)


def test_the_check_alarms_for_what_lacks_and_only_once(world, today, monkeypatch):
    from renewals.operations import notices

    really = notices.to_be_added
    monkeypatch.setattr(notices, "to_be_added", lambda chunk, *rest: [
        notice for notice in really(chunk, *rest) if notice.agreement_id != world.agreement.pk
    ])  # fmt: skip
    run(today)
    with looking() as portal:
        found = check_notices(actor=portal, at=now(), on=today)
        check_notices(actor=portal, at=now(), on=today)
        assert [(b.kind, b.number) for b in found] == [("not_told", world.agreement.number)]
        assert len(NoticeRun.objects.get(day=today).breaks) == 1
    with looking(world.admin):
        assert Notification.objects.filter(kind="notices_missing").count() == 1
    with pytest.raises(CommandError, match="1 break"):
        call_command("verify_notices")


def test_the_check_mends_what_came_after_the_run(world, today):
    run(today)
    with looking() as portal:
        SiteContact.objects.filter(site=world.originating_site, role="primary").update(
            user=world.lars, name="Lars Holm", email="lars@fjordbyg.example"
        )
        assert check_notices(actor=portal, at=now(), on=today) == []
    with looking(world.admin):
        assert not Notification.objects.filter(kind="notices_missing").exists()
    assert told(agreement=world.agreement, name="Lars Holm")


def test_a_day_without_a_run_is_an_alarm(world, today):
    with looking() as portal:
        found = check_notices(actor=portal, at=now(), on=today)
    assert "no_run" in {each.kind for each in found}
    with looking(world.admin):
        assert Notification.objects.filter(kind="notices_missing").exists()


def test_a_letter_that_waits_a_day_is_a_break(world, today):
    run(today)
    with looking():
        late = breaks_on(today, now() + timedelta(hours=25))[1]
    assert {each.kind for each in late} == {"letter_late"} and len(late) == len(told(mail="due"))


def test_the_command_counts_and_is_content(world, today, capsys):
    run(today)
    call_command("verify_notices")
    assert "Every notice that should have gone out did." in capsys.readouterr().out
