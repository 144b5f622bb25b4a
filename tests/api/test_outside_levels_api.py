"""Customers outside the ladder, through the API from the what-if to the accepted quote (rules P1, P8).

A university moves its Express licenses into its own Agreement: prices come from its own column, points are counted and
shown, and no number of points moves its level.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from sites.models import Customer, Membership, Site, SiteContact, User
from tests import cast
from tests.enrolling import of_fjordbyg, submitted

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
PETER = "peter@vesterhavet.example"
EXPRESS, CAMPUS, AGREEMENT = "7022054", "7022055", "64420"
MUNICIPALITY = "0063118"
V1 = "/api/v1"


@pytest.fixture
def university(world: cast.World) -> Customer:
    """The university, with Peter as the Primary Contact of both of its sites."""
    customer = world.site(CAMPUS).customer
    with cast.looking():
        peter = User.objects.create(email=PETER, name="Peter Skou", is_active=True)
        Membership.objects.create(customer=customer, user=peter, valid_from=date(2020, 1, 1))
        SiteContact.objects.filter(site__customer=customer, role="primary").update(user=peter)
    return customer


@pytest.fixture
def asked(world: cast.World, university: Customer) -> dict[str, Any]:
    lines = world.lines(world.site(EXPRESS))
    return {
        "target_site": CAMPUS,
        "horizon_months": 36,
        "lines": [{"entitlement": str(line.pk), "quantity": line.quantity} for line in lines],
    }


def list_price(api: APIClient, part: str, level: str) -> Decimal:
    """The price of a part in Danish kroner at a level, as the catalog tells it."""
    prices = api.get(f"{V1}/parts/{part}/").json()["prices"]
    (found,) = [p for p in prices if (p["currency"], p["level"]) == ("DKK", level)]
    return Decimal(found["price"])


def _priced(line: dict[str, Any]) -> tuple[Any, ...]:
    figures = ("renewal_part", "quantity", "cover_start", "cover_end", "months", "unit_price", "amount")
    return tuple(line[name] for name in figures)


def test_the_what_if_prices_an_academic_target_from_its_own_column(api_of: Api, asked: dict[str, Any]) -> None:
    api = api_of(PETER)
    told = api.post(f"{V1}/what-ifs/", asked).json()
    orders = told["migrate"]["events"]
    assert orders and {order["level"] for order in orders} == {"ED"}
    assert {order["level"] for order in told["stay"]["events"]} == {"BL"}
    for order in orders:
        assert Decimal(order["points"]) > 0
        for line in order["lines"]:
            assert Decimal(line["unit_price"]) == list_price(api, line["renewal_part"], "ED")
    for term in told["terms"]:
        assert (term["level_with"], term["level_without"]) == ("ED", "ED")
        assert (term["next_level"], term["missing"]) == (None, None)
    assert any(Decimal(term["points_with"]) > Decimal(term["points_without"]) for term in told["terms"])
    assert "V15" in {check["code"] for check in told["checks"]}


def test_every_catalog_price_has_the_columns_outside_the_ladder(api_of: Api, asked: dict[str, Any]) -> None:
    api = api_of(PETER)
    part = api.post(f"{V1}/what-ifs/", asked).json()["stay"]["events"][0]["lines"][0]["renewal_part"]
    levels = [p["level"] for p in api.get(f"{V1}/parts/{part}/").json()["prices"] if p["currency"] == "DKK"]
    assert levels[:1] == ["BL"] and levels[-2:] == ["ED", "GV"]


@pytest.mark.parametrize(("number", "level"), [(AGREEMENT, "ED"), (MUNICIPALITY, "GV")])
def test_an_agreement_outside_the_ladder_counts_points_and_keeps_its_level(
    api_of: Api, world: cast.World, number: str, level: str
) -> None:
    told = api_of("rikke").get(f"{V1}/agreements/{number}/").json()
    assert (told["level"], told["next_level"], told["missing"]) == (level, None, None)
    assert Decimal(told["term"]["points"]) >= 0
    past = api_of("rikke").get(f"{V1}/agreements/{number}/points/", {"as_of": "2025-01-01"}).json()
    assert past["level"] == level


def test_from_request_to_accepted_quote_the_level_never_moves(
    api_of: Api, asked: dict[str, Any], run_jobs: Callable[..., int]
) -> None:
    peter, rikke = api_of(PETER), api_of("rikke")
    foretold = peter.post(f"{V1}/what-ifs/", asked).json()
    made = peter.post(f"{V1}/transfer-requests/", {**asked, "source_site": EXPRESS, "reason": "One Agreement"}).json()
    assert made["plan"]["migrate"] == foretold["migrate"]
    here = f"{V1}/transfer-requests/{made['id']}/"
    waivers = [{"code": c["code"], "line": c["line"], "reason": "We know"} for c in made["checks"] if c["waivable"]]
    assert peter.post(f"{here}submit/", {"waivers": waivers}).json()["status"] == "in_review"
    assert rikke.post(f"{here}approve/", {"reason": "Fine"}).status_code == 200
    run_jobs()
    assert peter.get(here).json()["status"] == "completed"

    quotes = peter.post(f"{V1}/renewal-quotes/", {"agreement_number": AGREEMENT}).json()["results"]
    assert {(q["rsvp_level"], q["quote_level"]) for q in quotes} == {("ED", "ED")}
    orders = {order["kind"]: order for order in reversed(foretold["migrate"]["events"])}
    assert {q["kind"] for q in quotes} <= set(orders)
    for quote in quotes:
        assert all(Decimal(x["unit_price"]) == list_price(peter, x["renewal_part"], "ED") for x in quote["lines"])
        order = orders[quote["kind"]]
        assert quote["points"] == order["points"]
        assert {_priced(line) for line in order["lines"]} <= {_priced(line) for line in quote["lines"]}

    before = peter.get(f"{V1}/agreements/{AGREEMENT}/").json()
    quote = max(quotes, key=lambda q: Decimal(q["points"]))
    accepted = peter.post(f"{V1}/renewal-quotes/{quote['id']}/accept/", {})
    assert accepted.status_code == 200, accepted.content
    after = peter.get(f"{V1}/agreements/{AGREEMENT}/").json()
    assert Decimal(after["term"]["points"]) == Decimal(before["term"]["points"]) + Decimal(quote["points"])
    assert (after["level"], after["next_level"]) == ("ED", None)


def test_a_commercial_neighbor_pays_by_the_ladder(api_of: Api, world: cast.World, asked: dict[str, Any]) -> None:
    """The column follows the customer's type, not the parts."""
    with cast.looking():
        Customer.objects.filter(pk=Site.objects.get(site_number=CAMPUS).customer_id).update(customer_type="commercial")
    told = api_of(PETER).post(f"{V1}/what-ifs/", asked).json()
    assert {order["level"] for order in told["migrate"]["events"]} <= {"BL", "D", "E", "F", "G", "H"}
    assert "V15" not in {check["code"] for check in told["checks"]}


@pytest.mark.parametrize(("chosen", "level"), [("government", "GV"), ("academic", "ED"), ("commercial", None)])
def test_whoever_enrolls_outside_the_ladder_sees_that_plan_already(
    api_of: Api, acting: Callable[..., Any], world: cast.World, chosen: str, level: str | None
) -> None:
    """The type is chosen at the enrollment (rule S7); the request waits for it with a plan of that type."""
    enrollment = submitted(acting, "lars", of_fjordbyg(world, customer_type=chosen))
    source = world.sites(world.fjordbyg, "PAE")[0]
    asked = {
        "source_site": source.site_number,
        "enrollment": str(enrollment.pk),
        "reason": "All of it",
        "lines": [{"entitlement": str(line.pk), "quantity": 1} for line in world.lines(source)],
    }
    answer = api_of("lars").post(f"{V1}/transfer-requests/", asked)
    assert answer.status_code == 201, answer.content
    levels = {order["level"] for order in answer.json()["plan"]["migrate"]["events"]}
    assert levels == {level} if level else levels and not levels & {"GV", "ED"}


def test_a_page_of_parts_reads_the_ladder_once(api_of: Api, django_assert_num_queries: Any) -> None:
    api = api_of("lars")
    with CaptureQueriesContext(connection) as few:
        assert len(api.get(f"{V1}/parts/", {"page_size": 20}).json()["results"]) == 20
    with django_assert_num_queries(len(few)):
        assert len(api.get(f"{V1}/parts/", {"page_size": 80}).json()["results"]) == 80
