"""The work behind the desk of licenses: price lists are read, judged and compared; ledgers get their closings."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from celery import shared_task
from django.db import transaction

from licenses.intake.price_list import ParsedPrice, PriceFile, open_price_file
from licenses.models import PriceImport
from licenses.operations.closings import close_days, close_terms
from licenses.operations.price_imports import (
    JOB,
    finish_check,
    load_import,
    record_prices,
    step_import,
    stored_fault,
)
from licenses.queries.price_check import PriceDesk
from portal.kernel.errors import Fault, Invalid
from sites.clock import now, today
from sites.jobs import Work, handler
from sites.tenancy import system_actor

CHUNK = 1000


@handler(JOB)
def check_prices(work: Work) -> None:
    """Read the file and write a verdict for every row, a chunk a transaction; then compare with the list.

    A restart goes on where it stopped; rows that were all judged before are only compared again.
    """
    with work.step():
        case = load_import(work.subject_id)
        if case.status == PriceImport.Status.UPLOADED:
            step_import(case, "start_checking")
        if case.status != PriceImport.Status.CHECKING:
            return
        judged = case.checked_at is not None
    hints: tuple[Fault, ...] = ()
    if not judged:
        try:
            hints = _read(work, case)
        except Invalid as refusal:
            with work.step():
                faults = [stored_fault(fault) for fault in refusal.faults]
                step_import(load_import(case.pk), "fail", faults=faults, checked_at=now())
            return
    with work.step() as actor:
        finish_check(actor=actor, at=now(), import_id=case.pk, hints=hints)


def _read(work: Work, case: PriceImport) -> tuple[Fault, ...]:
    """Judge every row of the file; returns what is to be told about its columns. Raises Invalid for the file itself."""
    with tempfile.TemporaryDirectory(prefix="passage-") as folder:
        path = Path(folder) / "prices"
        with case.file.open("rb") as kept, path.open("wb") as copy:
            shutil.copyfileobj(kept, copy)
        with open_price_file(path, case.filename, Path(folder)) as file:
            _judge(work, case, file)
            return file.warnings


def _judge(work: Work, case: PriceImport, file: PriceFile) -> None:
    with work.step():
        desk = PriceDesk(case, today(), file.headings.titles)
        done = set(case.rows.values_list("number", flat=True))
        desk.resume(
            case.rows.filter(outcome="valid").values_list("part_number", "level", "number", "valid_from", "valid_to")
        )
        PriceImport.objects.filter(pk=case.pk).update(rows_read=file.count)
    for chunk in _chunks(row for row in file.rows() if row.number not in done):
        with work.step():
            record_prices(load_import(case.pk), [desk.judge(row) for row in chunk])


def _chunks(rows: Iterable[ParsedPrice]) -> Iterator[list[ParsedPrice]]:
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


@shared_task
def close_ledgers() -> None:
    """Every minute: close the Terms that have ended, and the days of Agreements with many new entries."""
    while True:
        with transaction.atomic():
            if not close_terms(actor=system_actor(), on=today()):
                break
    with transaction.atomic():
        close_days(actor=system_actor())
