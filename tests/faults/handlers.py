"""What only tests have: workers of a stage load this with `--include`.

Jobs that can't be done, and clocks that are wrong: by SKEW_SECONDS, where that is set.
"""

import os
import signal
from datetime import timedelta

from django.utils import timezone

from sites.jobs import Work, handler


@handler("faults.raise")
def always_raises(work: Work) -> None:
    """Fails each time."""
    raise RuntimeError("this job can't be done")


@handler("faults.crash")
def always_crashes(work: Work) -> None:
    """Takes its process along each time, as one does that needs too much memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def skew(seconds: int) -> None:
    """The machine's clock, as the portal reads it, is fast by so much."""
    right = timezone.now
    timezone.now = lambda: right() + timedelta(seconds=seconds)


skew(int(os.environ.get("SKEW_SECONDS") or 0))
