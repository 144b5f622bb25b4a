"""The API to the contact of the target, whose licenses these aren't: the case, the consent, and nothing else."""

import pytest

from tests.moving import status
from tests.sisters import asked, drafted, make_sisters, source_line

pytestmark = pytest.mark.django_db
PATH = "/api/v1/transfer-requests/"


def test_the_target_reads_and_consents(api_of, world, today):
    line, request = source_line(world), asked(world, today)
    mette = api_of("mette")
    assert str(request.pk) in [row["id"] for row in mette.get(PATH).json()["results"]]
    told = mette.get(f"{PATH}{request.pk}/").json()
    assert (told["source_site"], told["whose_turn"]) == (line.site.site_number, "source_contact")
    (moved,) = told["lines"]
    assert (moved["part_number"], moved["order_reference"]) == (line.part_id, line.order_reference)
    assert (moved["owned"], moved["cover_end"]) == (None, None)
    answer = mette.post(f"{PATH}{request.pk}/consent/", {})
    assert answer.status_code == 200 and [c["side"] for c in answer.json()["consents"]] == ["target"]
    assert api_of("lars").post(f"{PATH}{request.pk}/consent/", {}).json()["status"] == "in_review"


def test_a_step_that_needs_both_ends_says_so(api_of, world, today):
    make_sisters(world, today)
    request = drafted(world, today)
    assert api_of("lars").get(f"{PATH}{request.pk}/").json()["checks"]
    refused = api_of("lars").post(f"{PATH}{request.pk}/submit/", {})
    assert refused.status_code == 403 and refused.json()["errors"][0]["code"] == "end_hidden"
    assert api_of("anna").get(f"{PATH}{request.pk}/").status_code == 404
    assert status(request) == "draft"


def test_nothing_else_of_the_source_opens(api_of, world, today):
    line, _request = source_line(world), asked(world, today)
    mette = api_of("mette")
    for path in (f"sites/{line.site.site_number}/", f"entitlements/{line.pk}/"):
        assert mette.get(f"/api/v1/{path}").status_code == 404
        assert api_of("lars").get(f"/api/v1/{path}").status_code == 200
