"""The product's side of `nightly_quotes`: the worker's run in a process of its own, told as one line of JSON.

    python -m benchmarks.nightly_quotes_product [--alone N]

With --alone the first N Agreements that are due are looked at one by one instead, each in a transaction of its own.
"""

import argparse
import json
import sys
import time
from itertools import islice
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.db import transaction
from django.utils.module_loading import autodiscover_modules

from benchmarks.measure import own_peak_mib
from renewals.models import QuotePutAside, QuoteRun
from renewals.operations import issue_all, request_run
from renewals.queries import due_now
from sites.clock import now, today
from sites.jobs import run_due
from sites.tenancy import system_actor


def everybody() -> dict[str, Any]:
    """The run over all that are due, and what asking again takes."""
    before = _looked_at()
    with transaction.atomic():
        request_run(actor=system_actor(), at=now(), on=today())
    started, busy = time.perf_counter(), time.process_time()
    while run_due(limit=1):
        pass
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    with transaction.atomic():
        actor = system_actor()
        asked = time.perf_counter()
        assert request_run(actor=actor, at=now(), on=today()) == 0
        quiet = time.perf_counter() - asked
        aside = QuotePutAside.objects.count()
    return {
        "seconds": seconds,
        "busy": busy,
        "looked": _looked_at() - before,
        "aside": aside,
        "quiet": quiet,
        "mib": own_peak_mib(),
    }


def _looked_at() -> int:
    with transaction.atomic():
        system_actor()
        return sum(QuoteRun.objects.values_list("looked_at", flat=True))


def alone(most: int) -> dict[str, Any]:
    """One by one."""
    with transaction.atomic():
        system_actor()
        due = list(islice(due_now(today()), most))
    started = time.perf_counter()
    for each in due:
        with transaction.atomic():
            issue_all(actor=system_actor(), at=now(), on=today(), model=each.model, keys=[each.pk])
    return {"seconds": time.perf_counter() - started}


def main() -> int:
    """One measurement."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--alone", type=int)
    asked = parser.parse_args()
    autodiscover_modules("tasks")
    print(json.dumps(alone(asked.alone) if asked.alone else everybody()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
