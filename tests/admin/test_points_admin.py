"""The desk's pages of points: propose, sign, take back, re-open."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from licenses.models import PointsAdjustment, PointsMovement, TermClosing, TermReopening
from licenses.operations import PointsEntry, post_points
from licenses.rules.terms import terms_between
from sites.clock import now
from tests.cast import looking

pytestmark = pytest.mark.django_db
ADD = "admin:licenses_pointsadjustment_add"
LIST = "admin:licenses_pointsadjustment_changelist"


@pytest.fixture
def typed(world, today):
    return {
        "agreement": world.agreement.number,
        "site": world.originating_site.site_number,
        "points": "-12,50",
        "effective_on": today.isoformat(),
        "reason": "Counted twice",
    }


def latest(model=PointsAdjustment):
    with looking():
        return model.objects.get()


def verb(case, step, name="pointsadjustment"):
    return reverse(f"admin:licenses_{name}_verb", args=[case.pk, step])


def test_from_the_form_to_the_signature(client_of, typed):
    assert client_of("rikke").get(reverse(ADD)).status_code == 200
    done = client_of("rikke").post(reverse(ADD), typed)
    assert done.status_code == 302, done.content
    case = latest()
    assert case.points == Decimal("-12.50")
    own = client_of("rikke").get(done.url).content.decode()
    assert "Sign and post" not in own and "Withdraw" in own
    shown = client_of("soren").get(done.url).content.decode()
    assert "Sign and post" in shown and "Counted twice" in shown and " style=" not in shown
    assert str(case) in client_of("soren").get(reverse(LIST)).content.decode()
    assert client_of("soren").post(verb(case, "sign")).status_code == 302
    posted = client_of("rikke").get(done.url).content.decode()
    assert "signed" in posted and reverse("admin:licenses_pointsmovement_change", args=[case.pk]) in posted


def test_what_is_wrong_comes_back_with_what_was_typed(client_of, typed):
    page = client_of("rikke").post(reverse(ADD), typed | {"points": "1.000,5", "site": "9", "reason": ""})
    text = page.content.decode()
    assert page.status_code == 400 and "1.000,5" in text and "number of points" in text and "under Agreement" in text
    with looking():
        assert not PointsAdjustment.objects.exists()


def test_an_own_signature_and_unknown_steps_are_refused(client_of, typed):
    client_of("rikke").post(reverse(ADD), typed)
    case = latest()
    assert client_of("rikke").post(verb(case, "sign")).status_code == 403
    assert client_of("soren").post(verb(case, "nonsense")).status_code == 409
    assert client_of("soren").post(verb(case, "reject"), {"reason": ""}).status_code == 409
    assert latest().status == "proposed"


def test_an_entry_is_taken_back_from_its_page(client_of, world, today):
    key = uuid4()
    with looking():
        entry = PointsEntry(key, world.agreement.pk, world.originating_site.pk, Decimal(40), "order", "O-1", today)
        post_points([entry])
        entry = PointsMovement.objects.get(pk=key)
    url = reverse("admin:licenses_pointsmovement_change", args=[key])
    assert "Take back" in client_of("rikke").get(url).content.decode()
    assert "Take back" not in client_of("admin").get(url).content.decode()
    done = client_of("rikke").post(verb(entry, "take_back", "pointsmovement"), {"reason": "Credited"})
    assert done.status_code == 302
    case = latest()
    waiting = client_of("rikke").get(url).content.decode()
    assert str(case) in waiting and 'value="Take back"' not in waiting
    client_of("soren").post(verb(case, "sign"))
    assert str(case) in client_of("rikke").get(url).content.decode()


def test_a_closed_term_is_re_opened_from_the_list(client_of, world, today):
    with looking():
        start = today - timedelta(days=800)
        type(world.agreement).objects.filter(pk=world.agreement.pk).update(term_start=start)
        first = terms_between(start, start, today)[0]
        TermClosing.objects.create(
            customer_id=world.agreement.customer_id, agreement=world.agreement, starts_on=first.starts_on,
            ends_on=first.ends_on, points=0, level="BL", opens_with="BL", rule_version="2026.1", recorded_at=now(),
        )  # fmt: skip
    listed = client_of("rikke").get(reverse("admin:licenses_termclosing_changelist")).content.decode()
    add = reverse("admin:licenses_termreopening_add")
    assert f"{add}?agreement={world.agreement.number}&amp;starts_on={first.starts_on}" in listed
    form = client_of("rikke").get(add, {"agreement": world.agreement.number, "starts_on": str(first.starts_on)})
    assert f'value="{first.starts_on}"' in form.content.decode()
    asked = {"agreement": world.agreement.number, "starts_on": str(first.starts_on), "reason": "Late invoice"}
    done = client_of("rikke").post(add, asked)
    assert done.status_code == 302 and latest(TermReopening).reason == "Late invoice"
    assert client_of("rikke").get(done.url).status_code == 200
    assert client_of("rikke").post(add, asked).status_code == 409
    listed = client_of("rikke").get(reverse("admin:licenses_termclosing_changelist")).content.decode()
    assert "?agreement=" not in listed


def test_lists_ask_a_fixed_number_of_questions(client_of, typed, django_assert_max_num_queries):
    for points in ("1", "2", "3"):
        client_of("rikke").post(reverse(ADD), typed | {"points": points})
    client = client_of("soren")
    client.get(reverse(LIST))
    with django_assert_max_num_queries(14):
        client.get(reverse(LIST))
