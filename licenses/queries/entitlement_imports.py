"""Imports of holdings as pages, API and desk show them, and the judging of their rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from licenses.intake.cells import in_row
from licenses.intake.entitlements import Holding, ParsedHolding
from licenses.models import EntitlementImport, EntitlementImportRow, Part
from licenses.rules.parts import classify
from licenses.rules.workflow import AUTHOR, DESK, ENTITLEMENT_IMPORT
from portal.kernel.errors import Fault
from portal.kernel.period import is_month_end
from sites.models import Customer, Site
from sites.rules.identifiers import part_number
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
    return rows.select_related("customer", "site", "created_by", "decided_by")


def rows_of(case: EntitlementImport, outcome: str = "") -> QuerySet[EntitlementImportRow]:
    """The rows of the file and the lines that are gone, of one outcome where one is named."""
    rows = EntitlementImportRow.objects.filter(file_import=case).select_related("site")
    return rows.filter(outcome=outcome) if outcome else rows


def findings_of(row: EntitlementImportRow) -> list[dict[str, Any]]:
    """Everything found about a row, told in the reader's language."""
    return [retold(kept) for kept in [*row.errors, *row.against]]


def counts_of(case: EntitlementImport) -> dict[str, int]:
    """Rows read and rejected, lines created in the record, and the difference as it was last shown."""
    accepted = case.status == EntitlementImport.Status.ACCEPTED
    return {
        "read": case.rows_read,
        "created": case.rows_new if accepted else 0,
        "rejected": case.rows_rejected,
        "new": case.rows_new,
        "changed": case.rows_changed,
        "gone": case.rows_gone,
        "same": case.rows_same,
    }


def taught_by(customer: Customer) -> dict[str, str]:
    """What people of or for `customer` said about headings so far: folded heading → field, '' for none."""
    latest = EntitlementImport.objects.filter(customer=customer).exclude(taught={}).order_by("-number").first()
    return dict(latest.taught) if latest else {}


Key = tuple[UUID, str, str, date]


@dataclass(frozen=True, slots=True)
class HoldingVerdict:
    """A row and what was found. `holding` has its day filled in; it can be recorded where `readable`."""

    row: ParsedHolding
    holding: Holding
    site_id: UUID | None
    kind: str
    description: str
    faults: tuple[Fault, ...]

    @property
    def readable(self) -> bool:
        """Whether nothing but warnings was found."""
        return all(fault.severity == "warning" for fault in self.faults)


class HoldingDesk:
    """What rows of one import are held against; remembers which lines its rows have named."""

    def __init__(self, case: EntitlementImport, today: date, headings: Mapping[str, str]):
        self._case, self._today, self._headings = case, today, headings
        sites = Site.objects.filter(customer_id=case.customer_id)
        self._sites: dict[str, UUID] = dict(sites.values_list("site_number", "pk"))
        self._parts = {number: (kind, text) for number, kind, text in
                       Part.objects.values_list("part_number", "kind", "description")}  # fmt: skip
        self._named: dict[Key, int] = {}

    def resume(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take in the lines that rows judged before a restart have named."""
        for *key, number in rows:
            self._named[tuple(key)] = number

    def judge(self, row: ParsedHolding) -> HoldingVerdict:
        """Every fault of `row`. Without a day of purchase the first day of cover is taken for it (rule T2)."""
        said = replace(row.holding, acquired_on=row.holding.acquired_on or row.holding.coverage_start)
        site_id = self._sites.get(said.site_number) if said.site_number else self._case.site_id
        kind, text = self._parts.get(said.part_number, (str(classify(said.description, said.part_number)), ""))
        found = [*row.faults, *(self._told(fault, row) for fault in self._faults(row, said, site_id, text))]
        verdict = HoldingVerdict(row, said, site_id, kind, said.description or text, tuple(found))
        if verdict.readable and site_id and said.acquired_on:
            key = (site_id, said.part_number, said.order_reference, said.acquired_on)
            first = self._named.setdefault(key, row.number)
            if first != row.number:
                twice = self._told(Fault("import_row_twice", "part_number", params={"other": first}), row)
                return replace(verdict, faults=(*found, twice))
        return verdict

    def _faults(self, row: ParsedHolding, said: Holding, site_id: UUID | None, text: str) -> list[Fault]:
        faults = []
        unread = {fault.field for fault in row.faults}
        if site_id is None:
            faults.append(Fault("import_site_unknown", "site_number", params={"value": said.site_number}))
        if said.part_number and not text and not said.description and "description" not in unread:
            faults.append(Fault("import_part_unknown", "description", params={"value": said.part_number}))
        if said.part_number and not part_number(said.part_number).ok:
            value = {"value": said.part_number}
            faults.append(Fault("import_part_unusual", "part_number", params=value, severity="warning"))
        if said.acquired_on is None and not unread & {"acquired_on", "coverage", "coverage_start"}:
            faults.append(Fault("value_missing", "acquired_on"))
        if said.acquired_on and said.acquired_on > self._today:
            faults.append(Fault("import_day_late", "acquired_on", params={"value": said.acquired_on}))
        if not unread & {"coverage", "coverage_start", "coverage_end"}:
            faults += _cover_faults(said.coverage_start, said.coverage_end)
        return faults

    def _told(self, fault: Fault, row: ParsedHolding) -> Fault:
        return in_row(fault, row.number, self._headings)


def _cover_faults(first: date | None, last: date | None) -> list[Fault]:
    if first is None and last is None:
        return []
    if first is None or last is None:
        return [Fault("import_cover_half", "coverage_start" if first is None else "coverage_end")]
    if last < first:
        return [Fault("import_cover_order", "coverage_end", params={"first": first, "value": last})]
    if not is_month_end(last):  # rule T6, check V11: a person looks at it, it is never rounded
        return [Fault("import_cover_odd_end", "coverage_end", params={"value": last}, severity="warning")]
    return []
