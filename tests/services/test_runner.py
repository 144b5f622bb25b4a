"""The runner of the scripts: whatever happens, nothing that it started stays."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from portal.services import places, processes

PROGRAM = """
import sys, time
from scripts import runner

def body(run):
    child = run.start("child", ["sh", "-c", {script!r}])
    print(child.process.pid, flush=True)
    {then}
    return 0

sys.exit(runner.main(body, runs_until_stopped={calm}))
"""
STUBBORN = "trap '' TERM; sleep 60 & wait; sleep 60"


def launch(script: str, then: str = "run.finish(child)", calm: bool = False) -> tuple[subprocess.Popen[str], int]:
    program = PROGRAM.format(script=script, then=then, calm=calm)
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=places.BASE_DIR,
        start_new_session=True,
    )
    assert process.stdout
    return process, int(process.stdout.readline())


def ends(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, errors = process.communicate(timeout=20)
    return process.returncode, errors


@pytest.mark.parametrize(("number", "calm", "code"), [(signal.SIGINT, True, 0), (signal.SIGTERM, False, 143)])
def test_a_signal_ends_everything(number: int, calm: bool, code: int) -> None:
    process, child = launch("sleep 60", calm=calm)
    os.kill(process.pid, number)
    assert ends(process)[0] == code
    assert processes.command_of(child) == ""


@pytest.mark.slow
def test_a_stubborn_child_is_ended_by_force_and_a_second_signal_changes_nothing() -> None:
    process, child = launch(STUBBORN, calm=True)
    started = time.monotonic()
    os.kill(process.pid, signal.SIGINT)
    time.sleep(0.3)
    os.kill(process.pid, signal.SIGINT)
    assert ends(process)[0] == 0
    assert time.monotonic() - started < 10
    assert processes.command_of(child) == ""


def test_a_failed_child_is_named(tmp_path: Path) -> None:
    process, _ = launch("exit 7")
    code, errors = ends(process)
    assert code == 1
    assert "child ended with code 7" in errors
    assert "Traceback" not in errors


def test_a_killed_child_is_named_with_its_signal() -> None:
    process, child = launch("sleep 60")
    os.kill(child, signal.SIGKILL)
    assert "child was ended by SIGKILL" in ends(process)[1]
