"""Runs the tests against throw-away services, or those of DATABASE_URL and REDIS_URL.

python -m scripts.run_tests [pytest's arguments]
"""

import hashlib
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from portal.services import discovery
from portal.services.bootstrap import ensure_application_role
from portal.services.embedded import EmbeddedServices
from scripts import system_packages
from scripts.compile_messages import compile_messages
from scripts.runner import POLL_SECONDS, ROOT, Runner, environment, main


def application_url(owner: str) -> str:
    """The address of the tests' own application role.

    Its password follows from the owner's address, so that two runs against one server don't lock each other out.
    """
    password = hashlib.sha256(f"tests of {owner}".encode()).hexdigest()[:40]
    return discovery.with_login(owner, f"{discovery.database_name(owner)}_test_app", password)


def pytest_command(arguments: list[str], left_out: list[str]) -> list[str]:
    """pytest on both cores, without what this machine can't run."""
    command = [sys.executable, "-m", "pytest"]
    if not any(word.startswith(("-n", "--numprocesses", "--pdb")) for word in arguments):
        command += ["-n", str(min(4, os.cpu_count() or 1))]
    if "chromium" in left_out and not any(word.startswith("-m") for word in arguments):
        command += ["-m", "not browser"]
    return command + arguments


def run(runner: Runner, state: Path) -> int:
    """One run with its own STATE_DIR; returns pytest's exit code."""
    left_out = system_packages.ensure(runner, "chromium", "xgettext", "pdftotext")
    runner.call("The front-end build", [sys.executable, "scripts/build_frontend.py"])
    compile_messages()
    services = EmbeddedServices(state, durable=False)
    try:
        services.claim()
        services.start()
        owner, _ = discovery.database_urls(state)
        env = environment(
            STATE_DIR=str(state),
            DATABASE_URL=owner,
            APP_DATABASE_URL=os.environ.get("APP_DATABASE_URL") or application_url(owner),
            REDIS_URL=discovery.redis_url(state),
        )
        if chromium := system_packages.browser():
            env["CHROMIUM"] = chromium
        ensure_application_role(owner, env["APP_DATABASE_URL"])
        child = runner.start("pytest", pytest_command(sys.argv[1:], left_out), env=env)
        while child.process.poll() is None:
            runner.check()
            time.sleep(POLL_SECONDS)
        return child.process.returncode
    finally:
        runner.stop()
        services.stop()


def body(runner: Runner) -> int:
    """The tests, and no trace of them afterwards."""
    state = Path(tempfile.mkdtemp(prefix="passage-test-"))
    state.chmod(0o711)
    (state / "static").mkdir()
    os.chdir(ROOT)
    os.environ["STATE_DIR"] = str(state)
    try:
        return run(runner, state)
    finally:
        shutil.rmtree((state / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(body))
