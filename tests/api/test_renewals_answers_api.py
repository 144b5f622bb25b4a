"""Answers to renewal quotes through the API: by lines, looking ahead, handed over, asked."""

import pytest

from renewals.api_urls import TURNS
from renewals.models import RenewalQuote
from tests import cast
from tests.renewing import LATE, issue, lines_of, move, status_of

pytestmark = pytest.mark.django_db
URL = "/api/v1/renewal-quotes/"


def _line(quote, part: str = LATE):
    return next(line for line in lines_of(quote) if line.part_number == part)


def test_fewer_lines_are_the_next_version_which_is_then_accepted(world, api_of):
    move(world, LATE)
    (quote,) = issue(world)
    mette, line = api_of("mette"), _line(quote)
    body = {"version": 1, "lines": [{"line": str(line.entitlement_id), "quantity": 1}], "reason": "One is enough."}
    ahead = mette.post(f"{URL}{quote.pk}/preview/", {"verb": "accept", **body}).json()
    assert status_of(quote) == "issued"
    fresh = mette.post(f"{URL}{quote.pk}/accept/", body)
    assert fresh.status_code == 200, fresh.content
    said = fresh.json()
    assert (said["version"], said["status"], said["number"]) == (2, "issued", quote.number)
    assert [each["quantity"] for each in said["lines"]] == [1]
    names = ("total", "points", "quote_level")
    assert [said[name] for name in names] == [ahead[name] for name in names]
    assert ahead["lines"] == [{k: v for k, v in each.items() if k != "why"} for each in said["lines"]]
    (left,) = [each for each in ahead["left_out"] if each["entitlement"] == str(line.entitlement_id)]
    assert left["params"]["lapses_on"] and float(left["reinstatement"]) > 0
    assert mette.post(f"{URL}{quote.pk}/accept/", {}).json()["errors"][0]["code"] == "not_from_here"
    assert mette.post(f"{URL}{said['id']}/accept/", {"version": 2}).json()["status"] == "accepted"


def test_declining_by_number_and_taking_back(world, api_of):
    move(world, LATE)
    (quote,) = issue(world)
    mette, line = api_of("mette"), _line(quote)
    body = {"lines": [{"line": line.item, "quantity": 1, "reason": "Fewer."}]}
    fresh = mette.post(f"{URL}{quote.pk}/decline/", body).json()
    assert next(x for x in fresh["lines"] if x["part_number"] == LATE)["quantity"] == line.quantity - 1
    back = mette.post(f"{URL}{fresh['id']}/restore/", {}).json()
    assert (back["version"], back["total"]) == (3, str(quote.total))


def test_a_repeat_with_its_key_is_replayed(world, api_of):
    move(world, LATE)
    (quote,) = issue(world)
    body = {"lines": [{"entitlement": str(_line(quote).entitlement_id)}], "reason": "Only this one."}
    mette = api_of("mette")
    first = mette.post(f"{URL}{quote.pk}/accept/", body, headers={"Idempotency-Key": "k1"})
    again = mette.post(f"{URL}{quote.pk}/accept/", body, headers={"Idempotency-Key": "k1"})
    assert first.content == again.content and again.headers["Idempotency-Replayed"] == "true"
    other = mette.post(f"{URL}{quote.pk}/accept/", {}, headers={"Idempotency-Key": "k1"})
    assert other.status_code == 422
    with cast.looking():
        assert RenewalQuote.objects.filter(number=quote.number).count() == 2


def test_all_faults_at_once(world, api_of):
    (quote,) = issue(world)
    line = str(lines_of(quote)[0].entitlement_id)
    lines = [{"entitlement": line, "quantity": "2", "reason": 7}, {"quantity": 1}, 5, {"line": 404}]
    answer = api_of("mette").post(f"{URL}{quote.pk}/decline/", {"version": "1", "lines": lines})
    assert answer.status_code == 400 and answer["Content-Type"] == "application/problem+json"
    found = [(fault["code"], fault["field"], fault["line"]) for fault in answer.json()["errors"]]
    assert found == [
        ("quote_version_invalid", "version", None),
        ("quote_quantity_whole", "quantity", line),
        ("text_expected", "reason", line),
        ("quote_line_shape", "lines", None),
        ("quote_line_shape", "lines", None),
    ]
    for lines in ([], "x", {}):
        assert api_of("mette").post(f"{URL}{quote.pk}/accept/", {"lines": lines}).status_code == 400
    wrong = {"lines": [{"line": 404}, {"entitlement": line, "quantity": 10**9}]}
    answer = api_of("mette").post(f"{URL}{quote.pk}/decline/", wrong).json()["errors"]
    assert [each["code"] for each in answer][:2] == ["quote_line_unknown", "quote_quantity"]
    assert all("%(" not in each["message"] + each["mends"] for each in answer if each["mends"])
    assert status_of(quote) == "issued"


def test_a_partner_prepares_and_a_rep_answers(world, api_of):
    move(world, LATE)
    (quote,) = issue(world)
    at = f"{URL}{quote.pk}/"
    mette, jonas, rikke = api_of("mette"), api_of("jonas"), api_of("rikke")
    handed = mette.post(f"{at}hand-over/", {"partner": world.partner.number, "note": "Please look."}).json()
    assert (handed["whose_turn"], handed["hand_over"]["partner"]) == ("partner", world.partner.number)
    proposal = {"lines": [{"entitlement": str(_line(quote).entitlement_id)}], "reason": "Enough.", "note": "Cheaper."}
    proposed = jonas.post(f"{at}propose/", proposal)
    assert proposed.status_code == 200, proposed.content
    assert (proposed.json()["whose_turn"], proposed.json()["hand_over"]["reply"]) == ("customer", "Cheaper.")
    assert jonas.post(f"{at}take-over/", {}).status_code == 403
    asked = mette.post(f"{at}ask/", {"question": "Is that right?"}).json()
    assert (asked["whose_turn"], asked["hand_over"]["note"]) == ("rep", "Is that right?")
    assert jonas.post(f"{at}reply/", {"answer": "No."}).status_code == 403
    replied = rikke.post(f"{at}reply/", {"answer": "It is."}).json()
    assert (replied["whose_turn"], replied["hand_over"]["reply"]) == ("customer", "It is.")
    assert mette.post(f"{at}set-aside/", {}).json()["hand_over"] is None
    jonas.post(f"{at}propose/", proposal)
    fresh = mette.post(f"{at}take-over/", {}).json()
    assert (fresh["version"], len(fresh["lines"])) == (2, 1)


def test_strangers_find_nothing(world, api_of):
    (quote,) = issue(world)
    for verb in ("restore", "preview", *(turn.replace("_", "-") for turn in TURNS)):
        assert api_of("anna").post(f"{URL}{quote.pk}/{verb}/", {}).status_code == 404


def test_only_the_open_version_is_looked_ahead_from(world, api_of):
    (quote,) = issue(world)
    mette = api_of("mette")
    mette.post(f"{URL}{quote.pk}/decline/", {})
    line = str(lines_of(quote)[0].entitlement_id)
    assert mette.post(f"{URL}{quote.pk}/preview/", {"lines": [{"entitlement": line}]}).status_code == 409
    assert mette.post(f"{URL}{quote.pk}/preview/", {"verb": "eat"}).json()["errors"][0]["code"] == "quote_verb_unknown"
