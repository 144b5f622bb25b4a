"""Imports of holdings as pages, API and desk show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from licenses.intake.headings import fold
from licenses.models import EntitlementImport, EntitlementImportRow
from licenses.rules.workflow import AUTHOR, DESK, ENTITLEMENT_IMPORT
from sites.tenancy import Actor
from sites.words import retold


def roles_on(actor: Actor, case: EntitlementImport) -> frozenset[str]:
    """author, desk: what the actor is to this import. Needs its customer."""
    roles = {AUTHOR} if actor.may_write(case.customer) else set()
    if actor.is_staff and actor.covers(case.customer):
        roles.add(DESK)
    return frozenset(roles)


def actions_on(actor: Actor, case: EntitlementImport) -> tuple[str, ...]:
    """What the actor may do to the import now."""
    return tuple(ENTITLEMENT_IMPORT.actions(case.status, roles_on(actor, case)))


def visible_imports(actor: Actor) -> QuerySet[EntitlementImport]:
    """The imports that the actor sees, with what every list of them names."""
    rows = EntitlementImport.objects.visible_to(actor)
    return rows.select_related("customer", "site", "created_by", "decided_by", "superseded_by")


def rows_of(case: EntitlementImport, outcome: str = "", code: str = "") -> QuerySet[EntitlementImportRow]:
    """The rows of the file and the lines that are gone; of one outcome, and with one reason, where these are named."""
    rows = EntitlementImportRow.objects.filter(file_import=case).select_related("site")
    if outcome:
        rows = rows.filter(outcome=outcome)
    found = [{"code": code}]
    return rows.filter(Q(errors__contains=found) | Q(against__contains=found)) if code else rows


@dataclass(frozen=True, slots=True)
class Reason:
    """What kept rows out: how many, the first one's number (None for a line of the record), and what that one says."""

    code: str
    rows: int
    first: int | None
    message: str


# A row counts once for a reason, however often it has it.
_REASONS = """
SELECT found.code, count(*), min(found.id)
  FROM (SELECT DISTINCT r.id, e->>'code' AS code
          FROM licenses_entitlementimportrow r, jsonb_array_elements(r.errors || r.against) AS e
         WHERE r.file_import_id = %s AND r.outcome = 'rejected' AND e->>'severity' = 'error') AS found
 GROUP BY 1 ORDER BY 2 DESC, 1
"""


def reasons_of(case: EntitlementImport) -> list[Reason]:
    """Why rows were rejected, by reason, that of most rows first: two queries, whatever the rows."""
    if not case.rows_rejected:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_REASONS, [case.pk])
        counted = cursor.fetchall()
    firsts = {row.pk: row for row in rows_of(case).filter(pk__in=[first for _, _, first in counted])}
    return [Reason(code, rows, firsts[first].number, _says(firsts[first], code)) for code, rows, first in counted]


def _says(row: EntitlementImportRow, code: str) -> str:
    return next(str(found["message"]) for found in findings_of(row) if found["code"] == code)


def findings_of(row: EntitlementImportRow) -> list[dict[str, Any]]:
    """Everything found about a row, told in the reader's language."""
    return [retold(kept) for kept in [*row.errors, *row.against]]


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a line before and after; None where there is nothing."""

    field: str
    before: int | date | None
    after: int | date | None


def changes_of(row: EntitlementImportRow) -> list[Change]:
    """What a row changes in the record, field by field: cover is only added, so its start may stay."""
    if row.outcome not in ("new", "changed", "gone"):
        return []
    owned, wanted = row.before_quantity or 0, row.quantity or 0
    found = [Change("quantity", owned, wanted)] if owned != wanted else []
    if row.adds_to is not None:
        if row.adds_from != row.before_coverage_start:
            found.append(Change("coverage_start", row.before_coverage_start, row.adds_from))
        found.append(Change("coverage_end", row.before_coverage_end, row.adds_to))
    return found


@dataclass(frozen=True, slots=True)
class HeadingRead:
    """A heading of a file: its field ('' for none), first values, and how it is known.

    `how` is name, said (with this file), remembered (of the file with that `number`), or unknown.
    """

    at: int
    heading: str
    field: str
    samples: Sequence[str]
    how: str
    number: str = ""


def headings_of(case: EntitlementImport) -> list[HeadingRead]:
    """Every heading of the file, in its order, and how it was read."""
    read = []
    for at, heading in enumerate(case.headings):
        folded, field = fold(heading), case.mapping.get(heading) or ""
        number = case.remembered.get(folded, "")
        how = "remembered" if number else "said" if folded in case.taught else "name" if field else "unknown"
        read.append(HeadingRead(at, heading, field, case.samples.get(heading, []), how, number))
    return read


def newer_accepted(case: EntitlementImport) -> EntitlementImport | None:
    """The newest file of the same site that was accepted after this one was handed in; accepting this one undoes it."""
    files = EntitlementImport.objects.filter(site=case.site_id, status="accepted", number__gt=case.number)
    return files.order_by("-number").first()


def counts_of(case: EntitlementImport) -> dict[str, int]:
    """Rows read of those in the file, and rejected; lines created; the difference as it was last shown."""
    accepted = case.status == EntitlementImport.Status.ACCEPTED
    return {
        "read": case.rows_read,
        "created": case.rows_new if accepted else 0,
        "rejected": case.rows_rejected,
        "new": case.rows_new,
        "changed": case.rows_changed,
        "gone": case.rows_gone,
        "same": case.rows_same,
        "in_file": case.rows_in_file,
        "new_parts": case.parts_new,
    }
