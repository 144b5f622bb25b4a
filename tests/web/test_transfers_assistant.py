"""The assistant's three steps, without JavaScript: what is typed stays, what is wrong is said, nothing half done."""

import pytest
from django.urls import reverse

from migrations_app.models import TransferRequest
from tests.cast import looking
from tests.moving import movable

pytestmark = pytest.mark.django_db
NEW = "/transfers/new/"


@pytest.fixture
def lines(world):
    """Mette's Express licenses that can move."""
    return movable(world)


@pytest.fixture
def route(world):
    """From Mette's Express site to her Originating Site."""
    return f"{NEW}?source={world.express_site.site_number}&target={world.originating_site.site_number}"


def fields(lines, **more):
    return {f"quantity-{line.pk}": "1" for line in lines[:2]} | {"reason": "Merge agreements"} | more


def waivers(page):
    return {check["input"]: "We know" for check in page.context["checks"] if check["input"]}


def requests():
    with looking():
        return list(TransferRequest.objects.order_by("number"))


def test_step_one_offers_only_what_the_actor_may_use(client_of, world):
    page = client_of("mette").get(NEW)
    told = page.content.decode()
    assert page.status_code == 200
    assert world.express_site.site_number in told and world.originating_site.site_number in told
    assert world.sites(world.sydhavn)[0].site_number not in told
    assert reverse("enrollment_new") in told


def test_a_site_may_be_chosen_beforehand(client_of, world):
    page = client_of("mette").get(f"{NEW}?source={world.express_site.site_number}")
    assert page.status_code == 200
    assert f'value="{world.express_site.site_number}" selected' in page.content.decode()


@pytest.mark.parametrize("query", ["?source=1&target=2", "?source=%00&target=x", "?source=7004511&target=7004511"])
def test_a_wrong_route_gets_a_sentence(client_of, world, query):
    page = client_of("mette").get(NEW + query)
    assert page.status_code == 400 and "Please correct what is marked" in page.content.decode()


def test_step_two_lists_licenses_with_what_is_available(client_of, lines, route):
    page = client_of("mette").get(route)
    told = page.content.decode()
    assert page.status_code == 200
    assert all(line.part_id in told for line in lines)
    assert f'name="quantity-{lines[0].pk}"' in told and " style=" not in told
    assert client_of("mette").get(f"{route}&q={lines[0].part_id}").status_code == 200


@pytest.mark.parametrize("typed", ["x", "-1", "1.5", "99999999999999999999"])
def test_wrong_quantities_are_marked_and_kept(client_of, lines, route, typed):
    page = client_of("mette").post(route, fields(lines, action="check") | {f"quantity-{lines[0].pk}": typed})
    told = page.content.decode()
    assert page.status_code == 400
    assert f'value="{typed}"' in told and "Merge agreements" in told
    assert page.context["form"].errors[f"quantity-{lines[0].pk}"]
    assert not requests()


def test_nothing_chosen_and_no_reason(client_of, lines, route):
    page = client_of("mette").post(route, {"action": "check", "reason": " ", f"quantity-{lines[0].pk}": "0"})
    assert page.status_code == 400
    assert "No license is chosen" in page.content.decode() and page.context["form"].errors["reason"]


def test_a_day_in_the_past_is_told_beside_its_field(client_of, lines, route):
    page = client_of("mette").post(route, fields(lines, action="check", effective_on="2020-01-01"))
    assert page.status_code == 400 and page.context["form"].errors["effective_on"]


def test_comparing_shows_plan_and_checks_and_keeps_nothing(client_of, lines, route):
    page = client_of("mette").post(route, fields(lines, action="check"))
    told = page.content.decode()
    assert page.status_code == 200
    assert "Stay on Express" in told and "Level with the move" in told and 'class="p-cover"' in told
    assert "Demonstration prices" in told and " style=" not in told and "%(" not in told
    assert not requests()


def test_going_back_keeps_what_was_typed(client_of, lines, route):
    page = client_of("mette").post(route, fields(lines, action="lines"))
    assert page.status_code == 200
    assert "Merge agreements" in page.content.decode() and 'value="1"' in page.content.decode()


def test_a_draft_is_kept(client_of, lines, route):
    answer = client_of("mette").post(route, fields(lines, action="save"), follow=True)
    assert [r.status for r in requests()] == ["draft"]
    assert answer.redirect_chain and str(requests()[0]) in answer.content.decode()


def test_a_warning_without_a_reason_stops_and_nothing_is_kept(client_of, lines, route):
    client = client_of("mette")
    first = client.post(route, fields(lines, action="check"))
    wanted = waivers(first)
    assert wanted, "the demonstration's lines carry a warning"
    name, *others = wanted
    page = client.post(route, fields(lines, action="submit") | dict.fromkeys(others, "kept words"))
    assert page.status_code == 409 and not requests()
    assert name in page.content.decode()
    assert not others or "kept words" in page.content.decode()


def test_submitting_makes_the_request_and_sends_it_on(client_of, lines, route):
    client = client_of("mette")
    wanted = waivers(client.post(route, fields(lines, action="check")))
    answer = client.post(route, fields(lines, action="submit") | wanted)
    (made,) = requests()
    assert answer.status_code == 302 and answer.url == reverse("transfer_page", args=[made.pk])
    assert made.status == "in_review"


def test_one_reason_answers_every_warning(client_of, lines, route):
    client = client_of("mette")
    assert "waive-rest" in client.post(route, fields(lines, action="check")).content.decode()
    answer = client.post(route, fields(lines, action="submit") | {"waive-rest": "We know all of it"})
    assert answer.status_code == 302
    page = client.get(answer.url)
    assert "took note of it: We know all of it" in page.content.decode()


def test_over_what_is_owned_can_be_seen_but_not_submitted(client_of, lines, route):
    over = {f"quantity-{lines[0].pk}": str(lines[0].available_quantity + 1)}
    client = client_of("mette")
    page = client.post(route, fields(lines, action="check") | over)
    assert page.status_code == 200 and page.context["stopped"]
    assert 'value="submit"' not in page.content.decode()
    refused = client.post(route, fields(lines, action="submit") | over | waivers(page))
    assert refused.status_code == 409 and not requests()


def test_a_new_request_begins_from_an_earlier_one(client_of, lines, route):
    client = client_of("mette")
    client.post(route, fields(lines, action="save"))
    (made,) = requests()
    page = client.get(f"{NEW}?like={made.pk}")
    assert page.status_code == 200 and "Merge agreements" in page.content.decode()
    assert client_of("anna").get(f"{NEW}?like={made.pk}").status_code == 404
    assert client.get(f"{NEW}?like=nonsense").status_code == 404


def test_a_partner_asks_for_a_customer_under_a_mandate(client_of, world):
    page = client_of("jonas").get(NEW)
    told = page.content.decode()
    assert page.status_code == 200 and "<optgroup" in told
    assert world.sites(world.fjordbyg)[0].site_number in told


def test_reps_have_nothing_to_ask_for_but_see_the_page(client_of, world):
    assert client_of("rikke").get(NEW).status_code == 200
