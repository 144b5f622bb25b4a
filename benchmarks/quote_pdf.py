"""A renewal quote of 1,000 lines as a PDF, beside typst alone on the same content, and one of 10,000 lines."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.measure import Result, best_of
from licenses.papers import typesetter
from renewals.papers import QuotePaper, parts, quote_pdf
from tests.papers import samples

LINES, LONG = 1_000, 10_000
RUNS = 3
LOOKS_A_SECOND = 20


def run() -> Iterator[Result]:
    """Ours from the quote's figures on; the yardstick starts with the content already written out, and sets it whole.

    `peak_mib` is what this process and its children hold together at their worst.
    """
    paper = samples.quote(*samples.lines(LINES))
    # A process of its own each time, because typst remembers what it laid out.
    command, content = _whole(paper)
    yardstick = best_of(RUNS, lambda: subprocess.run(command, input=content, capture_output=True, check=True))
    ours, peak, size = _measured(lambda: quote_pdf(paper, "da"), RUNS)
    more: dict[str, object] = {"megabytes": size}
    yield Result(
        "quote_pdf", LINES, ours, "the same pages by typst alone, as one document", yardstick, peak_mib=peak, more=more
    )
    paper = samples.quote(*samples.lines(LONG))
    seconds, peak, size = _measured(lambda: quote_pdf(paper, "da"), 1)
    yield Result(
        "quote_pdf_long",
        LONG,
        seconds,
        "ten times that of 1,000 lines",
        yardstick * LONG / LINES,
        peak_mib=peak,
        more={"megabytes": size},
    )


def _whole(paper: QuotePaper) -> tuple[list[str], bytes]:
    """The command and the content by which typst sets the same pages as one document."""
    kept: list[dict[str, Any]] = []

    def keep(_template: str, made: Iterable[dict[str, Any]], _lang: str, _pages: int) -> bytes:
        kept.extend(made)
        return b""

    with patch.object(parts, "render_parts", keep):
        quote_pdf(paper, "da")
    whole = {**kept[0], "lang": "da", "pages": [page for part in kept for page in part["pages"]]}
    command = [sys.executable, "-P", typesetter.__file__, "quote_part.typ", whole["day"]]
    return command, json.dumps(whole, ensure_ascii=False).encode()


def _measured(work: Callable[[], bytes], times: int) -> tuple[float, float, float]:
    """Seconds of the best run, MiB that we and our children held together, megabytes of what was made."""
    made: list[bytes] = []
    with _watched() as peaks:
        seconds = best_of(times, lambda: made.append(work()))
    return seconds, max(peaks), round(len(made[0]) / 1e6, 2)


@contextmanager
def _watched() -> Iterator[list[float]]:
    peaks, done = [0.0], threading.Event()

    def look() -> None:
        while not done.wait(1 / LOOKS_A_SECOND):
            peaks.append(_held())

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield peaks
    finally:
        done.set()
        watcher.join()


def _held() -> float:
    """MiB of this process and its children, what they share counted once; where the system tells it."""
    own = Path("/proc/self")
    children = [Path("/proc", pid) for task in own.glob("task/*/children") for pid in _read(task).split()]
    return sum(_proportional(each) for each in (own, *children))


def _proportional(process: Path) -> float:
    for row in _read(process / "smaps_rollup").splitlines():
        if row.startswith("Pss:"):
            return int(row.split()[1]) / 1024
    return 0.0


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""
