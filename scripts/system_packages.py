"""Debian packages that tests use: installed where this runs as root on Debian, named where it doesn't."""

import os
import shutil
import sys
from pathlib import Path

from portal.services.problems import ServiceProblem
from scripts.runner import Runner, environment

# What is looked for on the PATH, and the package that brings it.
PACKAGES = {"chromium": "chromium", "xgettext": "gettext", "pdftotext": "poppler-utils"}
USES = {
    "chromium": "the browser tests",
    "xgettext": "the check of the Danish messages",
    "pdftotext": "the tests that read PDF text",
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser() -> str | None:
    """The path of a Chromium or Chrome: CHROMIUM from the environment, or one on the PATH."""
    named = os.environ.get("CHROMIUM")
    return named or next((found for name in BROWSERS if (found := shutil.which(name))), None)


def found(command: str) -> bool:
    """Whether this machine has `command`."""
    return bool(browser() if command == "chromium" else shutil.which(command))


def ensure(runner: Runner, *commands: str) -> list[str]:
    """Installs what is missing of `commands`, where that is possible; returns what is missing still, and says so."""
    missing = [command for command in commands if not found(command)]
    if missing and os.geteuid() == 0 and Path("/etc/debian_version").exists() and shutil.which("apt-get"):
        packages = [PACKAGES[command] for command in missing]
        print(f"Installing with apt-get: {', '.join(packages)} …", flush=True)
        env = environment(DEBIAN_FRONTEND="noninteractive")
        quiet = ["apt-get", "-qq", "-o=Dpkg::Use-Pty=0"]
        try:
            runner.call("apt-get update", [*quiet, "update"], env)
            runner.call("apt-get install", [*quiet, "install", "-y", "--no-install-recommends", *packages], env)
        except ServiceProblem as problem:
            print(problem, file=sys.stderr)
        missing = [command for command in missing if not found(command)]
    for command in missing:
        print(
            f"LEFT OUT: {USES[command]}, because there is no {command}. On Debian and Ubuntu: "
            f"sudo apt-get install {PACKAGES[command]}"
            + ("; or set CHROMIUM to the path of a Chrome." if command == "chromium" else ""),
            flush=True,
        )
    return missing
