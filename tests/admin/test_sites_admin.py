"""The desk: the queue of enrollments, decisions by buttons, and who everybody is."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.test import Client

from sites.clock import now
from sites.models import Enrollment, Mandate, Membership
from tests import cast
from tests.enrolling import of_fjordbyg, submitted, wish

pytestmark = pytest.mark.django_db
QUEUE = "/admin/sites/enrollment/"
ClientOf = Callable[..., Client]


def page_of(enrollment: Enrollment) -> str:
    return f"{QUEUE}{enrollment.pk}/change/"


def do(client: Client, enrollment: Enrollment, verb: str, **typed: str) -> Any:
    return client.post(f"{QUEUE}{enrollment.pk}/do/{verb}/", typed)


def now_is(enrollment: Enrollment) -> Enrollment:
    with cast.looking():
        return Enrollment.objects.select_related("agreement").get(pk=enrollment.pk)


def test_the_queue_shows_the_age_and_the_oldest_first(world: Any, client_of: ClientOf, acting: Any) -> None:
    old, new = submitted(acting, "lars", of_fjordbyg(world)), submitted(acting, "jonas", wish())
    with cast.acting("lars"):
        Enrollment.objects.filter(pk=old.pk).update(submitted_at=now() - timedelta(days=3))
    with cast.acting("jonas"):
        Enrollment.objects.filter(pk=new.pk).update(submitted_at=now())
    text = client_of("rikke").get(QUEUE).content.decode()
    assert text.index("Fjordbyg ApS") < text.index("Bakkevig Data ApS")
    assert "3 days" in text and "0 days" in text


def test_a_rep_accepts_with_a_number(world: Any, client_of: ClientOf, acting: Any) -> None:
    enrollment = submitted(acting, "jonas", of_fjordbyg(world))
    rikke = client_of("rikke")
    text = rikke.get(page_of(enrollment)).content.decode()
    assert all(word in text for word in ("Fjordbyg ApS", "Accept", "Return", "Reject", "lars@fjordbyg.example"))
    assert 'name="status"' not in text and 'style="' not in text
    answer = do(rikke, enrollment, "accept", agreement_number="0042", version="2")
    assert (answer.status_code, answer["Location"]) == (302, page_of(enrollment))
    accepted = now_is(enrollment)
    assert (accepted.status, accepted.agreement.number, accepted.decided_by) == ("accepted", "0042", world.rikke)
    assert "Decide" not in rikke.get(page_of(enrollment)).content.decode()


def test_what_stands_in_the_way_is_told_and_what_was_typed_stays(client_of: ClientOf, acting: Any) -> None:
    enrollment = submitted(acting, "jonas", wish())
    rikke = client_of("rikke")
    no_reason = do(rikke, enrollment, "return")
    assert no_reason.status_code == 409 and "A reason is missing" in no_reason.content.decode()
    taken = do(rikke, enrollment, "accept", agreement_number="61734", reason="Looks right")
    assert "already in use" in taken.content.decode()
    assert "Looks right" in taken.content.decode() and 'value="61734"' in taken.content.decode()
    assert "changed this since" in do(rikke, enrollment, "accept", version="1").content.decode()
    assert now_is(enrollment).status == "submitted"
    do(rikke, enrollment, "reject", reason="Not a company")
    assert now_is(enrollment).decision_reason == "Not a company"


def test_nobody_decides_on_their_own(client_of: ClientOf, acting: Any) -> None:
    enrollment = submitted(acting, "rikke", wish())
    rikke = client_of("rikke")
    assert ">Accept<" not in rikke.get(page_of(enrollment)).content.decode()
    refused = do(rikke, enrollment, "accept")
    assert refused.status_code == 403 and "somebody else" in refused.content.decode()
    assert now_is(enrollment).status == "submitted"


def test_the_desk_is_closed_to_customers_and_get_decides_nothing(client_of: ClientOf, acting: Any) -> None:
    enrollment = submitted(acting, "jonas", wish())
    for who in ("jonas", "anna", "mette"):
        assert client_of(who).get(page_of(enrollment)).status_code in (302, 403)
        assert do(client_of(who), enrollment, "accept").status_code in (302, 403)
    assert client_of("rikke").get(f"{QUEUE}{enrollment.pk}/do/accept/").status_code == 302
    assert now_is(enrollment).status == "submitted"


def test_waiting_for_the_schedule_is_told(client_of: ClientOf, acting: Any) -> None:
    enrollment = submitted(acting, "mette", wish(kind="additional", agreement_number="61734"))
    rikke = client_of("rikke")
    assert "Authorized Additional Site Schedule" in rikke.get(page_of(enrollment)).content.decode()
    assert "has to add it" in do(rikke, enrollment, "accept").content.decode()


# The work behind the portal is a desk of its own, with tests of its own.
MODELS = [m for m in admin.site._registry if m._meta.app_label == "sites" and m._meta.model_name != "job"]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.model_name)
@pytest.mark.parametrize("who", ["rikke", "admin"])
def test_every_list_and_its_first_row_open_and_nothing_is_deleted(
    world: Any, client_of: ClientOf, who: str, model: Any
) -> None:
    client, base = client_of(who), f"/admin/sites/{model._meta.model_name}/"
    page = client.get(base)
    if who == "rikke" and model._meta.model_name in ("user", "staffrole"):
        assert page.status_code == 403
        return
    assert page.status_code == 200
    searched = client.get(base, {"q": "nordvind"})
    assert searched.status_code in (200, 302)
    for row in page.context["cl"].result_list[:1]:
        assert client.get(f"{base}{row.pk}/change/").status_code == 200
        assert client.post(f"{base}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_rep_sees_the_own_territory_only(client_of: ClientOf) -> None:
    text = client_of("rikke").get("/admin/sites/customer/").content.decode()
    assert "Nordvind A/S" in text and "Elbtal" not in text
    assert "Elbtal" in client_of("admin").get("/admin/sites/customer/").content.decode()


def test_an_operator_records_a_mandate_and_ends_it(world: Any, client_of: ClientOf) -> None:
    data = {
        "customer": str(world.sydhavn.pk),
        "partner": str(world.partner.pk),
        "signed_by": "Anna Berg",
        "can_write": "on",
        "valid_from": "2026-11-01",
    }
    assert client_of("rikke").post("/admin/sites/mandate/add/", data).status_code == 403
    assert client_of("admin").post("/admin/sites/mandate/add/", data).status_code == 302
    with cast.looking():
        mandate = Mandate.objects.get(customer=world.sydhavn)
    ended = {"can_write": "on", "valid_to": "2026-11-20"}
    assert client_of("admin").post(f"/admin/sites/mandate/{mandate.pk}/change/", ended).status_code == 302
    with cast.looking():
        mandate.refresh_from_db()
    assert (mandate.signed_by, str(mandate.valid_to)) == ("Anna Berg", "2026-11-20")


def test_an_operator_adds_a_membership(world: Any, client_of: ClientOf) -> None:
    data = {"user": str(world.anna.pk), "partner": str(world.partner.pk), "can_write": "on", "valid_from": "2026-11-01"}
    both = {**data, "customer": str(world.sydhavn.pk)}
    refused = client_of("admin").post("/admin/sites/membership/add/", both)
    assert refused.status_code == 200 and refused.context["adminform"].form.errors
    assert client_of("admin").post("/admin/sites/membership/add/", data).status_code == 302
    with cast.looking():
        assert Membership.objects.filter(user=world.anna, partner=world.partner).exists()


def test_the_token_of_a_user_is_printed_once_made(world: Any) -> None:
    first, second = StringIO(), StringIO()
    call_command("api_token", "Mette@Nordvind.example", stdout=first)
    call_command("api_token", "mette@nordvind.example", stdout=second)
    assert first.getvalue() == second.getvalue()
    assert len(first.getvalue().strip()) == 40
    with pytest.raises(CommandError, match="Nobody signs in"):
        call_command("api_token", "nobody@nowhere.example")
