"""Transfer forms of 1,000, 10,000 and 100,000 rows against a million lines: file to checked, checked to applied.

    make bench ARGS=transfer_form
    python -m benchmarks.transfer_form [--rows 10000 …] [--profile] [--product-only]

The second way uses the database of DATABASE_URL, into which the world is loaded unless it is there, and whose lines
move: a second run there finds no lines. With PASSAGE_BENCH_TEMPLATE=NAME each run has a copy of its own of the database
NAME, which is made and loaded once (some minutes) and copied within seconds, so that the same form can be measured
again and again, after a change to the code too: the copy is migrated. --profile tells the slowest functions and
statements of each phase on standard error, and makes them slower; --product-only leaves yardstick and library out.

Each line of JSON is one phase of one size: `transfer_form_check` from uploaded to checked, `transfer_form_apply` from
checked to applied, the rep's approval included; what the worker does besides, mails and sums for the page, is told as
`besides_seconds`. `transfer_form_import_export` is django-import-export with the same rows, both phases together.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import django
from django.db import connections

from benchmarks.copies import TEMPLATE, copied
from benchmarks.measure import Result
from scripts.runner import ROOT

SIZES = (1_000, 10_000, 100_000)
TIMES = {1_000: 2}
WAKING = {
    1_000: ("product 1000 2", "yardstick 1000 2"),
    10_000: ("library 1000 1", "library in bulk 1000 1"),
    100_000: ("library 1000 2", "library in bulk 1000 2"),
}
PHASES = ("check", "apply")
LIBRARY_ROWS, LIBRARY_BULK_ROWS = 250, 1_000


class Worker:
    """The product in processes of its own, which take form after form."""

    def __init__(self, *, profile: bool = False):
        command = [
            sys.executable,
            "-m",
            "benchmarks.transfer_form_product",
            *(["--profile", "--alone"] if profile else []),
        ]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()

    def work(self, form: Path) -> dict[str, Any]:
        """What the product took for a form. Raises RuntimeError where it broke off."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{form}\n")
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the product broke off with {form.name}")
        return dict(json.loads(answer))


def _settle() -> None:
    """What was written before reaches the disk before the next measurement, not in it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("CHECKPOINT")


YARDSTICK = "the same form by hand: COPY into a staging table, set-based SQL, the same walls and constraints"


def measure(sizes: Sequence[int], *, profile: bool = False, product_only: bool = False) -> Iterator[Result]:
    """Every phase of every size, ours and the yardstick by turns, the better of each where there are repetitions."""
    from benchmarks import transfer_world

    if not transfer_world.is_loaded():
        transfer_world.load()
    a_row = {}
    with tempfile.TemporaryDirectory(prefix="passage-bench-") as folder:
        for rows in sizes:
            ours, bare = _both(rows, Path(folder), profile=profile, product_only=product_only)
            for phase in PHASES:
                yield _result(phase, rows, ours, bare)
            a_row[rows] = sum(min(each[phase] for each in ours) for phase in PHASES) / rows
        if not product_only:
            yield from _library(a_row, Path(folder))


def _both(
    rows: int, folder: Path, *, profile: bool, product_only: bool
) -> tuple[list[dict[str, Any]], list[dict[str, float]]]:
    """What both took for each repetition, after a form of 1,000 rows each for the process to wake up with."""
    from benchmarks.transfer_form_file import write_form
    from benchmarks.transfer_form_yardstick import measured
    from benchmarks.transfer_world import Slot

    ours, bare = [], []
    with Worker(profile=profile) as worker:
        worker.work(write_form(Slot(WAKING[rows][0], 1_000), folder))
        if not product_only:
            measured(write_form(Slot(WAKING[rows][1], 1_000), folder))
        for again in range(TIMES.get(rows, 1)):
            form = write_form(Slot(f"product {rows} {again}", rows), folder)
            _settle()
            ours.append(worker.work(form))
            if not product_only:
                form = write_form(Slot(f"yardstick {rows} {again}", rows), folder)
                _settle()
                bare.append(measured(form))
    return ours, bare


def _result(phase: str, rows: int, ours: list[dict[str, Any]], bare: list[dict[str, float]]) -> Result:
    best = min(ours, key=lambda each: each[phase])
    seconds = best[phase]
    return Result(
        f"transfer_form_{phase}",
        rows,
        seconds,
        YARDSTICK if bare else "none",
        min(each[phase] for each in bare) if bare else seconds,
        peak_mib=best["mib"][phase],
        more={
            "rows_per_second": round(rows / seconds),
            "reader_mib": round(best["reader_mib"], 1),
            "besides_seconds": round(best["besides"], 3),
        },
    )


def _library(ours: dict[int, float], folder: Path) -> Iterator[Result]:
    """django-import-export on few enough rows to wait for: its seconds a row over ours, how many times as fast we are.

    `ours` are our seconds a row, both phases, by size; those of the smallest are told as `seconds`.
    """
    from benchmarks import transfer_form_library as library
    from benchmarks.transfer_form_file import write_form
    from benchmarks.transfer_world import Slot

    for side, resource, rows in (
        ("library", library.MoveResource, LIBRARY_ROWS),
        ("library in bulk", library.BulkMoveResource, LIBRARY_BULK_ROWS),
    ):
        form = write_form(Slot(f"{side} 1000 0", 1_000), folder, rows)
        _settle()
        seconds = library.imported(form, resource, rows)
        smallest = min(ours)
        yield Result(
            "transfer_form_import_export" + ("_bulk" if resource is library.BulkMoveResource else ""),
            rows,
            ours[smallest] * rows,
            "django-import-export, dry run and import; `ratio` is how many times as long it takes for a row",
            seconds,
            ratio=seconds / rows / ours[smallest],
            more={f"ratio_at_{size}": round(seconds / rows / each, 1) for size, each in ours.items()},
        )


def run() -> Iterator[Result]:
    """For `make bench`."""
    return measure(SIZES)


def main() -> int:
    """One run by hand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, action="append", choices=SIZES)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--product-only", action="store_true")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if template := os.environ.get(TEMPLATE):
        with copied(template) as environment:
            return _told(asked, environment)
    return _told(asked, {})


def _told(asked: argparse.Namespace, environment: dict[str, str]) -> int:
    os.environ.update(environment)
    django.setup()
    for result in measure(asked.rows or SIZES, profile=asked.profile, product_only=asked.product_only):
        print(result.line(), flush=True)
    connections.close_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
