"""A price list from a file: taken in, compared with what stands, put into force by somebody else, or rejected."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count, Q

from licenses.intake.cells import LAST_DAY
from licenses.models import PriceImport, PriceImportRow, PriceList
from licenses.operations.files import keep_file, named, take_step
from licenses.operations.price_sets import apply, compare
from licenses.operations.reasons import required_reason
from licenses.queries.price_check import PriceVerdict
from licenses.queries.price_imports import lists_for, roles_on
from licenses.rules.workflow import DESK, PRICE_IMPORT, SECOND
from portal.kernel.errors import Fault, Forbidden, Invalid, NotFound, Refused
from sites.events import tell
from sites.jobs import enqueue
from sites.numbers import next_number
from sites.tenancy import Actor
from sites.words import stored_fault

JOB = "prices.check"
OVER = ("failed", "rejected")


@transaction.atomic
def upload_prices(
    *, actor: Actor, at: datetime, on: date, price_list: UUID | None, effective_on: date | None, upload: UploadedFile
) -> PriceImport:
    """Take in a file that says what `price_list` is from `effective_on` on; a worker checks it.

    `on` is today. Raises Forbidden for whoever isn't at the desk, Invalid with every fault of list, day and file,
    Refused (`price_file_twice`) for the same file again.
    """
    if not actor.is_staff:
        raise Forbidden(Fault("not_yours"))
    name, unfit = named(upload)
    target = lists_for(actor).filter(pk=price_list).first() if price_list else None
    faults = [] if target is not None else [Fault("price_list_unknown", "price_list")]
    faults += _day_faults(effective_on, on) + unfit
    if faults or target is None or effective_on is None:
        raise Invalid(*faults)
    case = PriceImport(
        number=next_number("price_import"),
        price_list=target,
        effective_on=effective_on,
        created_by_id=actor.user_id,
        created_at=at,
        filename=name,
    )
    keep_file(case, upload, _refuse_repeat)
    tell(actor=actor, at=at, kind="uploaded", subject=case, customer_id=None, filename=name)
    enqueue(kind=JOB, subject_id=case.pk, actor=actor, at=at)
    return case


def _day_faults(effective_on: date | None, on: date) -> list[Fault]:
    if effective_on is None:
        return [Fault("field_required", "effective_on")]
    if effective_on < on:
        return [Fault("price_day_past", "effective_on", params={"value": effective_on, "today": on})]
    if effective_on > LAST_DAY:
        return [Fault("price_day_late", "effective_on", params={"value": effective_on, "last": LAST_DAY})]
    return []


def _refuse_repeat(case: PriceImport) -> None:
    same = PriceImport.objects.filter(
        price_list=case.price_list, effective_on=case.effective_on, fingerprint=case.fingerprint
    )
    if earlier := same.exclude(status__in=OVER).first():
        params = {"number": str(earlier), "date": earlier.created_at.date()}
        raise Refused(Fault("price_file_twice", "file", params=params))


def load_import(import_id: UUID) -> PriceImport:
    """The import with its list, locked. Raises NotFound."""
    rows = PriceImport.objects.select_for_update(of=("self",)).select_related("price_list")
    case = rows.filter(pk=import_id).first()
    if case is None:
        raise NotFound(Fault("http_404"))
    return case


def step_import(case: PriceImport, action: str, **changes: Any) -> None:
    """Take the import along its table. Raises Refused where the table has no such step."""
    take_step(PRICE_IMPORT, case, action, **changes)


def record_prices(case: PriceImport, verdicts: Sequence[PriceVerdict]) -> None:
    """Write the verdicts of a chunk."""
    rows = []
    for verdict in verdicts:
        line = verdict.line
        row = PriceImportRow(
            price_import=case,
            number=verdict.number,
            outcome="valid" if line is not None else "invalid",
            values=dict(verdict.values),
            errors=[stored_fault(fault) for fault in verdict.faults],
        )
        if line is not None:
            row.part_number, row.level = line.part_number, line.level
            row.amount, row.list_amount = line.amount, line.list_amount
            row.valid_from, row.valid_to = line.valid_from, line.valid_to
        rows.append(row)
    PriceImportRow.objects.bulk_create(rows, batch_size=1000)


@transaction.atomic
def finish_check(*, actor: Actor, at: datetime, import_id: UUID, hints: Sequence[Fault] = ()) -> PriceImport:
    """All rows are judged: count them, and where none has a fault compare them with the list as it stands."""
    prices, case = _locked(import_id)
    counts = case.rows.filter(number__isnull=False).aggregate(
        rows_read=Count("pk"), rows_invalid=Count("pk", filter=Q(outcome="invalid"))
    )
    figures = counts if counts["rows_invalid"] else counts | compare(case, prices)
    faults = {"faults": [stored_fault(fault) for fault in hints]} if hints else {}
    step_import(case, "finish_checking", checked_at=at, **figures, **faults)
    tell(actor=actor, at=at, kind="checked", subject=case, customer_id=None, **figures)
    return case


def _locked(import_id: UUID) -> tuple[PriceList, PriceImport]:
    """The list, then the import, locked in this order. Raises NotFound."""
    prices = PriceList.objects.select_for_update(no_key=True, of=("self",)).filter(imports=import_id).first()
    case = load_import(import_id)
    if prices is None:
        raise NotFound(Fault("http_404"))
    case.price_list = prices
    return prices, case


@transaction.atomic
def put_prices_in_force(
    *, actor: Actor, at: datetime, on: date, import_id: UUID, version: int | None = None
) -> PriceImport:
    """Let the file count: old prices end the day before, new ones begin, in one transaction and by sets.

    What the file repeats is left alone. `on` is today, `version` the one that the decider saw. Raises Forbidden
    (`own_case`, `not_yours`), Refused: `not_from_here`, `stale`, `price_import_faulty`, `price_nothing_changes`,
    `price_day_past`, `price_list_moved`; nothing has changed then.
    """
    prices, case = _locked(import_id)
    roles = roles_on(actor, case)
    PRICE_IMPORT.require("put_in_force", case.status)
    if SECOND not in roles:
        raise Forbidden(Fault("own_case" if DESK in roles else "not_yours"))
    faults = []
    if version is not None and version != case.version:
        faults.append(Fault("stale"))
    if case.rows_invalid:
        faults.append(Fault("price_import_faulty", params={"rows": case.rows_invalid}))
    elif not case.rows_new + case.rows_changed + case.rows_gone:
        faults.append(Fault("price_nothing_changes"))
    if case.effective_on < on:
        faults.append(Fault("price_day_past", "effective_on", params={"value": case.effective_on, "today": on}))
    if not case.rows_invalid and case.compared_with != prices.version:
        faults.append(Fault("price_list_moved"))
    if faults:
        raise Refused(*faults)
    step_import(case, "put_in_force", decided_by_id=actor.user_id, decided_at=at)
    apply(case, prices)
    tell(actor=actor, at=at, kind="in_force", subject=case, customer_id=None)
    return case


@transaction.atomic
def compare_again(*, actor: Actor, at: datetime, import_id: UUID) -> PriceImport:
    """Compare the checked rows with the list as it stands now. Raises Forbidden (`not_yours`), Refused."""
    case = _at_the_desk(actor, import_id)
    step_import(case, "compare")
    tell(actor=actor, at=at, kind="compared_again", subject=case, customer_id=None)
    enqueue(kind=JOB, subject_id=case.pk, actor=actor, at=at)
    return case


@transaction.atomic
def reject_prices(*, actor: Actor, at: datetime, import_id: UUID, reason: str) -> PriceImport:
    """Put the file away; whoever uploaded it may do so, too.

    Raises Forbidden (`not_yours`), Invalid (`reason_required`), Refused.
    """
    case = _at_the_desk(actor, import_id)
    PRICE_IMPORT.require("reject", case.status)
    said = required_reason(reason)
    step_import(case, "reject", decided_by_id=actor.user_id, decided_at=at, decision_reason=said)
    tell(actor=actor, at=at, kind="rejected", subject=case, customer_id=None, reason=said)
    return case


def _at_the_desk(actor: Actor, import_id: UUID) -> PriceImport:
    case = load_import(import_id)
    if DESK not in roles_on(actor, case):
        raise Forbidden(Fault("not_yours"))
    return case
