"""What the stage itself must do: everything that it started is gone when it closes, or when its runner is killed."""

import signal
import subprocess
import sys
import time

import psutil

from tests.faults.stage import MARK, ROOT, Stage

# A runner with a broker and a worker, who is then killed.
_RUNNER = """
import time
from tests.faults.stage import Stage
stage = Stage()
stage.broker.start()
stage.hire()
print(stage.mark, stage.broker.process.pid, stage.state, flush=True)
time.sleep(600)
"""


def marked(mark):
    """Running processes with a stage's mark."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def gone(holds, seconds=30):
    """Whether `holds` ends in time."""
    until = time.monotonic() + seconds
    while holds() and time.monotonic() < until:
        time.sleep(0.1)
    return not holds()


def test_a_stage_that_closes_leaves_nothing():
    stage = Stage()
    try:
        stage.broker.start()
        stage.database.start()
        worker = stage.hire()
        stage.until(lambda: psutil.Process(worker.pid).children(), "a worker with its processes")
        stage.start("beat", "celery", "-A", "portal", "beat", f"--schedule={stage.state}/run/schedule", "--pidfile=")
        started = stage.processes()
        assert len(started) >= 5, started
    finally:
        stage.close()
    assert stage.processes() == marked(stage.mark) == []
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in started)
    assert not stage.state.exists()


def test_what_was_started_ends_with_a_runner_that_is_killed():
    with subprocess.Popen([sys.executable, "-c", _RUNNER], cwd=ROOT, stdout=subprocess.PIPE, text=True) as runner:
        mark, broker, state = runner.stdout.readline().split()
        assert gone(lambda: len(marked(mark)) < 3), "a worker with its processes"
        runner.send_signal(signal.SIGKILL)
    assert gone(lambda: marked(mark)), marked(mark)
    assert gone(lambda: psutil.pid_exists(int(broker)))
    subprocess.run(["rm", "-rf", state], check=True)
