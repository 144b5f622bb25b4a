"""Kept what-ifs beside each other: each computed anew from the facts of the day, and what moved since it was kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from migrations_app.models import Scenario
from migrations_app.queries.what_if import Answer, answer, read_kept
from migrations_app.queries.what_if_view import WhatIfView, view_of
from migrations_app.words.labels import FIGURES, SEVERITIES
from sites.models import Customer
from sites.templatetags.formats import day, money, number
from sites.templatetags.formats import points as figure
from sites.tenancy.actor import Actor

MONEY = ("accrued_stay", "accrued_move", "total_stay", "total_move")
NOTHING = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class ScenarioView:
    """A kept what-if as it stands today; `view` is None where none of its lines is to be seen any more.

    `moved` says in sentences what differs from the day on which it was kept.
    """

    scenario: Scenario
    view: WhatIfView | None
    moved: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompareRow:
    """One figure of every scenario, by name and in words; `differs` where they aren't all alike."""

    label: str
    cells: tuple[tuple[str, str], ...]

    @property
    def differs(self) -> bool:
        return len({told for _, told in self.cells}) > 1


def scenarios_for(actor: Actor, customer: Customer) -> QuerySet[Scenario]:
    """What the actor keeps about a customer, by place."""
    return Scenario.objects.visible_to(actor).filter(customer=customer).select_related("customer").order_by("slot")


def figures_of(found: Answer) -> dict[str, str]:
    """The headline of an answer as plain JSON: what a scenario remembers."""
    result = found.result
    last = result.terms[-1]
    return {
        "currency": result.currency,
        "accrued_stay": str(result.stay.accrued),
        "accrued_move": str(result.migrate.accrued),
        "total_stay": str(result.stay.total),
        "total_move": str(result.migrate.total),
        "points": str(result.points_gained),
        "level_with": last.level_with,
        "level_without": last.level_without,
        "events_stay": str(len(result.stay.events)),
        "events_move": str(len(result.migrate.events)),
    }


def scenario_view(scenario: Scenario, actor: Actor, on: date) -> ScenarioView:
    """The scenario asked again as of `on`."""
    found = answer(read_kept(scenario.asked, scenario.customer, actor), actor, on)
    if found is None:
        return ScenarioView(scenario, None, ())
    return ScenarioView(scenario, view_of(found), _moved(scenario, found))


def _moved(scenario: Scenario, found: Answer) -> tuple[str, ...]:
    kept, fresh = scenario.figures, figures_of(found)
    told = [
        _("%(what)s: %(then)s then, %(now)s now.")
        % {"what": FIGURES[name], "then": _written(name, kept), "now": _written(name, fresh)}
        for name in FIGURES
        if name in kept and kept[name] != fresh[name]
    ]
    names = {"then": scenario.rule_version, "now": found.result.rule_version}
    if names["then"] != names["now"]:
        told.append(_("Rules of version %(then)s then, %(now)s now.") % names)
    lists = {"then": scenario.price_list or NOTHING, "now": found.result.price_list or NOTHING}
    if lists["then"] != lists["now"]:
        told.append(_("Price list %(then)s then, %(now)s now.") % lists)
    return tuple(told)


def _written(name: str, figures: Mapping[str, Any]) -> str:
    value = figures[name]
    if name in MONEY:
        return money(value, figures["currency"])
    return figure(value) if name == "points" else str(value)


def compare(views: Sequence[ScenarioView]) -> tuple[CompareRow, ...]:
    """The figures of `views` that have an answer, row by row, in the reader's language."""
    shown = [(each.scenario.name, each.view) for each in views if each.view is not None]
    names = [name for name, _ in shown]
    rows = _rows([view for _, view in shown])
    return tuple(CompareRow(label, tuple(zip(names, cells, strict=True))) for label, cells in rows)


def _rows(views: Sequence[WhatIfView]) -> list[tuple[str, list[str]]]:
    def each(write: Any) -> list[str]:
        return [write(view) for view in views]

    return [
        (_("From"), each(lambda v: ", ".join(v.sources))),
        (_("To"), each(lambda v: v.target)),
        (_("Licenses"), each(lambda v: number(len(v.lines)))),
        (_("Units"), each(lambda v: number(sum(line.quantity for line in v.lines)))),
        (_("Move on"), each(lambda v: day(v.on))),
        (_("Months to compare"), each(lambda v: number(v.question.horizon_months))),
        (_("Cost of cover if they stay"), each(lambda v: money(v.accrued_stay, v.currency))),
        (_("Cost of cover if they move"), each(lambda v: money(v.accrued_move, v.currency))),
        (_("Difference"), each(lambda v: money(v.difference, v.currency))),
        (_("All orders if they stay"), each(lambda v: money(v.total_stay, v.currency))),
        (_("All orders if they move"), each(lambda v: money(v.total_move, v.currency))),
        (_("Order days, staying"), each(lambda v: number(v.events[0]))),
        (_("Order days, moving"), each(lambda v: number(v.events[1]))),
        (_("Points that the move brings"), each(lambda v: figure(v.points))),
        (_("Price level at the end"), each(lambda v: v.result.terms[-1].level_with)),
        (_("Price level at the end without the move"), each(lambda v: v.result.terms[-1].level_without)),
        (_("Missing to the next level in the first Term"), each(_missing)),
        (_("Days without cover, or paid twice"), each(lambda v: number(len(v.plan.gaps)))),
        (_("Checks"), each(_checks)),
        (_("Left out of both sides"), each(lambda v: number(len(v.plan.left_out)))),
    ]


def _missing(view: WhatIfView) -> str:
    first = view.result.terms[0]
    if first.missing is None:
        return NOTHING
    return _("%(missing)s to %(level)s") % {"missing": figure(first.missing), "level": first.next_level}


def _checks(view: WhatIfView) -> str:
    counts = {severity: sum(c["severity"] == severity for c in view.checks) for severity in SEVERITIES}
    return ", ".join(f"{SEVERITIES[s]}: {count}" for s, count in counts.items() if count) or NOTHING
