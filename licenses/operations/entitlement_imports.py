"""What a customer holds from a file: taken in, compared with the record, accepted or rejected by a rep (section 8).

A file of a rep or operator is the record at once. One of a customer or partner is declared, and counts when accepted.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, connection, transaction

from licenses.intake.entitlements import ParsedHolding, read_mapping, samples_of
from licenses.intake.opened import OpenFile
from licenses.models import EntitlementImport, EntitlementImportRow
from licenses.operations.files import keep_file, named, take_step
from licenses.operations.holding_records import record
from licenses.operations.holding_sets import compare
from licenses.operations.reasons import required_reason
from licenses.queries.entitlement_imports import roles_on
from licenses.queries.heading_memory import remembered
from licenses.rules.workflow import AUTHOR, DESK, ENTITLEMENT_IMPORT
from portal.kernel.errors import Fault, Forbidden, Invalid, NotFound, Refused
from sites.events import tell
from sites.jobs import enqueue
from sites.models import Site
from sites.numbers import next_number
from sites.tenancy import Actor
from sites.words import stored_fault

JOB = "entitlements.import"
OPEN = ("uploaded", "checking", "checked", "applying")
# More lines than this are recorded by a worker.
AT_ONCE = 2000


@transaction.atomic
def upload_holdings(
    *, actor: Actor, at: datetime, site: Site, upload: UploadedFile, mapping: object = None
) -> EntitlementImport:
    """Take in a file of what is held at `site`, which `actor` sees; a worker checks it.

    `mapping` says what headings mean (heading → field, None: not read); it is remembered for the customer. Raises
    Forbidden (`not_yours`), Invalid with every fault of file and mapping, Refused (`import_file_twice`).
    """
    if not actor.may_write(site.customer):
        raise Forbidden(Fault("not_yours"))
    name, unfit = named(upload)
    said, faults = read_mapping(mapping or {})
    if faults or unfit:
        raise Invalid(*faults, *unfit)
    case = EntitlementImport(
        number=next_number("holdings_import"),
        customer_id=site.customer_id,
        site=site,
        created_by_id=actor.user_id,
        created_at=at,
        filename=name,
        declared=not (actor.is_staff and actor.covers(site.customer)),
        taught=said,
    )
    keep_file(case, upload, _refuse_repeat)
    tell(actor=actor, at=at, kind="uploaded", subject=case, customer_id=case.customer_id, filename=name)
    enqueue(kind=JOB, subject_id=case.pk, actor=actor, at=at)
    return case


def _taught(before: Mapping[str, str], said: Mapping[str, str]) -> dict[str, str]:
    """What was said before, mended: a field that is named for another column now is free."""
    fields = {field for field in said.values() if field}
    return {heading: field for heading, field in before.items() if field not in fields} | dict(said)


def _refuse_repeat(case: EntitlementImport) -> None:
    same = EntitlementImport.objects.filter(site=case.site, fingerprint=case.fingerprint, status__in=OPEN)
    if earlier := same.first():
        raise Refused(Fault("import_file_twice", "file", params={"number": str(earlier)}))


def load_holdings(import_id: UUID) -> EntitlementImport:
    """The import, locked. Raises NotFound."""
    rows = EntitlementImport.objects.select_for_update(of=("self",)).select_related("customer")
    case = rows.filter(pk=import_id).first()
    if case is None:
        raise NotFound(Fault("http_404"))
    return case


def step_holdings(case: EntitlementImport, action: str, **changes: Any) -> None:
    """Take the import along its table. Raises Refused where the table has no such step."""
    take_step(ENTITLEMENT_IMPORT, case, action, **changes)


def remember_headings(case: EntitlementImport, headings: Sequence[str]) -> dict[str, str]:
    """What is said about the file's headings: with it, or else with earlier files of the customer; kept on the case."""
    said = {heading: field for heading, field in case.taught.items() if heading not in case.remembered}
    memory = {heading: known for heading, known in remembered(case, headings).items() if heading not in said}
    case.taught = _taught({heading: known.field for heading, known in memory.items()}, said)
    case.remembered = {heading: memory[heading].number for heading in memory if heading in case.taught}
    case.save(update_fields=["taught", "remembered"])
    return dict(case.taught)


def keep_headings(case: EntitlementImport, file: OpenFile[ParsedHolding]) -> None:
    """Keep what the file's headings were read as, what stands below them, and what is to be told about them."""
    case.headings, case.mapping = list(file.mapping), dict(file.mapping)
    case.samples, case.rows_in_file = samples_of(file), file.count
    case.faults = [stored_fault(fault) for fault in file.headings.warnings]
    case.save(update_fields=["headings", "mapping", "samples", "rows_in_file", "faults"])


@transaction.atomic
def finish_holdings_check(*, actor: Actor, at: datetime, on: date, import_id: UUID) -> EntitlementImport:
    """All rows are judged: compare them with the record. What isn't declared is recorded at once."""
    case = _locked(import_id)
    _show(case, actor=actor, at=at, action="finish_checking")
    if case.declared:
        _supersede(case, actor=actor, at=at)
    elif DESK in roles_on(actor, case):
        step_holdings(case, "accept", decided_by_id=actor.user_id, decided_at=at)
        _record(case, actor=actor, at=at, on=on)
    return case


def _show(case: EntitlementImport, *, actor: Actor, at: datetime, action: str) -> None:
    """Work out the difference as it is now, for people to look at."""
    figures = compare(case)
    faults = [fault for fault in case.faults if fault["code"] != "import_record_moved"]
    step_holdings(case, action, checked_at=at, faults=faults, **figures)
    counts = {name: count for name, count in figures.items() if name != "compared"}
    tell(actor=actor, at=at, kind="checked", subject=case, customer_id=case.customer_id, **counts)


def _supersede(case: EntitlementImport, *, actor: Actor, at: datetime) -> None:
    """Of the lists of one site that wait, each author's newest counts: older ones are put away.

    Somebody else's list stays, for the desk to choose: nobody takes back what another one declared.
    """
    rows = EntitlementImport.objects.select_for_update().filter(
        site=case.site_id, created_by=case.created_by_id, declared=True, status__in=("checked", "failed")
    )
    *older, newest = rows.order_by("number")
    if newest.status != EntitlementImport.Status.CHECKED:
        older, newest = [row for row in older if row.number < case.number], case
    for row in older:
        row = case if row.pk == case.pk else row
        step_holdings(row, "supersede", superseded_by_id=newest.pk)
        tell(actor=actor, at=at, kind="superseded", subject=row, customer_id=row.customer_id, by=str(newest))


def _locked(import_id: UUID) -> EntitlementImport:
    """The import, with all others of its customer kept waiting, so that no line is recorded twice."""
    customer = EntitlementImport.objects.filter(pk=import_id).values_list("customer_id", flat=True).first()
    with connection.cursor() as cursor:  # before any row: who waits here must hold nothing that the other needs
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"holdings {customer}"])
    return load_holdings(import_id)


def _record(case: EntitlementImport, *, actor: Actor, at: datetime, on: date) -> None:
    """Record an import that is `applying`. Raises Refused (`import_record_moved`)."""
    try:
        with transaction.atomic():
            record(case, at=at, on=on)
    except IntegrityError as refusal:
        raise Refused(Fault("import_record_moved")) from refusal
    step_holdings(case, "finish")
    tell(actor=actor, at=at, kind="accepted", subject=case, customer_id=case.customer_id)


def accept_holdings(
    *, actor: Actor, at: datetime, on: date, import_id: UUID, version: int | None = None
) -> EntitlementImport:
    """Let a declared import count: lines and cover are added, quantities corrected, proofs issued, all or nothing.

    A large one is left to a worker (`applying`). `on` is today, `version` the one that the decider saw. Raises
    Forbidden (`not_yours`, `own_case`), Refused (`not_from_here`, `stale`, `import_record_moved`: the difference is
    another one by now, and is shown as it is now).
    """
    try:
        return _accept(actor=actor, at=at, on=on, import_id=import_id, version=version)
    except Refused as refusal:
        if any(fault.code == "import_record_moved" for fault in refusal.faults):
            _show_anew(actor=actor, at=at, import_id=import_id)
        raise


@transaction.atomic
def _accept(*, actor: Actor, at: datetime, on: date, import_id: UUID, version: int | None) -> EntitlementImport:
    _locked(import_id)
    case = _at_the_desk(actor, import_id, "accept")
    if version is not None and version != case.version:
        raise Refused(Fault("stale"))
    step_holdings(case, "accept", decided_by_id=actor.user_id, decided_at=at)
    if case.rows_new + case.rows_changed + case.rows_gone > AT_ONCE:
        enqueue(kind=JOB, subject_id=case.pk, actor=actor, at=at)
        return case
    settle_holdings(actor=actor, at=at, on=on, import_id=case.pk)
    return load_holdings(case.pk)


@transaction.atomic
def _show_anew(*, actor: Actor, at: datetime, import_id: UUID) -> None:
    case = _locked(import_id)
    step_holdings(case, "compare")
    tell(actor=actor, at=at, kind="compared_again", subject=case, customer_id=case.customer_id)
    _show(case, actor=actor, at=at, action="finish_checking")


@transaction.atomic
def settle_holdings(*, actor: Actor, at: datetime, on: date, import_id: UUID) -> None:
    """Record an accepted import. Raises Refused (`import_record_moved`) when the difference isn't the one shown."""
    case = _locked(import_id)
    if case.status != EntitlementImport.Status.APPLYING:
        return
    if compare(case)["compared"] != case.compared:
        raise Refused(Fault("import_record_moved"))
    _record(case, actor=actor, at=at, on=on)


@transaction.atomic
def put_holdings_back(*, actor: Actor, at: datetime, import_id: UUID, faults: Sequence[Fault]) -> None:
    """Undo the acceptance of an import that couldn't be recorded, saying why.

    The decision is open again, about the difference as it is now.
    """
    case = _locked(import_id)
    step_holdings(case, "put_back", decided_by_id=None, decided_at=None)
    tell(actor=actor, at=at, kind="put_back", subject=case, customer_id=case.customer_id)
    step_holdings(case, "compare")
    _show(case, actor=actor, at=at, action="finish_checking")
    case.faults = [*case.faults, *(stored_fault(fault) for fault in faults)]
    case.save(update_fields=["faults"])


@transaction.atomic
def reject_holdings(*, actor: Actor, at: datetime, import_id: UUID, reason: str) -> EntitlementImport:
    """Put a declared import away. Raises Forbidden, Invalid (`reason_required`), Refused."""
    case = _at_the_desk(actor, import_id, "reject")
    said = required_reason(reason)
    step_holdings(case, "reject", decided_by_id=actor.user_id, decided_at=at, decision_reason=said)
    tell(actor=actor, at=at, kind="rejected", subject=case, customer_id=case.customer_id, reason=said)
    return case


def _at_the_desk(actor: Actor, import_id: UUID, action: str) -> EntitlementImport:
    case = load_holdings(import_id)
    if DESK not in roles_on(actor, case):
        raise Forbidden(Fault("not_yours"))
    ENTITLEMENT_IMPORT.require(action, case.status)
    if case.declared and case.created_by_id == actor.user_id:
        raise Forbidden(Fault("own_case"))
    return case


@transaction.atomic
def map_holdings(*, actor: Actor, at: datetime, import_id: UUID, mapping: object) -> EntitlementImport:
    """Mend what the headings mean and read the file again. Raises Forbidden, Invalid, Refused."""
    case = _for_its_people(actor, import_id)
    said, faults = read_mapping(mapping)
    if faults:
        raise Invalid(*faults)
    if not case.headings:
        raise Refused(Fault("import_unreadable"))
    taught = _taught(case.taught, said)
    remembered = {h: number for h, number in case.remembered.items() if taught.get(h) == case.taught.get(h)}
    step_holdings(
        case, "map", taught=taught, remembered=remembered, faults=[], checked_at=None, compared="", rows_read=0
    )
    EntitlementImportRow.objects.filter(file_import=case).delete()
    tell(actor=actor, at=at, kind="mapped", subject=case, customer_id=case.customer_id)
    enqueue(kind=JOB, subject_id=case.pk, actor=actor, at=at)
    return case


@transaction.atomic
def compare_holdings(*, actor: Actor, at: datetime, import_id: UUID) -> EntitlementImport:
    """Compare the rows with the record as it stands now. Raises Forbidden (`not_yours`), Refused."""
    case = _for_its_people(actor, import_id)
    step_holdings(case, "compare")
    tell(actor=actor, at=at, kind="compared_again", subject=case, customer_id=case.customer_id)
    enqueue(kind=JOB, subject_id=case.pk, actor=actor, at=at)
    return case


def _for_its_people(actor: Actor, import_id: UUID) -> EntitlementImport:
    case = load_holdings(import_id)
    if not roles_on(actor, case) & {AUTHOR, DESK}:
        raise Forbidden(Fault("not_yours"))
    return case
