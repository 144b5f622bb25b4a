"""Bodies that are no JSON, and the page that the `type` of every problem leads to."""

import json

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "said"), [("en", "can't be read as JSON"), ("da", "ikke læses som JSON")])
def test_a_body_that_is_no_json_is_told_as_a_fault(api_of, language, said):
    answer = api_of("mette", HTTP_ACCEPT_LANGUAGE=language).post(
        "/api/v1/what-ifs/", data="{", content_type="application/json"
    )
    assert answer.status_code == 400
    told = json.loads(answer.content)
    assert [error["code"] for error in told["errors"]] == ["body_unreadable"]
    assert said in told["errors"][0]["message"] and told["type"] == "/help/errors/#invalid"


def test_the_type_of_a_problem_leads_to_a_page_that_names_its_code(client):
    page = client.get("/help/errors/").content.decode()
    assert page.count("<dt ") > 100 and 'id="body_unreadable"' in page and "%(" not in page
