"""A renewal quote of 1,000 lines as a PDF, beside typst alone on the same content."""

import subprocess
import sys
from datetime import date
from unittest.mock import patch

from benchmarks.measure import Result, best_of
from licenses.papers import render, typesetter
from renewals.papers import quote_pdf
from tests.papers import samples

LINES = 1_000
RUNS = 3


def run() -> Result:
    """Ours from the quote's figures on; the yardstick starts with the content already written out."""
    paper = samples.quote(*samples.lines(LINES))
    kept: list[tuple[str, str, date]] = []

    def keep(template: str, content: str, day: date) -> bytes:
        kept.append((template, content, day))
        return b""

    with patch.object(render, "typeset", keep):
        quote_pdf(paper, "da")
    template, content, day = kept[0]
    # A process of its own each time, because typst remembers what it laid out.
    command = [sys.executable, "-P", typesetter.__file__, template, day.isoformat()]
    yardstick = best_of(RUNS, lambda: subprocess.run(command, input=content.encode(), capture_output=True, check=True))
    ours = best_of(RUNS, lambda: quote_pdf(paper, "da"))
    return Result("quote_pdf", LINES, ours, "typst alone, in a process of its own", yardstick)
