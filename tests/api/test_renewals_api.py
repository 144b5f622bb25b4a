"""Renewal quotes through the API, as the interface promises them."""

import pytest

from tests.renewing import EARLY, LATE, issue, move

pytestmark = pytest.mark.django_db
URL = "/api/v1/renewal-quotes/"
FIELDS = {
    "number",
    "version",
    "kind",
    "agreement_number",
    "anniversary",
    "rsvp_level",
    "quote_level",
    "lines",
    "points",
    "total",
    "currency",
    "valid_until",
    "status",
}
LINE_FIELDS = {
    "entitlement",
    "part_number",
    "renewal_part",
    "quantity",
    "order_reference",
    "site_number",
    "points",
    "cover_start",
    "cover_end",
    "months",
    "list_unit_price",
    "unit_price",
    "amount",
}


def test_asking_makes_the_quotes_and_says_them(world, api_of):
    move(world, EARLY, LATE)
    answer = api_of("mette").post(URL, {"agreement_number": world.agreement.number})
    assert answer.status_code == 201, answer.content
    transition, anniversary = answer.json()["results"]
    assert [transition["kind"], anniversary["kind"]] == ["transition", "anniversary"]
    assert set(anniversary) >= FIELDS and set(anniversary["lines"][0]) == LINE_FIELDS
    assert isinstance(anniversary["total"], str) and isinstance(anniversary["lines"][0]["amount"], str)
    assert api_of("mette").get(f"{URL}{anniversary['id']}/").json()["lines"][0]["why"]["amount"]["rule"] == "T7"
    again = api_of("jonas").post(URL, {"agreement_number": world.agreement.number}).json()["results"]
    assert [q["id"] for q in again] == [transition["id"], anniversary["id"]]


def test_an_express_site_gets_its_renewals(world, api_of):
    answer = api_of("lars").post(URL, {"site": world.sites(world.fjordbyg, "PAE")[0].site_number})
    assert answer.status_code == 201
    quotes = answer.json()["results"]
    assert {q["kind"] for q in quotes} == {"express"}
    assert {q["agreement_number"] for q in quotes} == {None}


def test_the_list_is_a_cursor_page(world, api_of):
    move(world, EARLY)
    issue(world)
    page = api_of("mette").get(URL, {"page_size": 1}).json()
    assert set(page) == {"next", "previous", "results"} and len(page["results"]) == 1
    rest = api_of("mette").get(page["next"]).json()
    assert len(rest["results"]) == 1 and rest["next"] is None
    assert {page["results"][0]["kind"], rest["results"][0]["kind"]} == {"transition", "anniversary"}


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "quote_subject_missing", "agreement_number"),
        ({"agreement_number": "1", "site": "2"}, "quote_subject_twice", "agreement_number"),
        ({"agreement_number": "00404"}, "agreement_unknown", "agreement_number"),
        ({"site": "0000404"}, "site_unknown", "site"),
        ({"site": ["7004511"]}, "text_expected", "site"),
        ({"agreement_number": "a\u0000b"}, "text_expected", "agreement_number"),
    ],
)
def test_bad_input_names_its_field(world, api_of, body, code, field):
    answer = api_of("mette").post(URL, body)
    assert answer.status_code == 400
    (fault,) = answer.json()["errors"]
    assert (fault["code"], fault["field"]) == (code, field)
    assert fault["message"] and "%(" not in fault["message"]


def test_a_list_as_body_is_refused(world, api_of):
    assert api_of("mette").post(URL, [1]).status_code == 400


def test_accept_and_decline(world, api_of):
    move(world, EARLY)
    transition, anniversary = issue(world)
    mette = api_of("mette")
    early = mette.post(f"{URL}{anniversary.pk}/accept/", {})
    assert early.status_code == 409 and early.json()["errors"][0]["code"] == "quote_transition_first"
    assert mette.post(f"{URL}{transition.pk}/accept/", {"version": 9}).status_code == 412
    assert mette.post(f"{URL}{transition.pk}/accept/", {"version": "1"}).status_code == 400
    done = mette.post(f"{URL}{transition.pk}/accept/", {"version": 1})
    assert done.status_code == 200 and done.json()["status"] == "accepted"
    assert mette.post(f"{URL}{transition.pk}/accept/").status_code == 409
    no = mette.post(f"{URL}{anniversary.pk}/decline/", {"reason": "Later."})
    assert no.json()["status"] == "declined"


def test_others_are_refused_and_strangers_find_nothing(world, api_of):
    (quote,) = issue(world)
    assert api_of("jonas").get(f"{URL}{quote.pk}/").status_code == 200
    for who in ("jonas", "rikke"):
        assert api_of(who).post(f"{URL}{quote.pk}/accept/").status_code == 403
    anna = api_of("anna")
    foreign = anna.get(f"{URL}{quote.pk}/")
    unknown = anna.get(f"{URL}00000000-0000-0000-0000-000000000009/")
    assert foreign.status_code == unknown.status_code == 404 and foreign.content == unknown.content
    assert anna.get(f"{URL}not-a-uuid/").status_code == 404
    for path in ("pdf/", "xlsx/", "csv/", "ubl/"):
        assert anna.get(f"{URL}{quote.pk}/{path}").status_code == 404
    for verb in ("accept", "decline"):
        assert anna.post(f"{URL}{quote.pk}/{verb}/").status_code == 404
    assert str(quote.pk) not in anna.get(URL).content.decode()


def test_the_paper(world, api_of):
    (quote,) = issue(world)
    answer = api_of("mette").get(f"{URL}{quote.pk}/pdf/", headers={"Accept-Language": "en"})
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert answer["Content-Language"] == "da"
    assert f"{quote.number}-v1.pdf" in answer["Content-Disposition"]


@pytest.mark.parametrize(
    ("kind", "ending", "media"),
    [("xlsx", "xlsx", "application/vnd"), ("csv", "csv", "text/csv"), ("ubl", "xml", "application/xml")],
)
def test_other_shapes(world, api_of, kind, ending, media):
    (quote,) = issue(world)
    answer = api_of("mette").get(f"{URL}{quote.pk}/{kind}/", headers={"Accept-Language": "en"})
    assert answer.status_code == 200 and answer["Content-Type"].startswith(media)
    assert answer["Content-Language"] == "da"
    assert f"{quote.number}-v1.{ending}" in answer["Content-Disposition"]
