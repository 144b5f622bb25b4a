"""What a benchmark measures, and how it is printed."""

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """`seconds` of ours beside `yardstick_seconds` of the same work done bare, in the same run."""

    name: str
    n: int
    seconds: float
    yardstick: str
    yardstick_seconds: float

    def line(self) -> str:
        """One line of JSON; `peak_mib` covers this process and its children."""
        return json.dumps(
            {
                "name": self.name,
                "n": self.n,
                "seconds": round(self.seconds, 4),
                "yardstick": self.yardstick,
                "yardstick_seconds": round(self.yardstick_seconds, 4),
                "ratio": round(self.seconds / self.yardstick_seconds, 3),
                "peak_mib": round(_peak_mib(), 1),
            }
        )


def best_of(times: int, work: Callable[[], object]) -> float:
    """The seconds of the fastest of `times` runs: the one that was disturbed least."""
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def _peak_mib() -> float:
    # The system counts in KiB, macOS in bytes.
    unit = 1024**2 if sys.platform == "darwin" else 1024
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds) / unit
