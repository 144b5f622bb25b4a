"""Reading in a process of its own: what comes back, what its limits end, and that it leaves nothing behind."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from licenses.intake import child
from licenses.intake.limits import LIMITS
from licenses.intake.reader import RawRow
from migrations_app.intake.form import open_form
from portal.kernel.errors import Invalid

from .builders import HEADINGS, ROW, compound, told, workbook, written


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "out"
    made.mkdir()
    return made


def test_rows_come_back(tmp_path, folder):
    path = written(tmp_path / "a.xlsx", [HEADINGS, ROW, ("1", "æ\u2028", '"', "")])
    with child.read_in_child(path, "Form.XLSX", folder) as normalized:
        assert (normalized.count, normalized.kind) == (2, "xlsx")
        assert normalized.headings == RawRow(1, HEADINGS)
        assert list(normalized.rows()) == [RawRow(2, ROW), RawRow(3, ("1", "æ\u2028", '"'))]
    assert not list(folder.iterdir())


def test_faults_come_back(tmp_path, folder):
    path = tmp_path / "upload"
    path.write_bytes(compound("EncryptedPackage"))
    with pytest.raises(Invalid) as caught:
        child.read_in_child(path, "a.xlsx", folder)
    assert caught.value.code == "file_password"
    formulas = workbook(
        tmp_path / "b.xlsx",
        {"xl/worksheets/sheet1.xml": '<worksheet><sheetData><row><c r="B1"><f>1</f></c></row></sheetData></worksheet>'},
    )
    with pytest.raises(Invalid) as caught:
        child.read_in_child(formulas, "b.xlsx", folder)
    (fault,) = caught.value.faults
    assert (fault.code, fault.field, fault.line, fault.params["cell"]) == ("file_formula", "file", "1", "B1")
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("while True: pass", "file_took_too_long"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "file_too_complex"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "file_took_too_long"),
        ("import sys; sys.exit(1)", "file_damaged"),
    ],
)
def test_a_child_that_hangs_or_dies(tmp_path, folder, monkeypatch, program, code):
    path = tmp_path / "a.csv"
    path.write_text("a;b\n1;2\n")
    stand_in = tmp_path / "stand_in"
    stand_in.write_text(f"#!{sys.executable}\n{program}\n")
    stand_in.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stand_in))
    started = time.monotonic()
    with pytest.raises(Invalid) as caught:
        child.read_in_child(path, "a.csv", folder, replace(LIMITS, child_wall_seconds=1))
    assert [f.code for f in told(*caught.value.faults)] == [code]
    assert time.monotonic() - started < 20
    assert not list(folder.iterdir())


def run_python(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], cwd=child.ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_memory_is_limited():
    program = (
        "from licenses.intake import child\n"
        "child.limit_myself(child.LIMITS)\n"
        "try:\n    x = bytearray(2 * 1024**3)\nexcept MemoryError:\n    print('refused')\n"
    )
    assert run_python(program).stdout == "refused\n"


def test_the_child_loads_no_django():
    told = run_python("import sys, licenses.intake.child; print('django' in sys.modules)")
    assert told.stdout == "False\n", told.stderr


def test_the_command_line(tmp_path):
    path, out = tmp_path / "a.csv", tmp_path / "a.jsonl"
    path.write_text("a;b\n1;2\n")
    command = [sys.executable, "-m", "licenses.intake.child", str(path), str(out)]
    told = subprocess.run(command, cwd=child.ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(told.stdout) == {"count": 1, "headings": [1, "a", "b"], "kind": "csv"}
    assert [json.loads(line) for line in out.read_text().splitlines()] == [[1, "a", "b"], [2, "1", "2"]]


def csv_form(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_form_from_end_to_end(tmp_path, folder):
    path = csv_form(
        tmp_path / "a.csv",
        "Antal;Modtagende lokation;Varenummer;Afgivende lokation;Farve",
        "1.000;0099999;d0abcll;0012345;blå",
        "",
        "0;0099999;;0012345",
    )
    with open_form(path, "a.csv", folder) as form:
        assert form.count == 2
        assert [w.code for w in form.headings.warnings] == ["file_heading_unknown"]
        first, second = form.rows()
    assert first.row is not None
    assert (first.row.number, first.row.quantity, first.row.part_number) == (2, 1000, "D0ABCLL")
    assert first.row.source_site_number == "0012345"
    assert second.row is None
    assert [(f.code, f.field, f.line) for f in second.faults] == [
        ("value_missing", "part_number", "4"),
        ("row_quantity_range", "quantity", "4"),
    ]
    assert not list(folder.iterdir())


def test_everything_about_the_headings_at_once(tmp_path, folder):
    path = csv_form(tmp_path / "a.csv", "antal;varenumer;qty;reference")
    with pytest.raises(Invalid) as caught:
        open_form(path, "a.csv", folder)
    assert [(f.code, f.field, f.severity) for f in told(*caught.value.faults)] == [
        ("file_heading_twice", "quantity", "error"),
        ("file_heading_missing", "source_site_number", "error"),
        ("file_heading_missing", "part_number", "error"),
        ("file_heading_missing", "target_site_number", "error"),
        ("file_no_rows", "file", "error"),
        ("file_heading_near", "file", "warning"),
    ]
    assert caught.value.faults[-1].params["hint"] == "varenummer"
    assert not list(folder.iterdir())


def test_a_reader_ends_with_whoever_started_it(root):
    """A worker that is killed leaves no process behind that reads on for nobody."""
    reader = "from licenses.intake.child import end_with_parent; end_with_parent(); print(flush=True); input()"
    parent = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {reader!r}], stdin=subprocess.PIPE)"
    command = [sys.executable, "-c", f"{parent}; print(p.pid, flush=True); p.wait()"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = {process.stdout.readline().strip(), process.stdout.readline().strip()}
        child = psutil.Process(int(max(said)))
        process.kill()
    assert psutil.wait_procs([child], 10)[1] == []
