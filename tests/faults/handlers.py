"""Jobs that only tests have: workers of a stage load them with `--include`."""

import os
import signal

from sites.jobs import Work, handler


@handler("faults.raise")
def always_raises(work: Work) -> None:
    """Fails each time."""
    raise RuntimeError("this job can't be done")


@handler("faults.crash")
def always_crashes(work: Work) -> None:
    """Takes its process along each time, as one does that needs too much memory."""
    os.kill(os.getpid(), signal.SIGKILL)
