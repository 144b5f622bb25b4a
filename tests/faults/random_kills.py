"""A running stream of forms under random kills: `python -m tests.faults.random_kills` (or `make faults`).

PASSAGE_FAULTS sets how many kills, PASSAGE_FAULTS_SEED repeats a run's choices. Prints one line of JSON; the exit code
is 1 where a row was lost or doubled, a form has a flaw, or the ledgers don't agree.
"""

import json
import os
import random
import signal
import sys
import time
from dataclasses import asdict, dataclass, field

from tests.faults.books import flaws, tally
from tests.faults.road import Form, Road
from tests.faults.stage import Stage, opened

ROWS, AT_ONCE, WORKERS = 120, 3, 2
LONGEST_PAUSE = 3.0


@dataclass
class Report:
    """What a run came to."""

    seed: int
    kills: dict[str, int] = field(default_factory=dict)
    batches: int = 0
    rows: int = 0
    lost: int = 0
    doubled: int = 0
    seconds: float = 0
    flaws: dict[str, list[str]] = field(default_factory=dict)

    def line(self) -> str:
        """One line of JSON."""
        told = asdict(self) | {"kills": sum(self.kills.values()), "of": self.kills, "seconds": round(self.seconds, 1)}
        return json.dumps({"faults": "random kills", **told})


class Kills:
    """Kills, drawn from `seed`, over forms that are always on their way."""

    def __init__(self, stage: Stage, road: Road, seed: int) -> None:
        self.stage, self.road = stage, road
        self.random = random.Random(seed)
        self.report = Report(seed)
        self.open: list[Form] = []
        self.ended: list[Form] = []
        # Mostly workers, as in life.
        self.faults = {
            "a worker's process": (8, self.one_process),
            "a worker's head": (3, self.one_head),
            "a worker": (5, self.one_worker),
            "all workers": (2, self.all_workers),
            "the broker": (1, self.stage.restart_broker),
            "the database": (1, self.stage.restart_database),
        }

    def run(self, kills: int, *, rows: int = ROWS, at_once: int = AT_ONCE) -> Report:
        """So many kills; then every form is left to end."""
        started = time.monotonic()
        names = list(self.faults)
        weights = [weight for weight, _ in self.faults.values()]
        for done in range(kills):
            while len(self.open) < at_once:
                self.open.append(self.road.form(rows, mode=self.random.choice(("per_row", "atomic"))))
            self.push(self.random.uniform(0.1, LONGEST_PAUSE))
            name = self.random.choices(names, weights)[0]
            self.faults[name][1]()
            self.report.kills[name] = self.report.kills.get(name, 0) + 1
            self.hire()
            if done % 20 == 19:
                print(f"{done + 1} kills, {len(self.ended)} forms", file=sys.stderr, flush=True)
        self.road.drive(*self.open)
        self.ended += self.open
        self.count()
        self.report.seconds = time.monotonic() - started
        return self.report

    def push(self, seconds: float) -> None:
        """Press whatever button is next, for so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for form in list(self.open):
                if self.road.push(form):
                    self.open.remove(form)
                    self.ended.append(form)
            time.sleep(0.1)

    def count(self) -> None:
        """Every form against what came of it."""
        for form in self.ended:
            counted = tally(self.stage, form)
            self.report.batches += 1
            self.report.rows += counted.rows
            self.report.lost += counted.lost
            self.report.doubled += counted.doubled
            if found := flaws(self.stage, form):
                self.report.flaws[form.name] = found

    def hire(self) -> None:
        """What a supervisor does: as many workers as there were."""
        for worker in list(self.stage.workers):
            if worker.poll() is not None:
                self.stage.kill(worker)
        while len(self.stage.workers) < WORKERS:
            self.stage.hire()

    def one_worker(self) -> None:
        """A worker with all its processes."""
        self.stage.kill(self.random.choice(self.stage.workers))

    def one_head(self) -> None:
        """The process that hands out the work; those that do it are left to themselves."""
        worker = self.random.choice(self.stage.workers)
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)

    def one_process(self) -> None:
        """One of the processes in which a worker does its jobs."""
        self.stage.kill_child(self.random.choice(self.stage.workers), self.random.choice)

    def all_workers(self) -> None:
        """Everybody at once."""
        while self.stage.workers:
            self.stage.kill(self.stage.workers[0])


def main() -> int:
    """The run that the environment asks for."""
    kills = int(os.environ.get("PASSAGE_FAULTS") or 200)
    seed = int(os.environ.get("PASSAGE_FAULTS_SEED") or random.randrange(10**9))
    print(f"seed {seed}", file=sys.stderr, flush=True)
    with opened() as stage:
        run = Kills(stage, Road.on(stage, 90), seed)
        run.hire()
        report = run.run(kills)
        print(report.line(), flush=True)
        print(stage.verify(), file=sys.stderr, flush=True)
    return 1 if report.lost or report.doubled or report.flaws else 0


if __name__ == "__main__":
    sys.exit(main())
