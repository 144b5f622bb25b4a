"""Compiles requirements*.in to pins with hashes, from the public registry alone: `make lock [ARGS=--upgrade]`."""

import os
import sys
from pathlib import Path

from scripts.runner import ROOT, Runner, main

OPTIONS = ("--quiet", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--strip-extras")
# The second reads what the first wrote.
NAMES = ("requirements", "requirements-dev", "requirements-node", "requirements-install")


def body(runner: Runner) -> int:
    """Compiles one list after the other; more options, such as --upgrade, come from the command line."""
    # A machine's own indexes and wheels hash differently from the public ones.
    env = {name: value for name, value in os.environ.items() if not name.startswith("PIP_") or name == "PIP_CERT"}
    env["PIP_CONFIG_FILE"] = os.devnull
    env["CUSTOM_COMPILE_COMMAND"] = "make lock"
    tool = str(Path(sys.executable).with_name("pip-compile"))
    for name in NAMES:
        files = ["--allow-unsafe", "--output-file", f"{name}.txt", f"{name}.in"]
        runner.call(f"Compiling {ROOT / name}.in", [tool, *OPTIONS, *sys.argv[1:], *files], env)
    return 0


if __name__ == "__main__":
    sys.exit(main(body))
