"""Renewal quotes as pages."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from renewals.models import RenewalQuote
from renewals.operations import issue_express_quotes
from sites.clock import now
from tests import cast
from tests.renewing import EARLY, LAPSED, LATE, issue, move, status_of

pytestmark = pytest.mark.django_db


def _page(client, quote):
    answer = client.get(reverse("quote_page", args=[quote.pk]), headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_list_shows_first_what_needs_an_answer(world, client_of):
    move(world, EARLY)
    transition, anniversary = issue(world)
    text = client_of("mette").get(reverse("quotes")).content.decode()
    assert text.index(transition.number) < text.index(anniversary.number)
    assert world.agreement.number in text
    assert transition.number not in client_of("anna").get(reverse("quotes")).content.decode()


def test_asking_from_the_page_leads_to_the_quote(world, client_of):
    client = client_of("mette")
    answer = client.post(reverse("quotes"), {"subject": f"agreement:{world.agreement.number}"})
    with cast.looking():
        quote = RenewalQuote.objects.get(agreement=world.agreement)
    assert answer.status_code == 302 and answer.url == reverse("quote_page", args=[quote.pk])
    assert client.post(reverse("quotes"), {"agreement_number": world.agreement.number}).url == answer.url
    refused = client.post(reverse("quotes"), {"agreement_number": "404"}, headers={"Accept-Language": "en"})
    assert refused.status_code == 409 and "no Agreement 404" in refused.content.decode()


def test_the_page_derives_every_figure(world, client_of):
    move(world, EARLY, LATE, LAPSED)
    _transition, anniversary = issue(world)
    page = _page(client_of("mette"), anniversary)
    assert re.search(r"[\d,]+\.\d\d × \d+ × 12 ÷ 12 = [\d,]+\.\d\d, exact</p> <p class=\"p-why__rule\">Rule T7, ", page)
    assert re.search(r"\d+ renewal dates become one: ", page)
    assert "as if the transition quote" in page
    assert "Rule P2, Points of a line; rule book version 2026.1." in page
    assert "Rule P4, Level of an order, and after it; rule book version 2026.1." in page
    assert "Left out, and why" in page and "rule T8" in page
    assert "Demonstration prices" in page
    assert "What acceptance today does" in page
    assert "style=" not in page.replace("stylesheet", "") and "onclick" not in page


def test_accepting_needs_the_mark(world, client_of):
    (quote,) = issue(world)
    client = client_of("mette")
    url = reverse("quote_verb", args=[quote.pk, "accept"])
    assert client.get(url).status_code == 302
    unmarked = client.post(url, {"version": 1})
    assert unmarked.status_code == 400
    assert status_of(quote) == "issued"
    assert client.post(url, {"version": 1, "confirmed": "on"}).status_code == 302
    assert status_of(quote) == "accepted"
    again = client.post(url, {"version": 1, "confirmed": "on"})
    assert again.status_code == 409
    assert client.post(reverse("quote_verb", args=[quote.pk, "erase"])).status_code == 404


def test_declining_keeps_what_was_typed_when_refused(world, client_of):
    (quote,) = issue(world)
    client = client_of("mette")
    url = reverse("quote_verb", args=[quote.pk, "decline"])
    stale = client.post(url, {"version": 4, "reason": "We wait until spring."})
    assert stale.status_code == 409 and "We wait until spring." in stale.content.decode()
    assert client.post(url, {"version": 1, "reason": "We wait until spring."}).status_code == 302
    assert "We wait until spring." in _page(client, quote)


def test_a_partner_prepares_and_the_customer_answers(world, client_of):
    (quote,) = issue(world)
    page = _page(client_of("jonas"), quote)
    assert "The customer's own people accept or decline" in page and "Accept the quote" not in page
    refused = client_of("jonas").post(
        reverse("quote_verb", args=[quote.pk, "accept"]), {"version": 1, "confirmed": "on"}
    )
    assert refused.status_code == 403


def test_a_stale_quote_offers_a_new_one(world, client_of):
    move(world, LATE)
    (quote,) = issue(world)
    move(world, "D9X26LL", reference="TR-000002")
    page = _page(client_of("mette"), quote)
    assert "It can't be accepted now" in page and "Get the renewal quote" in page


def test_express_and_answered_quotes_have_pages(world, today, client_of):
    with cast.looking() as portal:
        quotes = issue_express_quotes(actor=portal, at=now(), on=today, site=world.express_site)
    page = _page(client_of("mette"), quotes[0])
    assert "Express renewal of" in page and "Express orders earn no points" in page


@pytest.mark.parametrize("who", ["anna", "lars"])
def test_strangers_get_404(world, client_of, who):
    (quote,) = issue(world)
    client = client_of(who)
    files = [(f"quote_{kind}", ()) for kind in ("pdf", "xlsx", "csv", "ubl")]
    for name, args in (("quote_page", ()), *files, ("quote_verb", ("accept",))):
        url = reverse(name, args=[quote.pk, *args])
        assert (client.post if args else client.get)(url).status_code == 404


def test_the_paper_keeps_its_language(world, client_of):
    (quote,) = issue(world)
    answer = client_of("mette").get(reverse("quote_pdf", args=[quote.pk]), headers={"Accept-Language": "en"})
    assert answer.content.startswith(b"%PDF") and answer["Content-Language"] == "da"


@pytest.mark.parametrize(
    ("kind", "ending", "begins"), [("xlsx", "xlsx", b"PK"), ("csv", "csv", b"\xef\xbb\xbf"), ("ubl", "xml", b"<?xml")]
)
def test_other_files_stand_beside_the_paper_in_its_language(world, client_of, kind, ending, begins):
    (quote,) = issue(world)
    url = reverse(f"quote_{kind}", args=[quote.pk])
    client = client_of("mette")
    assert f'href="{url}"' in _page(client, quote)
    answer = client.get(url, headers={"Accept-Language": "en"})
    assert answer.content.startswith(begins) and answer["Content-Language"] == "da"
    assert answer["Content-Disposition"] == f'attachment; filename="{quote.number}-v1.{ending}"'


def test_queries_do_not_grow_with_lines(world, client_of):
    client = client_of("mette")
    (small,) = issue(world)
    client.get(reverse("quote_page", args=[small.pk]))
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(reverse("quote_page", args=[small.pk]))
    move(world, LATE, "D9X26LL", "D9X01LL", "D9X14LL")
    (large,) = issue(world)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("quote_page", args=[large.pk]))
    # One more: the lines of the version before, which it is compared with.
    assert len(many) == len(few) + 1
    assert len(many) < 40
