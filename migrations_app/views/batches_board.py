"""The board of a checked form: what was found, by reason, how all rows with it can be mended at once, and the plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from licenses.views.shared import Item
from migrations_app.forms import source_sites, target_sites
from migrations_app.operations import AVAILABLE
from migrations_app.queries import BatchView
from migrations_app.queries.batches import Group
from migrations_app.words.batches import COLUMNS
from migrations_app.words.labels import SEVERITIES
from sites.tenancy import Actor

MOST_CHOICES = 300
"""More sites than a list can offer are written by their number."""
# The column that mends a finding, where the finding names another, or none.
MENDED_BY = {
    "V1": "target_site_number", "V2": "target_site_number", "V10": "target_site_number", "V13": "target_site_number",
    "V17": "target_site_number", "V4": "part_number", "V5": "part_number", "V12": "effective_on",
}  # fmt: skip
ENDS = {"source_site": "source_site_number", "target_site": "target_site_number"}
MAY_BE_EMPTY = frozenset({"order_reference", "effective_on", "reference", "reason"})
# Of these one value for many rows makes no sense.
EACH_ITS_OWN = frozenset({"quantity", "reference"})
MENDABLE = frozenset({"error", "warning"})


@dataclass(frozen=True, slots=True)
class Fix:
    """A way to mend all rows of a reason at once: `kind` is suggestion, available, value or clear."""

    kind: str
    field: str
    label: str
    was: str = ""
    value: str = ""
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """A reason with the ways to mend it; `key` tells it from the others on the page."""

    key: str
    group: Group
    severity: str
    fixes: tuple[Fix, ...]


def board(view: BatchView, actor: Actor) -> dict[str, Any]:
    """Reasons and plan for the page; ways to mend only while the form can be changed."""
    mendable = view.status == "checked"
    groups = [
        Board(
            key=f"group-{number}",
            group=group,
            severity=str(SEVERITIES[group.severity]),
            fixes=tuple(_fixes(group)) if mendable and group.severity in MENDABLE else (),
        )
        for number, group in enumerate(view.groups, start=1)
    ]
    offered = {fix.field for each in groups for fix in each.fixes if fix.kind == "value"}
    return {"groups": groups, "sites": _sites(actor, offered), "plan": plan_for_page(view.plan), "mendable": mendable}


def _sites(actor: Actor, fields: set[str]) -> dict[str, list[tuple[str, str]]]:
    """What a list offers for the ends of a move."""
    offered = {}
    for field, sites in (("source_site_number", source_sites), ("target_site_number", target_sites)):
        if field in fields:
            offered[field] = [(s.site_number, f"{s.site_number} {s.name}") for s in sites(actor)[:MOST_CHOICES]]
    return offered


def _fixes(group: Group) -> Iterator[Fix]:
    field = ENDS.get(group.field or "", group.field or "") if group.field in {*ENDS, *COLUMNS} else ""
    field = MENDED_BY.get(group.code, field) if field != "source_site_number" else field
    for meant in group.suggestions:
        yield Fix("suggestion", field, _label(field), meant["was"], meant["to"], meant["rows"])
    if group.code == "V3":
        yield Fix("available", "quantity", _label("quantity"), value=AVAILABLE)
    if not field or field in EACH_ITS_OWN:
        return
    yield Fix("value", field, _label(field))
    if field in MAY_BE_EMPTY and group.severity == "error":
        yield Fix("clear", field, _label(field))


def _label(field: str) -> str:
    return str(COLUMNS[field])


def plan_for_page(plan: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The plan with days and amounts as such."""
    if plan is None:
        return None
    total = plan["sum"]
    money = [_with_difference(each) for each in total["money"]]
    return {
        **plan,
        "routes": [_dated(route, "effective_on", "cover_end") for route in plan["routes"]],
        "targets": [_with_difference(_dated(target, "effective_on", "anniversary")) for target in plan["targets"]],
        "sum": _dated(total, "cover_end") | {"money": money},
        "merged": any(target["merged"] for target in plan["targets"]),
        "facts": _facts(_dated(total, "cover_end")),
    }


def _facts(total: Mapping[str, Any]) -> list[Item]:
    return [
        Item(_("Lines that move"), total["lines"]),
        Item(_("Units"), total["units"]),
        Item(_("Lines whose cover has lapsed"), total["lapsed"]),
        Item(_("Lines with days without cover"), total["gaps"]),
    ]


def _dated(kept: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {**kept, **{name: date.fromisoformat(kept[name]) if kept[name] else None for name in names}}


def _with_difference(kept: Mapping[str, Any]) -> dict[str, Any]:
    stay, migrate = Decimal(kept["stay"]), Decimal(kept["migrate"])
    return {**kept, "stay": stay, "migrate": migrate, "difference": migrate - stay}
