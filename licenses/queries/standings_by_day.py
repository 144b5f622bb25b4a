"""Points per Term as of many days at once: two queries, whatever the number of days."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from licenses.models import PointsMovement
from licenses.queries.standings import term_points
from licenses.rules.levels import NO_POINTS, TermPoints
from licenses.rules.terms import term_containing
from sites.models import Agreement


def term_points_on(agreement: Agreement, days: Collection[date]) -> dict[date, tuple[TermPoints, ...]]:
    """Points per Term of the agreement, counting what is effective by each of the days, as known now.

    The same as `term_points` asked day by day; what lies between the first day and the last is added up here.
    """
    ordered = sorted(set(days))
    points = {each.term_start: each for each in term_points([agreement], ordered[0]).get(agreement.pk, ())}
    later = _later(agreement, ordered[0], ordered[-1]) if ordered[1:] and agreement.term_start else []
    found: dict[date, tuple[TermPoints, ...]] = {}
    for day in ordered:
        while later and later[0][0] <= day:
            _add(points, agreement.term_start, *later.pop(0))
        found[day] = tuple(points.values())
    return found


def _later(agreement: Agreement, first: date, last: date) -> list[tuple[date, Decimal]]:
    rows = PointsMovement.objects.filter(agreement=agreement, effective_on__gt=first, effective_on__lte=last)
    told = rows.order_by("effective_on", "sequence").values_list("effective_on", "amount", "target_id")
    return [(on, amount if target else -amount) for on, amount, target in told]


def _add(points: dict[date, TermPoints], start: date | None, on: date, signed: Decimal) -> None:
    term = term_containing(start, on) if start else None
    if term is None:
        return
    before = points.get(term.starts_on, TermPoints(term.starts_on, NO_POINTS, NO_POINTS))
    total = before.points + signed
    points[term.starts_on] = TermPoints(term.starts_on, total, max(before.peak, total))
