"""The product's side of `transfer_form`: forms from upload to applied, by two processes as a worker has them.

    echo FORM.xlsx | python -m benchmarks.transfer_form_product [--profile] [--alone]

Takes a form a line on standard input and answers each with one line of JSON. The second process, which only works, is
left out with --alone. Both run as the application's role. With --profile the slowest functions and statements of each
phase go to standard error; measuring them costs time itself.
"""

import argparse
import cProfile
import json
import pstats
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import django

if __name__ == "__main__":
    django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils.module_loading import autodiscover_modules

from benchmarks.measure import children_peak_mib, own_peak_mib
from benchmarks.transfer_world import REP, SENDER
from migrations_app.models import TransferBatch, TransferRequest
from migrations_app.operations import submit_batch, take, upload
from sites.clock import now, today
from sites.jobs import run_due
from sites.models import Job, User
from sites.tenancy import Actor, begin, system_actor

REASON = "Agreed with our customers"
REST = 0.02


@contextmanager
def acting(email: str) -> Iterator[Actor]:
    """One transaction of that person's, as a request of theirs has it."""
    with transaction.atomic():
        yield begin(User.objects.values_list("pk", flat=True).get(email=email))


def sent(form: Path) -> UUID:
    """The form as its sender uploads it."""
    file = SimpleUploadedFile(form.name, form.read_bytes())
    with acting(SENDER) as actor:
        return upload(actor=actor, at=now(), upload=file).pk


def work_until(batch_id: UUID, *statuses: str) -> None:
    """What the worker does until the form has got to one of `statuses`, or there is nothing left to do."""
    while (run_due(limit=1) or _busy()) and not _got_to(batch_id, statuses):
        pass


def _busy() -> bool:
    """Whether the other process is at work, after a moment's rest for both."""
    time.sleep(REST)
    with transaction.atomic():
        system_actor()
        return Job.objects.filter(status=Job.Status.RUNNING).exists()


@contextmanager
def second(wanted: bool) -> Iterator[int | str]:
    """The other process of the worker, for as long as this goes on: its number, or this one where there is no other."""
    if not wanted:
        yield "self"
        return
    with subprocess.Popen([sys.executable, "-m", "benchmarks.transfer_form_product", "--second"]) as other:
        try:
            yield other.pid
        finally:
            other.terminate()


def work_along() -> None:
    """Do what is due, for as long as somebody lets it; a worker is rung for, this one looks often."""
    while True:
        if not run_due():
            time.sleep(REST)


def _got_to(batch_id: UUID, statuses: tuple[str, ...]) -> bool:
    with acting(SENDER):
        return TransferBatch.objects.filter(pk=batch_id, status__in=statuses).exists()


def work_on() -> None:
    """What the worker does besides: mails, and what a checked form's page tells in sum."""
    while run_due() or _busy():
        pass


def apply(batch_id: UUID) -> None:
    """The sender asks for everything valid, the rep approves each request, the worker moves the units."""
    with acting(SENDER) as actor:
        submit_batch(actor=actor, at=now(), batch_id=batch_id, waive_warnings=REASON)
    work_until(batch_id, "completed_with_errors", "failed")
    with acting(REP) as actor:
        rows = TransferRequest.objects.visible_to(actor).filter(batch_id=batch_id, status="in_review")
        asked = list(rows.order_by("number").values_list("pk", flat=True))
    for request_id in asked:
        with acting(REP) as actor:
            take("approve", actor=actor, at=now(), on=today(), request_id=request_id)
    work_until(batch_id, "completed", "completed_with_errors")


def expect(batch_id: UUID, status: str, outcome: str) -> int:
    """How many rows there are. Raises RuntimeError where the form or one of its rows stands elsewhere."""
    with acting(SENDER):
        batch = TransferBatch.objects.get(pk=batch_id)
        outcomes = Counter(batch.rows.values_list("outcome", flat=True))
        if batch.status != status or set(outcomes) != {outcome}:
            errors = list(batch.rows.exclude(outcome=outcome).values_list("errors", flat=True)[:3])
            raise RuntimeError(f"the form is {batch.status} {batch.faults}, its rows {dict(outcomes)} {errors}")
        return outcomes[outcome]


def timed(phase: str, work: Callable[[], object], profiling: bool) -> float:
    """The seconds that `work` takes; told in detail where profiling."""
    if not profiling:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started
    spent: dict[str, list[float]] = {}

    def watch(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent.setdefault(" ".join(str(sql).split())[:170], []).append(time.perf_counter() - began)

    profile = cProfile.Profile()
    with ExitStack() as stack:
        stack.enter_context(connection.execute_wrapper(watch))
        stack.enter_context(profile)
        started = time.perf_counter()
        work()
        seconds = time.perf_counter() - started
    in_sql = sum(map(sum, spent.values()))
    print(f"== {phase}: {seconds:.2f} s, of which {in_sql:.2f} s in statements", file=sys.stderr)
    for statement, times in sorted(spent.items(), key=lambda item: -sum(item[1]))[:25]:
        print(f"{sum(times):8.3f} s {len(times):5d} × {statement}", file=sys.stderr)
    pstats.Stats(profile, stream=sys.stderr).strip_dirs().sort_stats("cumulative").print_stats(45)
    pstats.Stats(profile, stream=sys.stderr).strip_dirs().sort_stats("tottime").print_stats(25)
    return seconds


def worked(form: Path, other: int | str, profiling: bool) -> dict[str, Any]:
    """What one form took: seconds of both phases, and the most memory that a process held until the end of each."""
    batch_id = sent(form)
    checking = timed("check", lambda: work_until(batch_id, "checked", "failed"), profiling)
    rows = expect(batch_id, "checked", "valid")
    checked = max(own_peak_mib(), own_peak_mib(other))
    besides = timed("besides", work_on, profiling)
    applying = timed("apply", lambda: apply(batch_id), profiling)
    expect(batch_id, "completed", "applied")
    besides += timed("besides", work_on, profiling)
    return {
        "rows": rows,
        "check": checking,
        "apply": applying,
        "besides": besides,
        "mib": {"check": checked, "apply": max(own_peak_mib(), own_peak_mib(other))},
        "reader_mib": children_peak_mib(),
    }


def main() -> int:
    """Form after form."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--second", action="store_true")
    asked = parser.parse_args()
    autodiscover_modules("tasks")
    if asked.second:
        work_along()
    with second(not asked.alone) as other:
        for line in sys.stdin:
            print(json.dumps(worked(Path(line.strip()), other, asked.profile)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
