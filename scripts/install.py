"""Makes .venv and fills it with the pinned, hashed packages; does nothing where that is done already.

    python -m scripts.install [--dev]

Runs with the machine's own Python and nothing else. Says in a sentence what is missing.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.version_info < (3, 11):
    sys.exit(
        f"Passage needs Python 3.11 or newer; this is {sys.version.split()[0]}. "
        "Install it and run again, or name it: make PYTHON=/path/to/python3.11 demo"
    )

from portal.services.problems import ServiceProblem
from scripts.runner import POLL_SECONDS, ROOT, Runner, main

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "passage-installed"
INSTALLER = ROOT / "requirements-install.txt"
OLDEST_NODE = 20


def wanted(dev: bool) -> list[Path]:
    """The pinned lists that belong into the environment."""
    lists = [ROOT / ("requirements-dev.txt" if dev else "requirements.txt")]
    return lists if has_node() else [*lists, ROOT / "requirements-node.txt"]


def has_node() -> bool:
    """Whether a Node.js that can build the front end is on the PATH, with npm."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = re.match(r"v(\d+)", answer)
    return major is not None and int(major[1]) >= OLDEST_NODE


def fingerprint(path: Path) -> str:
    """Changes when the list or the interpreter does."""
    return hashlib.sha256(path.read_bytes() + sys.version.encode()).hexdigest()


def installed() -> set[str]:
    """The fingerprints of the lists that were installed completely."""
    return set(STAMP.read_text().split()) if STAMP.exists() and PYTHON.exists() else set()


def missing(lists: list[Path]) -> list[Path]:
    """Those of `lists` that still have to be installed; the longer list holds the shorter one."""
    have = installed()
    covered = set(have)
    if fingerprint(ROOT / "requirements-dev.txt") in have:
        covered.add(fingerprint(ROOT / "requirements.txt"))
    return [path for path in lists if fingerprint(path) not in covered]


def make_venv(runner: Runner) -> None:
    """A fresh .venv where there is none that works."""
    usable = PYTHON.exists() and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False)
    if usable and usable.returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        runner.call("python -m venv", [sys.executable, "-m", "venv", str(VENV)])
    except ServiceProblem as problem:
        shutil.rmtree(VENV, ignore_errors=True)
        raise ServiceProblem(
            f"The virtual environment could not be made in {VENV}. On Debian and Ubuntu install the package "
            "python3-venv (apt-get install python3-venv) and run this again."
        ) from problem


def pip_options_name_an_index() -> bool:
    """Whether pip was told to take packages from somewhere else: only pip itself understands all of that."""
    answer = subprocess.run([PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    return bool(re.search(r"\.(index-url|no-index|proxy)=", answer.stdout))


def fill(runner: Runner, lists: list[Path]) -> None:
    """Installs `lists`, by the fast installer where it can be had, by pip where it can't."""
    pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes"]
    files = [word for path in lists for word in ("-r", str(path))]
    try:
        if pip_options_name_an_index():
            raise ServiceProblem("pip has an index of its own.")
        runner.call("pip", [*pip, "-r", str(INSTALLER)])
        uv = [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes"]
        runner.call("uv", [*uv, "--compile-bytecode", "--no-config", "--system-certs", *files])
    except ServiceProblem:
        print("Installing with pip instead of uv; this takes a little longer.", flush=True)
        try:
            runner.call("pip", [*pip, *files])
        except ServiceProblem as problem:
            raise ServiceProblem(
                "The packages could not be installed; the lines above say which. Check the network and pip's own "
                "configuration (pip config list), then run this again."
            ) from problem


@contextmanager
def alone(runner: Runner) -> Iterator[None]:
    """Waits until no other installation runs in this folder. The lock is the folder's own and ends with us."""
    descriptor = os.open(ROOT, os.O_RDONLY)
    told = False
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not told:
                    print("Another installation runs in this folder; waiting for it …", flush=True)
                told = True
                runner.check()
                time.sleep(POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)


def body(runner: Runner) -> int:
    """Installs what is missing."""
    lists = wanted(dev="--dev" in sys.argv[1:])
    if not missing(lists):
        return 0
    os.chdir(ROOT)
    with alone(runner):
        install(runner, lists)
    return 0


def install(runner: Runner, lists: list[Path]) -> None:
    """Makes the environment and fills it, unless somebody else just did."""
    started = time.monotonic()
    have = installed()
    make_venv(runner)
    todo = missing(lists)
    if not todo:
        return
    fill(runner, todo)
    # What another state of the lists once installed is forgotten: it may have been replaced since.
    current = {fingerprint(path) for path in ROOT.glob("requirements*.txt")}
    STAMP.write_text("\n".join(sorted((have & current) | {fingerprint(path) for path in todo})))
    print(f"Packages: installed in {time.monotonic() - started:.1f} s.", flush=True)


if __name__ == "__main__":
    sys.exit(main(body))
