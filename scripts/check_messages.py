"""Holds the committed catalogs against the sentences in the code; with --write, brings them up to date.

    python -m scripts.check_messages [--write]

Needs GNU gettext. Exits 1 and names each sentence that is missing, no longer used, untranslated or fuzzy, and each
translation whose placeholders differ.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from portal.services.problems import ServiceProblem
from scripts import system_packages
from scripts.runner import ROOT, Runner, main

LANGUAGES = ("da",)
OPTIONS = ("--no-wrap", "--no-obsolete", "--add-location=file", "--verbosity=0")
NOT_OURS = (".venv", "node_modules", "var", "static_build", "tests", "scripts", "docs")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sdf]|%[sd]|\{(\w+)\}")


def catalog_path(root: Path, language: str) -> Path:
    """Where the catalog of `language` lies under `root`."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def make_messages(runner: Runner, root: Path) -> None:
    """Django's makemessages on the tree at `root`."""
    command = [sys.executable, "manage.py", "makemessages", *OPTIONS]
    for language in LANGUAGES:
        command += ["--locale", language]
    for name in NOT_OURS:
        command += ["--ignore", name]
    with_state = {**os.environ, "STATE_DIR": str(root / "var")}
    runner.call("makemessages", ["env", "-C", str(root), *command], with_state)


def copy_tree(target: Path) -> None:
    """The project's own files, committed or not, without what git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)


def load(path: Path) -> Catalog:
    """The catalog at `path`, empty where there is none."""
    if not path.exists():
        return Catalog()
    with path.open("rb") as file:
        return read_po(file)


def key(message: Message) -> tuple[str, ...]:
    """What makes two messages the same: context, singular, plural."""
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    return (message.context or "", *map(str, ids))


def placeholders(text: str) -> set[str]:
    """The names and signs that are filled in later."""
    return {found[0] for found in _PLACEHOLDER.finditer(text.replace("%%", ""))}


def faults_of(message: Message) -> list[str]:
    """What is wrong with one translation."""
    texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
    singular, *plural = key(message)[1:]
    if not all(texts):
        return ["untranslated"]
    filled = [placeholders(str(text)) for text in texts]
    faults = ["fuzzy"] if message.fuzzy else []
    allowed = [placeholders(singular), *(placeholders(text) for text in plural)]
    if any(found not in allowed for found in filled):
        faults.append("other placeholders than the original")
    return faults


def compare(committed: Catalog, fresh: Catalog) -> list[str]:
    """Every difference as a line."""
    have = {key(m): m for m in committed if m.id}
    want = {key(m): m for m in fresh if m.id}
    lines = [f"missing: {' / '.join(k[1:])}" for k in want.keys() - have.keys()]
    lines += [f"no longer used: {' / '.join(k[1:])}" for k in have.keys() - want.keys()]
    lines += [f"{fault}: {' / '.join(k[1:])}" for k, m in have.items() for fault in faults_of(m)]
    return sorted(lines)


def body(runner: Runner) -> int:
    """Writes or checks."""
    if system_packages.ensure(runner, "xgettext"):
        if "--write" in sys.argv[1:]:
            raise ServiceProblem("The catalogs can't be written without GNU gettext.")
        return 1 if os.environ.get("CI") else 0
    if "--write" in sys.argv[1:]:
        (ROOT / "locale").mkdir(exist_ok=True)
        make_messages(runner, ROOT)
        return 0
    with tempfile.TemporaryDirectory(prefix="passage-messages-") as folder:
        copy = Path(folder)
        copy_tree(copy)
        (copy / "locale").mkdir(exist_ok=True)
        make_messages(runner, copy)
        lines = [
            f"{language}: {line}"
            for language in LANGUAGES
            for line in compare(load(catalog_path(ROOT, language)), load(catalog_path(copy, language)))
        ]
    if lines:
        print("\n".join(lines))
        print(f"{len(lines)} faults in the messages. `make messages` collects; translate what it adds.")
        return 1
    print("Messages: complete.")
    return 0


if __name__ == "__main__":
    sys.exit(main(body))
