"""`include=why` and the differences of versions through the API."""

from decimal import Decimal

import pytest

from tests.renewing import LATE, issue, move

pytestmark = pytest.mark.django_db


def address(quote, tail: str = "") -> str:
    return f"/api/v1/renewal-quotes/{quote.pk}/{tail}"


def test_each_figure_with_its_words(world, api_of):
    (quote,) = issue(world)
    told = api_of("mette").get(address(quote, "?include=why")).json()
    assert set(told["why"]) == {"total", "points", "level", "valid_until"}
    assert Decimal(told["why"]["total"]["result"]) == Decimal(told["total"])
    line = told["lines"][0]
    assert set(line["why"]) == {"amount", "cover", "price", "level", "points"}
    amount = line["why"]["amount"]
    assert amount["result"] == line["amount"]
    assert " ÷ 12 = " in amount["words"]["sentence"]
    assert amount["words"]["inputs"][0]["label"] == "Unit price for 12 months"


def test_without_it_the_stored_derivation_alone(world, api_of):
    (quote,) = issue(world)
    told = api_of("mette").get(address(quote)).json()
    assert "why" not in told
    assert "words" not in told["lines"][0]["why"]["amount"]
    refused = api_of("mette").get(address(quote, "?include=all"))
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "include"


def test_the_differences_of_two_versions(world, api_of):
    (first,) = issue(world)
    move(world, LATE)
    (second,) = issue(world)
    api = api_of("mette")
    told = api.get(address(second, "differences/?with=1")).json()
    assert (told["version"], told["instead_of"]) == (2, 1)
    assert len(told["added"]) == 1 and told["gone"] == told["changed"] == []
    assert told["added"][0]["part_number"] == LATE
    total = next(each for each in told["whole"] if each["figure"] == "total")
    assert Decimal(total["after"]) - Decimal(total["before"]) == Decimal(told["added"][0]["amount"])
    assert told["words"]["heading"] == "Version 2 instead of 1"
    assert api.get(address(second, "differences/")).json() == told
    assert api.get(address(first, "differences/")).status_code == 404
    assert api.get(address(second, "differences/?with=9")).status_code == 404
    assert api.get(address(second, "differences/?with=two")).status_code == 400
    assert api_of("anna").get(address(second, "differences/?with=1")).status_code == 404
