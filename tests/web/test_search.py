"""One field finds whatever has a number or a name, for those who may see it, by a fixed number of questions."""

import pytest

from portal.search import LONGEST, asked_for, find, numbered
from tests.operations.test_transfers import clean_lines, draft
from tests.renewing import issue

pytestmark = pytest.mark.django_db


def found(actor, said):
    return {hit.label: hit.url for group in find(actor, said) for hit in group.hits}


@pytest.mark.parametrize("said", ["T-000123", "t-123", "T123", "123", "000123"])
def test_a_number_is_read_as_people_write_it(said):
    assert numbered(said, "T") == 123


@pytest.mark.parametrize("said", ["", "T-", "RQ-123", "12a", "1" * 10, "١٢٣"])
def test_what_is_no_such_number_is_none(said):
    assert numbered(said, "T") is None


def test_blanks_and_length_are_brought_in_order():
    assert asked_for("  Nord \n vind\0 ") == "Nord vind"
    assert asked_for("x") == "" and asked_for(" ") == ""
    assert len(asked_for("x" * 500)) == LONGEST


def test_each_kind_is_found_where_it_is(world, as_actor, today):
    mette = as_actor("mette")
    request = draft(world, mette, today, clean_lines(world, 1))
    quote = issue(world)[0]
    site, agreement = world.originating_site, world.agreement
    assert found(mette, str(request)) == {str(request): f"/transfers/{request.pk}/"}
    assert found(mette, site.site_number)[f"{site.site_number} {site.name}"] == f"/sites/{site.site_number}/"
    assert found(mette, agreement.number)[agreement.number] == f"/agreements/{agreement.number}/"
    assert found(mette, quote.number.lower())[str(quote)] == f"/quotes/{quote.pk}/"
    assert found(mette, "d9x24ll") == {"D9X24LL": "/licenses/?part=D9X24LL"}
    assert f"{site.site_number} {site.name}" in found(mette, world.nordvind.name.lower())


def test_companies_are_found_at_the_desk(world, as_actor):
    assert found(as_actor("rikke"), "nordvind")["Nordvind A/S"].startswith("/admin/sites/customer/")
    assert not any("/admin/" in url for url in found(as_actor("mette"), "nordvind").values())


def test_nobody_finds_what_others_have(world, as_actor, today):
    request = draft(world, as_actor("mette"), today, clean_lines(world, 1))
    anna = as_actor("anna")
    for said in (str(request), world.originating_site.site_number, world.agreement.number, "Nordvind"):
        assert found(anna, said) == {}


def test_as_many_questions_for_much_as_for_nothing(world, as_actor, django_assert_num_queries):
    mette = as_actor("mette")
    with django_assert_num_queries(5):
        find(mette, "zz zz")
    with django_assert_num_queries(5):
        find(mette, "Nordvind")


def test_the_page_says_what_it_found_and_what_it_did_not(world, client_of):
    mette = client_of("mette")
    assert world.originating_site.site_number in mette.get("/search/", {"q": "Nordvind"}).content.decode()
    assert "Nothing found" in mette.get("/search/", {"q": "Sydhavn"}).content.decode()
    assert "Say a little more" in mette.get("/search/", {"q": "x"}).content.decode()
    page = mette.get("/search/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


@pytest.mark.parametrize(
    "said", ["%", "_%", "\\", "'; --", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16") * 3]
)
def test_no_sign_means_more_than_itself(world, as_actor, said):
    assert find(as_actor("mette"), said * 2) == ()
