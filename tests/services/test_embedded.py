"""The embedded services: they keep data, survive being killed, and are run by one process at a time."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from portal.services import discovery, places, processes
from portal.services.bootstrap import bootstrap
from portal.services.embedded import EmbeddedServices, borrowed
from portal.services.problems import ServiceProblem

pytestmark = pytest.mark.slow


@pytest.fixture
def state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DATABASE_URL", "APP_DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path_factory.mktemp("state")
    # pytest closes its folders to other users; the server may run as one.
    for path in (folder, *folder.parents):
        if path.owner() == folder.owner() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o011)
    return folder


@pytest.fixture
def services(state: Path) -> Iterator[EmbeddedServices]:
    services = EmbeddedServices(state, durable=False)
    services.claim()
    services.start()
    yield services
    services.stop()


def query(url: str, statement: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def test_the_application_role_is_weak_and_made_once(state: Path, services: EmbeddedServices) -> None:
    owner, app = discovery.database_urls(state)
    bootstrap(owner, app)
    bootstrap(owner, app)
    rights = "rolsuper, rolcreatedb, rolcreaterole, rolbypassrls"
    assert query(app, f"SELECT {rights} FROM pg_roles WHERE rolname = current_user") == [(False,) * 4]
    assert query(app, "SELECT extname FROM pg_extension WHERE extname = 'btree_gist'") == [("btree_gist",)]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        query(app, "CREATE TABLE public.own (id int)")


def test_a_role_that_became_strong_is_corrected(state: Path, services: EmbeddedServices) -> None:
    owner, app = discovery.database_urls(state)
    bootstrap(owner, app)
    query(owner, "ALTER ROLE passage_app SUPERUSER PASSWORD 'another'")
    bootstrap(owner, app)
    assert query(app, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [(False,)]


def test_an_owner_without_rights_gets_a_sentence(state: Path, services: EmbeddedServices) -> None:
    owner, app = discovery.database_urls(state)
    bootstrap(owner, app)
    query(owner, "CREATE ROLE poor LOGIN PASSWORD 'poor'")
    poor = discovery.with_login(owner, "poor", "poor")
    with pytest.raises(ServiceProblem, match="may not create the role other_app"):
        bootstrap(poor, discovery.with_login(owner, "other_app", "x"))
    with pytest.raises(ServiceProblem, match="may not create the database elsewhere"):
        bootstrap(discovery.with_database(poor, "elsewhere"), app)
    with pytest.raises(ServiceProblem, match="can't be used"):
        bootstrap(discovery.with_login(owner, "poor", "wrong"), app)


def test_data_survives_a_stop_a_killed_server_and_a_lost_password(state: Path) -> None:
    services = EmbeddedServices(state)
    for count, sabotage in enumerate(("none", "killed", "stale number", "lost password"), start=1):
        if sabotage == "lost password":
            (state / "run" / "owner_password").unlink()
        services = EmbeddedServices(state)
        services.claim()
        services.start()
        try:
            owner, app = discovery.database_urls(state)
            bootstrap(owner, app)
            query(owner, "CREATE TABLE IF NOT EXISTS public.seen (id int)")
            query(owner, "INSERT INTO public.seen VALUES (1)")
            assert query(owner, "SELECT count(*) FROM public.seen") == [(count,)]
            with redis.Redis.from_url(discovery.redis_url(state)) as broker:
                assert broker.incr("seen") == count
            if sabotage == "killed":
                assert services.database and services.database.process
                services.database.process.kill()
                services.database.process.wait()
                assert services.dead() == "PostgreSQL"
        finally:
            services.stop()
        if sabotage == "stale number":
            data = (state / "postgres").resolve() / "data"
            # Number 1 runs, but is no PostgreSQL: the file is left over from before a restart of the machine.
            (data / "postmaster.pid").write_text(f"1\n{data}\n1\n5432\n\n127.0.0.1\n1\nready\n")


def test_a_second_holder_is_told_who_is_first(state: Path, services: EmbeddedServices) -> None:
    second = EmbeddedServices(state)
    with pytest.raises(ServiceProblem, match=f"already run by process {os.getpid()}"):
        second.claim()


def test_a_command_borrows_services_that_nobody_runs(state: Path) -> None:
    with borrowed(state):
        assert discovery.facts(state) == {}
    services = EmbeddedServices(state, durable=False)
    services.claim()
    services.start()
    assert services.database
    with borrowed(state):
        assert query(discovery.with_database(services.database.url, "postgres"), "SELECT 1") == [(1,)]
    services.stop()
    with borrowed(state), redis.Redis.from_url(discovery.redis_url(state)) as broker:
        assert broker.ping()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent ended")
def test_what_a_killed_runner_started_ends_with_it(tmp_path: Path) -> None:
    program = (
        "import os, sys; from portal.services import processes; "
        "child = processes.start(['sleep', '600']); print(child.pid, flush=True); sys.stdin.read()"
    )
    runner = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=places.BASE_DIR
    )
    assert runner.stdout and runner.stdin
    child = int(runner.stdout.readline())
    assert "sleep" in processes.command_of(child)
    runner.kill()
    runner.wait()
    runner.stdout.close()
    runner.stdin.close()
    until = time.monotonic() + 5
    while "sleep" in processes.command_of(child) and time.monotonic() < until:
        time.sleep(0.02)
    assert "sleep" not in processes.command_of(child)
