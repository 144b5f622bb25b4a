"""The desk's pages of rule books, and the page that everybody reads."""

import pytest
from django.urls import reverse

from licenses.models import RuleBookVersion
from licenses.rule_words import CHECKS
from migrations_app.words.checks import WORDS
from tests.cast import looking

pytestmark = pytest.mark.django_db
ADD = "/admin/licenses/rulebookversion/add/"


def latest():
    with looking():
        return RuleBookVersion.objects.exclude(version="2026.1").get()


def test_from_proposal_to_the_page_that_everybody_reads(world, client_of):
    page = client_of("rikke").get(ADD)
    assert page.status_code == 200
    typed = {"valid_from": "2027-01-01", "reason": "Longer", "reversal_days": "60"}
    done = client_of("rikke").post(ADD, typed)
    assert done.status_code == 302, done.content
    case = latest()
    assert "Put into force" not in client_of("rikke").get(done.url).content.decode()
    shown = client_of("soren").get(done.url).content.decode()
    assert "60 days instead of 30 days" in shown
    verb = reverse("admin:licenses_rulebookversion_verb", args=[case.pk, "put_in_force"])
    assert client_of("soren").post(verb).status_code == 302
    read = client_of("mette").get("/rules/").content.decode()
    assert "Coming changes" in read and case.version in read


def test_reminders_are_read_by_everybody_and_changed_by_the_desk(world, client_of):
    """Rule T9's days stand on the page of rules, and a proposal says them in words."""
    read = client_of("mette").get("/rules/").content.decode()
    assert "120 days" in read and "Days before: 60, 30, 14, 7, 1; and the day after" in read
    done = client_of("rikke").post(
        ADD, {"valid_from": "2027-01-01", "reason": "Fewer letters", "reminder_days": "45, 10"}
    )
    shown = client_of("soren").get(done.url).content.decode()
    assert "Days before: 45, 10 instead of Days before: 60, 30, 14, 7, 1; and the day after" in shown


def test_days_that_rise_are_refused_beside_their_field(world, client_of):
    page = client_of("rikke").post(ADD, {"valid_from": "2027-01-01", "reason": "More", "reminder_days": "10, 45"})
    assert page.status_code == 400
    assert page.content.decode().count("isn&#x27;t a row of days") == 2
    with looking():
        assert RuleBookVersion.objects.count() == 1


def test_a_wrong_proposal_comes_back_with_what_was_typed(world, client_of):
    typed = {"valid_from": "2026-02-30", "reason": "", "reversal_days": "sixty"}
    page = client_of("rikke").post(ADD, typed)
    text = page.content.decode()
    assert page.status_code == 400
    assert text.count("sixty") >= 2 and "the past" in text
    with looking():
        assert RuleBookVersion.objects.count() == 1


@pytest.mark.parametrize("lang", ["en", "da"])
def test_every_rule_and_every_check_is_told(world, client_of, lang):
    client = client_of("mette")
    page = client.get("/rules/", headers={"accept-language": lang}).content.decode()
    codes = [
        f"{kind}{n}" for kind, last in (("S", 10), ("T", 10), ("P", 8), ("M", 8), ("V", 19)) for n in range(1, last + 1)
    ]
    places = [page.find(f'<div id="rule-{code}">') for code in codes]
    assert -1 not in places and places == sorted(places)
    assert set(CHECKS) == {code.partition(".")[0] for code in WORDS}


def test_the_rules_are_one_question(world, client_of, django_assert_max_num_queries):
    client = client_of("mette")
    client.get("/rules/")
    with django_assert_max_num_queries(12):
        client.get("/rules/")
