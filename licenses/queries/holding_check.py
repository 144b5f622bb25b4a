"""The judging of rows that say what is held: pure facts in, every fault out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from uuid import UUID

from licenses.intake.cells import in_row
from licenses.intake.entitlements import NO_LINES, Holding, ParsedHolding
from licenses.models import EntitlementImport, Part
from licenses.rules.nearest import Nearest
from licenses.rules.parts import classify
from portal.kernel.errors import Fault
from portal.kernel.period import is_month_end
from sites.models import Site
from sites.rules.identifiers import part_number


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
    """What rows of one import are held against: the customer's sites and the catalog."""

    def __init__(self, case: EntitlementImport, today: date, headings: Mapping[str, str]):
        self._case, self._today, self._headings = case, today, headings
        sites = Site.objects.filter(customer_id=case.customer_id)
        known = list(sites.values_list("site_number", "pk", "agreement__number"))
        self._sites: dict[str, UUID] = {number: key for number, key, _ in known}
        self._agreements: dict[UUID, tuple[str, str]] = {key: (number, of) for number, key, of in known if of}
        self._parts = {number: (kind, text) for number, kind, text in
                       Part.objects.values_list("part_number", "kind", "description")}  # fmt: skip

    def judge(self, row: ParsedHolding) -> HoldingVerdict:
        """Every fault of `row`. Without a day of purchase the first day of cover is taken for it (rule T2)."""
        if row.faults and row.faults[0].code in NO_LINES:
            return HoldingVerdict(row, row.holding, None, "", "", row.faults)
        said = row.holding
        if said.acquired_on is None:
            said = replace(said, acquired_on=said.coverage_start)
        site_id = self._sites.get(said.site_number) if said.site_number else self._case.site_id
        kind, text = self._parts.get(said.part_number, (str(classify(said.description, said.part_number)), ""))
        found = [*row.faults, *(self._told(fault, row) for fault in self._faults(row, said, site_id, text))]
        return HoldingVerdict(row, said, site_id, kind, said.description or text, tuple(found))

    def _faults(self, row: ParsedHolding, said: Holding, site_id: UUID | None, text: str) -> list[Fault]:
        faults = []
        unread = {fault.field for fault in row.faults}
        if site_id is None:
            params = {"value": said.site_number, **_near(self._near_sites, said.site_number)}
            faults.append(Fault("import_site_unknown", "site_number", params=params))
        faults += self._of_others(said, site_id)
        if said.part_number and not text and not said.description and "description" not in unread:
            params = {"value": said.part_number, **_near(self._near_parts, said.part_number)}
            faults.append(Fault("import_part_unknown", "description", params=params))
        if said.part_number and not text and not part_number(said.part_number).ok:
            value = {"value": said.part_number}
            faults.append(Fault("import_part_unusual", "part_number", params=value, severity="warning"))
        if said.acquired_on is None and not unread & {"acquired_on", "coverage", "coverage_start"}:
            faults.append(Fault("value_missing", "acquired_on"))
        if said.acquired_on and said.acquired_on > self._today:
            faults.append(Fault("import_day_late", "acquired_on", params={"value": said.acquired_on}))
        if not unread & {"coverage", "coverage_start", "coverage_end"}:
            faults += _cover_faults(said.coverage_start, said.coverage_end)
        return faults

    def _of_others(self, said: Holding, site_id: UUID | None) -> list[Fault]:
        """The row names a customer, or an Agreement, that isn't the one of its site. What the record lacks says
        nothing."""
        faults = []
        ours = self._case.customer.ibm_customer_number
        if said.customer_number and ours and _bare(said.customer_number) != _bare(ours):
            params = {"value": said.customer_number, "known": ours}
            faults.append(Fault("import_customer_other", "customer_number", params=params))
        site, agreement = self._agreements.get(site_id, ("", "")) if site_id else ("", "")
        if said.agreement_number and agreement and _bare(said.agreement_number) != _bare(agreement):
            params = {"value": said.agreement_number, "site": site, "known": agreement}
            faults.append(Fault("import_agreement_other", "agreement_number", params=params))
        return faults

    @cached_property
    def _near_sites(self) -> Nearest:
        return Nearest(self._sites)

    @cached_property
    def _near_parts(self) -> Nearest:
        return Nearest(self._parts)

    def _told(self, fault: Fault, row: ParsedHolding) -> Fault:
        return in_row(fault, row.number, self._headings)


def _bare(number: str) -> str:
    """A number without what spreadsheets lose: leading zeros, and capital letters."""
    return number.strip().lstrip("0").casefold()


def _near(known: Nearest, value: str) -> dict[str, tuple[str, ...]]:
    """What a wrong number probably stands for, where something is near."""
    found = known.of(value)
    return {"suggestions": found} if found else {}


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
