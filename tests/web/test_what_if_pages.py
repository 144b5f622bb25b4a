"""The what-if on its page: asked by address or by form, answered with figures that agree with the API's."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from migrations_app.models import TransferRequest
from migrations_app.views.what_if import LONGEST_QUERY
from sites.templatetags.formats import day
from tests.cast import looking
from tests.moving import movable
from tests.papers.samples import text_of
from tests.what_if import ASK, PAGE, PDF, fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(world):
    """Mette's Express licenses that can move."""
    return movable(world)


def test_the_page_stands_in_the_navigation_of_customers_and_partners(client_of):
    for who in ("mette", "jonas"):
        assert f'href="{PAGE}"' in client_of(who).get("/sites/").content.decode()
    assert f'href="{PAGE}"' not in client_of("rikke").get("/sites/").content.decode()


def test_it_begins_with_the_express_licenses_and_the_originating_site(client_of, world, lines):
    page = client_of("mette").get(PAGE)
    told = page.content.decode()
    assert page.status_code == 200
    assert all(f'name="quantity-{line.pk}"' in told for line in lines)
    assert f'value="{world.originating_site.site_number}" selected' in told
    assert "A new site, not enrolled yet" in told and 'value="36"' in told


def test_whoever_reaches_several_customers_says_first_whose(client_of, world):
    client = client_of("jonas")
    page = client.get(PAGE)
    assert f"?customer={world.fjordbyg.pk}" in page.content.decode()
    assert client.get(PAGE, {"customer": str(world.fjordbyg.pk)}).context["customer"] == world.fjordbyg
    assert client.get(PAGE, {"name": "fjord"}).context["customers"] == [world.fjordbyg]


def test_foreign_and_unknown_customers_are_not_found(client_of, world):
    for wrong in (str(world.sydhavn.pk), "nonsense", "00000000-0000-0000-0000-000000000000"):
        assert client_of("mette").get(PAGE, {"customer": wrong}).status_code == 404
    assert client_of("mette").get(PAGE, {"source": world.sites(world.sydhavn)[0].site_number}).status_code == 404


def test_the_form_answers_under_an_address_of_its_own(client_of, world, lines):
    client = client_of("mette")
    asked = client.post(PAGE, fields(world, lines[:2], action="show"))
    assert asked.status_code == 302 and asked.url.startswith(f"{PAGE}?")
    page = client.get(asked.url)
    assert page.status_code == 200 and page.context["view"].headline in page.content.decode()


def test_a_level_that_the_move_leaves_alone_is_told_with_its_day(client_of, world, lines):
    view = client_of("mette").get(PAGE, fields(world, lines[:1])).context["view"]
    last = view.result.terms[-1]
    assert last.level_with == last.level_without
    told = f"leaves the Agreement at level {last.level_with} on {day(last.ends_on)}, as staying would."
    assert view.headline.endswith(told)


def test_what_is_too_long_for_an_address_is_answered_at_once(client_of, world, lines, monkeypatch):
    monkeypatch.setattr("migrations_app.views.what_if.LONGEST_QUERY", 10)
    page = client_of("mette").post(PAGE, fields(world, lines[:2], action="show"))
    assert page.status_code == 200 and page.context["view"] and LONGEST_QUERY > 10


def test_page_and_interface_agree_to_the_last_minor_unit(client_of, api_of, world, lines):
    view = client_of("mette").get(PAGE, fields(world, lines, effective_on="2026-12-01")).context["view"]
    body = {
        "target_site": world.originating_site.site_number,
        "effective_on": "2026-12-01",
        "lines": [{"entitlement": str(line.pk), "quantity": 1} for line in lines],
    }
    told = api_of("mette").post("/api/v1/what-ifs/", body).json()
    assert (str(view.accrued_stay), str(view.accrued_move)) == (told["stay"]["accrued"], told["migrate"]["accrued"])
    assert (str(view.total_stay), str(view.total_move)) == (told["stay"]["total"], told["migrate"]["total"])
    assert {c["code"] for c in view.checks} == {c["code"] for c in told["checks"]}
    assert [(str(t["points_with"]), t["level_with"]) for t in view.plan.terms] == [
        (t["points_with"], t["level_with"]) for t in told["terms"]
    ]


def test_the_tables_behind_the_charts_add_up(client_of, world, lines):
    view = client_of("mette").get(PAGE, fields(world, lines)).context["view"]
    assert sum(row.stay for row in view.years) == view.total_stay == view.cash[-1].stay_sum
    assert sum(row.move for row in view.years) == view.total_move == view.cash[-1].move_sum
    assert sum(row.stay_events for row in view.years) == view.events[0]
    assert sum(row.move_events for row in view.years) == view.events[1]
    assert len(view.year_chart.bars) == 2 * len(view.years)
    assert len(view.term_chart.bars) == 2 * len(view.result.terms)


def test_the_page_tells_everything_without_scripts_or_styles(client_of, world, lines):
    told = client_of("mette").get(PAGE, fields(world, lines)).content.decode()
    for words in (
        "What it costs",
        "Points and price level",
        "Cover",
        "Checks",
        "Demonstration prices",
        "Orders year by year, as a table",
        "Sums day by day, as a table",
        "Periods of cover",
        "Assumption:",
        "Rules of version",
        "Compare dates",
        "Download as PDF",
    ):
        assert words in told
    assert 'role="img"' in told and " style=" not in told and "%(" not in told and "Why " in told


def test_a_new_site_waits_and_leads_to_enrolling(client_of, world, lines):
    page = client_of("mette").get(PAGE, fields(world, lines[:1], target="new"))
    told = page.content.decode()
    assert "V18" in {c["code"] for c in page.context["view"].checks}
    assert reverse("enrollment_new") in told and f'action="{ASK}"' not in told


def test_more_than_is_owned_is_compared_and_told_to_be_stopped(client_of, world, lines):
    over = {f"quantity-{lines[0].pk}": str(lines[0].available_quantity + 1)}
    page = client_of("mette").get(PAGE, fields(world, lines[:1]) | over)
    assert page.context["view"].stopped == 1
    assert "One check stops this move as it stands" in page.content.decode()


def test_licenses_of_several_sites_go_together(client_of, world, lines):
    other = next(s for s in world.sites(world.nordvind, "PA") if s != world.originating_site)
    theirs = [x for x in world.lines(other) if x.part.kind.startswith("LICENSE") and not x.traded_up]
    if not theirs:
        pytest.skip("the other site of the demonstration holds no license")
    page = client_of("mette").get(PAGE, fields(world, [lines[0], theirs[0]]))
    assert len(page.context["view"].sources) == 2
    assert other.site_number in page.content.decode()


def test_the_number_of_questions_is_the_same_for_one_line_and_for_all(client_of, world, lines):
    client = client_of("mette")
    counts = []
    for some in (lines[:1], lines):
        client.get(PAGE, fields(world, some))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(PAGE, fields(world, some)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_looking_keeps_nothing(client_of, world, lines):
    before = _requests()
    client_of("mette").get(PAGE, fields(world, lines))
    client_of("mette").get(ASK, fields(world, lines))
    assert _requests() == before


def _requests():
    with looking():
        return list(TransferRequest.objects.values_list("pk", flat=True))


def test_one_click_drafts_the_request_that_was_compared(client_of, world, lines):
    client = client_of("mette")
    view = client.get(PAGE, fields(world, lines[:2], effective_on="2027-01-01")).context["view"]
    answer = client.post(ASK, fields(world, lines[:2], effective_on="2027-01-01"))
    with looking():
        made = TransferRequest.objects.get(pk=answer.url.rstrip("/").rpartition("/")[2])
        plan, moved = made.plan, {line.entitlement_id: line.quantity for line in made.lines.all()}
    assert made.status == "draft" and moved == {line.pk: 1 for line in lines[:2]}
    assert Decimal(plan["migrate"]["accrued"]) == view.accrued_move
    assert Decimal(plan["stay"]["accrued"]) == view.accrued_stay


def test_whoever_may_not_ask_is_told_and_nothing_is_drafted(client_of, world, lines):
    before = _requests()
    page = client_of("rikke").get(PAGE, fields(world, lines[:1]))
    assert page.status_code == 200 and f'action="{ASK}"' not in page.content.decode()
    answer = client_of("anna").post(ASK, fields(world, lines[:1]))
    assert answer.status_code == 404 and _requests() == before


def test_the_paper_comes_in_the_language_of_its_reader(client_of, world, lines):
    answer = client_of("mette").get(PDF, fields(world, lines[:2]), headers={"Accept-Language": "da"})
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF")
    assert answer["Content-Language"] == "da" and "attachment" in answer["Content-Disposition"]


def test_the_paper_derives_its_headline_and_every_order(client_of, world, lines):
    client, asked = client_of("mette"), fields(world, lines[:2])
    view = client.get(PAGE, asked | {"action": "show"}).context["view"]
    paper = " ".join(text_of(client.get(PDF, asked).content).split())
    told = [*view.why.sums, *view.why.terms, *(figure for order in view.plan.orders for figure in order["why"])]
    assert "Appendix: why the figures are what they are" in paper and view.plan.orders and view.why.terms
    assert {"T7", "6.7", "P4"} <= {figure.why.rule for figure in told}
    appendix = paper.partition("Appendix: why")[2].replace(" ", "")
    for figure in told:
        assert figure.why.sentence.replace(" ", "") in appendix
        assert f"{figure.why.rule}({figure.why.version})" in appendix
