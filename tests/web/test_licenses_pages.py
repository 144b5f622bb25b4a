"""Sites, Agreements, licenses and proofs as pages."""

import json
from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from licenses import operations
from licenses.models import Entitlement, Proof
from licenses.views import paging
from sites.clock import now
from sites.models import Site
from tests import cast
from tests.cast import World

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address, headers={"Accept-Language": "en"})
    assert answer.status_code == status, address
    return answer.content.decode()


@pytest.fixture
def moved(world: World) -> tuple[Entitlement, Entitlement]:
    """A line of the Express site of which two units have moved, and what they became."""
    with cast.looking() as actor:
        line = next(x for x in world.lines(world.express_site, available=3) if not x.traded_up)
        arrived = operations.move_units(
            actor=actor,
            at=now(),
            on=date(2026, 11, 20),
            reference="T-000910",
            target_site=world.originating_site,
            lines={line.pk: 2},
        )
        return line, Entitlement.objects.get(pk=arrived[line.pk])


def test_a_card_for_each_site(client_of: Browser, world: World) -> None:
    page = text(client_of("mette"), reverse("sites"))
    for site in world.sites(world.nordvind):
        assert reverse("site_page", args=[site.site_number]) in page
    assert world.agreement.number in page and "1 January 2027" in page


def test_a_site_with_contacts_licenses_and_the_way_to_move(client_of: Browser, world: World) -> None:
    site = world.express_site
    page = text(client_of("mette"), reverse("site_page", args=[site.site_number]))
    assert "Primary Contact" in page and "mette@nordvind.example" in page
    assert f"{reverse('transfer_new')}?source={site.site_number}" in page
    assert world.lines(site)[0].part_id in page
    pa = text(client_of("mette"), reverse("site_page", args=[world.originating_site.site_number]))
    assert reverse("agreement_page", args=[world.agreement.number]) in pa and reverse("quotes") in pa


def test_an_agreement_with_points_level_and_the_way_to_its_statement(client_of: Browser, world: World) -> None:
    address = reverse("agreement_page", args=[world.agreement.number])
    page = text(client_of("mette"), address)
    assert "690.00 points in this term. Price level in force: D. 310.00 points more reach level E." in page
    assert "<svg" in page and "1 January 2026 – 31 December 2026" in page
    for site in world.sites(world.nordvind, "PA"):
        assert reverse("site_page", args=[site.site_number]) in page
    assert reverse("agreement_points", args=[world.agreement.number]) in page
    assert reverse("agreement_schedule", args=[world.agreement.number]) in page


def test_licenses_are_narrowed_and_say_so_when_nothing_fits(client_of: Browser, world: World) -> None:
    mette, address = client_of("mette"), reverse("licenses")
    every = text(mette, address)
    here, there = world.lines(world.express_site)[0], world.lines(world.originating_site)[0]
    assert all(reverse("license_page", args=[x.pk]) in every for x in (here, there))
    narrowed = text(mette, f"{address}?site={world.express_site.site_number}")
    assert reverse("license_page", args=[here.pk]) in narrowed
    assert reverse("license_page", args=[there.pk]) not in narrowed
    assert f"{reverse('transfer_new')}?source={world.express_site.site_number}" in narrowed
    assert reverse("license_page", args=[there.pk]) in text(mette, f"{address}?program=PA")
    assert reverse("license_page", args=[here.pk]) in text(mette, f"{address}?part={here.part_id[:5].lower()}")
    assert "Nothing fits" in text(mette, f"{address}?part=zzzz")
    foreign = text(mette, f"{address}?site={world.sites(world.sydhavn)[0].site_number}")
    assert "There is no such site that you can see." in foreign and "Nothing fits" in foreign


def test_a_license_with_lineage_cover_and_proofs(
    client_of: Browser, world: World, moved: tuple[Entitlement, Entitlement]
) -> None:
    line, arrived = moved
    page = text(client_of("mette"), reverse("license_page", args=[arrived.pk]))
    assert "acquired" in page and "transferred" in page and "T-000910" in page
    assert reverse("license_page", args=[line.pk]) in page
    with cast.looking():
        proof = Proof.objects.select_related("supersedes").get(entitlement=arrived)
    assert reverse("proof_page", args=[proof.number]) in page
    chain = text(client_of("mette"), reverse("proof_page", args=[proof.number]))
    assert proof.supersedes is not None and proof.supersedes.number in chain and "superseded" in chain
    paper = client_of("mette").get(reverse("proof_pdf", args=[proof.number]))
    assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")
    listed = text(client_of("mette"), f"{reverse('proofs')}?status=superseded")
    assert proof.supersedes.number in listed and reverse("proof_page", args=[proof.number]) not in listed


def test_the_paper_keeps_the_language_it_was_made_in(client_of: Browser, world: World) -> None:
    with cast.looking():
        proof = Proof.objects.filter(customer=world.nordvind, language="da").first()
    assert proof is not None
    mette = client_of("mette")
    address = reverse("proof_pdf", args=[proof.number])
    papers = {mette.get(address, headers={"Accept-Language": lang}).content for lang in ("da", "en")}
    assert len(papers) == 1


def test_a_name_that_cannot_be_printed_is_told(client_of: Browser, world: World) -> None:
    with cast.looking() as actor:
        site = world.express_site
        Site.objects.filter(pk=site.pk).update(name="Nordvind 漢字")
        line = world.lines(site)[0]
        Proof.objects.filter(entitlement=line, status="valid").update(status="superseded")
        proof = operations.issue_proof(actor=actor, at=now(), entitlement=line, quantity=1, on=date(2026, 11, 24))
    page = text(client_of("mette"), reverse("proof_pdf", args=[proof.number]), 409)
    assert "be printed" in page and proof.number in page


def test_anybody_may_check_a_proof_and_learns_no_name(world: World) -> None:
    with cast.looking():
        proof = Proof.objects.filter(customer=world.sydhavn).select_related("customer", "entitlement__site").first()
    assert proof is not None
    visitor = Client()
    page = text(visitor, reverse("verify_proof", args=[proof.number]))
    assert f"{proof.number} stands" in page and proof.paper["part_number"] in page
    for secret in (proof.customer.name, proof.paper["site_number"], proof.paper["order_reference"]):
        assert secret not in page
    with cast.looking():
        Proof.objects.filter(pk=proof.pk).update(status="superseded")
    assert f"{proof.number} no longer stands" in text(visitor, reverse("verify_proof", args=[proof.number]))
    assert "There is no such proof" in text(visitor, reverse("verify_proof", args=["PoE-1"]), 404)
    assert "There is no such proof" in text(visitor, "/verify/%00/", 404)
    asked = visitor.get(reverse("verify_proofs"), {"number": f" {proof.number} "})
    assert asked.headers["Location"] == reverse("verify_proof", args=[proof.number])


def test_unknown_and_foreign_are_not_found(client_of: Browser, world: World) -> None:
    with cast.looking():
        line = Entitlement.objects.filter(customer=world.nordvind).first()
        proof = Proof.objects.filter(customer=world.nordvind).first()
    assert line is not None and proof is not None
    anna = client_of("anna")
    for address in (
        reverse("site_page", args=[world.express_site.site_number]),
        reverse("agreement_page", args=[world.agreement.number]),
        reverse("license_page", args=[line.pk]),
        reverse("proof_page", args=[proof.number]),
        reverse("proof_pdf", args=[proof.number]),
        reverse("license_page", args=[uuid4()]),
        reverse("license_page", args=["x"]),
        "/sites/%00/",
    ):
        text(anna, address, 404)
    assert world.agreement.number not in text(anna, reverse("sites"))


def test_visitors_sign_in_first(world: World) -> None:
    for name in ("sites", "licenses", "proofs"):
        assert Client().get(reverse(name)).status_code == 302


def test_pages_of_a_list_run_both_ways(client_of: Browser, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging.slice_of, "__kwdefaults__", {"descending": False, "size": 5})
    mette, seen, address = client_of("mette"), [], reverse("licenses")
    pages = []
    while address:
        page = mette.get(address).context["page"]
        pages.append([row.pk for row in page.rows])
        seen += pages[-1]
        address = f"{reverse('licenses')}{page.next}" if page.next else ""
    with cast.looking():
        every = Entitlement.objects.filter(customer=world.nordvind).held_now()
        order = [x.pk for x in every.order_by("site__site_number", "part_id", "id")]
    assert seen == order and len(pages) > 2
    last = mette.get(f"{reverse('licenses')}?{urlencode({'from': '>' + json.dumps(['7', 'D', str(uuid4())])})}")
    assert [row.pk for row in last.context["page"].rows] == order[:5]
    second = mette.get(reverse("licenses")).context["page"].next
    back = mette.get(f"{reverse('licenses')}{second}").context["page"].previous
    assert [row.pk for row in mette.get(f"{reverse('licenses')}{back}").context["page"].rows] == order[:5]


CURSORS = ["x", ">", ">[]", '>["a","b"]', '>["7","D","no id"]', ">{}", "<[1,2,3]", '>["\0","a","b"]']


@pytest.mark.parametrize("cursor", CURSORS)
def test_a_bad_cursor_gives_the_first_page(client_of: Browser, world: World, cursor: str) -> None:
    mette = client_of("mette")
    first = [x.pk for x in mette.get(reverse("licenses")).context["page"].rows]
    got = mette.get(f"{reverse('licenses')}?{urlencode({'from': cursor})}")
    assert [x.pk for x in got.context["page"].rows] == first


@pytest.mark.parametrize("name", ["sites", "licenses", "proofs"])
def test_a_longer_list_asks_nothing_more(client_of: Browser, world: World, name: str) -> None:
    counted = []
    for who in ("anna", "soren"):
        client = client_of(who)
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(name))
        counted.append(len(queries))
    # Where there is an Agreement in sight, its standing takes two more.
    assert counted[1] - counted[0] in (0, 2)
