"""The help pages of a new world: whole in both languages, public, linked from the first page."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from portal.content.danish import PAGES as DANISH
from portal.content.english import PAGES as ENGLISH
from portal.models import ContentEntry
from tests.cast import World

pytestmark = pytest.mark.django_db

DIRECTORY = {
    "how-to-enroll",
    "agreements-and-forms",
    "subscription-and-support",
    "how-to-buy",
    "faq",
    "support",
    "handbook",
    "ecustomer-care",
    "passport-advantage-online",
    "lifecycle",
    "shopzseries",
    "news",
    "contact",
}


def test_both_languages_have_the_whole_directory() -> None:
    assert set(ENGLISH) == set(DANISH) == DIRECTORY | {"guide"}
    for pages in (ENGLISH, DANISH):
        for page in pages.values():
            assert page.title and 20 < len(page.summary) <= 240
            assert len(page.body.split("\n\n")) >= 2


def test_paragraphs_are_the_same_in_both_languages() -> None:
    for slug, page in ENGLISH.items():
        assert page.body.count("\n\n") == DANISH[slug].body.count("\n\n"), slug


@pytest.mark.parametrize("language", ["en", "da"])
def test_a_visitor_reads_every_page_in_their_language(
    language: str, world: World, client: Client, client_of: Callable[[str], Client]
) -> None:
    pages = DANISH if language == "da" else ENGLISH
    first = client.get("/", headers={"accept-language": language}).content.decode()
    for entry in ContentEntry.objects.all():
        page = pages[entry.slug]
        with translation.override(language):
            assert (entry.title, entry.summary, entry.body) == (page.title, page.summary, page.body)
        assert f"/help/{entry.slug}/" in first
        answer = client.get(f"/help/{entry.slug}/", headers={"accept-language": language})
        assert answer.status_code == 200
        assert escape(page.body.split("\n\n")[0][:40]) in answer.content.decode()
