"""Two hosts on one machine: network namespaces with a cable each, workers in them, database and broker outside."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from portal.services import places
from portal.services.postgres import EmbeddedPostgres
from portal.services.processes import start, wait_gone
from portal.services.valkey import EmbeddedValkey

ROOT = Path(__file__).resolve().parents[2]
LEASE_SECONDS = 10


def why_not() -> str:
    """Why this machine can't have two hosts; empty where it can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not shutil.which("ip"):
        return "network namespaces need the program ip (package iproute2)"
    probe = f"passage-probe-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, text=True, check=False)
    if made.returncode:
        return f"the kernel makes no network namespace: {made.stderr.strip()}"
    subprocess.run(["ip", "netns", "delete", probe], check=False)
    return ""


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


@dataclass
class Host:
    """A namespace: `near` is the services' end of its cable, `far` its own."""

    number: int
    name: str = field(init=False)
    cable: str = field(init=False)
    near: str = field(init=False)
    far: str = field(init=False)

    def __post_init__(self) -> None:
        pid = os.getpid()
        self.name, self.cable = f"passage-{pid}-{self.number}", f"psg{pid % 100000}n{self.number}"
        net = f"10.{128 + pid % 100}.{pid // 100 % 250}"
        self.near, self.far = (f"{net}.{4 * self.number + end}" for end in (1, 2))

    def build(self) -> None:
        """The namespace and its cable."""
        _ip("netns", "add", self.name)
        _ip("link", "add", self.cable, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        _ip("address", "add", f"{self.near}/30", "dev", self.cable)
        _ip("link", "set", self.cable, "up")
        for words in (("address", "add", f"{self.far}/30", "dev", "eth0"), ("link", "set", "eth0", "up")):
            _ip("-n", self.name, *words)
        _ip("-n", self.name, "link", "set", "lo", "up")

    def remove(self) -> None:
        """Away with both."""
        for words in (("link", "delete", self.cable), ("netns", "delete", self.name)):
            with suppress(subprocess.CalledProcessError):
                _ip(*words)

    def cut(self) -> None:
        """Pull the cable out: nothing arrives and nobody is told."""
        _ip("-n", self.name, "link", "set", "eth0", "down")

    def mend(self) -> None:
        """Put it back."""
        _ip("-n", self.name, "link", "set", "eth0", "up")


class Farm:
    """Services of their own, reached by both hosts, with a worker on each and beat beside the services."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.hosts = [Host(1), Host(2)]
        addresses = [host.near for host in self.hosts]
        self.postgres = EmbeddedPostgres(state, durable=False, also_on=addresses)
        self.valkey = EmbeddedValkey(state, durable=False, also_on=addresses)
        self.workers: dict[str, subprocess.Popen[bytes]] = {}

    def env(self, address: str = "127.0.0.1") -> dict[str, str]:
        """The settings of a process that reaches the services at `address`."""
        base, kept = self.postgres.url, places.kept_secret(self.state, "app_password")
        app = f"postgres://passage_app:{kept}@127.0.0.1:{self.postgres.port}/{urlsplit(base).path[1:]}"
        urls = {"DATABASE_URL": base, "APP_DATABASE_URL": app, "REDIS_URL": self.valkey.url}
        left = {k: v for k, v in os.environ.items() if not k.startswith(("COV_", "PYTEST"))}
        return left | {
            **{name: url.replace("@127.0.0.1:", f"@{address}:") for name, url in urls.items()},
            "STATE_DIR": str(self.state),
            "JOB_LEASE_SECONDS": str(LEASE_SECONDS),
            "SWEEP_SECONDS": "1",
            "CLOCK_TODAY": "2026-11-24",
            "DEBUG": "1",
            "DEMO": "1",
            "LOG_LEVEL": "INFO",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }

    def start(self) -> None:
        """Everything but the workers."""
        self.valkey.start()
        self.postgres.start()
        with (self.postgres._home() / "data" / "pg_hba.conf").open("a") as admitted:
            admitted.writelines(f"host all all {host.far}/32 scram-sha-256\n" for host in self.hosts)
        prepare = [sys.executable, "-m", "scripts.prepare_database", "--demo"]
        subprocess.run(prepare, cwd=ROOT, env=self.env() | {"LOG_LEVEL": "WARNING"}, check=True)
        self.sql("SELECT pg_reload_conf()")

    def log(self, host: Host) -> str:
        """What the worker on `host` has written so far."""
        return places.log_file(self.state, host.name).read_text()

    def employ(self, host: Host) -> None:
        """A worker on `host`."""
        command = [
            *("ip", "netns", "exec", host.name, sys.executable, "-m", "celery", "-A", "portal", "worker"),
            *("--concurrency=1", "--without-mingle", "--loglevel=INFO", f"--hostname=passage@{host.name}"),
        ]
        log = places.log_file(self.state, host.name)
        self.workers[host.name] = start(command, log=log, env=self.env(host.near), cwd=ROOT, stop_signal=signal.SIGKILL)

    def keep_time(self) -> None:
        """Beat, which makes somebody sweep."""
        schedule = f"--schedule={self.state / 'run' / 'schedule'}"
        command = [sys.executable, "-m", "celery", "-A", "portal", "beat", schedule, "--pidfile="]
        log = places.log_file(self.state, "beat")
        self.workers["beat"] = start(command, log=log, env=self.env(), cwd=ROOT, stop_signal=signal.SIGKILL)

    def stop(self) -> None:
        """Everything, whatever state it is in."""
        for process in self.workers.values():
            # The whole session: a pool's children, too.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            wait_gone(process, 5)
        self.postgres.stop()
        self.valkey.stop()

    def errand(self, name: str, *words: str) -> Any:
        """What `tests/faults/errands.py` answers, run beside the services."""
        command = [sys.executable, "-m", "tests.faults.errands", name, *words]
        done = subprocess.run(command, cwd=ROOT, env=self.env(), capture_output=True, text=True, check=False)
        assert not done.returncode, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`manage.py`, run beside the services."""
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, cwd=ROOT, env=self.env(), capture_output=True, text=True, check=False)

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement of the cluster's superuser, from whom no row is hidden."""
        with self.connected() as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    @contextmanager
    def connected(self) -> Iterator[Any]:
        """A connection of that superuser; what it did is committed at the end."""
        connection = psycopg2.connect(self.postgres.url)
        try:
            with connection:
                yield connection
        finally:
            connection.close()


@contextmanager
def farm(state: Path) -> Iterator[Farm]:
    """A farm with a worker on each of two hosts; nothing of it is left afterwards."""
    with ExitStack() as ends:
        made = Farm(state)
        for host in made.hosts:
            ends.callback(host.remove)
            host.build()
        ends.callback(made.stop)
        made.start()
        for host in made.hosts:
            made.employ(host)
        made.keep_time()
        yield made
