"""Compiles requirements*.in to pins with hashes, from the public registry alone: `make lock [ARGS=--upgrade]`.

The pins hold for every Python from 3.11 on and every system: what only some of them need carries a marker.
"""

import os
import sys
from pathlib import Path

from scripts.runner import ROOT, Runner, main

OPTIONS = ("--quiet", "--universal", "--python-version=3.11", "--generate-hashes", "--strip-extras", "--no-config")
# The second reads what the first wrote.
NAMES = ("requirements", "requirements-dev", "requirements-node", "requirements-install")


def body(runner: Runner) -> int:
    """Compiles one list after the other; more options, such as --upgrade, come from the command line."""
    # A machine's own indexes and wheels hash differently from the public ones.
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    env["UV_CUSTOM_COMPILE_COMMAND"] = "make lock"
    tool = str(Path(sys.executable).with_name("uv"))
    for name in NAMES:
        command = [tool, "pip", "compile", *OPTIONS, *sys.argv[1:], f"--output-file={name}.txt", f"{name}.in"]
        runner.call(f"Compiling {ROOT / name}.in", command, env)
    return 0


if __name__ == "__main__":
    sys.exit(main(body))
