"""Child processes: each ends when its runner ends, whatever ends that."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def dies_with_us(stop_signal: int) -> Callable[[], None] | None:
    """For Popen's `preexec_fn`: the kernel sends `stop_signal` to the child when this process ends (Linux only)."""
    if _libc is None:
        return None
    prctl, runner = _libc.prctl, os.getpid()

    def bind() -> None:
        prctl(_PR_SET_PDEATHSIG, stop_signal, 0, 0, 0)
        if os.getppid() != runner:
            os._exit(1)

    return bind


def start(
    command: Sequence[str],
    *,
    stop_signal: int = signal.SIGTERM,
    log: Path | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: tuple[int, int] | None = None,
    talk: bool = False,
) -> subprocess.Popen[bytes]:
    """Starts `command` in a session of its own, so that a Ctrl-C in the terminal reaches only the runner.

    Output goes to the end of `log`, or to the runner's own. `account` is the (uid, gid) to run as.
    With `talk`, input and (without a log) output are pipes for `communicate`.
    """
    piped = subprocess.PIPE if talk else None
    with open(log, "ab") if log else nullcontext() as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE if talk else subprocess.DEVNULL,
            stdout=output or piped,
            stderr=subprocess.STDOUT if output or talk else None,
            env=env,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=dies_with_us(stop_signal),
            user=account[0] if account else None,
            group=account[1] if account else None,
            extra_groups=[] if account else None,
        )


def wait_gone(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Waits up to `seconds` for the end of `process`; True if it ended."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    return process.returncode is not None


def signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    """Sends a signal to `process` and everything it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def command_of(pid: int) -> str:
    """The command line of a running process; empty if there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        if _libc:  # Linux: then there is no such process.
            return ""
    answer = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def end_orphan(pid: int, mark: str, stop_signal: int, seconds: float = 5) -> bool:
    """Ends process `pid` if its command line contains `mark`: a service whose runner was killed.

    True if that process is gone afterwards or was never ours (the number may belong to somebody else by now).
    """
    if pid <= 1 or mark not in command_of(pid):
        return True
    for number, patience in ((stop_signal, seconds), (signal.SIGKILL, 2)):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if mark not in command_of(pid):
                return True
            time.sleep(0.05)
    return False


def tail(path: Path, lines: int = 12) -> str:
    """The last lines of a log, for an error message."""
    with suppress(FileNotFoundError):
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    return ""
