"""Bodies of every shape: what-ifs, best dates and transfer requests tell every fault at once, and never break."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from tests.cast import World

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
ADDRESSES = ("/api/v1/what-ifs/", "/api/v1/what-ifs/best-date/", "/api/v1/transfer-requests/")

NUMBERS = st.sampled_from((0, -1, 1, 2, 11, 12, 60, 61, 10**12, 10**30, 1.5, float("1e300"), True, False))
NEAR = ("2026-11-24", "2026-12-01", "2027-02-29", "2028-02-29", "2026-13-01", "2026-11-23", "2026-11-24T00:00")
FAR = ("0001-01-01", "2099-12-31", "2100-01-01", "9999-12-31", "10000-01-01", "24.11.2026", "20261124", "", " ")
DATES = st.sampled_from((*NEAR, *FAR))
TEXTS = st.one_of(st.text(max_size=12), st.sampled_from(("\x00", "\ud800", "x" * 5000, "0", "9800001", "null")))
LEAVES = st.one_of(st.none(), NUMBERS, DATES, TEXTS)
ANY = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
)


def bodies(world: World) -> st.SearchStrategy[Any]:
    """Bodies near the right shape, each value of it right, or of another world, or of another type."""
    mine = [str(line.pk) for line in world.lines(world.express_site)]
    others = [str(line.pk) for line in world.lines(world.sites(world.sydhavn)[0])]
    sites = [world.originating_site.site_number, world.express_site.site_number]
    sites += [world.sites(world.sydhavn)[0].site_number]
    line = st.fixed_dictionaries(
        {},
        optional={
            "entitlement": st.sampled_from(mine + others[:1]) | ANY,
            "quantity": st.sampled_from((1, 1, 2)) | NUMBERS | ANY,
            "x": ANY,
        },
    )
    waiver = st.fixed_dictionaries(
        {},
        optional={"code": st.sampled_from(("V7", "V8", "V9", "V99")) | ANY, "line": ANY, "reason": TEXTS | ANY},
    )
    shaped = st.fixed_dictionaries(
        {},
        optional={
            "source_site": st.sampled_from(sites) | ANY,
            "target_site": st.sampled_from(sites) | ANY,
            "enrollment": ANY,
            "effective_on": DATES | ANY,
            "horizon_months": st.sampled_from((12, 36, 60)) | NUMBERS | ANY,
            "reason": ANY,
            "lines": st.lists(line | ANY, max_size=4) | ANY,
            "waivers": st.lists(waiver | ANY, max_size=2) | ANY,
        },
    )
    return shaped | ANY


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_body_is_a_technical_fault(api_of: Api, world: World, address: str) -> None:
    mette = api_of("mette")

    @settings(
        max_examples=60,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(bodies(world))
    def ask(body: Any) -> None:
        answer = mette.generic("POST", address, json.dumps(body), content_type="application/json")
        assert answer.status_code < 500, body
        if answer.status_code >= 400:
            told = answer.json()
            assert answer["Content-Type"].startswith("application/problem+json")
            assert told["errors"] or told["code"], told
            # A value that is told back may look like a gap in a sentence.
            gaps = "%(" not in json.dumps(body)
            assert all(e["code"] and e["message"] and not (gaps and "%(" in e["message"]) for e in told["errors"])

    ask()


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"nul",
        b"\xff\xfe",
        b'{"lines": NaN}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"9" * 5000,
        b'"' + b"x" * 50,
    ],
    ids=[
        "nothing",
        "cut",
        "no word",
        "no text",
        "not a number",
        "deep list",
        "deep object",
        "long number",
        "open text",
    ],
)
def test_what_is_no_json_is_told(api_of: Api, address: str, raw: bytes) -> None:
    answer = api_of("mette").generic("POST", address, raw, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize("months", [11, 61, 0, -12, "36", 36.0, True, 10**12])
def test_a_horizon_out_of_range(api_of: Api, world: World, months: Any) -> None:
    line = world.lines(world.express_site)[0]
    body = {"lines": [{"entitlement": str(line.pk), "quantity": 1}], "horizon_months": months}
    for address in ADDRESSES[:2]:
        answer = api_of("mette").post(address, body)
        assert answer.status_code == 400
        assert [e["code"] for e in answer.json()["errors"]] == ["horizon_range"]


@pytest.mark.parametrize(
    ("quantity", "code"),
    [(0, "quantity_range"), (-1, "quantity_range"), (10**12, "quantity_range"), (None, "field_required")]
    + [(each, "quantity_not_whole") for each in (1.5, "1", True, [])],
)
def test_quantities_that_are_none(api_of: Api, world: World, quantity: Any, code: str) -> None:
    line = world.lines(world.express_site)[0]
    for address in ADDRESSES:
        body = {"lines": [{"entitlement": str(line.pk), "quantity": quantity}]}
        body |= {"source_site": world.express_site.site_number, "target_site": world.originating_site.site_number}
        answer = api_of("mette").post(address, body)
        assert answer.status_code == 400
        assert [(e["code"], e["field"]) for e in answer.json()["errors"]] == [(code, "lines[0].quantity")]


def test_more_units_than_owned_is_a_named_check(api_of: Api, world: World) -> None:
    line = world.lines(world.express_site)[0]
    body = {
        "target_site": world.originating_site.site_number,
        "lines": [{"entitlement": str(line.pk), "quantity": line.quantity + 1}],
    }
    told = api_of("mette").post(ADDRESSES[0], body).json()
    assert ("V3", str(line.pk)) in {(c["code"], c["line"]) for c in told["checks"]}


def test_every_fault_of_a_request_at_once(api_of: Api, world: World) -> None:
    line = str(world.lines(world.express_site)[0].pk)
    body = {
        "source_site": world.express_site.site_number,
        "target_site": world.originating_site.site_number,
        "effective_on": "2027-02-29",
        "reason": 7,
        "lines": [{"entitlement": line, "quantity": 0}, {"entitlement": line, "quantity": 1}, 5],
        "waivers": "no",
    }
    answer = api_of("mette").post(ADDRESSES[2], body)
    assert answer.status_code == 400
    assert {(e["code"], e["field"]) for e in answer.json()["errors"]} == {
        ("date_invalid", "effective_on"),
        ("body_text", "reason"),
        ("quantity_range", "lines[0].quantity"),
        ("line_twice", "lines[1].entitlement"),
        ("body_object", "lines[2]"),
        ("body_list", "waivers"),
    }


def test_a_query_tells_its_faults_together(api_of: Api, world: World) -> None:
    query = {"target_site": "x" * 11, "horizon_months": "61", "lines": "["}
    answer = api_of("mette").get(ADDRESSES[1], query)
    assert answer.status_code == 400
    assert [e["field"] for e in answer.json()["errors"]] == ["lines", "target_site", "horizon_months"]
