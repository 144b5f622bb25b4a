"""A plan as a page draws it: the two costs beside each other, points and levels, and cover over time."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _

from licenses.models import PriceList
from migrations_app.facts import HORIZON_MONTHS
from migrations_app.queries.plan_why import PlanWhys, plan_whys
from migrations_app.words.labels import ASSUMPTIONS, COVER, LEFT_OUT
from sites.templatetags.formats import day

AXIS = 1000
DAY = timedelta(days=1)
LOOK_BACK = relativedelta(months=3)


@dataclass(frozen=True, slots=True)
class CostRow:
    """One figure of both sides, and what the move changes."""

    label: str
    stay: Decimal
    migrate: Decimal
    sum_row: bool = False

    @property
    def difference(self) -> Decimal:
        return self.migrate - self.stay


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a line's cover on the axis."""

    x: int
    width: int
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class CoverRow:
    """A line's cover without and with the move."""

    label: str
    before: list[Bar]
    after: list[Bar]


@dataclass(frozen=True, slots=True)
class Timeline:
    """What `components/cover_timeline.svg.html` draws."""

    summary: str
    starts: str
    ends: str
    marker: int
    marker_label: str
    rows: list[CoverRow]


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Everything that the plan's part of a page shows."""

    currency: str
    price_list: str
    demonstration: bool
    effective_on: date
    until: date
    anniversary: date
    costs: list[CostRow]
    orders: list[dict[str, Any]]
    terms: list[dict[str, Any]]
    timeline: Timeline | None
    gaps: list[str]
    reinstatements: list[dict[str, Any]]
    left_out: list[str]
    assumptions: list[str]
    rule_version: str
    why: PlanWhys


def plan_page(plan: Mapping[str, Any] | None, names: Mapping[str, str]) -> PlanPage | None:
    """The plan of a request or a preview; `names` gives each license line's words by id. None where there is none."""
    if not plan:
        return None
    invented = PriceList.objects.filter(name=plan["price_list"], demonstration=True).exists()
    return told_plan(plan, names, HORIZON_MONTHS, demonstration=invented)


def part_of_plan(plan: Mapping[str, Any], lines: Collection[str], others: Collection[str]) -> dict[str, Any]:
    """A plan with those `lines` of its move that a page shows, and without the `others`; its sums stay whole."""
    told = dict(plan)
    for side in ("stay", "migrate"):
        events = [event | {"lines": _among(event["lines"], lines)} for event in plan[side]["events"]]
        told[side] = plan[side] | {"events": events}
    told["coverage"] = _among(plan["coverage"], lines)
    # What the Agreement has already may be left out as well.
    for name in ("reinstatements", "left_out"):
        told[name] = [each for each in plan.get(name, ()) if each["entitlement"] not in others]
    return told


def _among(lines: Iterable[Mapping[str, Any]], shown: Collection[str]) -> list[Mapping[str, Any]]:
    return [line for line in lines if line["entitlement"] in shown]


def told_plan(
    plan: Mapping[str, Any], names: Mapping[str, str], horizon_months: int, *, demonstration: bool
) -> PlanPage:
    """A what-if as JSON, in the reader's language; `demonstration` tells whether its prices are invented."""
    starts = date.fromisoformat(plan["effective_on"])
    until = starts + relativedelta(months=horizon_months)
    why, orders = plan_whys(plan, names), _orders(plan, names)
    told = why.orders or ((),) * len(orders)
    return PlanPage(
        currency=plan["currency"],
        price_list=plan["price_list"],
        demonstration=demonstration,
        effective_on=starts,
        until=until - DAY,
        anniversary=date.fromisoformat(plan["anniversary"]),
        costs=_costs(plan),
        orders=[order | {"why": each} for order, each in zip(orders, told, strict=True)],
        terms=[_term(term) for term in plan["terms"]],
        timeline=_timeline(plan, names, starts, until),
        gaps=_gaps(plan, names),
        reinstatements=[
            {"label": names.get(r["entitlement"], ""), "amount": Decimal(r["amount"])}
            for r in plan.get("reinstatements", ())
        ],
        left_out=[_left_out(f, names) for f in plan.get("left_out", ())],
        assumptions=[str(ASSUMPTIONS.get(code, code)) for code in plan["assumptions"]],
        rule_version=plan["rule_version"],
        why=why,
    )


def _costs(plan: Mapping[str, Any]) -> list[CostRow]:
    stay, migrate = plan["stay"], plan["migrate"]
    years = sorted({*stay["by_year"], *migrate["by_year"]})
    rows = [CostRow(_("Orders in %(year)s") % {"year": year}, _at(stay, year), _at(migrate, year)) for year in years]
    rows.append(CostRow(_("All orders"), Decimal(stay["total"]), Decimal(migrate["total"]), sum_row=True))
    accrued = Decimal(stay["accrued"]), Decimal(migrate["accrued"])
    rows.append(CostRow(_("Cost of the cover in these months"), *accrued, sum_row=True))
    return rows


def _at(side: Mapping[str, Any], year: str) -> Decimal:
    return Decimal(side["by_year"].get(year, "0"))


def _orders(plan: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each order of both sides by date, with its lines."""
    kinds = {"transition": _("Transition"), "anniversary": _("Anniversary"), "express": _("Express renewal")}
    found = []
    for side, label in (("stay", _("Stay on Express")), ("migrate", _("Move"))):
        for event in plan[side]["events"]:
            lines = [
                line
                | {
                    "label": names.get(line["entitlement"], line["part_number"]),
                    "cover_start": date.fromisoformat(line["cover_start"]),
                    "cover_end": date.fromisoformat(line["cover_end"]),
                }
                for line in event["lines"]
            ]
            kind = kinds.get(event.get("kind", "express"), "")
            on = date.fromisoformat(event["on"])
            found.append(event | {"on": on, "side": label, "kind_label": kind, "lines": lines})
    return found


def _term(term: Mapping[str, Any]) -> dict[str, Any]:
    dates = {key: date.fromisoformat(term[key]) for key in ("starts_on", "ends_on")}
    return {**term, **dates}


def _left_out(fault: Mapping[str, Any], names: Mapping[str, str]) -> str:
    told = str(LEFT_OUT.get(fault["code"], fault["code"]))
    named = names.get(fault["entitlement"] or "", "")
    return f"{named or _('A line that the Agreement has already')}: {told}."


def _gaps(plan: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """Days without cover, and days paid twice, in words."""
    told = {
        "gaps": _("%(line)s has no cover from %(starts)s to %(ends)s."),
        "overlaps": _("%(line)s is covered twice from %(starts)s to %(ends)s."),
    }
    return [
        told[key]
        % {"line": names.get(line["entitlement"], ""), "starts": _day(p["starts_on"]), "ends": _day(p["ends_on"])}
        for line in plan["coverage"]
        for key in ("gaps", "overlaps")
        for p in line[key]
    ]


def _day(iso: str) -> str:
    return day(date.fromisoformat(iso))


def _timeline(plan: Mapping[str, Any], names: Mapping[str, str], effective_on: date, until: date) -> Timeline | None:
    if not plan["coverage"]:
        return None
    axis = _Axis(effective_on - LOOK_BACK, until)
    renewals: dict[str, list[dict[str, Any]]] = {}
    for event in plan["stay"]["events"]:
        for line in event["lines"]:
            renewals.setdefault(line["entitlement"], []).append(
                {"starts_on": line["cover_start"], "ends_on": line["cover_end"], "source": "express"}
            )
    rows = []
    for line in plan["coverage"]:
        held = [s for s in line["segments"] if s["source"] == "held"]
        label = names.get(line["entitlement"], line["entitlement"])
        after = [
            *_bars(axis, line["segments"]),
            *_marked(axis, line["gaps"], "gap"),
            *_marked(axis, line["overlaps"], "overlap"),
        ]
        rows.append(CoverRow(label, _bars(axis, [*held, *renewals.get(line["entitlement"], ())]), after))
    summary = _("Cover of the licenses without and with the move, from %(starts)s to %(ends)s.")
    return Timeline(
        summary=summary % {"starts": day(axis.starts), "ends": day(until - DAY)},
        starts=day(axis.starts),
        ends=day(until - DAY),
        marker=axis.at(effective_on),
        marker_label=_("Move on %(day)s") % {"day": day(effective_on)},
        rows=rows,
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    starts: date
    ends: date

    def at(self, when: date) -> int:
        """The place of a day on the axis, clipped to it."""
        part = (when - self.starts).days * AXIS // max((self.ends - self.starts).days, 1)
        return min(max(part, 0), AXIS)


_KINDS = {"held": "paid", "transition": "transition"}


def _bars(axis: _Axis, segments: Iterable[Mapping[str, Any]]) -> list[Bar]:
    return [bar for s in segments if (bar := _bar(axis, s, _KINDS.get(s["source"], "renewal")))]


def _marked(axis: _Axis, periods: Iterable[Mapping[str, Any]], kind: str) -> list[Bar]:
    return [bar for p in periods if (bar := _bar(axis, p, kind))]


def _bar(axis: _Axis, period: Mapping[str, Any], kind: str) -> Bar | None:
    starts, ends = date.fromisoformat(period["starts_on"]), date.fromisoformat(period["ends_on"])
    x, beyond = axis.at(starts), axis.at(ends + DAY)
    title = f"{COVER[kind]}: {day(starts)} – {day(ends)}"
    return Bar(x, beyond - x, kind, title) if beyond > x else None
