"""Pages of a move between two customers: the target's contact finds it, reads it, consents, and opens nothing else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from licenses.models import Proof
from sites.models import Customer
from tests.cast import looking
from tests.moving import status
from tests.sisters import asked, drafted, source_line

pytestmark = pytest.mark.django_db


def test_the_target_consents_on_the_page(client_of, world, today):
    line, request = source_line(world), asked(world, today)
    page, mette = reverse("transfer_page", args=[request.pk]), client_of("mette")
    for where in (reverse("home"), reverse("transfers")):
        shown = mette.get(where).content.decode()
        assert page in shown and line.site.site_number in shown and world.fjordbyg.name in shown
    told = mette.get(page).content.decode()
    for fact in (line.part_id, line.order_reference, line.site.site_number, line.site.name, world.fjordbyg.name):
        assert fact in told
    for door in (reverse("site_page", args=[line.site.site_number]), reverse("license_page", args=[line.pk])):
        assert door not in told
    verb = reverse("transfer_verb", args=[request.pk, "consent"])
    assert verb in told
    assert mette.post(verb).status_code == 302
    assert verb not in mette.get(page).content.decode()
    assert client_of("lars").post(verb).status_code == 302 and status(request) == "in_review"


def test_nothing_else_of_the_source_opens(client_of, world, today):
    line, _request = source_line(world), asked(world, today)
    with looking():
        proof = Proof.objects.filter(entitlement=line).first()
    doors = [
        reverse("site_page", args=[line.site.site_number]),
        reverse("license_page", args=[line.pk]),
        reverse("proof_page", args=[proof.number]),
    ]
    for door in doors:
        assert client_of("mette").get(door).status_code == 404
        assert client_of("lars").get(door).status_code == 200


def test_the_source_reads_where_it_goes_and_refused_may_not_copy(client_of, world, today):
    request = asked(world, today)
    page, lars = reverse("transfer_page", args=[request.pk]), client_of("lars")
    told = lars.get(page).content.decode()
    assert str(world.originating_site) in told and world.nordvind.name in told
    assert reverse("site_page", args=[world.originating_site.site_number]) not in told
    verb = reverse("transfer_verb", args=[request.pk, "refuse"])
    assert lars.post(verb, {"reason": "Not now"}).status_code == 302 and status(request) == "rejected"
    for who in ("lars", "mette"):
        client = client_of(who)
        assert "?like=" not in client.get(page).content.decode()
        assert client.get(reverse("transfer_new") + f"?like={request.pk}").status_code < 500
        assert client.get(reverse("transfer_declare", args=[request.pk])).status_code == 302


def test_the_rep_finds_it_on_the_desk(client_of, world, today):
    request = asked(world, today)
    desk = client_of("rikke").get(reverse("admin:migrations_app_transferrequest_changelist"))
    assert str(request) in desk.content.decode() and world.fjordbyg.name in desk.content.decode()


def test_a_rep_of_the_target_alone_finds_and_reads_it_there(client_of, world, today):
    line, request = source_line(world), asked(world, today)
    with looking():
        Customer.objects.filter(pk=world.fjordbyg.pk).update(country="NO")
    rikke = client_of("rikke")
    desk = rikke.get(reverse("admin:migrations_app_transferrequest_changelist")).content.decode()
    case = reverse("admin:migrations_app_transferrequest_change", args=[request.pk])
    assert case in desk and world.fjordbyg.name in desk and line.site.site_number in desk
    told = rikke.get(case)
    assert told.status_code == 200 and line.order_reference in told.content.decode()


@pytest.mark.parametrize("who", ["mette", "lars"])
def test_more_requests_ask_no_more_questions(client_of, world, today, who):
    asked(world, today)
    client = client_of(who)

    def count():
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse("transfers")).status_code == 200
        return len(found)

    count()
    before = count()
    for _ in range(3):
        drafted(world, today)
    assert count() == before
