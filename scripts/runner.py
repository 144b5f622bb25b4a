"""What the scripts share: they can be stopped at any time, and whatever they started ends with them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from portal.services import processes
from portal.services.problems import ServiceProblem

ROOT = Path(__file__).resolve().parent.parent
POLL_SECONDS = 0.05
PATIENCE_SECONDS = 4.0


class Stopped(Exception):
    """Somebody asked for the end: Ctrl-C, SIGTERM or a closed terminal."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


@dataclass(frozen=True, slots=True)
class Child:
    """A running process with the name that people know it by."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path | None = None


class Runner:
    """Starts processes from the main thread and ends all of them.

    A signal is only noted; it takes effect at the next `check`, so no start is cut in the middle and a second
    Ctrl-C disturbs nothing.
    """

    def __init__(self) -> None:
        self.children: list[Child] = []
        self._asked: int | None = None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, number: int, _frame: object) -> None:
        self._asked = self._asked or number

    def check(self) -> None:
        """Raises Stopped once the end was asked for."""
        if self._asked:
            raise Stopped(self._asked)

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path | None = None,
        env: Mapping[str, str] | None = None,
        stop_signal: int = signal.SIGTERM,
    ) -> Child:
        """Starts `command` in the project's folder."""
        self.check()
        child = Child(name, processes.start(command, log=log, env=env, cwd=ROOT, stop_signal=stop_signal), log)
        self.children.append(child)
        return child

    def finish(self, *children: Child) -> None:
        """Waits for `children`; raises ServiceProblem when one of them failed."""
        waiting = list(children)
        while waiting:
            self.check()
            for child in [c for c in waiting if c.process.poll() is not None]:
                waiting.remove(child)
                self.children.remove(child)
                processes.signal_group(child.process, signal.SIGKILL)
                if child.process.returncode:
                    raise ServiceProblem(failure(child))
            time.sleep(POLL_SECONDS if waiting else 0)

    def call(self, name: str, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        """Runs `command` to its end; raises ServiceProblem when it fails."""
        self.finish(self.start(name, command, env=env))

    def wait_while(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Waits until `condition` no longer holds; False if it still does after `seconds`."""
        until = time.monotonic() + seconds
        while condition():
            if time.monotonic() > until:
                return False
            self.check()
            self.raise_for_dead()
            time.sleep(POLL_SECONDS)
        return True

    def raise_for_dead(self) -> None:
        """Raises ServiceProblem when a child ended by itself."""
        for child in self.children:
            if child.process.poll() is not None:
                raise ServiceProblem(failure(child))

    def stop(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Ends every child: politely at first, by force after `seconds`."""
        for child in self.children:
            with suppress(ProcessLookupError):
                child.process.terminate()
        until = time.monotonic() + seconds
        for child in self.children:
            processes.wait_gone(child.process, max(0.0, until - time.monotonic()))
        for child in self.children:
            # Also what a child left behind in its session.
            processes.signal_group(child.process, signal.SIGKILL)
            processes.wait_gone(child.process, 1)
        self.children.clear()


def failure(child: Child) -> str:
    """Says which process ended and how, with the end of its log."""
    code = child.process.returncode
    how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
    if child.log is None:
        return f"{child.name} {how}; the lines above say why."
    return f"{child.name} {how}. The end of {child.log}:\n{processes.tail(child.log)}"


def main(body: Callable[[Runner], int], *, runs_until_stopped: bool = False) -> int:
    """Runs `body` and returns its exit code; problems become sentences.

    An asked-for end is a success for what `runs_until_stopped`, otherwise the shell's code for the signal.
    """
    runner = Runner()
    try:
        return body(runner)
    except Stopped as stopped:
        return 0 if runs_until_stopped else 128 + stopped.number
    except ServiceProblem as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    finally:
        runner.stop()


def environment(**extra: str) -> dict[str, str]:
    """This process's environment with `extra`."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", **extra}
