"""Kills workers, broker and database at random under a stream of forms: `make faults`.

PASSAGE_FAULTS is the number of kills (200), PASSAGE_FAULTS_SEED repeats a run's choices. Prints one line of JSON and
fails where a row was lost or doubled or the ledgers don't agree.
"""

import os
import sys

from scripts.compile_messages import compile_messages
from scripts.runner import ROOT, Runner, environment, main


def body(runner: Runner) -> int:
    """One run against services and processes of its own."""
    os.chdir(ROOT)
    runner.call("The front-end build", [sys.executable, "scripts/build_frontend.py"])
    compile_messages()
    env = environment(DJANGO_SETTINGS_MODULE="portal.settings")
    runner.call("The run under faults", [sys.executable, "-m", "tests.faults.random_kills"], env)
    return 0


if __name__ == "__main__":
    sys.exit(main(body))
