"""The level forecast through the API and on pages: the same words and figures, and only what the actor may see."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from tests.cast import World

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]


@pytest.fixture
def address(world: World) -> str:
    return f"/api/v1/agreements/{world.agreement.number}/forecast/"


def test_figures_that_agree_with_each_other(api_of: Api, address: str) -> None:
    told = api_of("mette").get(address).json()
    assert Decimal(told["expected"]) >= Decimal(told["points"])
    assert told["goals"]
    for goal in told["goals"]:
        assert Decimal(goal["missing"]) == Decimal(goal["threshold"]) - Decimal(told["expected"])
        assert goal["level"] in goal["sentence"]
        for way in goal["ways"]:
            assert sum(Decimal(line["points"]) for line in way["lines"]) == Decimal(way["points"])
            assert Decimal(way["points"]) >= Decimal(goal["missing"])
    assert told["falls"] == any(goal["kind"] == "keep" for goal in told["goals"])


def test_every_figure_has_its_derivation(api_of: Api, address: str) -> None:
    told = api_of("mette").get(address).json()
    assert told["why"]["expected"]["result"] == told["expected"]
    for goal in told["goals"]:
        why = told["why"][f"missing.{goal['level']}"]
        assert (why["rule"], why["result"], why["version"]) == ("P1", goal["missing"], told["rule_version"])


def test_it_speaks_danish(api_of: Api, address: str) -> None:
    english = api_of("mette").get(address).json()
    danish = api_of("mette").get(address, headers={"Accept-Language": "da"}).json()
    assert [g["missing"] for g in danish["goals"]] == [g["missing"] for g in english["goals"]]
    assert all(a["sentence"] != b["sentence"] for a, b in zip(danish["goals"], english["goals"], strict=True))


@pytest.mark.parametrize("who", ["lars", "anna"])
def test_foreign_and_unknown_are_alike(api_of: Api, address: str, who: str) -> None:
    assert api_of(who).get(address).status_code == 404
    assert api_of(who).get("/api/v1/agreements/0/forecast/").status_code == 404


def test_the_pages_say_the_same(client_of: Callable[[str], Client], api_of: Api, world: World, address: str) -> None:
    told: dict[str, Any] = api_of("mette").get(address, headers={"Accept-Language": "en"}).json()
    mette = client_of("mette", headers={"Accept-Language": "en"})
    page = mette.get(f"/agreements/{world.agreement.number}/").content.decode()
    home = mette.get("/home/").content.decode()
    assert told["sentence"] in page
    for goal in told["goals"]:
        assert goal["sentence"] in page and goal["sentence"] in home


@pytest.mark.parametrize("who", ["mette", "jonas", "rikke"])
def test_a_fixed_number_of_queries(
    api_of: Api, address: str, who: str, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    api = api_of(who)
    with django_assert_max_num_queries(20):
        assert api.get(address).status_code == 200


def test_outside_the_ladder_there_is_nothing_to_forecast(api_of: Api, world: World) -> None:
    """Aaby Kommune buys at GV prices; her points move nothing."""
    told = api_of("rikke").get("/api/v1/agreements/0063118/forecast/").json()
    assert (told["goals"], told["falls"], told["expected"], told["why"]) == ([], False, None, {})
    assert "GV" in told["sentence"] or "Term" in told["sentence"]
