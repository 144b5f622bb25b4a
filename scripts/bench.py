"""Runs the benchmarks against throw-away services: `make bench [ARGS="name …"]`.

Each module of benchmarks/ with a `run` runs in a process of its own and prints one line of JSON, or several.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from portal.services import discovery
from portal.services.embedded import EmbeddedServices
from portal.services.problems import ServiceProblem
from scripts.compile_messages import compile_messages
from scripts.runner import ROOT, Runner, environment, main

_ONE = (
    "import importlib, sys, django; django.setup(); "
    "found = importlib.import_module('benchmarks.' + sys.argv[1]).run(); "
    "[print(each.line(), flush=True) for each in (found if hasattr(found, '__next__') else [found])]"
)


def names() -> list[str]:
    """Every benchmark there is."""
    modules = sorted((ROOT / "benchmarks").glob("*.py"))
    return [path.stem for path in modules if "\ndef run(" in path.read_text()]


def chosen(arguments: list[str]) -> list[str]:
    """Those of the command line, or all; raises ServiceProblem for an unknown one."""
    unknown = [name for name in arguments if name not in names()]
    if unknown:
        raise ServiceProblem(f"No benchmark {', '.join(unknown)}. There are: {', '.join(names())}.")
    return arguments or names()


def body(runner: Runner) -> int:
    """Services that wait for the disk, as in earnest, and every chosen benchmark after the other."""
    wanted = chosen(sys.argv[1:])
    os.chdir(ROOT)
    state = Path(tempfile.mkdtemp(prefix="passage-bench-"))
    state.chmod(0o711)
    os.environ["STATE_DIR"] = str(state)
    compile_messages()
    services = EmbeddedServices(state)
    try:
        services.claim()
        services.start()
        owner, app = discovery.database_urls(state)
        env = environment(
            DATABASE_URL=owner,
            APP_DATABASE_URL=app,
            REDIS_URL=discovery.redis_url(state),
            DJANGO_SETTINGS_MODULE="portal.settings",
        )
        runner.call("Preparing the database", [sys.executable, "-m", "scripts.prepare_database"], env)
        for name in wanted:
            runner.call(f"The benchmark {name}", [sys.executable, "-c", _ONE, name], env)
        return 0
    finally:
        runner.stop()
        services.stop()
        shutil.rmtree((state / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(body))
