"""Health over HTTP: no sign-in, no transaction, no cache."""

import pytest
from django.test import Client

from portal import health


def test_live_needs_nothing() -> None:
    """Not even a database: the mark that allows one is missing on purpose."""
    answer = Client().get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "live"})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("missing", [[], ["worker"], ["broker", "worker"]])
def test_ready_names_what_is_missing(monkeypatch: pytest.MonkeyPatch, missing: list[str]) -> None:
    checks = {name: (lambda name=name: name not in missing) for name in ("database", "broker", "worker")}
    monkeypatch.setattr(health, "CHECKS", checks)
    answer = Client().get("/health/ready")
    assert answer.status_code == (503 if missing else 200)
    assert answer.json()["missing"] == missing


def test_health_is_read_only() -> None:
    assert Client().post("/health/live").status_code == 405
