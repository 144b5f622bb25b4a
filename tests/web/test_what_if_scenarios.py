"""Kept what-ifs: three a person and customer, compared, computed anew, drafted as requests, and nobody else's."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from migrations_app import operations
from migrations_app.models import MOST_SCENARIOS, Scenario, TransferRequest
from migrations_app.queries.what_if import Question
from portal.kernel.errors import Invalid, NotFound, Refused
from sites.clock import now
from sites.models import Enrollment
from tests.cast import acting, looking
from tests.moving import movable
from tests.what_if import DATES, SCENARIOS, fields

NAMES = ("All now", "All in January", "All in June")


@pytest.fixture
def lines(world):
    """Mette's Express licenses that can move."""
    return movable(world)


def question(world, lines, effective_on=None, months=36):
    return Question(
        world.nordvind, world.originating_site, None, effective_on, months, {line.pk: 1 for line in lines}
    )  # fmt: skip


def keep(world, lines, today, name, effective_on=None, who="mette"):
    with acting(who) as actor:
        return operations.keep_scenario(
            actor=actor, at=now(), on=today, question=question(world, lines, effective_on), name=name
        )


def kept_by(who):
    with looking(who):
        return list(Scenario.objects.filter(created_by=who).values_list("name", flat=True))


in_transaction = pytest.mark.django_db


@in_transaction
def test_what_is_compared_is_kept_under_its_name(client_of, world, lines):
    client = client_of("mette")
    answer = client.post(SCENARIOS, fields(world, lines[:2], name=" All now "), follow=True)
    assert answer.status_code == 200 and "“All now” is kept." in answer.content.decode()
    with looking(world.mette):
        scenario = Scenario.objects.get()
    assert scenario.name == "All now" and scenario.rule_version and scenario.price_list
    assert {x["entitlement"] for x in scenario.asked["lines"]} == {str(line.pk) for line in lines[:2]}
    assert f"{SCENARIOS}?customer=" in client.get("/what-if/").content.decode()


@in_transaction
def test_three_are_compared_in_one_table(client_of, world, lines, today):
    for name, day in zip(NAMES, (None, date(2027, 1, 1), date(2027, 6, 1)), strict=True):
        keep(world, lines, today, name, day)
    page = client_of("mette").get(SCENARIOS)
    told = page.content.decode()
    rows = {row.label: row for row in page.context["rows"]}
    assert all(name in told for name in NAMES)
    assert rows["Move on"].differs and not rows["To"].differs
    assert [cell for _, cell in rows["Move on"].cells] == ["24 November 2026", "1 January 2027", "1 June 2027"]
    assert told.count('class="p-differs"') == sum(row.differs for row in rows.values())


@in_transaction
def test_a_fourth_is_refused_and_the_page_keeps_what_was_typed(client_of, world, lines, today):
    for name in NAMES:
        keep(world, lines[:1], today, name)
    page = client_of("mette").post(SCENARIOS, fields(world, lines[:2], name="A fourth"))
    assert page.status_code == 409 and page.context["name"] == "A fourth" and page.context["view"]
    assert "no place for more" in page.content.decode()
    assert sorted(kept_by(world.mette)) == sorted(NAMES)


@in_transaction
def test_the_database_knows_three_places_only(world, lines, today):
    scenario = keep(world, lines[:1], today, "One")
    for slot in (0, MOST_SCENARIOS + 1, scenario.slot):
        with acting("mette"), pytest.raises(IntegrityError), transaction.atomic():
            Scenario.objects.create(
                customer=world.nordvind, created_by=world.mette, slot=slot, name=f"At {slot}", rule_version="1",
                kept_on=today, created_at=now(),
            )  # fmt: skip
    assert kept_by(world.mette) == ["One"]


@in_transaction
@pytest.mark.parametrize(
    ("name", "refusal", "code"),
    [
        ("", Invalid, "scenario_name_missing"),
        ("x" * 61, Invalid, "text_too_long"),
        ("One", Refused, "scenario_name_taken"),
    ],
)  # fmt: skip
def test_names_that_can_not_be(world, lines, today, name, refusal, code):
    keep(world, lines[:1], today, "One")
    with pytest.raises(refusal) as caught:
        keep(world, lines[:1], today, name)
    assert [fault.code for fault in caught.value.faults] == [code]
    assert kept_by(world.mette) == ["One"]


@in_transaction
def test_a_scenario_of_lines_that_are_not_there_is_not_kept(world, today):
    foreign = world.lines(world.sites(world.sydhavn)[0])[:1]
    with pytest.raises(Refused):
        keep(world, foreign, today, "Theirs")
    assert kept_by(world.mette) == []


@in_transaction
def test_a_place_that_is_given_back_is_taken_again(client_of, world, lines, today):
    kept = [keep(world, lines[:1], today, name) for name in NAMES]
    client = client_of("mette")
    answer = client.post(reverse("scenario_delete", args=[kept[1].pk]), follow=True)
    assert "is deleted" in answer.content.decode()
    again = keep(world, lines[:1], today, "Again")
    assert again.slot == kept[1].slot and len(kept_by(world.mette)) == MOST_SCENARIOS


@in_transaction
@pytest.mark.parametrize("who", ["anna", "lars", "jonas", "rikke", "admin"])
def test_nobody_else_sees_or_deletes_it(client_of, world, lines, today, who):
    kept = keep(world, lines[:1], today, "Mine")
    client = client_of(who)
    assert client.get(reverse("scenario_page", args=[kept.pk])).status_code == 404
    for step in ("scenario_delete", "scenario_request"):
        assert client.post(reverse(step, args=[kept.pk])).status_code == 404
    with acting(who) as actor, pytest.raises(NotFound):
        operations.drop_scenario(actor=actor, scenario_id=kept.pk)
    assert kept_by(world.mette) == ["Mine"]


@in_transaction
def test_unknown_is_told_like_foreign(client_of):
    assert client_of("mette").get(reverse("scenario_page", args=[uuid4()])).status_code == 404


@in_transaction
def test_it_says_what_moved_since_it_was_kept(client_of, world, lines, today):
    kept = keep(world, lines, today, "All now")
    page = client_of("mette").get(reverse("scenario_page", args=[kept.pk]))
    assert "nothing has moved since it was kept" in page.content.decode()
    with acting("mette"):
        Scenario.objects.filter(pk=kept.pk).delete()
        figures = kept.figures | {"accrued_move": "1.00", "level_with": "H"}
        older = Scenario.objects.create(
            customer=kept.customer, created_by=kept.created_by, slot=1, name="Older", asked=kept.asked, figures=figures,
            rule_version="2025.1", price_list=kept.price_list, kept_on=today, created_at=now(),
        )  # fmt: skip
    page = client_of("mette").get(reverse("scenario_page", args=[older.pk]))
    moved = page.context["moved"]
    assert len(moved) == 3 and any("DKK" in told and "1.00 then" in told for told in moved)
    assert any("2025.1 then" in told for told in moved)
    assert all(told in client_of("mette").get(SCENARIOS).content.decode() for told in moved)


@in_transaction
def test_one_click_turns_one_into_a_request(client_of, world, lines, today):
    kept = keep(world, lines[:2], today, "All in January", date(2027, 1, 1))
    answer = client_of("mette").post(reverse("scenario_request", args=[kept.pk]))
    with looking():
        made = TransferRequest.objects.get(pk=answer.url.rstrip("/").rpartition("/")[2])
        moved = {line.entitlement_id: line.quantity for line in made.lines.all()}
    assert (made.status, made.reason, made.effective_on) == ("draft", "All in January", date(2027, 1, 1))
    assert moved == {line.pk: 1 for line in lines[:2]}
    assert kept_by(world.mette) == ["All in January"]


@in_transaction
def test_a_day_that_has_passed_is_told_and_asks_for_nothing(client_of, world, lines, today):
    kept = keep(world, lines[:1], today, "Past")
    with acting("mette"):
        Scenario.objects.filter(pk=kept.pk).delete()
        past = Scenario.objects.create(
            customer=kept.customer, created_by=kept.created_by, slot=1, name="Past", figures=kept.figures,
            asked=kept.asked | {"effective_on": "2026-01-01"}, rule_version=kept.rule_version,
            price_list=kept.price_list, kept_on=today, created_at=now(),
        )  # fmt: skip
    client = client_of("mette")
    assert "has passed" in client.get(reverse("scenario_page", args=[past.pk])).content.decode()
    answer = client.post(reverse("scenario_request", args=[past.pk]))
    assert answer.status_code == 400 and "is in the past" in answer.content.decode()
    assert client.post(DATES, dict(answer.context["fields"])).status_code == 302


@in_transaction
def test_lines_that_are_gone_are_told(client_of, world, lines, today):
    kept = keep(world, lines[:1], today, "Gone")
    with acting("mette"):
        Scenario.objects.filter(pk=kept.pk).delete()
        gone = Scenario.objects.create(
            customer=kept.customer, created_by=kept.created_by, slot=1, name="Gone", figures=kept.figures,
            asked=kept.asked | {"lines": [{"entitlement": str(uuid4()), "quantity": 1}]}, rule_version="1",
            kept_on=today, created_at=now(),
        )  # fmt: skip
    client = client_of("mette")
    for address in (reverse("scenario_page", args=[gone.pk]), SCENARIOS):
        page = client.get(address)
        assert page.status_code == 200 and "nothing to compare" in page.content.decode()
    assert client.post(reverse("scenario_request", args=[gone.pk])).status_code == 409


@in_transaction
def test_what_is_still_there_is_compared_and_can_be_asked(client_of, world, lines, today):
    kept = keep(world, lines[:1], today, "Half gone")
    with acting("mette"):
        Scenario.objects.filter(pk=kept.pk).delete()
        half = Scenario.objects.create(
            customer=kept.customer, created_by=kept.created_by, slot=1, name="Half gone", figures=kept.figures,
            asked=kept.asked | {"lines": [*kept.asked["lines"], {"entitlement": str(uuid4()), "quantity": 1}]},
            rule_version=kept.rule_version, price_list=kept.price_list, kept_on=today, created_at=now(),
        )  # fmt: skip
    client = client_of("mette")
    page = client.get(reverse("scenario_page", args=[half.pk]))
    assert page.context["view"].gone == 1 and "One license that was asked for" in page.content.decode()
    assert client.post(DATES, dict(page.context["fields"])).status_code == 302
    assert client.post(reverse("scenario_request", args=[half.pk])).status_code == 409


@in_transaction
def test_an_enrollment_that_was_accepted_has_become_its_site(client_of, world, lines, today):
    with acting("mette"):
        enrollment = Enrollment.objects.create(
            kind="additional", customer=world.nordvind, company={"name": "Nordvind Vest"}, created_by=world.mette,
            created_at=now(),
        )  # fmt: skip
    asked = fields(world, lines[:1], target=f"enrollment:{enrollment.pk}", name="Waiting")
    client = client_of("mette")
    assert client.post(SCENARIOS, asked).status_code == 302
    with looking():
        Enrollment.objects.filter(pk=enrollment.pk).update(status="accepted", site=world.originating_site)
    with looking(world.mette):
        kept = Scenario.objects.get(name="Waiting")
    page = client.get(reverse("scenario_page", args=[kept.pk]))
    question = page.context["view"].question
    assert question.target == world.originating_site and question.enrollment is None
    assert page.context["moved"] or page.context["view"].points


@in_transaction
def test_the_number_of_questions_does_not_grow_with_the_lines(client_of, world, lines, today):
    client = client_of("mette")
    counts = []
    for some in (lines[:1], lines):
        kept = keep(world, some, today, f"With {len(some)}")
        client.get(SCENARIOS)
        with CaptureQueriesContext(connection) as asked:
            client.get(SCENARIOS)
        counts.append(len(asked))
        with acting("mette") as actor:
            operations.drop_scenario(actor=actor, scenario_id=kept.pk)
    assert counts[0] == counts[1]


def test_two_pages_at_once_never_take_the_same_place(committed, world, today):
    lines = movable(world)

    def one(name):
        try:
            return keep(world, lines[:1], today, name).slot
        except Refused as refusal:
            return refusal.faults[0].code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        got = list(pool.map(one, ["a", "b", "c", "d", "e"]))
    assert sorted(map(str, got)) == ["1", "2", "3", "scenarios_full", "scenarios_full"]
