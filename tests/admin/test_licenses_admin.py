"""The desk's views of the catalog and of what is held."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from licenses.models import Entitlement, Part, Price, PriceList
from tests import cast
from tests.cast import World

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]
CATALOG = ("part", "pricelist", "price")
HELD = ("entitlement", "quantitymovement", "pointsmovement", "proof")


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
    assert admin.post(address, {"quantity": "1", "status": "superseded"}).status_code == 403
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
        prices = PriceList.objects.order_by("name").first()
    assert prices is not None
    row = {"price_list": str(prices.pk), "part": "D9Y99LL", "level": "BL"}
    row |= {"amount": "10.00", "valid_from": "2026-01-01"}
    assert admin.post(reverse("admin:licenses_price_add"), row).status_code == 302
    overlap = admin.post(reverse("admin:licenses_price_add"), {**row, "valid_from": "2026-06-01"})
    assert overlap.status_code == 200 and overlap.context["errors"]
    with cast.looking():
        price = Price.objects.get(part_id="D9Y99LL")
    change = reverse("admin:licenses_price_change", args=[price.pk])
    assert admin.post(change, {"amount": "10.00", "valid_to": "2026-12-31"}).status_code == 302
    with cast.looking():
        price.refresh_from_db()
    assert (price.valid_to, price.valid_from) == (date(2026, 12, 31), date(2026, 1, 1))


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
