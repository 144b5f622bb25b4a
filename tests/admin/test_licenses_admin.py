"""The desk's views of the catalog and of what is held."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from licenses.models import Entitlement, Part, PriceList
from tests import cast
from tests.cast import World

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]
CATALOG = ("part", "pricelist")
HELD = ("price", "entitlement", "quantitymovement", "pointsmovement", "proof")


@pytest.mark.parametrize("model", [*CATALOG, *HELD])
def test_reps_and_operators_read_and_customers_do_not(client_of: Browser, world: World, model: str) -> None:
    address = reverse(f"admin:licenses_{model}_changelist")
    assert client_of("rikke").get(address).status_code == 200
    assert client_of("admin").get(address).status_code == 200
    assert client_of("mette").get(address).status_code == 302


@pytest.mark.parametrize("model", [*CATALOG, *HELD])
def test_only_operators_add_and_only_to_the_catalog(client_of: Browser, world: World, model: str) -> None:
    address = reverse(f"admin:licenses_{model}_add")
    assert client_of("rikke").get(address).status_code == 403
    assert client_of("admin").get(address).status_code == (200 if model in CATALOG else 403)


@pytest.mark.parametrize("model", HELD)
def test_what_is_held_is_shown_and_never_written(client_of: Browser, world: World, model: str) -> None:
    admin = client_of("admin")
    listed = admin.get(reverse(f"admin:licenses_{model}_changelist"))
    row = listed.context["cl"].result_list[0]
    address = reverse(f"admin:licenses_{model}_change", args=[row.pk])
    assert admin.get(address).status_code == 200
    before = type(row).objects.filter(pk=row.pk).values().get()
    # An entry of points has a page with steps of its own; what is posted to it changes nothing.
    refused = admin.post(address, {"quantity": "1", "status": "superseded", "amount": "9"}).status_code
    assert refused == (200 if model == "pointsmovement" else 403)
    assert type(row).objects.filter(pk=row.pk).values().get() == before
    assert admin.post(reverse(f"admin:licenses_{model}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_an_operator_writes_the_catalog(client_of: Browser, world: World) -> None:
    admin = client_of("admin")
    part = {
        "part_number": "D9Y99LL",
        "description": "IBM Something License + SW Subscription & Support 12 Months",
        "kind": "LICENSE_PLUS_S&S",
        "metric": "Authorized User",
        "product": "IBM Something",
        "points_each": "1.50",
        "eligible": "on",
        "renewal_part": "",
        "reinstatement_part": "",
    }
    assert admin.post(reverse("admin:licenses_part_add"), part).status_code == 302
    change = reverse("admin:licenses_part_change", args=["D9Y99LL"])
    assert admin.post(change, {**part, "part_number": "D9Y98LL", "description": "Else"}).status_code == 302
    with cast.looking():
        assert Part.objects.get(pk="D9Y99LL").description == "Else"


def test_a_list_keeps_its_country_and_currency(client_of: Browser, world: World) -> None:
    with cast.looking():
        prices = PriceList.objects.get(currency="DKK")
    change = reverse("admin:licenses_pricelist_change", args=[prices.pk])
    posted = {"name": "Danmark", "country": "SE", "currency": "SEK", "demonstration": "on"}
    assert client_of("admin").post(change, posted).status_code == 302
    with cast.looking():
        prices.refresh_from_db()
    assert (prices.name, prices.country, prices.currency) == ("Danmark", "DK", "DKK")


def test_a_line_shows_its_balance_and_cover(client_of: Browser, world: World) -> None:
    line = world.lines(world.express_site)[0]
    page = client_of("rikke").get(reverse("admin:licenses_entitlement_change", args=[line.pk]))
    assert page.status_code == 200
    shown = page.content.decode()
    assert line.order_reference in shown and line.cover.first().source in shown


def test_a_rep_finds_lines_of_the_territory(client_of: Browser, world: World) -> None:
    with cast.looking():
        line = Entitlement.objects.filter(customer=world.sydhavn).first()
    assert line is not None
    found = client_of("rikke").get(reverse("admin:licenses_entitlement_changelist"), {"q": line.order_reference})
    assert line in list(found.context["cl"].result_list)
