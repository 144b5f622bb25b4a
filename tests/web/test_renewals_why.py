"""The quote's page answers why: each figure, each version instead of another, and whether all of it still follows."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from renewals.models import RenewalQuote
from tests import cast
from tests.renewing import EARLY, LAPSED, LATE, issue, move

pytestmark = pytest.mark.django_db


def shown(client, address: str, lang: str = "en") -> str:
    answer = client.get(address, headers={"Accept-Language": lang})
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def page_of(client, quote, query: str = "", lang: str = "en") -> str:
    return shown(client, reverse("quote_page", args=[quote.pk]) + query, lang)


def two_versions(world) -> tuple[RenewalQuote, RenewalQuote]:
    (first,) = issue(world)
    move(world, LATE)
    (second,) = issue(world)
    assert (first.number, first.version, second.number, second.version) == (second.number, 1, first.number, 2)
    return first, second


@pytest.mark.parametrize(("lang", "asked"), [("en", "Why "), ("da", "Hvorfor ")])
def test_each_figure_of_the_quote_has_its_why(world, client_of, lang, asked):
    move(world, EARLY, LATE, LAPSED)
    _transition, quote = issue(world)
    page = page_of(client_of("mette"), quote, lang=lang)
    places = re.findall(r'class="p-card__figure">[^<]*</p>(.{0,80})', page)
    assert len(places) >= 2
    assert all('class="p-why"' in place for place in places[:2])
    (foot,) = re.findall(r"<tfoot>.*?</tfoot>", page)[:1]
    assert foot.count('class="p-why"') == 2
    with cast.looking():
        assert page.count('<tr> <td colspan="6">') == quote.lines.count()
    rows = re.findall(r'<td colspan="6">(.*?)</td>', page)
    assert all((row.count("p-why__label") == 4 and "Rule " in row) or lang == "da" for row in rows)
    assert page.count("<summary>") == page.count(f"<summary>{asked}") + len(
        re.findall(r"<summary>(?!Why|Hvorfor)", page)
    )
    assert "T8" in page and "P5" in page and "T10" in page


def test_a_new_version_says_what_is_another(world, client_of):
    first, second = two_versions(world)
    page = page_of(client_of("mette"), second)
    assert "Version 2 instead of 1" in page
    assert "1 line added; the total is " in page and "higher" in page
    assert "Lines added" in page and "Lines gone" not in page
    back = page_of(client_of("mette"), first, "?with=2")
    assert "Version 1 instead of 2" in back and "Lines gone" in back
    assert "instead of" not in page_of(client_of("mette"), first)


def test_the_page_computes_every_figure_again(world, client_of):
    (quote,) = issue(world)
    client = client_of("mette")
    address = reverse("quote_rerun", args=[quote.pk])
    assert address in page_of(client, quote)
    page = shown(client, address)
    assert "Every figure still follows from its rule" in page
    assert re.search(r"\d+ derivations were computed again and came to the same", page)
    assert client_of("anna").get(address).status_code == 404


def test_computing_again_takes_a_fixed_number_of_queries(world, client_of):
    (quote,) = issue(world)
    client, address = client_of("mette"), reverse("quote_rerun", args=[quote.pk])
    with CaptureQueriesContext(connection) as few:
        shown(client, address)
    move(world, LATE, LAPSED)
    (second,) = issue(world)
    with CaptureQueriesContext(connection) as many:
        shown(client, reverse("quote_rerun", args=[second.pk]))
    assert len(few) == len(many)
