"""`include=why` on what-ifs, Agreements, their points and transfer requests: each figure with its derivation."""

from decimal import Decimal
from typing import Any

import pytest

from licenses.rules.rerun import rerun
from licenses.rules.rulebook import CURRENT
from portal.kernel.explanation import Explanation
from tests.cast import World

pytestmark = pytest.mark.django_db


def holds(told: Any) -> int:
    """How many derivations `told` has; each must come to the same again and have its words."""
    if isinstance(told, dict) and "rule" in told:
        beside = told["rule"] == "7" and not told["parts"]
        assert beside or rerun(Explanation.from_json(told), {CURRENT.version: CURRENT}.get) == ()
        assert told["words"]["sentence"] and told["words"]["result"]
        return 1
    return sum(holds(each) for each in (told.values() if isinstance(told, dict) else told))


def lines(world: World) -> list[dict[str, Any]]:
    found = [x for x in world.lines(world.express_site) if not x.traded_up and x.part.kind.startswith("LICENSE")]
    return [{"entitlement": str(x.pk), "quantity": 1} for x in found]


def test_a_what_if_explains_every_figure(world, api_of):
    asked = {"target_site": world.originating_site.site_number, "lines": lines(world)}
    plain = api_of("mette").post("/api/v1/what-ifs/", asked).json()
    assert "why" not in plain
    told = api_of("mette").post("/api/v1/what-ifs/?include=why", asked).json()
    why = told.pop("why")
    assert told == plain
    assert holds(why) > 20
    assert why["sums"]["stay.total"]["result"] == plain["stay"]["total"]
    assert why["sums"]["migrate.accrued"]["result"] == plain["migrate"]["accrued"]
    for side in ("stay", "migrate"):
        for event, because in zip(plain[side]["events"], why["events"][side], strict=True):
            assert because["amount"]["result"] == event["amount"]
            summed = sum(Decimal(line["amount"]["result"]) for line in because["lines"])
            assert summed == Decimal(event["amount"])
            assert because["level"]["result"] == event["level"]
            for line, each in zip(event["lines"], because["lines"], strict=True):
                assert each["amount"]["result"] == line["amount"]
                assert each["amount"]["parts"][0]["result"] == line["unit_price"]
                assert each["cover"]["result"] == f"{line['cover_start']}..{line['cover_end']}"
    for term, because in zip(plain["terms"], why["terms"], strict=True):
        assert because["points_with"]["result"] == term["points_with"]
        assert because.get("missing", {"result": None})["result"] == term["missing"]


@pytest.mark.parametrize("tail", ["", "points/"])
def test_an_agreement_explains_where_it_stands(world, api_of, tail):
    address = f"/api/v1/agreements/{world.agreement.number}/{tail}"
    plain = api_of("mette").get(address).json()
    told = api_of("mette").get(f"{address}?include=why").json()
    why = told.pop("why")
    assert told == plain
    assert holds(why) == len(why) >= 4
    assert why["level"]["result"] == plain["level"]
    assert why["anniversary"]["result"] == plain["anniversary"]
    assert Decimal(why["points"]["result"]) == Decimal(plain["term"]["points"])
    assert why.get("missing", {"result": None})["result"] == plain["missing"]


def test_a_request_tells_the_derivations_that_were_kept_with_its_plan(world, api_of):
    api = api_of("mette")
    made = api.post(
        "/api/v1/transfer-requests/",
        {
            "source_site": world.express_site.site_number,
            "target_site": world.originating_site.site_number,
            "reason": "One renewal for everything",
            "lines": lines(world)[:2],
            "waivers": [],
        },
    ).json()
    assert "why" not in made["plan"]
    address = f"/api/v1/transfer-requests/{made['id']}/"
    assert "why" not in api.get(address).json()["plan"]
    why = api.get(f"{address}?include=why").json()["plan"]["why"]
    assert why["sums"]["stay.total"]["result"] == made["plan"]["stay"]["total"]
    assert why["sums"]["migrate.total"]["words"]["sentence"]
    assert all(each["amount"]["words"]["result"] for each in why["events"]["migrate"])
    assert api.get(f"{address}?include=everything").status_code == 400
