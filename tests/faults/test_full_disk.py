"""A full disk at upload: a sentence, nothing left behind, and the same upload works once there is room again."""

import json
import os
import resource
import urllib.error
import urllib.request

import psutil
import pytest
from django.test.client import MULTIPART_CONTENT

from tests.faults.books import correct

LITTLE = 12 * 1024


@pytest.fixture
def full(stage):
    """No process of the web server can write a file of more than 12 KiB: `full(False)` ends that."""
    web = psutil.Process(stage.others["web"].pid)

    def limit(on):
        most = LITTLE if on else resource.RLIM_INFINITY
        os.truncate(stage.state / "logs" / "web.log", 0)
        for process in [web, *web.children()]:
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    yield limit
    limit(False)


def left(stage):
    """Forms and files, kept ones and those on their way."""
    forms = stage.ask("SELECT count(*) FROM migrations_app_transferbatch")[0][0]
    files = sorted(path for folder in ("files", "tmp") for path in (stage.state / folder).rglob("*") if path.is_file())
    return forms, files


def test_a_form_that_finds_no_room_is_told_so_and_comes_again(stage, road, full):
    form = road.form(rows=600)
    assert len(form.content()) > 2 * LITTLE
    before = left(stage)
    full(True)
    answer = road.upload(form)
    assert (answer.status, answer.body["code"]) == (507, "storage_full"), answer
    assert "full" in answer.body["detail"] and answer.body["errors"][0]["field"] == "file"
    assert left(stage) == before
    full(False)
    assert road.upload(form).status == 202
    road.drive(form)
    correct(stage, form)


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "full"}])
def test_a_body_that_finds_no_room_on_its_way(stage, road, full, headers):
    """What is larger than memory is kept for stands in a temporary file before anybody looks at it."""
    form = road.form()
    form.content = lambda: b"x" * (3 * 1024 * 1024)
    before = left(stage)
    full(True)
    answer = road.upload(form, **headers)
    assert (answer.status, answer.body["code"]) == (507, "storage_full"), answer
    assert left(stage) == before


def test_people_get_a_page_in_their_language(stage, road, full):
    full(True)
    asked = urllib.request.Request(
        f"http://127.0.0.1:{stage.port}/transfer-forms/new/",
        b"x" * (3 * 1024 * 1024),
        {"Content-Type": MULTIPART_CONTENT, "Accept-Language": "da"},
    )
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(asked, timeout=30)
    with refusal.value as answer:
        said = answer.read().decode()
    assert answer.code == 507 and '<html lang="da"' in said and "Traceback" not in said
    with pytest.raises(json.JSONDecodeError):
        json.loads(said)
