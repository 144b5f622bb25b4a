"""Thirteen days beside each other: the figures are those of each day's own what-if, and nothing is picked."""

import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sites.templatetags.formats import amount, points
from tests.moving import movable
from tests.what_if import DATES, PAGE, fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(world):
    """Mette's Express licenses that can move."""
    return movable(world)


def test_today_and_the_coming_twelve_firsts(client_of, world, lines, today):
    page = client_of("mette").get(DATES, fields(world, lines))
    rows = page.context["found"].rows
    assert [row.on.isoformat() for row in rows] == [today.isoformat(), "2026-12-01"] + [
        f"2027-{month:02}-01" for month in range(1, 12)
    ]
    assert [row.is_today for row in rows] == [True] + [False] * 12
    told = page.content.decode()
    assert 'name="effective_on" value="2027-03-01"' in told and "nothing is picked for you" in told
    assert "best" not in told.split("<table", 1)[1].split("</table>")[0].lower()


def test_each_day_is_the_what_if_of_that_day(client_of, world, lines):
    client = client_of("mette")
    rows = {row.on.isoformat(): row for row in client.get(DATES, fields(world, lines)).context["found"].rows}
    for day in ("2026-12-01", "2027-06-01"):
        view = client.get(PAGE, fields(world, lines, effective_on=day)).context["view"]
        row = rows[day]
        assert (row.accrued_stay, row.accrued_move) == (view.accrued_stay, view.accrued_move)
        assert row.points == view.result.terms[0].points_with and row.events == view.events[1]


def test_a_day_opens_to_why_its_figures_are_what_they_are(client_of, world, lines):
    """The button of a day carries the question; what it opens derives costs and points."""
    client = client_of("mette")
    listed = client.get(DATES, fields(world, lines))
    row = next(row for row in listed.context["found"].rows if row.on.isoformat() == "2027-06-01")
    assert "why each of its figures is what it is" in listed.content.decode()
    answer = client.post(PAGE, fields(world, lines) | {"effective_on": row.on.isoformat()}, follow=True)
    told = [figure.why for figure in answer.context["view"].why.headline]
    results = {why.result for why in told}
    assert {amount(row.accrued_stay), amount(row.accrued_move), points(row.points)} <= results
    assert all(why.sentence in html.unescape(answer.content.decode()) for why in told)


def test_the_interface_says_the_same(client_of, api_of, world, lines):
    rows = client_of("mette").get(DATES, fields(world, lines)).context["found"].rows
    body = {
        "target_site": world.originating_site.site_number,
        "lines": [{"entitlement": str(line.pk), "quantity": 1} for line in lines],
    }
    told = api_of("mette").post("/api/v1/what-ifs/best-date/", body).json()["results"]
    assert [(str(r.accrued_stay), str(r.accrued_move), str(r.points), r.events) for r in rows] == [
        (o["accrued_stay"], o["accrued_migrate"], o["points_before_anniversary"], o["events"]) for o in told
    ]


def test_the_day_that_was_typed_counts_for_nothing_here(client_of, world, lines):
    client = client_of("mette")
    plain = client.get(DATES, fields(world, lines[:1])).context["found"].rows
    dated = client.get(DATES, fields(world, lines[:1], effective_on="2027-05-01")).context["found"].rows
    assert plain == dated


def test_the_number_of_questions_is_the_same_for_one_line_and_for_all(client_of, world, lines):
    client = client_of("mette")
    counts = []
    for some in (lines[:1], lines):
        client.get(DATES, fields(world, some))
        with CaptureQueriesContext(connection) as asked:
            client.get(DATES, fields(world, some))
        counts.append(len(asked))
    assert counts[0] == counts[1]
