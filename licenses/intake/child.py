"""Reading in a process of its own: limits on memory, processor and time, and nothing but a file comes back.

`python -m licenses.intake.child IN OUT [NAME [HEADING…]]` writes OUT as one JSON list a line (row number, then its
cells; the first line is the headings) and answers on standard output with `{"count", "headings", "kind"}` or
`{"faults"}`. Django is not loaded here.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from licenses.intake.limits import LIMITS, Limits
from licenses.intake.normalized import NormalizedFile
from licenses.intake.reader import RawRow, read
from portal.kernel.errors import Fault, Invalid

ROOT = Path(__file__).resolve().parents[2]
FAULTY = 3
_PR_SET_PDEATHSIG = 1
FAULTS_TOLD = 100


def read_in_child(
    path: Path,
    filename: str,
    folder: Path | None = None,
    limits: Limits = LIMITS,
    known: Collection[str] = (),
) -> NormalizedFile:
    """Take `path`, uploaded as `filename`, through gate and reader in a limited process.

    The result lies in `folder` (the system's temporary one by default). `known` are folded headings, by which a CSV's
    delimiter is told. Raises Invalid with the child's faults, or
    `file_took_too_long`, `file_too_complex` (a limit ended it), `file_damaged` (it failed); nothing is left then.
    """
    handle, name = tempfile.mkstemp(prefix="intake-", suffix=".jsonl", dir=folder)
    os.close(handle)
    out = Path(name)
    try:
        answer = _run(path, out, filename, limits, known)
        if "faults" in answer:
            raise Invalid(*(Fault(**fault) for fault in answer["faults"]))
        number, *cells = answer["headings"]
        return NormalizedFile(out, answer["count"], RawRow(number, tuple(cells)), answer["kind"])
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def _run(path: Path, out: Path, filename: str, limits: Limits, known: Collection[str]) -> dict[str, Any]:
    module = ["-s", "-m", "licenses.intake.child"]
    command = [sys.executable, *module, str(path.resolve()), str(out), filename, *sorted(known)]
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            told, _ = process.communicate(timeout=limits.child_wall_seconds)
        except BaseException as error:
            process.kill()
            process.communicate()
            if isinstance(error, subprocess.TimeoutExpired):
                raise Invalid(Fault("file_took_too_long", "file", params=_seconds(limits))) from error
            raise
    if process.returncode in (0, FAULTY):
        answer: dict[str, Any] = json.loads(told)
        return answer
    if process.returncode in (-signal.SIGALRM, -signal.SIGXCPU):
        raise Invalid(Fault("file_took_too_long", "file", params=_seconds(limits)))
    if process.returncode < 0:
        raise Invalid(Fault("file_too_complex", "file"))
    raise Invalid(Fault("file_damaged", "file", params={"part": ""}))


def _seconds(limits: Limits) -> dict[str, int]:
    return {"limit": limits.child_wall_seconds}


def end_with_parent() -> None:
    """Whoever started this process may be killed: nobody waits for the answer then (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def limit_myself(limits: Limits) -> None:
    """Give up what a reader doesn't need, for good. Memory can't be limited on every system; time can."""
    wanted = (
        (resource.RLIMIT_CPU, limits.child_cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.child_output_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, limits.child_memory_bytes),
    )
    for kind, most in wanted:
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):
            continue
    signal.alarm(limits.child_wall_seconds + 5)


def write_normalized(path: Path, out: Path, filename: str, known: Collection[str] = ()) -> dict[str, Any]:
    """Read `path` and write its rows to `out`; the answer for standard output."""
    sheet = read(path, filename, known=known)
    count = 0
    headings = [sheet.headings.number, *sheet.headings.cells]
    encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode
    with out.open("w", encoding="utf-8", newline="\n") as file:
        file.write(encode(headings) + "\n")
        for row in sheet.rows:
            count += 1
            file.write(encode([row.number, *row.cells]) + "\n")
    return {"count": count, "headings": headings, "kind": sheet.kind}


def main(arguments: list[str]) -> int:
    """The child's whole life. Returns 0, or 3 with faults on standard output."""
    path, out, *more = arguments
    name, known = (more[0], frozenset(more[1:])) if more else (path, frozenset[str]())
    end_with_parent()
    limit_myself(LIMITS)
    try:
        answer = write_normalized(Path(path), Path(out), name, known)
    except Invalid as error:
        answer = {"faults": [fault_json(f) for f in error.faults[:FAULTS_TOLD]]}
    except (MemoryError, RecursionError):
        answer = {"faults": [fault_json(Fault("file_too_complex", "file"))]}
    sys.stdout.write(json.dumps(answer))
    return FAULTY if "faults" in answer else 0


def fault_json(fault: Fault) -> dict[str, Any]:
    """The fields of a file's fault, as `Fault(**…)` takes them."""
    return {
        "code": fault.code,
        "field": fault.field,
        "line": fault.line,
        "params": dict(fault.params),
        "severity": fault.severity,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
