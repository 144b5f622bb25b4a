"""The embedded database and broker together: one holder at a time, and their addresses for everybody else."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.services import discovery, places
from portal.services.postgres import EmbeddedPostgres
from portal.services.problems import ServiceProblem
from portal.services.valkey import EmbeddedValkey


class EmbeddedServices:
    """What DATABASE_URL and REDIS_URL leave out, run under `state`; with both set there is nothing to run."""

    def __init__(self, state: Path, *, durable: bool = True) -> None:
        known = discovery.facts(state)
        self.state = state
        self.lock = places.Lock(places.run_dir(state) / "services.lock")
        self.database = None if os.environ.get("DATABASE_URL") else self._postgres(durable, known)
        self.broker = None if os.environ.get("REDIS_URL") else self._valkey(durable, known)

    def claim(self) -> None:
        """Makes this process the only one that runs services under `state`; raises ServiceProblem if one does."""
        if not self.lock.acquire(str(os.getpid())):
            holder = self.lock.note()
            raise ServiceProblem(
                f"The services under {self.state} are already run by process {holder}. Stop it with Ctrl-C in its "
                f"terminal or `kill {holder}`, or set STATE_DIR and PORT for a second installation."
            )

    def start(self) -> None:
        """Starts both, after `claim`, and writes their addresses to `state`/run/services.json.

        Raises ServiceProblem where one doesn't start.
        """
        facts = {"process": str(os.getpid())}
        if self.broker:
            self.broker.start()
            facts["redis_url"] = self.broker.url
        if self.database:
            self.database.start()
            facts["database_url"] = self.database.url
        places.write_private(discovery.facts_path(self.state), json.dumps(facts, indent=1))

    def stop(self) -> None:
        """Stops both, also after half a start."""
        for service in (self.broker, self.database):
            if service:
                service.stop()
        self.lock.release()

    def dead(self) -> str | None:
        """The name of a service that ended by itself."""
        for name, service in (("PostgreSQL", self.database), ("Valkey", self.broker)):
            if service and service.process and service.process.poll() is not None:
                return name
        return None

    def _postgres(self, durable: bool, known: dict[str, str]) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.state, durable=durable, preferred_port=_port(known.get("database_url")))

    def _valkey(self, durable: bool, known: dict[str, str]) -> EmbeddedValkey:
        return EmbeddedValkey(self.state, durable=durable, preferred_port=_port(known.get("redis_url")))


@contextmanager
def borrowed(state: Path) -> Iterator[None]:
    """The embedded services for the time of one command, where they exist but nobody runs them."""
    exists = (state / "postgres").exists() and discovery.facts_path(state).exists()
    if os.environ.get("DATABASE_URL") or not exists:
        yield
        return
    services = EmbeddedServices(state)
    if not services.lock.acquire(str(os.getpid())):
        yield  # They run already.
        return
    try:
        services.start()
        yield
    finally:
        services.stop()


def _port(url: str | None) -> int | None:
    return int(url.rpartition(":")[2].partition("/")[0]) if url else None
