"""What a benchmark measures, and how it is printed."""

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Result:
    """`seconds` of ours beside `yardstick_seconds` of the same work done bare, in the same run.

    `ratio` is the first over the second unless another is given; `peak_mib` that of this process and its children
    unless the work ran elsewhere; `more` is printed beside them.
    """

    name: str
    n: int
    seconds: float
    yardstick: str
    yardstick_seconds: float
    ratio: float | None = None
    peak_mib: float | None = None
    more: dict[str, object] = field(default_factory=dict)

    def line(self) -> str:
        """One line of JSON."""
        ratio = self.seconds / self.yardstick_seconds if self.ratio is None else self.ratio
        told = {
            "name": self.name,
            "n": self.n,
            "seconds": round(self.seconds, 4),
            "yardstick": self.yardstick,
            "yardstick_seconds": round(self.yardstick_seconds, 4),
            "ratio": round(ratio, 3),
            "peak_mib": round(_peak_mib() if self.peak_mib is None else self.peak_mib, 1),
        }
        return json.dumps(told | self.more)


def best_of(times: int, work: Callable[[], object]) -> float:
    """The seconds of the fastest of `times` runs: the one that was disturbed least."""
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def own_peak_mib(process: int | str = "self") -> float:
    """The most memory that this process, or another, has held so far, its children left out."""
    status = Path(f"/proc/{process}/status")
    if status.exists():
        # What the system counts elsewhere begins with the memory of whoever started this process.
        high = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(high.split()[1]) / 1024
    return _mib(resource.RUSAGE_SELF)


def children_peak_mib() -> float:
    """The most that one of its children held."""
    return _mib(resource.RUSAGE_CHILDREN)


def _peak_mib() -> float:
    return max(_mib(kind) for kind in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _mib(kind: int) -> float:
    # The system counts in KiB, macOS in bytes.
    return resource.getrusage(kind).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
