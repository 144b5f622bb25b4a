"""Requests with very many lines: their pages come part by part, their sums stay whole."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from migrations_app import operations
from migrations_app.reading import LineInput
from migrations_app.views import request_parts
from sites.clock import now
from tests.cast import acting
from tests.moving import movable, status, submitted

pytestmark = pytest.mark.django_db
MANY = 5


def asked(world, today, count):
    """A draft of so many lines."""
    with acting("mette") as actor:
        return operations.create_request(
            actor=actor, at=now(), on=today, source_site=world.express_site.site_number,
            target_site=world.originating_site.site_number, enrollment=None, effective_on=None, reason="Merge",
            lines=[LineInput(line.pk, 1) for line in movable(world)[:count]],
        )  # fmt: skip


@pytest.fixture
def long(world, today):
    return asked(world, today, MANY)


@pytest.fixture
def in_twos(monkeypatch):
    monkeypatch.setattr(request_parts, "SIZE", 2)


def walked(client, url, part):
    """The pages of one list, one after the other."""
    pages = []
    while url:
        pages.append(client.get(url).context)
        url = getattr(pages[-1]["part"], part).next
        url = url and reverse("transfer_page", args=[pages[0]["case"].id]) + url
    return pages


def test_each_line_stands_on_one_page_and_sums_stay_whole(client_of, long, in_twos):
    client, url = client_of("mette"), reverse("transfer_page", args=[long.pk])
    pages = walked(client, url, "lines")
    shown = [line.entitlement for page in pages for line in page["case"].lines]
    assert [len(page["case"].lines) for page in pages] == [2, 2, 1]
    assert sorted(shown) == sorted(long.lines.values_list("entitlement_id", flat=True))
    assert {(page["part"].sums.lines, page["part"].sums.units) for page in pages} == {(MANY, MANY)}
    assert len({tuple(str(row) for row in page["plan"].costs) for page in pages}) == 1
    for page in pages:
        lines = {f"{line.part_number} · {line.order_reference}" for line in page["case"].lines}
        assert {row.label for row in page["plan"].timeline.rows} <= lines
    told = client.get(url).content.decode()
    assert "5 lines" in told and "orders and cover are shown for the lines of this page" in told
    assert pages[-1]["part"].lines.previous


def test_each_finding_stands_on_one_page_the_severest_first(client_of, long, in_twos):
    client, url = client_of("mette"), reverse("transfer_page", args=[long.pk])
    pages = walked(client, url, "checks")
    found = [(check["code"], check["line"]) for page in pages for check in page["checks"]]
    assert len(pages) > 1 and sorted(found, key=str) == sorted(((c["code"], c["line"]) for c in long.checks), key=str)
    assert all(check["line_label"] for page in pages for check in page["checks"] if check["line"])
    assert {page["open_warnings"] for page in pages} == {sum(check["waivable"] for check in long.checks)}
    severities = [check["severity"] for page in pages for check in page["checks"]]
    assert severities == sorted(severities, key=["error", "review", "waits", "warning", "info"].index)
    assert client.get(f"{url}?checks=nonsense&from=neither").status_code == 200
    assert client.get(f"{url}?checks=999").context["checks"] == pages[0]["checks"]


def test_one_reason_answers_the_warnings_of_all_pages(client_of, long, in_twos):
    client, url = client_of("mette"), reverse("transfer_verb", args=[long.pk, "submit"])
    refused = client.post(f"{url}?checks=2", {"waive-rest": ""})
    assert refused.status_code == 409 and status(long) == "draft"
    assert refused.context["part"].checks.previous
    assert client.get(f"{url}?checks=2").headers["Location"].endswith("?checks=2")
    assert client.post(url, {"waive-rest": "We know"}).status_code == 302
    assert status(long) == "in_review"


def test_a_request_of_many_lines_asks_no_more_than_one_of_few(client_of, world, today, in_twos, long):
    def questions(client, request, name="transfer_page"):
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse(name, args=[request.pk])).status_code == 200
        return len(seen)

    short = asked(world, today, 3)
    desk = "admin:migrations_app_transferrequest_change"
    for who, name in (("mette", "transfer_page"), ("rikke", desk)):
        client = client_of(who)
        questions(client, short, name)
        assert questions(client, long, name) == questions(client, short, name)


def test_the_desk_reads_it_part_by_part(client_of, long, today, in_twos):
    submitted(long, today)
    client, url = client_of("rikke"), reverse("admin:migrations_app_transferrequest_change", args=[long.pk])
    page = client.get(url)
    told = page.content.decode()
    assert len(page.context["view"].lines) == 2 and "5 lines" in told
    (more,) = set(re.findall(r'href="(\?from=[^"#]+)#case-lines"', told))
    second = client.get(url + more.replace("&amp;", "&"))
    before = {line.entitlement for line in page.context["view"].lines}
    assert len(second.context["view"].lines) == 2
    assert before.isdisjoint(line.entitlement for line in second.context["view"].lines)
    back = client.post(url.replace("change/", "do/return/") + "?checks=2", {"reason": "Look again"})
    assert back.status_code == 302 and back.headers["Location"].endswith("?checks=2")


def test_the_interface_tells_all_lines(api_of, long, in_twos):
    told = api_of("mette").get(f"/api/v1/transfer-requests/{long.pk}/").json()
    assert len(told["lines"]) == MANY and len(told["checks"]) == len(long.checks)


def test_papers_are_those_of_the_lines_shown(client_of, long, today, in_twos, run_jobs, as_actor):
    submitted(long, today)
    operations.take("approve", actor=as_actor("rikke"), at=now(), on=today, request_id=long.pk)
    run_jobs()
    assert status(long) == "completed"
    pages = walked(client_of("mette"), reverse("transfer_page", args=[long.pk]), "lines")
    papers = [paper["number"] for page in pages for paper in page["case"].papers]
    assert [len(page["case"].papers) for page in pages] == [2, 2, 1] and len(set(papers)) == MANY
    assert pages[0]["part"].former.rows == [] or pages[0]["part"].former.next is None
