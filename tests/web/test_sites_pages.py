"""The pages of enrollments: written, submitted, amended, decided – without any script."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from sites.models import Enrollment
from tests import cast
from tests.enrolling import NEWCOMER, PRIMARY, decide, of_fjordbyg, submitted, wish

pytestmark = pytest.mark.django_db
NEW = "/enrollments/new/"
ClientOf = Callable[..., Client]


def typed(**changes: str) -> dict[str, str]:
    data = wish()
    people = {f"primary_{name}": value for name, value in PRIMARY.items()}
    return {"kind": "originating", "customer_type": "commercial", **data["customer"], **people, **changes}


def only() -> Enrollment:
    with cast.looking():
        return Enrollment.objects.get()


def test_a_partner_fills_in_what_is_known_and_submits(world: Any, client_of: ClientOf) -> None:
    jonas = client_of("jonas")
    number = world.fjordbyg.registration_number
    page = jonas.get(NEW).content.decode()
    assert "Fjordbyg ApS" in page and "Nordvind A/S" in page and "Sydhavn" not in page
    filled = jonas.get(NEW, {"kind": "originating", "customer": number}).content.decode()
    assert f'value="{number}"' in filled and "Kajvej 7" in filled

    company = {"name": "Fjordbyg ApS", "registration_number": number, "vat_number": ""}
    answer = jonas.post(NEW, typed(**company, then="submit"), follow=True)

    assert answer.redirect_chain[0][0] == f"/enrollments/{only().pk}/"
    text = answer.content.decode()
    assert "submitted" in text and "Fjordbyg ApS" in text and escape(world.partner.name) in text
    assert only().status == "submitted"


def test_the_form_tells_every_fault_and_keeps_what_was_typed(client_of: ClientOf) -> None:
    answer = client_of("jonas").post(
        NEW, typed(registration_number="12345678", primary_email="nobody", city="", vat_number="DK1", then="submit")
    )
    assert answer.status_code == 422
    form = answer.context["form"]
    assert set(form.errors) == {"registration_number", "primary_email", "city", "vat_number"}
    assert "12345678" in answer.content.decode()
    assert "Bakkevig Data ApS" in answer.content.decode()
    with cast.looking():
        assert not Enrollment.objects.exists()


def test_what_cant_be_submitted_leaves_no_draft(world: Any, client_of: ClientOf, acting: Any) -> None:
    submitted(acting, "jonas", wish())
    answer = client_of("jonas").post(NEW, typed(then="submit"))
    assert answer.status_code == 422
    assert "already under way" in answer.content.decode()
    assert only().status == "submitted"


def test_a_draft_is_kept_amended_and_submitted(client_of: ClientOf) -> None:
    lars = client_of("lars")
    lars.post(NEW, typed(then="keep"))
    draft = only()
    assert draft.status == "draft"
    edit = f"/enrollments/{draft.pk}/edit/"
    assert "Bakkevej 1" in lars.get(edit).content.decode()
    assert lars.post(edit, typed(street="", version="1")).status_code == 422
    stale = lars.post(edit, typed(street="Bakkevej 2", version="9", then="keep"))
    assert "changed this since" in stale.content.decode()
    lars.post(edit, typed(street="Bakkevej 2", version="1", then="submit"))
    assert (only().company["street"], only().status) == ("Bakkevej 2", "submitted")
    assert lars.get(edit, follow=True).redirect_chain


def test_buttons_are_what_the_table_allows(world: Any, client_of: ClientOf, acting: Any) -> None:
    enrollment = submitted(acting, "jonas", of_fjordbyg(world))
    url = f"/enrollments/{enrollment.pk}/"
    assert dict(client_of("lars").get(url).context["steps"]).keys() == {"withdraw"}
    assert dict(client_of("rikke").get(url).context["steps"]).keys() == {"accept", "return", "reject"}
    assert client_of("anna").get(url).status_code == 404


def test_a_step_that_fails_says_why_and_keeps_the_reason(world: Any, client_of: ClientOf, acting: Any) -> None:
    enrollment = submitted(acting, "jonas", of_fjordbyg(world))
    url = f"/enrollments/{enrollment.pk}/"
    refused = client_of("lars").post(f"{url}accept/", {"reason": "please"})
    assert refused.status_code == 403
    assert "doesn" in refused.content.decode() and "please" in refused.content.decode()
    assert client_of("lars").post(f"{url}frobnicate/").status_code == 404
    assert client_of("anna").post(f"{url}withdraw/").status_code == 404
    assert client_of("lars").get(f"{url}withdraw/").status_code == 405
    client_of("lars").post(f"{url}withdraw/", {"reason": "Changed our mind", "version": "2"})
    assert only().status == "withdrawn"


def test_an_accepted_one_says_what_comes_next(world: Any, client_of: ClientOf, acting: Any) -> None:
    enrollment = decide(acting, "rikke", submitted(acting, "jonas", of_fjordbyg(world)), "accept")
    text = client_of("lars").get(f"/enrollments/{enrollment.pk}/").content.decode()
    assert enrollment.agreement.number in text and enrollment.site.site_number in text
    assert "Anniversary" in text


def test_the_list_names_status_and_turn(world: Any, client_of: ClientOf, acting: Any) -> None:
    lars = client_of("lars")
    assert "No enrollments here" in lars.get("/enrollments/").content.decode()
    enrollment = submitted(acting, "jonas", of_fjordbyg(world))
    text = lars.get("/enrollments/").content.decode()
    assert str(enrollment.pk) in text and "an IBM rep" in text
    assert str(enrollment.pk) not in lars.get("/enrollments/?status=draft").content.decode()
    assert lars.get("/enrollments/?before=nonsense").status_code == 200
    assert lars.get(f"/enrollments/?before={enrollment.pk}").context["rows"] == []


@pytest.mark.parametrize("kind", ["originating", "additional", "update"])
@pytest.mark.parametrize("who", ["mette", "jonas", "rikke", "admin"])
def test_every_kind_has_its_form(client_of: ClientOf, who: str, kind: str) -> None:
    assert client_of(who).get(NEW, {"kind": kind}).status_code == 200


def test_an_unknown_kind_is_not_found(client_of: ClientOf) -> None:
    assert client_of("mette").get(NEW, {"kind": "moving"}).status_code == 404


def test_a_site_is_updated_from_what_is_known(world: Any, client_of: ClientOf) -> None:
    mette, site = client_of("mette"), world.express_site
    form = mette.get(NEW, {"kind": "update", "site": site.site_number})
    assert form.context["form"]["primary_email"].value() == "mette@nordvind.example"
    assert form.context["form"]["street"].value() == site.street
    data = typed(kind="update", site_number=site.site_number, street="Nyvej 3", then="submit")
    answer = mette.post(NEW, data, follow=True)
    assert answer.status_code == 200
    assert (only().kind, only().site_id, only().company["street"]) == ("update", site.pk, "Nyvej 3")


def test_the_schedule_is_kept_by_the_primary_contact(world: Any, client_of: ClientOf) -> None:
    url = f"/agreements/{world.agreement.number}/schedule/"
    company = {"name": "Bakkevig", "registration_number": NEWCOMER}
    mette = client_of("mette")
    assert "Odense" in mette.get(url).content.decode()
    assert "Bakkevig" in mette.post(url, company, follow=True).content.decode()
    assert "already" in mette.post(url, company).content.decode()
    wrong = mette.post(url, {**company, "registration_number": "1"})
    assert wrong.status_code == 422 and "CVR" in wrong.content.decode()
    assert "Only the Primary Contact" in client_of("rikke").post(url, company).content.decode()
    assert client_of("anna").get(url).status_code == 404


def test_a_partner_sees_its_customers(client_of: ClientOf) -> None:
    text = client_of("jonas").get("/customers/").content.decode()
    assert "Fjordbyg ApS" in text and "consent" in text and "Sydhavn" not in text
    assert "Fjordbyg" not in client_of("mette").get("/customers/").content.decode()
