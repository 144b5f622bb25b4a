"""Hostile files from end to end: each refused with its sentence or read without harm, within the child's limits."""

import io
import resource
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from licenses.intake.limits import LIMITS
from licenses.intake.sheets import RISKY, JudgedRow, csv_file
from licenses.operations.files import named
from migrations_app.intake import templates
from migrations_app.intake.form import open_form
from portal.kernel.errors import Invalid

from .builders import told
from .hostile import ALL, Hostile

LIVE = (
    "=cmd|'/C calc'!A0",
    '+HYPERLINK("http://attacker.example")',
    "-2+3+cmd",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "＝1",
    "＋1",
)


def taken(path: Path, filename: str) -> tuple[list[str], frozenset[str]]:
    """The codes of the refusal, or none and the codes of the rows' faults; every one has its sentence."""
    try:
        with open_form(path, filename, path.parent) as form:
            faults = [fault for row in form.rows() for fault in row.faults]
            return [], frozenset(fault.code for fault in told(*faults))
    except Invalid as refusal:
        return [fault.code for fault in told(*refusal.faults)], frozenset()


@pytest.mark.parametrize("hostile", ALL, ids=lambda h: f"{h.filename[2:]} {h.name}")
def test_it_does_no_harm(tmp_path: Path, hostile: Hostile) -> None:
    path = tmp_path / "upload"
    hostile.build(path)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    codes, faults = taken(path, hostile.filename)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (codes[:1], faults) == ([hostile.code] if hostile.code else [], hostile.faults)
    assert after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime <= LIMITS.child_cpu_seconds
    assert after.ru_maxrss * 1024 <= LIMITS.child_memory_bytes
    assert [p.name for p in tmp_path.iterdir()] == ["upload"]


def test_there_are_many_kinds() -> None:
    assert len(ALL) > 100
    assert len({(h.filename, h.name) for h in ALL}) == len(ALL)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        (r"..\..\evil.xlsx", "evil.xlsx"),
        ("/etc/cron.d/a.ods", "a.ods"),
        ("a\0b.csv", "ab.csv"),
        ("gnp\u202excod.csv", "gnpxcod.csv"),
        ("a\ud800.csv", "a.csv"),
        ("a\r\nSet-Cookie: x.csv", "aSet-Cookie: x.csv"),
        ("x" * 500 + ".csv", "x" * 196 + ".csv"),
    ],
)
def test_tricks_in_the_name_of_the_upload(name: str, kept: str) -> None:
    upload = SimpleUploadedFile("a.csv", b"1")
    upload._name = name  # as it would stand there if Django's own cleaning were ever passed by
    assert named(upload) == (kept, [])


@pytest.mark.parametrize("name", ["a.csv\0", "a.csv\u200b"])
def test_an_ending_that_is_not_seen_counts_as_it_is_seen(name: str) -> None:
    upload = SimpleUploadedFile("a.csv", b"1")
    upload._name = name
    assert named(upload)[0] == "a.csv"


@pytest.mark.parametrize("text", LIVE)
def test_what_a_spreadsheet_would_run_is_written_back_dead(text: str) -> None:
    lines = csv_file(["a", "b"], [[text, "x"]], "en").decode("utf-8-sig").splitlines()
    assert not lines[1].lstrip('"').startswith(RISKY)
    data = templates.failed_rows([JudgedRow(2, {"source_site_number": text, "reason": text}, [text])], "en")
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    for cell in sheet[2][:9]:
        assert cell.data_type != "f"
        assert cell.hyperlink is None
        assert cell.value is None or cell.quotePrefix
    assert text.strip() in sheet.cell(2, 1).value
