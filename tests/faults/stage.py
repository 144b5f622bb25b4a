"""The portal as it runs in earnest, to be broken: own database and broker, web, beat and workers, all real processes.

Everything that a stage starts carries its mark in the environment, and is gone when the stage closes.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg2

from portal.services import discovery, places, processes
from portal.services.postgres import EmbeddedPostgres
from portal.services.valkey import EmbeddedValkey

ROOT = Path(__file__).resolve().parents[2]
MARK = "PASSAGE_STAGE"
# Short, so that what was abandoned is soon taken up; a step of a small form takes far less.
LEASE_SECONDS = 3
SWEEP_SECONDS = 1
SECONDS = 90

Process = subprocess.Popen[bytes]


class Stage:
    """One stage under a folder of its own. `open` it, break it, `close` it."""

    def __init__(self) -> None:
        self.state = Path(tempfile.mkdtemp(prefix="passage-faults-"))
        # PostgreSQL may run as another user.
        self.state.chmod(0o711)
        (self.state / "tmp").mkdir()
        self.mark = secrets.token_hex(8)
        # Nothing that the broker was told survives its end: the worst case.
        self.broker = EmbeddedValkey(self.state, durable=False)
        self.database = EmbeddedPostgres(self.state, durable=False)
        self.workers: list[Process] = []
        self.others: dict[str, Process] = {}
        self.port = 0
        self.hired = 0

    def open(self) -> None:
        """Database, broker, schema and demonstration; then web and beat. No worker yet."""
        self.broker.start()
        self.database.start()
        self.call("-m", "scripts.prepare_database", "--demo")
        self.database.stop()
        # From here on what is committed must be there after any end.
        self.database = EmbeddedPostgres(self.state, preferred_port=self.database.port)
        self.database.start()
        self.port = places.free_port()
        self.start("web", "gunicorn", "-c", "portal/gunicorn_conf.py", "portal.asgi:application")
        schedule = str(self.state / "run" / "schedule")
        self.start("beat", "celery", "-A", "portal", "beat", "-l", "WARNING", f"--schedule={schedule}", "--pidfile=")
        self.until(lambda: places.port_is_taken(self.port), "the web server answers")

    def close(self) -> None:
        """End everything and leave nothing behind."""
        for process in [*self.workers, *self.others.values()]:
            self.kill(process)
        self.broker.stop()
        self.database.stop()
        for left in self.processes():
            with suppress(psutil.NoSuchProcess):
                left.kill()
        psutil.wait_procs(self.processes(), 5)
        shutil.rmtree((self.state / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(self.state, ignore_errors=True)

    @property
    def environment(self) -> dict[str, str]:
        """What each process is told."""
        owner = self.database.url
        secret = places.kept_secret(self.state, "app_password")
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV_"))},
            "DATABASE_URL": owner,
            "APP_DATABASE_URL": discovery.with_login(owner, "passage_app", secret),
            "REDIS_URL": self.broker.url,
            "STATE_DIR": str(self.state),
            "TMPDIR": str(self.state / "tmp"),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DEBUG": "",
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "1",
            "JOB_LEASE_SECONDS": str(LEASE_SECONDS),
            "SWEEP_SECONDS": str(SWEEP_SECONDS),
            "PYTHONUNBUFFERED": "1",
            MARK: self.mark,
        }

    def start(self, name: str, *module: str, **more: str) -> Process:
        """A Python module as a process called `name`, with `more` in its environment."""
        log = places.log_file(self.state, name)
        command = [sys.executable, "-m", *module]
        process = processes.start(command, log=log, env=self.environment | more, cwd=ROOT, stop_signal=signal.SIGKILL)
        self.others[name] = process
        return process

    def call(self, *arguments: str) -> str:
        """A Python program to its end; what it said. Fails where it fails."""
        done = subprocess.run(
            [sys.executable, *arguments], env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout

    def hire(self, **more: str) -> Process:
        """One more worker: the very command of `make demo`, with handlers for jobs that only tests have."""
        self.hired += 1
        name = f"worker{self.hired}"
        celery = ("celery", "-A", "portal", "worker", "-l", "INFO", "--concurrency=2", "--without-mingle")
        host = f"--hostname={secrets.token_hex(4)}@%h"
        process = self.start(name, *celery, host, "--include=tests.faults.handlers", **more)
        self.workers.append(self.others.pop(name))
        return process

    def kill(self, process: Process) -> None:
        """`kill -9` of a process and everything in its session."""
        processes.signal_group(process, signal.SIGKILL)
        process.wait(10)
        if process in self.workers:
            self.workers.remove(process)

    def kill_child(self, process: Process, choose: Callable[[list[Any]], Any]) -> None:
        """`kill -9` of one of the processes in which a worker does its jobs."""
        with suppress(psutil.NoSuchProcess):
            if children := psutil.Process(process.pid).children():
                choose(sorted(children, key=lambda child: child.pid)).kill()

    def restart_broker(self) -> None:
        """`kill -9` of the broker; it comes back empty, at the same address."""
        assert self.broker.process is not None
        self.broker.process.kill()
        self.broker.stop()
        self.broker.start()

    def restart_database(self) -> None:
        """The database goes at once, as after a power cut, and comes back."""
        assert self.database.process is not None
        self.database.process.send_signal(signal.SIGQUIT)
        self.database.stop()
        self.database.start()

    def processes(self) -> list[psutil.Process]:
        """Every running process with this stage's mark, and its services."""
        found = []
        services = {s.process.pid for s in (self.broker, self.database) if s.process is not None}
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if process.status() == psutil.STATUS_ZOMBIE:
                    continue
                if process.pid in services or process.environ().get(MARK) == self.mark:
                    found.append(process)
        return found

    @contextmanager
    def sql(self) -> Iterator[Any]:
        """A cursor of the owner, who sees everything; committed at the end."""
        connection = psycopg2.connect(self.database.url)
        try:
            with connection, connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a SELECT."""
        with self.sql() as cursor:
            cursor.execute(question, values)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    @contextmanager
    def held(self, table: str) -> Iterator[None]:
        """Nobody writes to `table` meanwhile: who wants to waits in the middle of a transaction."""
        connection = psycopg2.connect(self.database.url)
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
            yield
        finally:
            connection.close()

    def waiting_for(self, table: str) -> bool:
        """Whether somebody waits to write to `table`."""
        found = self.ask("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass", table)
        return bool(found[0][0])

    def asleep(self) -> bool:
        """Whether somebody sleeps in the database, where a test told it to."""
        return bool(self.ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")[0][0])

    def until(self, holds: Callable[[], Any], what: str, seconds: float = SECONDS) -> None:
        """Wait until `holds()`; fails with `what` and the ends of the logs."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"never: {what}\n{self.told()}"
            time.sleep(0.05)

    def told(self) -> str:
        """Open jobs and the ends of the logs, for a failure."""
        told = []
        with suppress(psycopg2.Error):
            jobs = self.ask("SELECT kind, status, tries, crashes, reason FROM sites_job WHERE status <> 'done'")
            told = [str(job) for job in jobs[:20]]
        logs = sorted((self.state / "logs").glob("*.log"))
        return "\n".join([*told, *(f"--- {log.name}\n{processes.tail(log, 25)}" for log in logs)])

    def verify(self) -> str:
        """`manage.py verify_ledgers`, which must agree."""
        return self.call("manage.py", "verify_ledgers")


@contextmanager
def opened() -> Iterator[Stage]:
    """A stage for the time of a block."""
    stage = Stage()
    try:
        stage.open()
        yield stage
    finally:
        stage.close()
