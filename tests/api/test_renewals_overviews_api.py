"""The renewal calendar and the coverage radar through the API."""

import pytest

from tests import cast

pytestmark = pytest.mark.django_db
CALENDAR, RADAR = "/api/v1/renewals/calendar/", "/api/v1/renewals/coverage/"


def test_the_calendar_says_money_as_text_and_sums_by_currency(api_of):
    page = api_of("mette").get(CALENDAR).json()
    assert set(page) == {"next", "previous", "results", "months"} and page["next"] is None
    year = next(each for each in page["results"] if each["kind"] == "anniversary")
    assert (year["agreement_number"], year["site_number"], year["estimated"]) == ("61734", None, True)
    assert isinstance(year["amount"], str) and year["currency"] == "DKK"
    assert len({each["month"] for each in page["months"]}) == 12
    january = next(each for each in page["months"] if each["month"] == year["on"][:7])
    assert january["estimated"] == year["amount"]


def test_it_is_narrowed_and_every_fault_is_told(api_of):
    api = api_of("mette")
    risky = api.get(CALENDAR, {"risk": "any"}).json()["results"]
    assert risky and all(each["risks"] for each in risky)
    assert {each["site_number"] for each in api.get(CALENDAR, {"program": "PAE"}).json()["results"]} == {"7004511"}
    answer = api.get(CALENDAR, {"month": "1999-01", "risk": "x", "program": "y"})
    assert answer.status_code == 400
    assert sorted(each["field"] for each in answer.json()["errors"]) == ["month", "program", "risk"]


def test_pages_follow_each_other(api_of, monkeypatch):
    from renewals.queries import year

    monkeypatch.setattr(year.Calendar.page, "__defaults__", ("", 3))
    api = api_of("mette")
    seen, url = [], CALENDAR
    while url:
        page = api.get(url).json()
        seen += [(each["on"], each["kind"]) for each in page["results"]]
        url = page["next"]
    assert len(seen) == len(set(seen)) > 3 and seen == sorted(seen)


def test_too_many_customers_are_refused_with_a_remedy(api_of, monkeypatch):
    from renewals.queries import reach

    monkeypatch.setattr(reach, "MOST_CUSTOMERS", 1)
    for url in (CALENDAR, RADAR):
        answer = api_of("jonas").get(url)
        assert answer.status_code == 400
        assert [each["code"] for each in answer.json()["errors"]] == ["overview_too_wide"]
        assert api_of("jonas").get(url, {"customer": "Nordvind"}).status_code == 200


def test_the_radar_says_what_is_wrong_and_what_it_costs(world: cast.World, api_of):
    page = api_of("mette").get(RADAR).json()
    assert set(page) == {"next", "previous", "results", "counts"}
    assert page["counts"] == {"lines": 1, "gap": 0, "overlap": 0, "lapsed": 1, "odd_end": 0}
    (lapsed,) = page["results"]
    assert (lapsed["part_number"], lapsed["findings"], lapsed["why"]["rule"]) == ("D9X32LL", ["lapsed"], "T8")
    assert isinstance(lapsed["reinstatement"], str) and lapsed["remedies"]
    assert api_of("mette").get(RADAR, {"kind": "gap"}).json()["results"] == []
    assert api_of("mette").get(RADAR, {"part": "D9X10LL"}).json()["results"] == []
    assert api_of("anna").get(RADAR).json()["counts"]["lines"] == 0
    assert api_of("mette").get(RADAR, {"kind": "x", "part": "nothing"}).status_code == 400
