"""Health for load balancers: `live` is the process, `ready` is everything a request may need."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow

import psycopg2
import redis
from django.contrib.auth.decorators import login_not_required
from django.db import connections
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import heartbeat

# libpq waits two seconds at least, so a check that takes longer will not come back in time.
_SECONDS = 2.5
_pool = ThreadPoolExecutor(max_workers=6, thread_name_prefix="health")


@login_not_required
@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """200 when this process answers."""
    return JsonResponse({"status": "live"})


@login_not_required
@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when database, broker and a worker answer; otherwise 503 and `missing`, the names of those that don't."""
    running = {name: _pool.submit(check) for name, check in CHECKS.items()}
    missing = [name for name, answer in running.items() if not _holds(answer)]
    if missing:
        return JsonResponse({"status": "not ready", "missing": missing}, status=503)
    return JsonResponse({"status": "ready", "missing": []})


def _holds(answer: Future[bool]) -> bool:
    try:
        return answer.result(timeout=_SECONDS)
    except (TooSlow, psycopg2.Error, redis.RedisError):
        return False


def _database() -> bool:
    # A connection of its own, as the application's role: a pooled one would say nothing about new requests.
    parameters = connections["default"].get_connection_params() | {"connect_timeout": 2}
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    connection = psycopg2.connect(**parameters)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    finally:
        connection.close()


def _broker() -> bool:
    return bool(heartbeat.client().ping())


def _worker() -> bool:
    return heartbeat.alive() > 0


CHECKS: dict[str, Callable[[], bool]] = {"database": _database, "broker": _broker, "worker": _worker}
