"""The what-if through the API: shape, figures that agree with each other, refusals."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.cast import World

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/what-ifs/"
Api = Callable[..., APIClient]


@pytest.fixture
def body(world: World) -> dict[str, Any]:
    lines = [x for x in world.lines(world.express_site) if not x.traded_up and x.part.kind.startswith("LICENSE")]
    return {
        "target_site": world.originating_site.site_number,
        "effective_on": "2026-12-01",
        "horizon_months": 36,
        "lines": [{"entitlement": str(x.pk), "quantity": 1} for x in lines],
    }


def test_both_sides_with_their_figures(api_of: Api, body: dict[str, Any]) -> None:
    answer = api_of("mette").post(ADDRESS, body)
    assert answer.status_code == 200
    told = answer.json()
    named = {"rule_version", "price_list", "currency", "assumptions", "stay", "migrate", "terms", "coverage", "checks"}
    assert named <= set(told)
    stay, migrate = told["stay"], told["migrate"]
    assert sum(Decimal(e["amount"]) for e in stay["events"]) == Decimal(stay["total"])
    assert sum(Decimal(v) for v in stay["by_year"].values()) == Decimal(stay["total"])
    difference = Decimal(migrate["agreement_total_with"]) - Decimal(migrate["agreement_total_without"])
    assert Decimal(migrate["total"]) == difference
    assert all({"kind", "points", "level"} <= set(e) for e in migrate["events"])
    assert {e["level"] for e in stay["events"]} == {"BL"}
    assert {c["entitlement"] for c in told["coverage"]} == {x["entitlement"] for x in body["lines"]}
    keys = {"code", "severity", "line", "message", "mends", "remedy", "waivable", "heals_on"}
    assert told["checks"] and all(keys <= set(c) and "%(" not in c["message"] for c in told["checks"])


def test_the_answer_changes_nothing(api_of: Api, body: dict[str, Any]) -> None:
    first, second = (api_of("mette").post(ADDRESS, body).json() for _ in range(2))
    assert first == second


def test_without_a_target_it_waits_for_an_enrollment(api_of: Api, body: dict[str, Any]) -> None:
    told = api_of("mette").post(ADDRESS, {"lines": body["lines"]}).json()
    assert "V18" in {c["code"] for c in told["checks"]}


def test_every_fault_at_once(api_of: Api, world: World, body: dict[str, Any]) -> None:
    foreign = world.lines(world.sites(world.sydhavn)[0])[0]
    wrong = {
        "target_site": world.sites(world.sydhavn)[0].site_number,
        "effective_on": "2026-11-01",
        "horizon_months": 61,
        "lines": [
            body["lines"][0],
            {**body["lines"][0], "quantity": "3"},
            {"entitlement": str(foreign.pk), "quantity": 1},
            {"entitlement": str(uuid4()), "quantity": 1},
        ],
    }
    answer = api_of("mette").post(ADDRESS, wrong)
    assert answer.status_code == 400
    assert [(e["code"], e["field"]) for e in answer.json()["errors"]] == [
        ("site_unknown", "target_site"),
        ("date_past", "effective_on"),
        ("horizon_range", "horizon_months"),
        ("quantity_not_whole", "lines[1].quantity"),
        ("line_twice", "lines[1].entitlement"),
        ("entitlement_unknown", "lines[2].entitlement"),
        ("entitlement_unknown", "lines[3].entitlement"),
    ]


@pytest.mark.parametrize("body", [[], None, {}, {"lines": {}}, {"lines": ["x"]}, {"lines": [], "horizon_months": True}])
def test_a_body_of_another_shape(api_of: Api, world: World, body: Any) -> None:
    assert api_of("mette").post(ADDRESS, body).status_code == 400


def test_the_best_date_shows_the_trade_off_and_picks_nothing(api_of: Api, body: dict[str, Any]) -> None:
    del body["effective_on"]
    mette, address = api_of("mette"), f"{ADDRESS}best-date/"
    options = mette.post(address, body).json()["results"]
    assert [o["effective_on"] for o in options] == ["2026-11-24", "2026-12-01"] + [
        f"2027-{month:02}-01" for month in range(1, 12)
    ]
    in_december = mette.post(ADDRESS, {**body, "effective_on": "2026-12-01"}).json()
    assert options[1]["what_if"] == in_december
    assert options[1]["accrued_stay"] == in_december["stay"]["accrued"]
    query = {**body, "lines": json.dumps(body["lines"])}
    assert mette.get(address, query).json()["results"] == options


def test_the_best_date_asked_wrongly(api_of: Api, world: World) -> None:
    answer = api_of("mette").get(f"{ADDRESS}best-date/", {"lines": "[", "horizon_months": "a"})
    assert [e["field"] for e in answer.json()["errors"]] == ["horizon_months", "lines"]


def test_thirteen_days_cost_as_many_queries_as_one_line_does(api_of: Api, body: dict[str, Any]) -> None:
    """Whatever the number of lines and days: the days are computed from one gathering of facts."""
    del body["effective_on"]
    mette = api_of("mette")
    asked = []
    for lines in (body["lines"][:1], body["lines"]):
        for address in (ADDRESS, f"{ADDRESS}best-date/"):
            with CaptureQueriesContext(connection) as queries:
                assert mette.post(address, {**body, "lines": lines}).status_code == 200
            asked.append(len(queries))
    one_day, thirteen, one_day_of_all, thirteen_of_all = asked
    assert one_day == one_day_of_all
    assert thirteen == thirteen_of_all == one_day + 1
    assert thirteen <= 30


def test_every_day_is_what_it_would_be_alone(api_of: Api, world: World, body: dict[str, Any]) -> None:
    """Beyond the next Anniversary, and with units that stay, too."""
    del body["effective_on"]
    mette = api_of("mette")
    for option in mette.post(f"{ADDRESS}best-date/", body).json()["results"]:
        alone = mette.post(ADDRESS, {**body, "effective_on": option["effective_on"]}).json()
        assert option["what_if"] == alone


def test_units_that_stay_under_the_agreement_are_its_own_line(api_of: Api, world: World) -> None:
    """Moved within one Agreement, one unit and all of them make the same orders with the move, but for rounding."""
    lines = [x for x in world.lines(world.originating_site, available=2) if x.part.renewal_part_id and x.coverage_end]
    line = lines[0]
    branch = next(s for s in world.sites(world.nordvind, "PA") if not s.originating)
    told = {}
    for units in (1, line.quantity):
        body = {"target_site": branch.site_number, "lines": [{"entitlement": str(line.pk), "quantity": units}]}
        told[units] = api_of("mette").post(ADDRESS, body).json()
        assert "6.3" in told[units]["assumptions"]
    one, every = (Decimal(each["migrate"]["agreement_total_with"]) for each in told.values())
    assert abs(one - every) < 1
    some, none = (Decimal(each["migrate"]["agreement_total_without"]) for each in told.values())
    assert some > none


def test_express_lines_assume_nothing_about_an_agreement_they_leave(api_of: Api, body: dict[str, Any]) -> None:
    assert "6.3" not in api_of("mette").post(ADDRESS, body).json()["assumptions"]
