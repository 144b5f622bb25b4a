"""Help pages and wishes to be contacted at the desk."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from portal.models import ContactWish, ContentEntry
from portal.operations import wish_contact
from sites.clock import now
from tests.cast import World, looking

pytestmark = pytest.mark.django_db


def form_of(entry: ContentEntry, **changed: str) -> dict[str, str]:
    fields = ("position", "title_en", "title_da", "summary_en", "summary_da", "body_en", "body_da")
    return {name: str(getattr(entry, name)) for name in fields} | changed


def test_an_operator_edits_a_help_page(world: World, client_of: Callable[[str], Client]) -> None:
    entry = ContentEntry.objects.get(slug="news")
    address = reverse("admin:portal_contententry_change", args=[entry.pk])
    answer = client_of("admin").post(address, form_of(entry, title_en="What is new"))
    assert answer.status_code == 302
    entry.refresh_from_db()
    assert entry.title_en == "What is new"


def test_an_operator_adds_a_help_page(world: World, client_of: Callable[[str], Client]) -> None:
    like = ContentEntry.objects.get(slug="news")
    answer = client_of("admin").post(reverse("admin:portal_contententry_add"), form_of(like, slug="more-news"))
    assert answer.status_code == 302
    assert ContentEntry.objects.filter(slug="more-news").exists()


def test_a_rep_reads_help_pages_and_changes_none(world: World, client_of: Callable[[str], Client]) -> None:
    entry = ContentEntry.objects.get(slug="news")
    address = reverse("admin:portal_contententry_change", args=[entry.pk])
    client = client_of("rikke")
    assert client.get(address).status_code == 200
    assert client.post(address, form_of(entry, title_en="Mine")).status_code == 403
    entry.refresh_from_db()
    assert entry.title_en != "Mine"


def test_a_rep_reads_wishes_to_be_contacted(world: World, client_of: Callable[[str], Client]) -> None:
    wish_contact(name="Ole", company="Strandby ApS", email="ole@strandby.example", site_number="", message="", at=now())
    client = client_of("rikke")
    assert "Strandby ApS" in client.get(reverse("admin:portal_contactwish_changelist")).content.decode()
    with looking():
        wish = ContactWish.objects.get()
    address = reverse("admin:portal_contactwish_change", args=[wish.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"name": "Other"}).status_code == 403


def test_customers_have_no_desk(world: World, client_of: Callable[[str], Client]) -> None:
    assert client_of("mette").get(reverse("admin:portal_contactwish_changelist")).status_code in (302, 403, 404)
