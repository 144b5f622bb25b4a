"""Sites, Agreements, license lines, parts and proofs through the API."""

import base64
import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from licenses import operations
from licenses.models import Entitlement, Proof
from sites.clock import now
from tests import cast
from tests.cast import World

pytestmark = pytest.mark.django_db
API = "/api/v1"
Api = Callable[..., APIClient]

SITE = "site_number name program agreement_number country status anniversary level originating"
ENTRY = "id site_number points kind effective_on recorded_at reference reverses"
LINE = (
    "id site_number part_number description metric quantity available_quantity acquired_on order_reference"
    " coverage_start coverage_end proof_number"
)
PART = "part_number description kind metric points_each eligible renewal_part reinstatement_part prices"


def results(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    assert set(answer.json()) == {"next", "previous", "results"}
    return answer.json()["results"]


def moved_line(world: World, quantity: int = 4) -> tuple[Entitlement, Entitlement]:
    """A line of Mette's Express site, some units of which have moved to her Originating Site; and what they became."""
    with cast.looking() as actor:
        line = next(x for x in world.lines(world.express_site, available=quantity + 1) if not x.traded_up)
        arrived = operations.move_units(
            actor=actor,
            at=now(),
            on=date(2026, 11, 20),
            reference="T-000900",
            target_site=world.originating_site,
            lines={line.pk: quantity},
        )
        return line, Entitlement.objects.get(pk=arrived[line.pk])


def test_sites_share_what_their_agreement_has(api_of: Api, world: World) -> None:
    sites = results(api_of("mette").get(f"{API}/sites/"))
    assert [" ".join(s) for s in sites] == [SITE] * 3
    express = [s for s in sites if s["program"] == "PAE"]
    shared = [s for s in sites if s["program"] == "PA"]
    assert [(s["agreement_number"], s["anniversary"], s["level"]) for s in express] == [(None, None, "BL")]
    assert {(s["agreement_number"], s["anniversary"], s["level"]) for s in shared} == {
        (world.agreement.number, "2027-01-01", "D")
    }
    assert [s["originating"] for s in shared] == [True, False]
    one = api_of("mette").get(f"{API}/sites/{express[0]['site_number']}/")
    assert one.json() == express[0]


def test_an_agreement_says_where_it_stands(api_of: Api, world: World) -> None:
    facts = api_of("mette").get(f"{API}/agreements/{world.agreement.number}/").json()
    assert facts == {
        "number": world.agreement.number,
        "originating_site": world.originating_site.site_number,
        "sites": [s.site_number for s in world.sites(world.nordvind, "PA")],
        "anniversary": "2027-01-01",
        "level": "D",
        "term": {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "points": "690.00"},
        "next_level": "E",
        "missing": "310.00",
    }


def test_points_as_of_a_day_and_as_known_at_an_instant(api_of: Api, world: World) -> None:
    mette, address = api_of("mette"), f"{API}/agreements/{world.agreement.number}/points/"
    before = now() - timedelta(days=1)
    assert mette.get(address).json()["term"]["points"] == "690.00"
    assert mette.get(address, {"as_of": "2026-05-31"}).json()["term"]["points"] == "635.50"
    assert mette.get(address, {"as_of": "2023-01-01"}).json()["term"] is None
    unknown = mette.get(address, {"known_at": before.isoformat()}).json()
    assert (unknown["term"]["points"], unknown["level"]) == ("0.00", "BL")


def test_entries_add_up_and_corrections_carry_their_sign(api_of: Api, world: World) -> None:
    with cast.looking():
        entry = operations.PointsEntry(
            uuid4(),
            world.agreement.pk,
            world.originating_site.pk,
            Decimal("-40.25"),
            "adjustment",
            "A-1",
            date(2026, 11, 1),
        )
        operations.post_points([entry])
    mette, address = api_of("mette"), f"{API}/agreements/{world.agreement.number}/points/entries/"
    entries = results(mette.get(address))
    assert " ".join(entries[0]) == ENTRY
    assert entries[-1]["points"] == "-40.25" and entries[-1]["reverses"] is None
    assert entries[-1]["recorded_at"].endswith("Z")
    this_term = [Decimal(e["points"]) for e in entries if e["effective_on"] >= "2026-01-01"]
    assert sum(this_term) == Decimal("649.75")
    assert len(results(mette.get(address, {"as_of": "2026-10-31"}))) == len(entries) - 1
    assert results(mette.get(address, {"known_at": "2020-01-01T00:00:00Z"})) == []


def test_license_lines_with_what_is_free_and_the_valid_proof(api_of: Api, world: World) -> None:
    line, arrived = moved_line(world)
    with cast.looking() as actor:
        operations.hold(actor=actor, at=now(), reference=uuid4(), lines={line.pk: 1})
        owned = Entitlement.objects.with_quantity().get(pk=line.pk).quantity
        proof = Proof.objects.get(entitlement=line, status="valid")
    rows = {r["id"]: r for r in results(api_of("mette").get(f"{API}/entitlements/"))}
    assert " ".join(rows[str(line.pk)]) == LINE
    assert (rows[str(line.pk)]["quantity"], rows[str(line.pk)]["available_quantity"]) == (owned, owned - 1)
    assert rows[str(line.pk)]["proof_number"] == proof.number
    there = rows[str(arrived.pk)]
    assert (there["quantity"], there["order_reference"]) == (4, line.order_reference)
    assert (there["acquired_on"], there["coverage_end"]) == (str(line.acquired_on), str(line.coverage_end))
    assert api_of("mette").get(f"{API}/entitlements/{arrived.pk}/").json() == there


def test_license_lines_are_narrowed(api_of: Api, world: World) -> None:
    mette, site = api_of("mette"), world.express_site.site_number
    every = results(mette.get(f"{API}/entitlements/"))
    here = results(mette.get(f"{API}/entitlements/", {"site": site}))
    assert here == [r for r in every if r["site_number"] == site]
    assert results(mette.get(f"{API}/entitlements/", {"program": "pae"})) == here
    part = here[0]["part_number"]
    of_part = results(mette.get(f"{API}/entitlements/", {"part_number": part.lower()}))
    assert of_part == [r for r in every if r["part_number"] == part]


def test_license_lines_as_of_a_day(api_of: Api, world: World) -> None:
    line, arrived = moved_line(world)
    mette = api_of("mette")
    before = {r["id"]: r for r in results(mette.get(f"{API}/entitlements/", {"as_of": "2026-11-19"}))}
    after = {r["id"]: r for r in results(mette.get(f"{API}/entitlements/", {"as_of": "2026-11-20"}))}
    assert str(arrived.pk) not in before and str(arrived.pk) in after
    assert before[str(line.pk)]["quantity"] - after[str(line.pk)]["quantity"] == 4
    assert before[str(line.pk)]["proof_number"] < after[str(line.pk)]["proof_number"]
    early = {r["id"]: r for r in results(mette.get(f"{API}/entitlements/", {"as_of": str(line.acquired_on)}))}
    assert early[str(line.pk)]["coverage_start"] == str(line.acquired_on)
    assert early[str(line.pk)]["coverage_end"] <= before[str(line.pk)]["coverage_end"]


def test_a_line_that_moved_away_whole_is_history(api_of: Api, world: World) -> None:
    with cast.looking():
        line = world.lines(world.express_site)[0]
        whole = line.quantity  # type: ignore[attr-defined]
    line, _ = moved_line_whole(world, line, whole)
    mette = api_of("mette")
    assert str(line.pk) not in {r["id"] for r in results(mette.get(f"{API}/entitlements/"))}
    gone = mette.get(f"{API}/entitlements/{line.pk}/").json()
    assert (gone["quantity"], gone["available_quantity"], gone["proof_number"]) == (0, 0, None)


def moved_line_whole(world: World, line: Entitlement, quantity: int) -> tuple[Entitlement, Entitlement]:
    with cast.looking() as actor:
        arrived = operations.move_units(
            actor=actor,
            at=now(),
            on=date(2026, 11, 20),
            reference="T-000901",
            target_site=world.originating_site,
            lines={line.pk: quantity},
        )
        return line, Entitlement.objects.get(pk=arrived[line.pk])


def test_the_lineage_runs_from_the_purchase_to_today(api_of: Api, world: World) -> None:
    line, arrived = moved_line(world)
    mette = api_of("mette")
    told = mette.get(f"{API}/entitlements/{arrived.pk}/lineage/").json()
    assert (told["entitlement"], told["quantity"]) == (str(arrived.pk), 4)
    bought, moved = told["steps"]
    assert (bought["reason"], bought["date"], bought["from_site_number"]) == (
        "acquisition",
        str(line.acquired_on),
        None,
    )
    assert (moved["reason"], moved["date"], moved["quantity"]) == ("transfer", "2026-11-20", 4)
    assert moved["movement_reference"] == "T-000900"
    assert (moved["from_site_number"], moved["site_number"]) == (
        world.express_site.site_number,
        world.originating_site.site_number,
    )
    # The proof of what arrived, and the new one of what stayed.
    assert len(bought["proof_numbers"]) == 1 and len(moved["proof_numbers"]) == 2
    from_the_source = mette.get(f"{API}/entitlements/{line.pk}/lineage/").json()
    assert from_the_source["steps"] == told["steps"]


def test_a_reversal_is_another_step(api_of: Api, world: World) -> None:
    _, arrived = moved_line(world)
    with cast.looking() as actor:
        operations.move_units_back(actor=actor, at=now(), on=date(2026, 11, 24), reference="T-000900")
    steps = api_of("mette").get(f"{API}/entitlements/{arrived.pk}/lineage/").json()["steps"]
    assert [s["reason"] for s in steps] == ["acquisition", "transfer", "reversal"]
    assert steps[2]["site_number"] == world.express_site.site_number


def test_parts_with_their_prices(api_of: Api, world: World) -> None:
    lars = api_of("lars")
    part = lars.get(f"{API}/parts/d9x14ll/").json()
    assert " ".join(part) == PART
    assert (part["part_number"], part["renewal_part"]) == ("D9X14LL", "E9X14LL")
    renewal = lars.get(f"{API}/parts/E9X14LL/").json()
    assert " ".join(renewal["prices"][0]) == "country currency level price valid_from valid_to"
    levels = [p["level"] for p in renewal["prices"] if p["country"] == "DK" and p["valid_to"] is None]
    assert levels[:6] == ["BL", "D", "E", "F", "G", "H"]
    assert Decimal(renewal["prices"][0]["price"]) > 0
    found = results(lars.get(f"{API}/parts/", {"q": "mq virtual"}))
    assert "D9X14LL" in {p["part_number"] for p in found}


def test_proofs_and_their_paper(api_of: Api, world: World) -> None:
    line, arrived = moved_line(world)
    mette = api_of("mette")
    rows = results(mette.get(f"{API}/proofs/", {"site": world.originating_site.site_number, "status": "valid"}))
    proof = next(r for r in rows if r["entitlement"] == str(arrived.pk))
    assert (proof["quantity"], proof["program"]) == (4, "PA")
    old = mette.get(f"{API}/proofs/{proof['supersedes']}/").json()
    assert old["status"] == "superseded" and proof["number"] in old["superseded_by"]
    assert old["site_number"] == world.express_site.site_number and old["entitlement"] == str(line.pk)
    for accepts in ("application/json", "application/pdf"):
        paper = mette.get(f"{API}/proofs/{proof['number']}/pdf/", HTTP_ACCEPT=accepts)
        assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")
        assert paper.content.startswith(b"%PDF-")


BAD = [
    (f"{API}/entitlements/", {"site": "1234567"}, [("site_unknown", "site")]),
    (f"{API}/entitlements/", {"site": "\0"}, [("text_invalid", "site")]),
    (
        f"{API}/entitlements/",
        {"site": "x", "program": "ILA", "part_number": "NOPE", "as_of": "2026-02-30"},
        [
            ("site_unknown", "site"),
            ("choice_unknown", "program"),
            ("part_unknown", "part_number"),
            ("date_invalid", "as_of"),
        ],
    ),
    (f"{API}/entitlements/", {"as_of": "20260101"}, [("date_invalid", "as_of")]),
    (f"{API}/entitlements/", {"as_of": "9999-12-31"}, [("date_late", "as_of")]),
    (f"{API}/entitlements/", {"cursor": "abc"}, [("cursor_invalid", "cursor")]),
    (f"{API}/entitlements/", {"cursor": base64.b64encode(b"p=abc").decode()}, [("cursor_invalid", "cursor")]),
    (f"{API}/enrollments/", {"cursor": base64.b64encode(b"p=abc").decode()}, [("cursor_invalid", "cursor")]),
    (f"{API}/notifications/", {"cursor": base64.b64encode(b"p=abc").decode()}, [("cursor_invalid", "cursor")]),
    (f"{API}/proofs/", {"status": "gone"}, [("choice_unknown", "status")]),
    (f"{API}/parts/", {"q": "\0"}, [("text_invalid", "q")]),
]


@pytest.mark.parametrize(("address", "query", "faults"), BAD)
def test_bad_values_are_told_all_at_once(
    api_of: Api, world: World, address: str, query: dict[str, str], faults: list[tuple[str, str]]
) -> None:
    answer = api_of("mette").get(address, query)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert [(e["code"], e["field"]) for e in answer.json()["errors"]] == faults
    assert all("%(" not in e["message"] for e in answer.json()["errors"])


def test_a_foreign_site_is_refused_like_an_unknown_one(api_of: Api, world: World) -> None:
    foreign = world.sites(world.sydhavn)[0].site_number
    told = [api_of("mette").get(f"{API}/entitlements/", {"site": n}).json()["errors"][0] for n in (foreign, "1" * 7)]
    assert told[0]["message"].replace(foreign, "N") == told[1]["message"].replace("1" * 7, "N")


def test_points_need_a_real_day_and_instant(api_of: Api, world: World) -> None:
    query = {"as_of": "2026-13-01", "known_at": "yesterday"}
    for what in ("points/", "points/entries/"):
        answer = api_of("mette").get(f"{API}/agreements/{world.agreement.number}/{what}", query)
        codes = [(e["code"], e["field"]) for e in answer.json()["errors"]]
        assert codes == [("date_invalid", "as_of"), ("instant_invalid", "known_at")]


def test_an_instant_whose_plus_sign_was_not_escaped(api_of: Api, world: World) -> None:
    address = f"{API}/agreements/{world.agreement.number}/points/?known_at=2099-01-01T00:00:00+01:00"
    assert api_of("mette").get(address).json()["term"]["points"] == "690.00"


def test_unknown_and_foreign_are_the_same_404(api_of: Api, world: World) -> None:
    with cast.looking():
        line = Entitlement.objects.filter(customer=world.nordvind).first()
        proof = Proof.objects.filter(customer=world.nordvind).first()
    assert line is not None and proof is not None
    foreign = [
        f"/sites/{world.express_site.site_number}/",
        f"/agreements/{world.agreement.number}/",
        f"/agreements/{world.agreement.number}/points/",
        f"/agreements/{world.agreement.number}/points/entries/",
        f"/entitlements/{line.pk}/",
        f"/entitlements/{line.pk}/lineage/",
        f"/proofs/{proof.number}/",
        f"/proofs/{proof.number}/pdf/",
    ]
    unknown = ["/sites/999/", "/sites/%00/", "/agreements/x/", f"/entitlements/{uuid4()}/", "/entitlements/x/lineage/"]
    unknown += ["/proofs/PoE-1/", "/proofs/PoE-1/pdf/", "/parts/NOPE/"]
    anna = api_of("anna")
    answers = {(a.status_code, a.content) for a in (anna.get(f"{API}{path}") for path in [*foreign, *unknown])}
    assert len(answers) == 1 and answers.pop()[0] == 404


def test_anna_sees_her_own_alone_and_a_mandate_shows_its_customers(api_of: Api, world: World) -> None:
    own = {s.site_number for s in world.sites(world.sydhavn)}
    for path in ("sites", "entitlements", "proofs"):
        assert {r["site_number"] for r in results(api_of("anna").get(f"{API}/{path}/"))} <= own
    mandated = {s.site_number for c in (world.nordvind, world.fjordbyg) for s in world.sites(c)}
    assert {r["site_number"] for r in results(api_of("jonas").get(f"{API}/sites/"))} == mandated


@pytest.mark.parametrize("path", ["sites", "entitlements", "parts", "proofs"])
def test_pages_are_followed_to_the_end(api_of: Api, world: World, path: str) -> None:
    mette = api_of("mette")
    every = results(mette.get(f"{API}/{path}/", {"page_size": 500}))
    found, address = [], f"{API}/{path}/?page_size=2"
    while address:
        page = mette.get(address).json()
        found += page["results"]
        address = page["next"]
    assert json.dumps(found) == json.dumps(every) and len(every) > 2


@pytest.mark.parametrize("path", ["sites", "entitlements", "parts", "proofs"])
def test_a_longer_page_asks_nothing_more(api_of: Api, world: World, path: str) -> None:
    rikke, counted = api_of("rikke"), []
    for size in (2, 200):
        with CaptureQueriesContext(connection) as queries:
            results(rikke.get(f"{API}/{path}/", {"page_size": size}))
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_signing_in_comes_first() -> None:
    for path in ("sites", "entitlements", "parts", "proofs"):
        assert APIClient().get(f"{API}/{path}/").status_code == 401
