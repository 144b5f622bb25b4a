"""Lists of the API come in cursor pages that lose and double nothing."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db
LISTS = ["sites", "entitlements", "parts", "proofs", "renewal-quotes"]


@pytest.mark.parametrize("name", LISTS)
def test_pages_join_to_the_whole(api_of: Callable[..., APIClient], name: str) -> None:
    mette = api_of("mette")
    whole = mette.get(f"/api/v1/{name}/?page_size=500").json()
    assert set(whole) == {"next", "previous", "results"}
    assert whole["next"] is None and whole["previous"] is None
    found, address = [], f"/api/v1/{name}/?page_size=2"
    while address:
        page = mette.get(address).json()
        assert len(page["results"]) <= 2
        found += page["results"]
        address = page["next"]
    assert found == whole["results"]


def test_the_size_of_a_page_has_a_limit(api_of: Callable[..., APIClient]) -> None:
    page = api_of("mette").get("/api/v1/parts/?page_size=100000").json()
    assert len(page["results"]) <= 500


def test_a_cursor_that_isnt_one_is_refused(api_of: Callable[..., APIClient]) -> None:
    answer = api_of("mette").get("/api/v1/parts/?cursor=nonsense")
    assert answer.status_code in (400, 404)
    assert answer["Content-Type"] == "application/problem+json"
