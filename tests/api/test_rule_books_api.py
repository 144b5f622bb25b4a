"""A rule book that begins tomorrow changes what is asked about tomorrow, and nothing of today or before."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from licenses.operations.rule_books import propose_rule_book, put_rule_book_in_force
from sites.clock import now
from tests.cast import World, acting

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
WHAT_IFS = "/api/v1/what-ifs/"
REQUESTS = "/api/v1/transfer-requests/"


@pytest.fixture
def tomorrow(today: date) -> date:
    return today + timedelta(days=1)


@pytest.fixture
def body(world: World) -> dict[str, Any]:
    """Every license of Mette's that can move; the cover of one ends before the Anniversary."""
    lines = [x for x in world.lines(world.express_site) if not x.traded_up and x.part.kind.startswith("LICENSE")]
    return {
        "target_site": world.originating_site.site_number,
        "horizon_months": 36,
        "lines": [{"entitlement": str(x.pk), "quantity": 1} for x in lines],
    }


def in_force(today: date, valid_from: date, **figures: str) -> str:
    """A rule book proposed by Rikke and put into force by Søren; its version."""
    with acting("rikke") as actor:
        case = propose_rule_book(
            actor=actor, at=now(), on=today, valid_from=valid_from, figures=figures, reason="Decided in October"
        )
    with acting("soren") as actor:
        put_rule_book_in_force(actor=actor, at=now(), on=today, book_id=case.pk)
    return case.version


def what_if(api: APIClient, body: dict[str, Any], on: date) -> dict[str, Any]:
    answer = api.post(WHAT_IFS, {**body, "effective_on": on.isoformat()})
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told


def test_a_policy_of_tomorrow(api_of: Api, body: dict[str, Any], today: date, tomorrow: date) -> None:
    before = {on: what_if(api_of("mette"), body, on) for on in (today, tomorrow)}
    version = in_force(today, tomorrow, transition="long")
    after = {on: what_if(api_of("mette"), body, on) for on in (today, tomorrow)}
    assert after[today] == before[today] and before[today]["rule_version"] == "2026.1"
    assert after[tomorrow]["rule_version"] == version
    assert "T5-long" in after[tomorrow]["assumptions"] and "T5" in after[today]["assumptions"]
    assert after[tomorrow]["migrate"]["events"] != before[tomorrow]["migrate"]["events"]
    assert after[tomorrow]["stay"] == before[tomorrow]["stay"]


def test_a_ladder_of_tomorrow_prices_orders_of_tomorrow(
    api_of: Api, body: dict[str, Any], today: date, tomorrow: date
) -> None:
    flat = {f"ladder_{level}": "" for level in "EFGHIJ"} | {"ladder_D": "900000"}
    before = what_if(api_of("mette"), body, today)
    in_force(today, tomorrow, **flat)
    assert what_if(api_of("mette"), body, today) == before
    told = what_if(api_of("mette"), body, tomorrow)
    assert told["terms"][-1]["next_level"] == "D" and {e["level"] for e in told["migrate"]["events"]} != {"BL"}
    assert told["terms"][-1]["level_with"] == "BL"


def test_a_span_of_days_judges_by_the_day_of_the_move(
    api_of: Api, body: dict[str, Any], today: date, tomorrow: date
) -> None:
    def soon(on: date) -> int:
        return sum(check["code"] == "V8" for check in what_if(api_of("mette"), body, on)["checks"])

    some = soon(today)
    assert some
    in_force(today, tomorrow, renewal_soon_days="1")
    assert (soon(today), soon(tomorrow)) == (some, 0)


def test_a_plan_keeps_the_version_that_it_was_made_with(
    api_of: Api, world: World, body: dict[str, Any], today: date, tomorrow: date
) -> None:
    asked = {**body, "source_site": world.express_site.site_number, "reason": "One Agreement"}
    made = api_of("mette").post(REQUESTS, asked).json()
    in_force(today, tomorrow, transition="long")
    again = api_of("mette").get(f"{REQUESTS}{made['id']}/").json()
    assert again["plan"] == made["plan"] and again["plan"]["rule_version"] == "2026.1"
