"""The paper of a long quote is made in the background and kept; until then there is a page that waits for it."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from renewals.queries import kept
from sites.clock import today
from sites.models import Job
from tests import cast
from tests.renewing import issue

pytestmark = pytest.mark.django_db
API = "/api/v1/renewal-quotes/"


@pytest.fixture(autouse=True)
def _every_quote_is_long(monkeypatch):
    monkeypatch.setattr(kept, "MOST_WHILE_WAITING", 0)


def _jobs(quote):
    with cast.looking():
        return Job.objects.filter(kind="quotes.paper", subject_id=quote.pk).count()


def test_the_page_waits_has_it_made_and_gives_it(world, client_of, run_jobs):
    (quote,) = issue(world)
    client, url = client_of("mette"), reverse("quote_pdf", args=[quote.pk])
    page = client.get(url, headers={"Accept-Language": "en"})
    assert page.status_code == 202 and "Have the paper made" in page.content.decode()
    assert _jobs(quote) == 0
    answer = client.post(url)
    assert (answer.status_code, answer.url) == (302, f"{url}?asked=1")
    client.post(url)
    assert _jobs(quote) == 1
    waiting = client.get(answer.url, headers={"Accept-Language": "en"})
    assert waiting.status_code == 202 and "The paper is being made." in waiting.content.decode()
    fragment = client.get(answer.url, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 2s"' in fragment and "<html" not in fragment
    run_jobs()
    there = client.get(answer.url, headers={"HX-Request": "true"})
    assert (there.status_code, there["HX-Redirect"]) == (204, url)
    paper = client.get(url, headers={"Accept-Language": "en"})
    assert paper.content.startswith(b"%PDF") and paper["Content-Language"] == "da"
    assert f'filename="{quote.number}-v1.pdf"' in paper["Content-Disposition"]


def test_it_is_made_once_and_anew_where_the_version_stands_otherwise(world, client_of, run_jobs, monkeypatch):
    (quote,) = issue(world)
    client, url = client_of("mette"), reverse("quote_pdf", args=[quote.pk])
    client.post(url)
    run_jobs()
    first = client.get(url).content
    monkeypatch.setattr("renewals.tasks.quote_pdf", lambda *_: pytest.fail("made twice"))
    client.post(url)
    run_jobs()
    assert client.get(url).content == first
    client.post(reverse("quote_verb", args=[quote.pk, "decline"]), {"version": 1, "reason": "Not now."})
    assert client.get(url).status_code == 202


def test_a_paper_that_is_being_written_is_not_there_yet(world, client_of, run_jobs):
    (quote,) = issue(world)
    client, url = client_of("mette"), reverse("quote_pdf", args=[quote.pk])
    default_storage.save(kept.paper_name(quote, today()), ContentFile(b"%PDF-1.7\nhalf"))
    assert client.get(url).status_code == 202
    client.post(url)
    run_jobs()
    assert client.get(url).content.endswith(b"%%EOF")


def test_the_api_says_to_come_back(world, api_of, run_jobs):
    (quote,) = issue(world)
    api = api_of("mette")
    early = api.get(f"{API}{quote.pk}/pdf/")
    assert (early.status_code, early["Retry-After"]) == (202, "5")
    assert api.post(f"{API}{quote.pk}/pdf/").status_code == 202
    run_jobs()
    answer = api.get(f"{API}{quote.pk}/pdf/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")


def test_strangers_neither_see_it_nor_have_it_made(world, client_of, api_of, run_jobs):
    (quote,) = issue(world)
    url = reverse("quote_pdf", args=[quote.pk])
    client_of("mette").post(url)
    run_jobs()
    for who in ("anna", "lars"):
        assert client_of(who).get(url).status_code == client_of(who).post(url).status_code == 404
        assert api_of(who).get(f"{API}{quote.pk}/pdf/").status_code == 404
        assert api_of(who).post(f"{API}{quote.pk}/pdf/").status_code == 404
    assert _jobs(quote) == 1


def test_long_quotes_have_theirs_begun_when_they_are_issued(world, monkeypatch):
    monkeypatch.setattr("renewals.operations.writing.MOST_WHILE_WAITING", 0)
    (quote,) = issue(world)
    assert _jobs(quote) == 1


def test_a_paper_of_a_quote_that_is_gone_is_nobodys(run_jobs):
    import uuid

    from sites.clock import now
    from sites.jobs import enqueue

    with cast.looking() as portal:
        enqueue(kind="quotes.paper", subject_id=uuid.uuid4(), actor=portal, at=now())
    assert run_jobs() == 1


def test_short_ones_are_made_while_somebody_waits(world, client_of, monkeypatch):
    monkeypatch.setattr(kept, "MOST_WHILE_WAITING", 400)
    (quote,) = issue(world)
    url = reverse("quote_pdf", args=[quote.pk])
    client = client_of("mette")
    assert client.get(url).content.startswith(b"%PDF")
    answer = client.post(url)
    assert answer.status_code == 302 and _jobs(quote) == 0
    assert client.get(answer.url).content.startswith(b"%PDF")
