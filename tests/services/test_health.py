"""Health says which service is away, and answers nobody in particular."""

import json
import time

import psycopg2
import pytest
import redis
from django.test import RequestFactory

from portal import health, heartbeat


def fine() -> bool:
    return True


def away() -> bool:
    raise redis.ConnectionError


def closed() -> bool:
    raise psycopg2.OperationalError


def slow() -> bool:
    time.sleep(0.6)
    return True


@pytest.mark.parametrize(
    ("checks", "status", "missing"),
    [
        ({"database": fine, "broker": fine, "worker": fine}, 200, []),
        ({"database": closed, "broker": fine, "worker": fine}, 503, ["database"]),
        ({"database": fine, "broker": away, "worker": away}, 503, ["broker", "worker"]),
        ({"database": fine, "broker": fine, "worker": lambda: False}, 503, ["worker"]),
        ({"database": slow, "broker": fine, "worker": fine}, 503, ["database"]),
    ],
)
def test_ready(
    monkeypatch: pytest.MonkeyPatch, rf: RequestFactory, checks: dict[str, object], status: int, missing: list[str]
) -> None:
    monkeypatch.setattr(health, "CHECKS", checks)
    monkeypatch.setattr(health, "_SECONDS", 0.2)
    response = health.ready(rf.get("/health/ready"))
    assert (response.status_code, json.loads(response.content)["missing"]) == (status, missing)
    assert "no-store" in response.headers["Cache-Control"]


def test_live_asks_nothing(rf: RequestFactory) -> None:
    assert health.live(rf.get("/health/live")).status_code == 200
    assert health.live(rf.post("/health/live")).status_code == 405


def test_a_worker_counts_while_its_heart_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "KEY", "passage:test:workers")
    heartbeat.client().delete(heartbeat.KEY)
    assert heartbeat.alive() == 0
    heartbeat.beat("one@here")
    heartbeat.beat("two@here")
    assert heartbeat.alive() == 2
    heartbeat.leave("one@here")
    assert heartbeat.alive() == 1
    heartbeat.client().zadd(heartbeat.KEY, {"two@here": time.time() - heartbeat.PATIENCE - 1})
    assert heartbeat.alive() == 0
    heartbeat.client().delete(heartbeat.KEY)
