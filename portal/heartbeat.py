"""Which workers are alive: each writes the broker's time beside its name every two seconds."""

from functools import cache
from typing import Any

import redis
from django.conf import settings

KEY = "passage:workers"
# Four missed beats. A worker that was killed counts as gone after this many seconds.
PATIENCE = 8


@cache
def client() -> redis.Redis:
    """The broker, with time limits that suit a health check."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=1)


def _broker_time() -> float:
    # The broker's clock, so that machines need not agree on the time.
    seconds, microseconds = client().time()
    return float(seconds) + microseconds / 1_000_000


def beat(worker: str) -> None:
    """`worker` is alive now; raises RedisError when the broker does not answer."""
    instant = _broker_time()
    with client().pipeline() as pipe:
        pipe.zadd(KEY, {worker: instant})
        pipe.zremrangebyscore(KEY, "-inf", instant - 3600)
        pipe.execute()


def seen_lately() -> list[tuple[str, float]]:
    """The workers that had a pulse within the hour and the seconds since; raises RedisError as `beat` does."""
    instant = _broker_time()
    found: Any = client().zrangebyscore(KEY, instant - 3600, "+inf", withscores=True)
    return sorted((name.decode(), max(0.0, instant - score)) for name, score in found)


def unheard() -> int:
    """How many rings wait for a worker to hear them; raises RedisError when the broker does not answer."""
    return int(client().llen("celery"))


def leave(worker: str) -> None:
    """`worker` is about to stop."""
    client().zrem(KEY, worker)


def alive() -> int:
    """How many workers have a pulse; raises RedisError when the broker does not answer."""
    return int(client().zcount(KEY, _broker_time() - PATIENCE, "+inf"))
