"""The suite's databases: one template a run, a clone of it a worker, a clone for each test that commits.

The template holds the schema and the demonstration world. Nothing is ever truncated: the ledgers refuse it.
"""

import fcntl
import os
import re
import socket
import tempfile
import uuid
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg2 import extensions, sql

from portal.services import discovery
from portal.services.bootstrap import bootstrap

ALIASES = ("default", "owner")


def _family() -> str:
    """What the names of all databases of this machine's runs start with."""
    host = zlib.crc32(socket.gethostname().encode())
    return f"test_{discovery.database_name(settings.OWNER_URL)[:20]}_{host:08x}"


def _named(run: str, what: str) -> str:
    return f"{_family()}_{run}_{what}"


def _lock_path(run: str) -> Path:
    return Path(tempfile.gettempdir()) / f"{_family()}_{run}.lock"


@contextmanager
def _one_at_a_time(run: str) -> Iterator[None]:
    with _lock_path(run).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@contextmanager
def server() -> Iterator[extensions.connection]:
    """A connection of the owner outside the suite's databases, in autocommit: databases come and go through it."""
    with closing(psycopg2.connect(discovery.with_database(settings.OWNER_URL, "postgres"))) as connection:
        connection.autocommit = True
        yield connection


@contextmanager
def owner() -> Iterator[extensions.connection]:
    """A connection of the owner to the database that the suite uses now; what isn't committed is rolled back."""
    name = connections.settings["owner"]["NAME"]
    with closing(psycopg2.connect(discovery.with_database(settings.OWNER_URL, name))) as connection:
        yield connection


def _execute(statement: str, *names: str) -> None:
    with server() as connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _found(pattern: str) -> list[str]:
    with server() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern.replace("_", r"\_")])
        return [name for (name,) in cursor.fetchall()]


def use(name: str) -> None:
    """Both of Django's connections, in every thread that opens one from now on, lead to database `name`."""
    for alias in ALIASES:
        connections[alias].close()
        connections.settings[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name


@contextmanager
def used(name: str) -> Iterator[None]:
    """`use` for a while."""
    before = connections.settings["default"]["NAME"]
    use(name)
    try:
        yield
    finally:
        use(before)


def template(run: str) -> str:
    """The name of the run's template; whoever asks first builds it, the others wait."""
    name = _named(run, "template")
    with _one_at_a_time(run):
        if not _found(name):
            _sweep()
            _build(_named(run, "unfinished"), name)
    return name


def _build(unfinished: str, name: str) -> None:
    _execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", unfinished)
    bootstrap(*(discovery.with_database(url, unfinished) for url in (settings.OWNER_URL, settings.APP_URL)))
    with used(unfinished):
        call_command("migrate", database="owner", interactive=False, verbosity=0, skip_checks=True)
        call_command("grant_tables")
        call_command("load_demo")
        with connections["owner"].cursor() as cursor:
            cursor.execute("ANALYZE")
    _execute("ALTER DATABASE {} RENAME TO {}", unfinished, name)
    # Nothing, autovacuum included, may be looking while it is being copied.
    _execute("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false", name)


def clone(run: str, what: str = "") -> str:
    """A fresh copy of the template; returns its name."""
    name = _named(run, what or uuid.uuid4().hex[:12])
    _execute("CREATE DATABASE {} TEMPLATE {}", name, template(run))
    return name


def drop(name: str) -> None:
    """Away with `name`, whoever is connected."""
    _execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def drop_run(run: str) -> None:
    """Away with every database of a run; nothing happens where the run never needed one."""
    lock = _lock_path(run)
    if lock.exists():
        for name in _found(_named(run, "%")):
            drop(name)
        lock.unlink(missing_ok=True)


def _sweep() -> None:
    """Away with what runs of this machine left behind that were killed."""
    for name in _found(f"{_family()}_%"):
        match = re.fullmatch(rf"{re.escape(_family())}_(\d+)_.*", name)
        if match and not _alive(int(match.group(1))):
            with suppress(psycopg2.Error):
                drop(name)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
