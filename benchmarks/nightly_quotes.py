"""The night's renewal quotes: 1,000 and then 10,000 Agreements of 100 lines each, whose quote window has opened.

    make bench ARGS=nightly_quotes

The second size is loaded beside the first, so it is met in the larger world. The run is the worker's: its job in a
process of its own, as the application's role. PASSAGE_BENCH_AGREEMENTS ("1000,10000") and PASSAGE_BENCH_LINES_EACH set
the sizes.

The yardstick is `COPY` of the very rows that the run wrote (quotes, lines with their derivations, events), finished,
into the same tables with their constraints and indexes, as their owner: nothing is read, priced, compared or walled.
`one_by_one` is the same run an Agreement at a time, measured on a few: how many times as long one takes.
`quiet_seconds` is what the next look at everybody takes, when nobody is due; `worker_cpu_seconds` is what the worker's
own process computed, which says more than the clock where others share the machine.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connections, transaction

from benchmarks.measure import Result
from scripts.runner import ROOT
from sites.clock import now

SIZES = tuple(int(n) for n in os.environ.get("PASSAGE_BENCH_AGREEMENTS", "1000,10000").split(","))
LINES_EACH = int(os.environ.get("PASSAGE_BENCH_LINES_EACH", "100"))
ALONE = 20
YARDSTICK = "COPY of the finished rows as their owner, with the same constraints and indexes"

# In the order in which they may stand; what the run wrote since an instant.
_QUOTES = "SELECT id FROM renewals_renewalquote WHERE issued_at >= %(since)s"
WRITTEN = {
    "renewals_renewalquote": "issued_at >= %(since)s",
    "renewals_quoteline": f"quote_id IN ({_QUOTES})",  # names of the code
    "sites_event": "at >= %(since)s AND kind IN ('quote_issued', 'quotes_looked_at')",
}


def run() -> Iterator[Result]:
    """For `make bench`."""
    from benchmarks.nightly_world import load

    first: float | None = None
    for agreements in SIZES:
        load(agreements, LINES_EACH)
        _settle()
        alone = _product("--alone", str(ALONE))
        since = now()
        ours = _product()
        if ours["aside"] or ours["looked"] != agreements - ALONE:
            raise RuntimeError(f"the run looked at others than those that were loaded: {ours}")
        bare, lines = _copied(since)
        each = ours["seconds"] / ours["looked"]
        first = first or each
        yield Result(
            "nightly_quotes",
            agreements,
            ours["seconds"],
            YARDSTICK,
            bare,
            peak_mib=ours["mib"],
            more={
                "quote_lines": lines,
                "worker_cpu_seconds": round(ours["busy"], 2),
                "agreements_a_second": round(1 / each, 1),
                "one_by_one": round(alone["seconds"] / ALONE / each, 2),
                "each_to_the_first_size": round(each / first, 3),
                "quiet_seconds": round(ours["quiet"], 3),
            },
        )


def _product(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.nightly_quotes_product", *arguments]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _settle() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("CHECKPOINT")


def _copied(since: datetime) -> tuple[float, int]:
    """The seconds that the rows written since then take when they are copied in, and how many lines of quotes."""
    with tempfile.TemporaryDirectory(prefix="passage-bench-") as folder:
        files = {table: Path(folder, table) for table in WRITTEN}
        _out(files, since)
        _settle()
        started = time.perf_counter()
        with transaction.atomic(using="owner"):
            lines = _in(files)
        return time.perf_counter() - started, lines


def _out(files: dict[str, Path], since: datetime) -> None:
    """Every row goes into a file and out of its table."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica; SET LOCAL statement_timeout = 0")
        for table, those in WRITTEN.items():
            rows = cursor.mogrify(f"SELECT * FROM {table} WHERE {those}", {"since": since}).decode()
            with files[table].open("wb") as file:
                cursor.copy_expert(f"COPY ({rows}) TO STDOUT", file)
        for table, those in reversed(list(WRITTEN.items())):
            cursor.execute(f"DELETE FROM {table} WHERE {those}", {"since": since})
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {', '.join(WRITTEN)}")


def _in(files: dict[str, Path]) -> int:
    counts: list[int] = []
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for table, file in files.items():
            with file.open("rb") as rows:
                cursor.copy_expert(f"COPY {table} FROM STDIN", rows)
            counts.append(cursor.rowcount)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return counts[list(files).index("renewals_quoteline")]


def main(sizes: Sequence[int] = SIZES) -> None:
    """One run by hand, into the database of DATABASE_URL."""
    for result in run():
        print(result.line(), flush=True)


if __name__ == "__main__":
    import django

    django.setup()
    main()
