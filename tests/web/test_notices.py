"""Pages of notices: the proof, what is chosen, the link of a contact check, a calendar's private address."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from icalendar import Calendar

from renewals.models import CalendarFeed, Notice, NoticeChoice
from renewals.operations.letters import check_path, compose
from renewals.operations.notices import tell_all
from renewals.queries.endings import subjects
from renewals.rules.ladder import day_of
from sites.clock import now
from sites.models import DeadAddress, Event, User
from tests.cast import looking
from tests.renewing import issue

pytestmark = pytest.mark.django_db
PROOF = "/agreements/61734/notices/"
SETTINGS = "/renewal-notices/"


def tell(on):
    with looking() as portal:
        tell_all(actor=portal, at=now(), on=on)


def notice(**only):
    with looking():
        return Notice.objects.filter(outcome="told", **only).select_related("customer").latest("told_on")


def checked(world, today):
    """The notice that asks Mette whether the contacts are right, told today."""
    with looking():
        ending = next(s.ending for s in subjects(today, agreement=world.agreement.pk))
        # As if the Anniversary lay 120 days ahead.
        return Notice.objects.create(
            customer=world.nordvind, agreement=world.agreement, ends_on=ending.ends_on, rung=120,
            person=str(world.mette.pk), user=world.mette, name="Mette Lund", email=world.mette.email, language="en",
            outcome="told", told_on=today, at=now(), mail="due", mail_after=now(),
            data={"number": "61734", "express": False, "day": ending.ends_on.isoformat(), "anniversary": None,
                  "lines": 6, "sites": [], "check": True},
        )  # fmt: skip


def test_the_proof_says_who_was_told_and_who_will_be(world, today, client_of, api_of):
    quote = next(q for q in issue(world) if q.kind == "anniversary")
    tell(today)
    page = client_of("mette").get(PROOF).content.decode()
    for said in (
        "Mette Lund",
        "60 days before",
        "e-mail waits",
        "30 days before",
        "planned",
        "passed over",
        quote.number,
    ):
        assert said in page
    (renewal, *_) = api_of("mette").get(f"/api/v1{PROOF}").json()["results"]
    assert [told["days_before"] for told in renewal["told"] if told["outcome"] == "told"] == [60]
    assert [planned["days_before"] for planned in renewal["planned"]] == [30, 14, 7, 1, -1]
    assert renewal["quote"] == quote.number and renewal["planned"][0]["by_email"]
    for path in (f"/quotes/{quote.pk}/", "/agreements/61734/"):
        assert PROOF in client_of("mette").get(path).content.decode()
    assert client_of("anna").get(PROOF).status_code == 404


def test_an_express_site_has_its_own_proof_and_others_lead_to_their_agreements(world, today, client_of):
    tell(today)
    express = f"/sites/{world.express_site.site_number}/"
    assert f"{express}notices/" in client_of("mette").get(express).content.decode()
    assert "7 days before" in client_of("mette").get(f"{express}notices/").content.decode()
    answer = client_of("mette").get(f"/sites/{world.originating_site.site_number}/notices/")
    assert answer["Location"] == PROOF


def test_one_notice_names_its_letter(world, today, client_of):
    tell(today)
    made = notice(agreement=world.agreement)
    page = client_of("mette").get(f"/renewal-notices/{made.pk}/").content.decode()
    assert f"{made.pk}@portal.example" in page and "6" in page
    assert "Mark as come back" not in page


def test_staff_mark_a_letter_as_come_back(world, today, client_of, api_of):
    tell(today)
    made = notice(agreement=world.agreement)
    url = f"/renewal-notices/{made.pk}/bounce/"
    assert client_of("rikke").post(url, {"reason": "550"}).status_code == 409
    with looking():
        Notice.objects.filter(pk=made.pk).update(mail="sent", mailed_at=now())
    assert client_of("mette").post(url, {"reason": "550"}).status_code == 403
    assert client_of("rikke").post(url, {"reason": " "}).status_code == 409
    with looking():
        assert not DeadAddress.objects.exists()
    assert client_of("rikke").post(url, {"reason": "550 unknown"}).status_code == 302
    with looking():
        assert DeadAddress.objects.get().source == "person"
    again = api_of("admin").post(f"/api/v1{url}", {"reason": "twice"})
    assert again.status_code == 409 and again.json()["code"] == "bounce_not_sent"
    with looking():
        task = DeadAddress.objects.get()
    desk = f"/admin/sites/deadaddress/{task.pk}/"
    assert "550 unknown" in client_of("rikke").get(f"{desk}change/").content.decode()
    assert client_of("rikke").post(f"{desk}do/handled/", {"reason": "new address asked for"}).status_code == 302
    with looking():
        assert DeadAddress.objects.get().handled_by_id == world.rikke.pk


def test_a_person_chooses_their_letters(world, today, client_of):
    mette = client_of("mette")
    page = mette.get(SETTINGS).content.decode()
    assert "Nordvind" in page and "120 days before" in page and "1 day after" in page
    assert SETTINGS in mette.get("/notifications/").content.decode()
    answer = mette.post(SETTINGS, {"customer": world.nordvind.pk, "rungs": ["30", "7"]})
    assert answer.status_code == 302
    with looking():
        choice = NoticeChoice.objects.get()
        assert (choice.user_id, choice.rungs, choice.valid_from) == (world.mette.pk, [30, 7], today)
        assert Event.objects.filter(kind="notice_mails_chosen", subject_id=choice.pk).exists()
    assert client_of("mette").post(SETTINGS, {"customer": world.nordvind.pk, "rungs": ["33"]}).status_code == 400
    assert client_of("mette").post(SETTINGS, {"customer": world.sydhavn.pk, "rungs": ["30"]}).status_code == 404
    assert client_of("mette").post(SETTINGS, {"customer": "x"}).status_code == 404


def test_a_customers_days_are_chosen_by_its_contacts_and_reps(world, today, client_of, api_of):
    url = f"/renewal-notices/customers/{world.nordvind.pk}/"
    assert client_of("anna").get(url).status_code == 404
    assert "rule book" in client_of("mette").get(url).content.decode()
    assert client_of("mette").post(url, {"rungs": "60, x, 1.5"}).status_code == 400
    assert client_of("mette").post(url, {"rungs": "-1"}).status_code == 400
    assert client_of("jonas").post(url, {"rungs": "60"}).status_code == 403
    assert client_of("mette").post(url, {"rungs": "60; 5, 5"}).status_code == 302
    page = client_of("rikke").get(url).content.decode()
    assert "60 days before" in page and "5 days before" in page and "Mette Lund" in page
    assert client_of("rikke").post(url, {"default": "1"}).status_code == 302
    told = api_of("mette").get("/api/v1/renewal-notices/choices/").json()
    assert told == [
        {"customer": str(world.nordvind.pk), "days_before": [120, 90, 60, 30, 14, 7, 1, -1], "by_email": None}
    ]
    ask = {"customer": str(world.nordvind.pk), "days_before": [45, -1], "by_email": []}
    answer = api_of("mette").post("/api/v1/renewal-notices/choices/", ask)
    assert answer.json() == ask
    wrongs = ({"customer": "x"}, {"days_before": "x"}, {"by_email": [True]}, {"by_email": [1]})
    for wrong in ({**ask, **each} for each in wrongs):
        assert api_of("mette").post("/api/v1/renewal-notices/choices/", wrong).status_code == 400
    assert api_of("anna").post("/api/v1/renewal-notices/choices/", ask).status_code == 404


def test_the_link_shows_and_a_post_answers_once(world, today):
    made = checked(world, today)
    letter = compose(made, today)
    path = check_path(made)
    assert path in letter.body and path in letter.alternatives[0][0]
    visitor = Client()
    for _scan in range(3):
        page = visitor.get(path)
        assert page.status_code == 200 and "Mette Lund" in page.content.decode()
    with looking():
        assert Notice.objects.get(pk=made.pk).answer == ""
    assert visitor.post(path, {}).status_code == 400
    assert "confirmed" in visitor.post(path, {"answer": "confirmed"}).content.decode()
    with looking():
        assert Notice.objects.get(pk=made.pk).answer == "confirmed"
        assert Event.objects.filter(kind="contacts_confirmed", subject_id=made.pk).count() == 1
    for again in (visitor.get(path), visitor.post(path, {"answer": "change"})):
        assert again.status_code == 410 and "used already" in again.content.decode()
    with looking():
        assert Event.objects.filter(subject_id=made.pk, kind__startswith="contacts_").count() == 1


def test_whoever_says_that_contacts_change_is_led_there(world, today):
    made = checked(world, today)
    page = Client().post(check_path(made), {"answer": "change"}).content.decode()
    assert f"/enrollments/new/?kind=update&amp;site={world.originating_site.site_number}" in page


def test_links_that_are_old_or_broken_say_what_to_do(world, today):
    made = checked(world, today)
    path = check_path(made)
    forged = re.sub(r".(?=/$)", lambda found: "A" if found[0] != "A" else "B", path)
    for wrong in (forged, path.replace(str(made.pk), str(world.mette.pk)), "/contact-checks/x/"):
        answer = Client().get(wrong)
        assert answer.status_code == 404 and "Copy the whole address" in answer.content.decode()
    old = checked_before(world, made, today)
    answer = Client().post(check_path(old), {"answer": "confirmed"})
    assert answer.status_code == 410 and "good until" in answer.content.decode()
    with looking():
        assert Notice.objects.get(pk=old.pk).answer == ""


def checked_before(world, made, today):
    """The same, told long ago."""
    with looking():
        made.pk, made.rung, made.told_on = world.partner.pk, 121, today - timedelta(days=46)
        made.save(force_insert=True)
    return made


def address_of(client):
    page = client.post(f"{SETTINGS}calendar/").content.decode()
    return re.search(r"/renewal-calendars/[\w-]+\.ics", page)[0]


def test_a_calendar_shows_what_its_person_sees_until_it_is_taken_back(world, today, client_of):
    User.objects.filter(pk=world.mette.pk).update(language="en")
    path = address_of(client_of("mette"))
    with looking(world.mette):
        assert path.split("/")[-1][:-4] not in CalendarFeed.objects.get().token_hash
    answer = Client().get(path)
    assert answer["Content-Type"].startswith("text/calendar")
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    calendar = Calendar.from_ical(answer.content)
    events = {str(event["summary"]): event for event in calendar.walk("VEVENT")}
    with looking(world.mette):
        seen = {s.number for s in subjects(today)}
    assert {re.search(r"\d+", title)[0] for title in events} <= seen
    anniversary = events["Agreement 61734 renews"]
    with looking():
        ending = next(s.ending for s in subjects(today, agreement=world.agreement.pk))
    assert anniversary["dtstart"].dt == ending.anniversary
    alarms = [alarm["trigger"].dt for alarm in anniversary.walk("VALARM")]
    days = [ending.anniversary + timedelta(days=each.days) for each in alarms]
    assert days == [day_of(ending.ends_on, rung) for rung in (120, 90, 60, 30, 14, 7, 1)]
    assert Client().get(path).content == answer.content
    new = address_of(client_of("mette"))
    assert new != path and Client().get(path).status_code == 404 and Client().get(new).status_code == 200
    client_of("mette").post(f"{SETTINGS}calendar/", {"revoke": "1"})
    assert Client().get(new).status_code == 404


def test_a_calendar_ends_with_its_persons_reach(world, today, client_of):
    path = address_of(client_of("jonas"))
    assert b"61734" in Client().get(path).content
    with looking():
        from sites.models import Mandate

        Mandate.objects.filter(partner=world.partner).update(valid_to=today - timedelta(days=1))
    assert b"61734" not in Client().get(path).content
    User.objects.filter(pk=world.jonas.pk).update(is_active=False)
    assert Client().get(path).status_code == 404


def test_operators_see_runs_letters_and_what_lacks(world, today, client_of):
    assert "There was no run yet." in client_of("admin").get("/admin/sites/job/").content.decode()
    tell(today)
    page = client_of("admin").get("/admin/sites/job/").content.decode()
    assert "Letters that wait: 5" in page or "Letters that wait" in page
    measures = Client().get("/metrics").content.decode()
    assert 'passage_notices{state="missing"} 0.0' in measures and "passage_notice_run_age_seconds" in measures
