"""Copies of a loaded world: PASSAGE_BENCH_TEMPLATE names a database that is made and loaded once and then copied a run.

What is measured writes to the copy alone, so that each run finds the same world within seconds.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
from psycopg2 import sql

from portal.services import discovery
from scripts.runner import ROOT

TEMPLATE = "PASSAGE_BENCH_TEMPLATE"


@contextmanager
def copied(template: str) -> Iterator[dict[str, str]]:
    """The environment that leads to a fresh, migrated copy of `template`, which is loaded first where it is missing."""
    name = f"{template}_run_{os.getpid()}"
    if not _found(template):
        _python(_leading_to(template), "-m", "scripts.prepare_database")
        _python(_leading_to(template), "-m", "benchmarks.transfer_world")
    _execute("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
    try:
        _python(_leading_to(name), "-m", "scripts.prepare_database")
        yield _leading_to(name)
    finally:
        _execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _leading_to(name: str) -> dict[str, str]:
    owner, app = discovery.database_urls()
    return {
        "DATABASE_URL": discovery.with_database(owner, name),
        "APP_DATABASE_URL": discovery.with_database(app, name),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }


def _python(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, cwd=ROOT, env={**os.environ, **environment})


def _found(name: str) -> bool:
    return bool(_execute("SELECT 1 FROM pg_database WHERE datname = %s", values=[name]))


def _execute(statement: str, *names: str, values: Any = None) -> list[Any]:
    owner, _ = discovery.database_urls()
    with closing(psycopg2.connect(discovery.with_database(owner, "postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)), values)
            return cursor.fetchall() if cursor.description else []
