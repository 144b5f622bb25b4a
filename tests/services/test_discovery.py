"""Addresses come from the environment first, then from what the embedded services left."""

import json
import stat
from pathlib import Path

import pytest

from portal.services import discovery, places
from portal.services.problems import ServiceProblem


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DATABASE_URL", "APP_DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def leave_facts(state: Path, **facts: str) -> None:
    places.run_dir(state)
    discovery.facts_path(state).write_text(json.dumps(facts))


def test_the_environment_wins(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_facts(state, database_url="postgres://a:b@127.0.0.1:1/passage", redis_url="redis://127.0.0.1:1/0")
    monkeypatch.setenv("DATABASE_URL", "postgres://owner:pw@db:5432/other")
    monkeypatch.setenv("APP_DATABASE_URL", "postgres://app:pw@db:5432/other")
    monkeypatch.setenv("REDIS_URL", "redis://cache:6379/3")
    assert discovery.database_urls(state) == ("postgres://owner:pw@db:5432/other", "postgres://app:pw@db:5432/other")
    assert discovery.redis_url(state) == "redis://cache:6379/3"


def test_the_embedded_services_are_found(state: Path) -> None:
    leave_facts(state, database_url="postgres://passage:pw@127.0.0.1:7/passage", redis_url="redis://:x@127.0.0.1:8/0")
    owner, app = discovery.database_urls(state)
    assert owner == "postgres://passage:pw@127.0.0.1:7/passage"
    assert (discovery.login_name(app), discovery.database_name(app)) == ("passage_app", "passage")
    assert discovery.redis_url(state) == "redis://:x@127.0.0.1:8/0"


def test_the_application_keeps_its_password(state: Path) -> None:
    leave_facts(state, database_url="postgres://passage:pw@127.0.0.1:7/passage")
    assert discovery.database_urls(state)[1] == discovery.database_urls(state)[1]
    kept = state / "run" / "app_password"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_without_services_an_address_that_refuses(state: Path) -> None:
    assert discovery.database_urls(state)[0] == discovery.NO_DATABASE
    assert discovery.redis_url(state) == discovery.NO_BROKER


@pytest.mark.parametrize("url", ["mysql://u@h/passage", "postgres://u@h:5432", "postgres://u@h/", "passage"])
def test_an_address_without_database_is_refused(state: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ServiceProblem, match="DATABASE_URL must look like"):
        discovery.database_urls(state)


def test_options_of_the_address_stay() -> None:
    url = discovery.with_login("postgres://a:b@h:5432/passage?sslmode=require", "p@ss/age", "ø:1")
    assert url == "postgres://p%40ss%2Fage:%C3%B8%3A1@h:5432/passage?sslmode=require"
    assert discovery.login_name(url) == "p@ss/age"
    assert discovery.without_password(url) == "postgres://p%40ss%2Fage@h:5432/passage"


def test_a_spoiled_facts_file_counts_as_none(state: Path) -> None:
    places.run_dir(state)
    discovery.facts_path(state).write_text("{")
    assert discovery.facts(state) == {}
