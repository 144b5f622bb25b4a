"""On which day a move is best done: today and the coming twelve firsts of a month. Nothing is picked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from licenses.rules.whatif import candidate_dates
from migrations_app.queries.what_if import Answer, Question, answers
from migrations_app.queries.what_if_view import keys
from migrations_app.words.labels import SEVERITIES
from portal.kernel.blocker import Blocker
from portal.kernel.charts import Chart, Key, bar_chart
from sites.templatetags.formats import day, month, number
from sites.tenancy.actor import Actor
from sites.words import sentence

COUNTED = ("error", "review", "warning", "waits")


@dataclass(frozen=True, slots=True)
class DateRow:
    """One candidate day: what the trade-off is read from. Money without VAT, points in the Term that resets next.

    `left_out` counts the lines that take part on neither side of that day, `standing` its findings by severity in
    words; `gone` are today's findings that no longer stand then, `fresh` those that only arise then, in words.
    """

    on: date
    is_today: bool
    accrued_stay: Decimal
    accrued_move: Decimal
    points: Decimal
    term_ends: date
    events: int
    left_out: int
    standing: tuple[str, ...]
    gone: tuple[str, ...]
    fresh: tuple[str, ...]

    @property
    def difference(self) -> Decimal:
        return self.accrued_move - self.accrued_stay


@dataclass(frozen=True, slots=True)
class BestDates:
    """The candidate days, and charts of what they cost and earn."""

    question: Question
    currency: str
    demonstration: bool
    price_list: str
    rule_version: str
    rows: tuple[DateRow, ...]
    cost_chart: Chart
    points_chart: Chart
    heals: tuple[tuple[date, str], ...]


def best_dates(question: Question, actor: Actor, on: date) -> BestDates | None:
    """The question asked again for each candidate day; None where no line of it is to be seen any more."""
    found = answers(question, actor, on, candidate_dates(on))
    if not found:
        return None
    first = found[0]
    names = {str(ln.pk): ln.label for ln in first.lines}
    rows = tuple(_row(each, first, names, on) for each in found)
    result = first.result
    return BestDates(
        question=question,
        currency=result.currency,
        demonstration=first.computed.demonstration,
        price_list=result.price_list,
        rule_version=result.rule_version,
        rows=rows,
        cost_chart=_cost_chart(rows, result.currency),
        points_chart=_points_chart(rows),
        heals=_heals(first, names),
    )


def _row(each: Answer, first: Answer, names: dict[str, str], on: date) -> DateRow:
    before, then = _by_key(first.computed.blockers), _by_key(each.computed.blockers)
    return DateRow(
        on=each.on,
        is_today=each.on == on,
        accrued_stay=each.result.stay.accrued,
        accrued_move=each.result.migrate.accrued,
        points=each.result.terms[0].points_with,
        term_ends=each.result.terms[0].ends_on,
        events=len(each.result.migrate.events),
        left_out=_left_out(each),
        standing=_standing(each.computed.blockers),
        gone=tuple(_told(b, names) for key, b in before.items() if key not in then),
        fresh=tuple(_told(b, names) for key, b in then.items() if key not in before),
    )


def _left_out(each: Answer) -> int:
    moved = {str(line.pk) for line in each.lines}
    return len(moved & {fault.line for fault in each.result.left_out})


def _by_key(blockers: Sequence[Blocker]) -> dict[Any, Blocker]:
    return {(b.code, b.line, str(b.params.get("reason", ""))): b for b in blockers}


def _standing(blockers: Sequence[Blocker]) -> tuple[str, ...]:
    counts = {severity: sum(b.severity == severity for b in blockers) for severity in COUNTED}
    return tuple(f"{SEVERITIES[severity]}: {count}" for severity, count in counts.items() if count)


def _told(blocker: Blocker, names: dict[str, str]) -> str:
    named = names.get(blocker.line or "", "")
    told = sentence(blocker.code, blocker.params)
    return f"{blocker.code} {named}: {told}" if named else f"{blocker.code}: {told}"


def _heals(first: Answer, names: dict[str, str]) -> tuple[tuple[date, str], ...]:
    """Findings that heal by themselves, and the day, as today's answer tells it."""
    healing = ((b.heals_on, _told(b, names)) for b in first.computed.blockers if b.heals_on)
    return tuple(sorted(healing))


def _short(row: DateRow) -> str:
    return _("now") if row.is_today else month(row.on)


def _cost_chart(rows: Sequence[DateRow], currency: str) -> Chart:
    summary = _("Cost of the cover in the months compared, in %(currency)s, by the day of the move.")
    groups = [(_short(row), (row.accrued_stay, row.accrued_move)) for row in rows]
    return _fewer_words(bar_chart(summary % {"currency": currency}, groups, keys(), number))


def _points_chart(rows: Sequence[DateRow]) -> Chart:
    summary = _("Points in the Term that the move falls into, by the day of the move: from %(first)s to %(last)s.")
    told = {"first": day(rows[0].on), "last": day(rows[-1].on)}
    groups = [(_short(row), (row.points,)) for row in rows]
    return _fewer_words(bar_chart(summary % told, groups, [Key("move", _("Points with the move"))], number))


def _fewer_words(chart: Chart) -> Chart:
    """Every second day has a name below it: thirteen don't fit on a phone."""
    return replace(chart, labels=chart.labels[::2])
