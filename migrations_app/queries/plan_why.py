"""Why the figures of a kept plan are what they are, in words below each table of its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from licenses.rules.pricing import extend
from licenses.why import Figure, why
from portal.kernel.explanation import Explanation
from sites.templatetags.formats import day

# Beyond so many ordered lines a page would grow out of hand: their sums stay explained, and a line shows its product.
MOST_LINES = 200

Explained = Explanation | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PlanWhys:
    """The derivations below the costs, the Terms and each order of a plan, in the order of its page; empty for a plan
    that was kept before derivations were."""

    sums: tuple[Figure, ...] = ()
    terms: tuple[Figure, ...] = ()
    orders: tuple[tuple[Figure, ...], ...] = ()


def plan_whys(plan: Mapping[str, Any], names: Mapping[str, str]) -> PlanWhys:
    """Of a plan with its derivations under `why`; `names` gives each license line's words by id."""
    kept = plan.get("why")
    if not kept:
        return PlanWhys()
    currency = plan["currency"]
    sides = {"stay": _("Stay on Express"), "migrate": _("Move")}
    figures = {"total": _("All orders"), "accrued": _("Cost of the cover in these months")}
    sums = []
    for name, each in kept["sums"].items():
        side, _dot, figure = name.partition(".")
        if side in sides:
            label = figures.get(figure) or _("Orders in %(year)s") % {"year": figure.rpartition(".")[2]}
            sums.append(Figure(f"{label}: {sides[side]}", why(each, currency)))
    ends = (date.fromisoformat(term["ends_on"]) for term in plan["terms"])
    terms = tuple(each for on, told in zip(ends, kept["terms"], strict=True) for each in term_figures(on, told))
    return PlanWhys(sums=tuple(sums), terms=terms, orders=_orders(plan, kept["events"], names))


def term_figures(ends_on: date, told: Mapping[str, Explained], currency: str = "") -> list[Figure]:
    """The figures that are `told` of the Term that ends on a day, each by its name."""
    labels = {
        "points_without": _("Points without"),
        "points_with": _("Points with the move"),
        "level_without": _("Level without"),
        "level_with": _("Level with the move"),
        "missing": _("To the next level"),
    }
    return [
        Figure(f"{day(ends_on)}, {label}", why(told[name], currency)) for name, label in labels.items() if name in told
    ]


def order_figures(told: Mapping[str, Explained], currency: str) -> list[Figure]:
    """The figures that are `told` of an order."""
    labels = {"amount": _("Amount"), "level": _("Level"), "points": _("Points")}
    return [Figure(label, why(told[name], currency)) for name, label in labels.items()]


def _orders(
    plan: Mapping[str, Any], kept: Mapping[str, Sequence[Mapping[str, Any]]], names: Mapping[str, str]
) -> tuple[tuple[Figure, ...], ...]:
    with_lines = sum(len(e["lines"]) for side in ("stay", "migrate") for e in plan[side]["events"]) <= MOST_LINES
    found = []
    for side in ("stay", "migrate"):
        for event, told in zip(plan[side]["events"], kept[side], strict=True):
            figures = order_figures(told, plan["currency"])
            figures += [_line(line, plan, names) for line in event["lines"] if with_lines]
            found.append(tuple(figures))
    return tuple(found)


def _line(line: Mapping[str, Any], plan: Mapping[str, Any], names: Mapping[str, str]) -> Figure:
    """The charge of a line, from the figures that the plan keeps of it (rule T7)."""
    named = names.get(line["entitlement"], line["part_number"])
    made = extend(Decimal(line["unit_price"]), line["quantity"], line["months"], plan["currency"], plan["rule_version"])
    return Figure(f"{named}: {_('Amount')}", why(made.explanation))
