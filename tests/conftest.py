"""What every test stands on: databases, a date that stands still, no network, and the cast.

Tests marked `django_db` (or that ask for `world`, `as_actor`, `client_of`, …) run as the application's role in one
transaction that rolls back. After a request through `client_of` or `api_of`, whoever asked last is the actor of that
transaction: call `as_actor` again. A test that needs commits (two at once, workers, a browser) asks for `committed`
and gets a database of its own; `transaction=True` is refused, because Django would truncate what can't be truncated.
"""

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.utils import translation
from django.utils.module_loading import autodiscover_modules
from hypothesis import settings as hypothesis_settings
from psycopg2 import extensions
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from tests import cast, databases

# Where a change is let in, the same code sees the same examples; everywhere else they are drawn anew each time.
hypothesis_settings.register_profile("steady", derandomize=True)
if os.environ.get("CI"):
    hypothesis_settings.load_profile("steady")

TODAY = date(2026, 11, 24)
_FILES = pytest.StashKey[str]()


def _run_of(config: pytest.Config) -> str:
    """What tells this run's databases from others': the process that started it."""
    return getattr(config, "workerinput", {}).get("passage_run") or str(os.getpid())


def pytest_configure(config: pytest.Config) -> None:
    files = tempfile.mkdtemp(prefix="passage-test-files-")
    config.stash[_FILES] = files
    settings.CLOCK_TODAY = TODAY
    settings.DEMO = True
    # WhiteNoise warns of a folder that isn't there; files come from the finders.
    settings.STATIC_ROOT = Path(files)
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": files},
        },
    }
    # Workers of one run would share a cache of the broker's, rate limits and all.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["passage_run"] = str(os.getpid())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests that share what takes long to build go to one process, first of all; the others to whoever is free."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "faults" if nodeid.startswith("tests/faults/") else nodeid

    return Together(config, log) if config.getvalue("dist") == "load" else None


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash.get(_FILES, ""), ignore_errors=True)
    if not hasattr(config, "workerinput"):
        databases.drop_run(_run_of(config))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker and (marker.kwargs.get("transaction") or marker.args):
            raise pytest.UsageError(f"{item.nodeid}: ask for the fixture `committed` instead of transaction=True.")


@pytest.fixture(scope="session")
def run_name(request: pytest.FixtureRequest) -> str:
    """What the databases of this run are called after."""
    return _run_of(request.config)


@pytest.fixture(scope="session")
def django_db_setup(run_name: str, django_db_blocker: Any) -> Iterator[None]:
    """This worker's clone of the template, for both connections."""
    autodiscover_modules("tasks")
    with django_db_blocker.unblock():
        before = connections.settings["default"]["NAME"]
        name = databases.clone(run_name)
        databases.use(name)
    yield
    with django_db_blocker.unblock():
        databases.use(before)
        databases.drop(name)


@pytest.fixture
def committed(
    request: pytest.FixtureRequest, run_name: str, django_db_setup: None, django_db_blocker: Any
) -> Iterator[str]:
    """A database of this test's own in which commits are real; its name. Open transactions with `acting`."""
    if request.node.get_closest_marker("django_db") or "db" in request.fixturenames:
        pytest.fail("`committed` brings its own database: leave the mark django_db and the fixture db out.")
    with django_db_blocker.unblock():
        name = databases.clone(run_name)
        try:
            with databases.used(name):
                yield name
        finally:
            databases.drop(name)


@pytest.fixture
def at_once(committed: str) -> Callable[..., list[Any]]:
    """`at_once(f, g, …)` runs them at the same time, each on its own connection; results or exceptions, in order."""

    def run(*functions: Callable[[], Any]) -> list[Any]:
        def one(function: Callable[[], Any]) -> Any:
            try:
                return function()
            except Exception as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(functions)) as pool:
            return list(pool.map(one, functions))

    return run


@pytest.fixture
def database(request: pytest.FixtureRequest) -> None:
    """The database of `committed` where the test asks for that, the rolled-back transaction otherwise."""
    request.getfixturevalue("committed" if "committed" in request.fixturenames else "db")


@pytest.fixture
def owner(database: None) -> Iterator[extensions.connection]:
    """The owner's own connection (psycopg2) beside the application's; rolled back unless the test commits it."""
    with databases.owner() as connection:
        yield connection


@pytest.fixture
def today() -> date:
    """The business date of the demonstration world."""
    return TODAY


@pytest.fixture
def world(database: None) -> cast.World:
    """The demonstration world, see tests/cast.py."""
    return cast.World()


@pytest.fixture
def as_actor(db: None) -> Callable[[str], Any]:
    """`as_actor("mette@nordvind.example")` (or "mette") makes her the actor of the test's transaction."""

    def start(who: str) -> Any:
        user = cast.person(who)
        return cast.begin(user.pk, name=user.name)

    return start


@pytest.fixture
def acting(database: None) -> Callable[[str], AbstractContextManager[Any]]:
    """`with acting("mette") as actor:` is one transaction of hers, a savepoint in tests that roll back."""
    return cast.acting


@pytest.fixture
def client_of(database: None) -> Callable[[str], Client]:
    """`client_of("mette")` is her browser, signed in."""

    def sign_in(who: str, **defaults: Any) -> Client:
        client = Client(**defaults)
        client.force_login(cast.person(who), backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture
def api_of(database: None) -> Callable[[str], APIClient]:
    """`api_of("mette")` speaks to the API with her token, JSON unless told otherwise."""

    def connect(who: str, **headers: str) -> APIClient:
        token, _ = Token.objects.get_or_create(user=cast.person(who))
        client = APIClient()
        client.default_format = "json"
        client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}", **headers)
        return client

    return connect


@pytest.fixture
def run_jobs(database: None) -> Callable[..., int]:
    """`run_jobs()` does what is due until nothing is; fails with the reason of a job that failed.

    `run_jobs(failing=True)` leaves failures to the test.
    """
    from sites.jobs import run_due
    from sites.models import Job

    def run(*, failing: bool = False) -> int:
        done = 0
        while ran := run_due():
            done += ran
        with cast.looking():
            faults = [f"{job.kind}: {job.reason}" for job in Job.objects.exclude(reason="")]
        assert failing or not faults, faults
        return done

    return run


@pytest.fixture(autouse=True)
def rings(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The doorbell rings into this list instead of the broker."""
    from sites import tasks

    heard: list[Any] = []
    monkeypatch.setattr(tasks.work_due, "apply_async", lambda *_args, **options: heard.append(options))
    return heard


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """No test sees another's cache or language."""
    cache.clear()
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Sockets of Python's reach this machine and the services of the suite, nothing else."""
    services = {urlsplit(url).hostname for url in (settings.REDIS_URL, settings.OWNER_URL)}
    allowed = {"localhost", "127.0.0.1", "::1", *services}
    connect = socket.socket.connect

    def guarded(self: socket.socket, target: Any) -> None:
        if isinstance(target, tuple) and target[0] not in allowed:
            raise AssertionError(f"tests stay on this machine; something called {target[0]}")
        connect(self, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture
def danish(root: Path) -> None:
    """For tests that read Danish: left out until the catalog is there."""
    if not (root / "locale" / "da" / "LC_MESSAGES" / "django.mo").exists():
        pytest.skip("no compiled Danish catalog: python -m scripts.compile_messages")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return Path(__file__).resolve().parent.parent
