"""The work behind the desk of licenses: price lists are read, judged and compared; ledgers get their closings."""

from celery import shared_task
from django.db import transaction
from django.db.models import Max

from licenses.intake.entitlements import ParsedHolding, open_holdings, read_as
from licenses.intake.opened import OpenFile, local_copy
from licenses.intake.price_list import ParsedPrice, open_price_file
from licenses.models import EntitlementImport, PriceImport
from licenses.operations.closings import close_days, close_terms
from licenses.operations.entitlement_imports import JOB as HOLDINGS_JOB
from licenses.operations.entitlement_imports import (
    finish_holdings_check,
    keep_headings,
    load_holdings,
    put_holdings_back,
    remember_headings,
    settle_holdings,
    step_holdings,
)
from licenses.operations.holding_rows import record_rows
from licenses.operations.price_imports import (
    JOB,
    finish_check,
    load_import,
    record_prices,
    step_import,
)
from licenses.queries.heading_memory import headings_taught
from licenses.queries.holding_check import HoldingDesk
from licenses.queries.price_check import PriceDesk
from portal.kernel.errors import Fault, Invalid, Refused
from sites.clock import now, today
from sites.jobs import Work, handler
from sites.tenancy import system_actor
from sites.words import stored_fault


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
    with local_copy(case.file) as path, open_price_file(path, case.filename, path.parent) as file:
        _judge(work, case, file)
        return file.headings.warnings


def _judge(work: Work, case: PriceImport, file: OpenFile[ParsedPrice]) -> None:
    with work.step():
        desk = PriceDesk(case, today(), file.headings.titles)
        done = set(case.rows.values_list("number", flat=True))
        desk.resume(
            case.rows.filter(outcome="valid").values_list("part_number", "level", "number", "valid_from", "valid_to")
        )
        PriceImport.objects.filter(pk=case.pk).update(rows_read=file.count)
    for chunk in file.chunks(done):
        with work.step():
            record_prices(load_import(case.pk), [desk.judge(row) for row in chunk])


@handler(HOLDINGS_JOB)
def import_holdings(work: Work) -> None:
    """Read a file of holdings, judge every row and compare with the record; or record what was accepted.

    A restart goes on where it stopped; rows that were all judged before are only compared again.
    """
    with work.step():
        case = load_holdings(work.subject_id)
        if case.status == EntitlementImport.Status.UPLOADED:
            step_holdings(case, "start_checking")
        judged = case.checked_at is not None
    if case.status == EntitlementImport.Status.APPLYING:
        _settle(work)
    elif case.status == EntitlementImport.Status.CHECKING and (judged or _read_holdings(work, case)):
        with work.step() as actor:
            finish_holdings_check(actor=actor, at=now(), on=today(), import_id=work.subject_id)


def _settle(work: Work) -> None:
    try:
        with work.step() as actor:
            settle_holdings(actor=actor, at=now(), on=today(), import_id=work.subject_id)
    except Refused as refusal:
        with work.step() as actor:
            put_holdings_back(actor=actor, at=now(), import_id=work.subject_id, faults=refusal.faults)


def _read_holdings(work: Work, case: EntitlementImport) -> bool:
    """Judge every row; False where the file, or its headings, can't be read, which is told then."""
    with work.step():
        known = headings_taught(case)
    try:
        with local_copy(case.file) as path, open_holdings(path, case.filename, known, path.parent) as opened:
            with work.step():
                case = load_holdings(case.pk)
                file = read_as(opened, remember_headings(case, opened.file.headings.cells))
                keep_headings(case, file)
            if file.headings.faults:
                raise Invalid(*file.headings.faults, *file.headings.warnings)
            _judge_holdings(work, case, file)
    except Invalid as refusal:
        with work.step():
            faults = [stored_fault(fault) for fault in refusal.faults]
            step_holdings(load_holdings(case.pk), "fail", faults=faults)
        return False
    return True


def _judge_holdings(work: Work, case: EntitlementImport, file: OpenFile[ParsedHolding]) -> None:
    with work.step():
        desk = HoldingDesk(case, today(), file.headings.titles)
        last = case.rows.aggregate(last=Max("number"))["last"] or 0
    # Rows come in the order of the file: all up to the last one that was kept are done.
    for chunk in file.chunks(range(last + 1)):
        with work.step():
            record_rows(load_holdings(case.pk), [desk.judge(row) for row in chunk])


@shared_task
def close_ledgers() -> None:
    """Every minute: close the Terms that have ended, and the days of Agreements with many new entries."""
    while True:
        with transaction.atomic():
            if not close_terms(actor=system_actor(), on=today()):
                break
    with transaction.atomic():
        close_days(actor=system_actor())
