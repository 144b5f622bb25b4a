"""Runs every check of style and structure, all of them, and says which failed: `make lint`."""

import os
import sys
import time
from pathlib import Path

from scripts.runner import POLL_SECONDS, ROOT, Runner, environment, main

TOOLS = Path(sys.executable).parent
CHECKS: dict[str, list[str]] = {
    "ruff check": [str(TOOLS / "ruff"), "check", "."],
    "ruff format": [str(TOOLS / "ruff"), "format", "--check", "."],
    "djlint": [str(TOOLS / "djlint"), "--lint", "--quiet", "."],
    "import contract": [str(TOOLS / "lint-imports")],
    "types": [str(TOOLS / "mypy")],
    "migrations": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
    "messages": [sys.executable, "-m", "scripts.check_messages"],
}


def body(runner: Runner) -> int:
    """Each check in turn; the exit code is 1 if any failed."""
    os.chdir(ROOT)
    failed = []
    for name, command in CHECKS.items():
        print(f"── {name}", flush=True)
        child = runner.start(name, command, env=environment())
        while child.process.poll() is None:
            runner.check()
            time.sleep(POLL_SECONDS)
        if child.process.returncode:
            failed.append(name)
    print(f"\nFailed: {', '.join(failed)}." if failed else "\nAll checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(body))
