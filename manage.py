#!/usr/bin/env python3
"""Django's commands for Passage; works from any shell, with the project's own interpreter and services."""

import os
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent
PYTHON = BASE_DIR / ".venv" / "bin" / "python"


def main() -> int:
    """Runs the command of the command line; returns the exit code of one that can't be run at all."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        from django.core.management import execute_from_command_line
        from django.db import OperationalError
    except ImportError:
        if PYTHON.exists() and Path(sys.executable).absolute() != PYTHON:
            os.execv(PYTHON, [str(PYTHON), *sys.argv])
        return _say("Django is not installed here. Run `make install` first.")

    from portal.services import places
    from portal.services.embedded import borrowed
    from portal.services.problems import ServiceProblem

    try:
        with borrowed(places.state_dir()):
            execute_from_command_line(sys.argv)
    except ServiceProblem as problem:
        return _say(str(problem))
    except OperationalError as error:
        if "connection" not in str(error):
            raise
        return _say(
            f"The database does not answer ({str(error).strip().splitlines()[0]}). Run `make demo` once, "
            "or set DATABASE_URL and see that it leads to a running PostgreSQL."
        )
    return 0


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
