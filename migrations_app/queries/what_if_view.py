"""The answer to a what-if as the page and the paper show it: one sentence, tables, charts, checks, assumptions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from licenses.models import Entitlement
from licenses.rules.pricing import PricedOrder
from licenses.rules.rulebook import RuleBook
from licenses.rules.whatif import TermOutlook, WhatIf
from migrations_app.outlook import as_json
from migrations_app.queries.plan import CostRow, PlanPage, told_plan
from migrations_app.queries.what_if import Answer, Question
from migrations_app.queries.what_if_why import WhatIfWhys, whys_of, with_whys
from migrations_app.words.labels import SEVERITIES
from portal.kernel.charts import Chart, Key, Label, bar_chart, percent, step_chart
from sites.templatetags.formats import day, money, month_of_year, number
from sites.templatetags.formats import points as figure
from sites.words import blocker_as_json

NOTHING = Decimal(0)
NEW_YEAR, MIDSUMMER = (1, 1), (7, 1)
SHORT_HORIZON = 24


@dataclass(frozen=True, slots=True)
class MovedLine:
    """A license line of the question."""

    entitlement: UUID
    label: str
    description: str
    site_number: str
    cover_end: date | None
    available: int
    quantity: int


@dataclass(frozen=True, slots=True)
class YearRow:
    """Orders of a calendar year on both sides: on how many days, and for how much."""

    year: str
    stay_events: int
    move_events: int
    stay: Decimal
    move: Decimal

    @property
    def difference(self) -> Decimal:
        return self.move - self.stay


@dataclass(frozen=True, slots=True)
class CashRow:
    """A day on which something is ordered, and what has been ordered until then on both sides."""

    on: date
    stay: Decimal
    move: Decimal
    stay_sum: Decimal
    move_sum: Decimal


@dataclass(frozen=True, slots=True)
class LevelChange:
    """The price level with and without the move at the end of the Term where they first differ, or of the last."""

    with_move: str
    without: str
    on: date

    @property
    def differs(self) -> bool:
        return self.with_move != self.without


@dataclass(frozen=True, slots=True)
class WhatIfView:
    """Everything about one what-if, ready to be shown. Money in `currency`, without VAT"""

    question: Question
    on: date
    late: bool
    gone: int
    target: str
    sources: tuple[str, ...]
    lines: tuple[MovedLine, ...]
    headline: str
    level: LevelChange
    years: tuple[YearRow, ...]
    cash: tuple[CashRow, ...]
    year_chart: Chart
    cash_chart: Chart
    term_chart: Chart
    plan: PlanPage
    checks: tuple[dict[str, Any], ...]
    why: WhatIfWhys
    result: WhatIf

    @property
    def currency(self) -> str:
        return self.result.currency

    @property
    def accrued_stay(self) -> Decimal:
        return self.result.stay.accrued

    @property
    def accrued_move(self) -> Decimal:
        return self.result.migrate.accrued

    @property
    def total_stay(self) -> Decimal:
        return self.result.stay.total

    @property
    def total_move(self) -> Decimal:
        return self.result.migrate.total

    @property
    def points(self) -> Decimal:
        return self.result.points_gained

    @property
    def askable(self) -> Question:
        """The question as it can be asked today: of the lines that are there, on a day that hasn't passed."""
        return replace(
            self.question,
            effective_on=self.on if self.late else self.question.effective_on,
            quantities={line.entitlement: line.quantity for line in self.lines},
        )

    @property
    def difference(self) -> Decimal:
        """What the move costs more (less, where negative), by the cost of the cover in these months."""
        return self.accrued_move - self.accrued_stay

    @property
    def sums(self) -> tuple[CostRow, CostRow]:
        """Both sides by what they cost, and by what is ordered, in these months."""
        return (
            CostRow(_("Cost of the cover in these months"), self.accrued_stay, self.accrued_move),
            CostRow(_("All orders"), self.total_stay, self.total_move),
        )

    @property
    def stopped(self) -> int:
        """How many checks stop the move as it is asked for."""
        return sum(check["severity"] == "error" for check in self.checks)

    @property
    def compared(self) -> bool:
        """Whether any line takes part in the comparison."""
        return bool(self.result.stay.events or self.result.migrate.events)

    @property
    def events(self) -> tuple[int, int]:
        """On how many days something is ordered: staying, moving."""
        return len(self.result.stay.events), len(self.result.migrate.events)


def view_of(answer: Answer) -> WhatIfView:
    """The answer in the reader's language."""
    result = answer.result
    lines = tuple(_moved_line(line, answer.question.quantities[line.pk]) for line in answer.lines)
    sources = list(dict.fromkeys(str(line.site) for line in answer.lines))
    names = {str(ln.entitlement): f"{ln.label} ({ln.site_number})" if sources[1:] else ln.label for ln in lines}
    told, demonstration = _with_lines_without_cover(answer), answer.computed.demonstration
    plan = told_plan(told, names, answer.question.horizon_months, demonstration=demonstration)
    book = answer.computed.book
    level = _level(result.terms)
    years, cash = _years(result), _cash(result)
    return WhatIfView(
        question=answer.question,
        on=answer.on,
        late=answer.late,
        gone=answer.gone,
        target=target_label(answer.question),
        sources=tuple(sources),
        lines=lines,
        headline=_headline(result, answer.question.horizon_months, level),
        level=level,
        years=years,
        cash=cash,
        year_chart=_year_chart(years, result.currency),
        cash_chart=_cash_chart(cash, result, answer.question.horizon_months),
        term_chart=_term_chart(result, book),
        plan=with_whys(plan, result, names),
        checks=tuple(_check(blocker_as_json(b), names) for b in answer.computed.blockers),
        why=whys_of(result, book, names),
        result=result,
    )


def target_label(question: Question) -> str:
    """Where the licenses go, in words."""
    return str(question.enrollment or question.target or _("a new site, not enrolled yet"))


def _moved_line(line: Entitlement, quantity: int) -> MovedLine:
    return MovedLine(
        entitlement=line.pk,
        label=line.label,
        description=line.part.description,
        site_number=line.site.site_number,
        cover_end=line.coverage_end,
        available=line.available_quantity,
        quantity=quantity,
    )


def _with_lines_without_cover(answer: Answer) -> dict[str, Any]:
    """The plan as JSON, with lines that never had S&S told among those left out: there is nothing to renew."""
    told = as_json(answer.result)
    bare = [str(line.pk) for line in answer.lines if line.coverage_end is None]
    told["left_out"] += [{"entitlement": key, "code": "cover_never"} for key in bare]
    return told


def _check(check: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return check | {
        "severity_label": str(SEVERITIES.get(check["severity"], check["severity"])),
        "line_label": names.get(check["line"] or "", ""),
    }


def _level(terms: Sequence[TermOutlook]) -> LevelChange:
    term = next((t for t in terms if t.level_with != t.level_without), terms[-1])
    return LevelChange(term.level_with, term.level_without, term.ends_on)


def _headline(result: WhatIf, months: int, level: LevelChange) -> str:
    """The whole comparison in one sentence."""
    if not (result.stay.events or result.migrate.events):
        return _("Nothing would be ordered for these licenses in %(months)s months, whether they move or stay.") % {
            "months": months
        }
    difference = result.migrate.accrued - result.stay.accrued
    told = {"months": months, "amount": money(abs(difference), result.currency)}
    if difference:
        cost = _("Over %(months)s months moving costs %(amount)s less than staying") if difference < 0 else _(
            "Over %(months)s months moving costs %(amount)s more than staying"
        )  # fmt: skip
    else:
        cost = _("Over %(months)s months moving costs the same as staying")
    gained = result.points_gained
    points = _("brings %(points)s points") % {"points": figure(gained)} if gained else _("brings no points")
    if level.differs:
        reached = _("takes the Agreement to level %(with)s instead of %(without)s by %(day)s")
    else:
        reached = _("leaves the Agreement at level %(with)s on %(day)s, as staying would")
    levels = {"with": level.with_move, "without": level.without, "day": day(level.on)}
    return _("%(cost)s, %(points)s and %(level)s.") % {
        "cost": cost % told,
        "points": points,
        "level": reached % levels,
    }


def _years(result: WhatIf) -> tuple[YearRow, ...]:
    years = sorted({*result.stay.by_year, *result.migrate.by_year})
    return tuple(
        YearRow(
            year,
            sum(str(e.on.year) == year for e in result.stay.events),
            sum(str(e.on.year) == year for e in result.migrate.events),
            result.stay.by_year.get(year, NOTHING),
            result.migrate.by_year.get(year, NOTHING),
        )
        for year in years
    )


def _cash(result: WhatIf) -> tuple[CashRow, ...]:
    """By day: what staying orders; what the Agreement orders with the move less what it orders without."""
    stay, move = _by_day(result.stay_orders), _by_day(result.orders_with)
    for on, amount in _by_day(result.orders_without).items():
        move[on] = move.get(on, NOTHING) - amount
    rows: list[CashRow] = []
    stay_sum = move_sum = NOTHING
    for on in sorted({*stay, *move}):
        now = stay.get(on, NOTHING), move.get(on, NOTHING)
        if any(now):
            stay_sum, move_sum = stay_sum + now[0], move_sum + now[1]
            rows.append(CashRow(on, *now, stay_sum, move_sum))
    return tuple(rows)


def _by_day(orders: Sequence[PricedOrder]) -> dict[date, Decimal]:
    found: dict[date, Decimal] = {}
    for order in orders:
        found[order.on] = found.get(order.on, NOTHING) + order.amount
    return found


def keys() -> tuple[Key, Key]:
    """The two sides as every chart names them."""
    return Key("stay", _("Stay on Express")), Key("move", _("Move"))


def _year_chart(years: Sequence[YearRow], currency: str) -> Chart:
    summary = _("Orders in each calendar year, in %(currency)s: staying beside moving.") % {"currency": currency}
    return bar_chart(summary, [(row.year, (row.stay, row.move)) for row in years], keys(), number)


def _cash_chart(cash: Sequence[CashRow], result: WhatIf, months: int) -> Chart:
    days = (result.until - result.effective_on).days

    def place(on: date) -> Decimal:
        return Decimal((on - result.effective_on).days * 100) / days

    stay, move = keys()
    summary = _("All that has been ordered from %(first)s on, in %(currency)s: staying beside moving.")
    return step_chart(
        summary % {"first": day(result.effective_on), "currency": result.currency},
        [(stay, [(place(r.on), r.stay_sum) for r in cash]), (move, [(place(r.on), r.move_sum) for r in cash])],
        [Label(percent(place(on)), told) for on, told in _ticks(result.effective_on, result.until, months)],
        number,
    )


def _ticks(first: date, until: date, months: int) -> list[tuple[date, str]]:
    """New Year's days between, and midsummers where the time is short, with their names."""
    marks = (NEW_YEAR, MIDSUMMER) if months <= SHORT_HORIZON else (NEW_YEAR,)
    days = [date(year, *mark) for year in range(first.year, until.year + 1) for mark in marks]
    short = month_of_year if months <= SHORT_HORIZON else partial(date_format, format="Y")
    return [(on, short(on)) for on in days if first <= on < until]


def _term_chart(result: WhatIf, book: RuleBook) -> Chart:
    most = max((max(t.points_with, t.points_without) for t in result.terms), default=NOTHING)
    ladder = [(level, value) for level, value in book.ladder if value]
    above = next((i for i, (_level_, value) in enumerate(ladder) if value > most), len(ladder) - 1)
    outside = all(t.next_level is None for t in result.terms) and most < ladder[-1][1]
    without, with_move = _("Points without the move"), _("Points with the move")
    summary = ngettext(
        "Points of the Agreement in its Term, with the thresholds of the price levels.",
        "Points of the Agreement in its Terms, with the thresholds of the price levels.",
        len(result.terms),
    )
    return bar_chart(
        summary,
        [(month_of_year(t.ends_on), (t.points_without, t.points_with)) for t in result.terms],
        (Key("stay", without), Key("move", with_move)),
        number,
        thresholds=[] if outside else ladder[: above + 1],
    )
