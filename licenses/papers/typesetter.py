"""Runs typst: in this process for short papers, in a child for long ones.

typst keeps what it laid out for its next ten documents: a quote of 1,000 lines leaves 240 MiB behind, a worker that
prints ten of them holds 2 GiB. The child gives it all back. This file is also the child's program, so it imports
nothing of ours.
"""

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

FOLDER = Path(__file__).resolve().parent
FONT_FOLDER = Path(str(files("fontpkg_ibm_plex_sans"))) / "files"
# A-2a archives with structure and Unicode, UA-1 adds what screen readers need. Both make a missing glyph an error.
STANDARDS: list[Any] = ["a-2a", "ua-1"]
# Characters of JSON that this process sets itself: a quote of some 40 lines. A child costs a tenth of a second.
LONGEST_HERE = 30_000
SECONDS = 300
REFUSED = 3
# Children at a time for the parts of one paper, where there are as many processors.
TOGETHER = min(2, os.cpu_count() or 1)


class TypesettingError(Exception):
    """typst refused the document, or the child broke down: `message` in short, `diagnostic` with the place."""

    def __init__(self, message: str, diagnostic: str = ""):
        self.message, self.diagnostic = message, diagnostic
        super().__init__(message)


def typeset(template: str, content: str, day: date) -> bytes:
    """The PDF of `template` (a file beside this one) filled with `content` (JSON), dated `day`.

    Raises TypesettingError.
    """
    return _typeset_here(template, content, day) if len(content) <= LONGEST_HERE else _in_child(template, content, day)


def typeset_parts(template: str, contents: Iterable[str], day: date) -> Iterator[bytes]:
    """A PDF for each of `contents`, in their order: each in a child of its own, a few of them at a time.

    Raises TypesettingError; what isn't begun by then never is.
    """
    with ThreadPoolExecutor(TOGETHER) as pool:
        begun: deque[Future[bytes]] = deque()
        try:
            for content in contents:
                begun.append(pool.submit(_in_child, template, content, day))
                if len(begun) > TOGETHER:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            for each in begun:
                each.cancel()


def measured(template: str, content: str, label: str) -> Any:
    """What `template` tells under `label` of the pieces that it sets: its metadata, as plain JSON, made in a child.

    Raises TypesettingError.
    """
    return json.loads(_in_child(template, content, None, label))


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONT_FOLDER)])


def _compiler(template: str, content: str) -> typst.Compiler:
    return typst.Compiler(
        input=FOLDER / template,
        root=FOLDER,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": content},
        package_path=FOLDER,
        package_cache_path=FOLDER,
    )


def _measured_here(template: str, content: str, label: str) -> bytes:
    try:
        told: str = _compiler(template, content).query(f"<{label}>", field="value", one=True)
    except typst.TypstError as error:
        raise TypesettingError(error.message, error.diagnostic) from error
    return told.encode()


def _typeset_here(template: str, content: str, day: date) -> bytes:
    try:
        compiler = _compiler(template, content)
        stamp = datetime(day.year, day.month, day.day, tzinfo=UTC)
        pdf = compiler.compile(format="pdf", pdf_standards=STANDARDS, timestamp=stamp)
    except typst.TypstError as error:
        raise TypesettingError(error.message, error.diagnostic) from error
    if not isinstance(pdf, bytes):
        raise TypesettingError(f"{template} gave no PDF")
    return pdf


def _in_child(template: str, content: str, day: date | None, label: str = "") -> bytes:
    command = [sys.executable, "-P", __file__, template, day.isoformat() if day else "", label]
    try:
        done = subprocess.run(command, input=content.encode(), capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise TypesettingError(f"{template} took more than {SECONDS} s") from error
    if done.returncode == REFUSED:
        raise TypesettingError(**json.loads(done.stderr))
    if done.returncode:
        raise TypesettingError(f"{template}: the child ended with {done.returncode}", done.stderr.decode())
    return done.stdout


def main(template: str, day: str, label: str = "") -> int:
    """The child: content on standard input, the PDF, or what stands under `label`, on standard output, a refusal as
    JSON on standard error."""
    content = sys.stdin.buffer.read().decode()
    try:
        made = (
            _measured_here(template, content, label)
            if label
            else _typeset_here(template, content, date.fromisoformat(day))
        )
    except TypesettingError as error:
        sys.stderr.write(json.dumps({"message": error.message, "diagnostic": error.diagnostic}))
        return REFUSED
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
