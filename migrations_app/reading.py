"""What somebody asks for, looked up among what they may see: every fault of the input at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from licenses.intake.cells import MAX_QUANTITY
from licenses.models import Entitlement
from migrations_app.facts import Move
from portal.kernel.errors import Fault, Invalid
from sites.models import Enrollment, Site
from sites.tenancy.actor import Actor


@dataclass(frozen=True, slots=True)
class LineInput:
    """So many units of a license line, as asked for."""

    entitlement: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class WaiverInput:
    """A warning taken note of; `line` None answers it on every line."""

    code: str
    line: str | None
    reason: str


def read_move(
    *,
    actor: Actor,
    on: date,
    source_site: str,
    target_site: str | None,
    enrollment: UUID | None,
    effective_on: date | None,
    lines: Sequence[LineInput],
) -> Move:
    """What somebody asks for, looked up among what they may see. Raises Invalid with every fault at once."""
    faults: list[Fault] = []
    source = site_of(source_site, actor)
    if source is None:
        faults.append(Fault("site_unknown", "source_site", params={"value": source_site}))
    target = site_of(target_site, actor) if target_site else None
    if target_site and target is None:
        faults.append(Fault("site_unknown", "target_site", params={"value": target_site}))
    waits_for = enrollment_of(enrollment, actor) if enrollment else None
    if enrollment and waits_for is None:
        faults.append(Fault("enrollment_unknown", "enrollment", params={"value": str(enrollment)}))
    if not target_site and not enrollment:
        faults.append(Fault("target_missing", "target_site"))
    if target_site and enrollment:
        faults.append(Fault("target_twice", "target_site"))
    if waits_for is not None and waits_for.site is not None:
        target = waits_for.site
    if effective_on is not None and effective_on < on:
        faults.append(Fault("date_past", "effective_on", params={"date": effective_on, "today": on}))
    quantities = _quantities(lines, source, actor, faults)
    if faults or source is None:
        raise Invalid(*faults)
    return Move(source, target, waits_for, effective_on, quantities)


def site_of(number: str, actor: Actor) -> Site | None:
    """The site of that number, with what a move asks of one; None where the actor sees none."""
    rows = Site.objects.visible_to(actor).select_related("customer", "agreement__customer")
    return rows.filter(site_number=number).first()


def enrollment_of(pk: UUID | str, actor: Actor) -> Enrollment | None:
    """An enrollment that brings a target into being, or has; None where the actor sees none that still may."""
    rows = Enrollment.objects.visible_to(actor).select_related("site__customer", "site__agreement__customer")
    return rows.filter(pk=pk).exclude(status__in=["rejected", "withdrawn"]).first()


def _quantities(lines: Sequence[LineInput], source: Site | None, actor: Actor, faults: list[Fault]) -> dict[UUID, int]:
    if not lines:
        faults.append(Fault("lines_missing", "lines"))
    known = set()
    if source is not None:
        rows = Entitlement.objects.visible_to(actor).filter(site=source, pk__in=[x.entitlement for x in lines])
        known = set(rows.values_list("pk", flat=True))
    wanted: dict[UUID, int] = {}
    for index, line in enumerate(lines):
        where, told = f"lines[{index}]", str(line.entitlement)
        if source is not None and line.entitlement not in known:
            faults.append(Fault("line_unknown", f"{where}.entitlement", told, params={"site": source.site_number}))
        elif line.entitlement in wanted:
            faults.append(Fault("line_twice", f"{where}.entitlement", told))
        if not 0 < line.quantity <= MAX_QUANTITY:
            params = {"value": line.quantity, "most": MAX_QUANTITY}
            faults.append(Fault("quantity_range", f"{where}.quantity", told, params=params))
        wanted[line.entitlement] = line.quantity
    return wanted
