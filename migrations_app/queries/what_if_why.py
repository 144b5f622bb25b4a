"""Why the figures of a what-if are what they are: the derivations that belong below each table of a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from licenses.rules.explaining_whatif import (
    explain_accrued,
    explain_coverage,
    explain_event,
    explain_event_line,
    explain_outlook,
    explain_totals,
)
from licenses.rules.rulebook import RuleBook
from licenses.rules.whatif import Event, WhatIf
from licenses.why import Figure, why
from migrations_app.queries.plan import PlanPage
from migrations_app.queries.plan_why import order_figures, term_figures
from portal.kernel.explanation import Explanation

# Beyond so many ordered lines a page would grow out of hand: their sums stay explained, and a line shows its product.
MOST_LINES = 100
# So many lines of cover are derived one by one.
MOST_COVER = 25


@dataclass(frozen=True, slots=True)
class WhatIfWhys:
    """The derivations below the headline, and below the tables of sums, years, Terms and cover."""

    headline: tuple[Figure, ...]
    sums: tuple[Figure, ...]
    years: tuple[Figure, ...]
    terms: tuple[Figure, ...]
    cover: tuple[Figure, ...]


def whys_of(result: WhatIf, book: RuleBook, names: Mapping[str, str]) -> WhatIfWhys:
    """Every derivation but those of the orders; `names` gives each license line's words by id."""
    accrued, totals = explain_accrued(result), explain_totals(result)
    terms = tuple(
        figure
        for term in result.terms
        for figure in term_figures(term.ends_on, explain_outlook(result, term, book), result.currency)
    )
    stay, move = _("Stay on Express"), _("Move")
    cost, orders = _("Cost of the cover in these months"), _("All orders")
    sums = (
        (f"{cost}: {stay}", accrued["stay.accrued"]),
        (f"{cost}: {move}", accrued["migrate.accrued"]),
        (f"{orders}: {stay}", totals["stay.total"]),
        (f"{orders}: {move}", totals["migrate.total"]),
    )
    by_year = [
        (f"{name.rpartition('.')[2]}: {stay if name.startswith('stay') else move}", each)
        for name, each in totals.items()
        if ".by_year." in name
    ]
    told = _figures(sums, result.currency)
    return WhatIfWhys(
        headline=(*told[:2], *terms),
        sums=told,
        years=_figures(sorted(by_year, key=lambda pair: pair[0]), result.currency),
        terms=terms,
        cover=_figures(
            [(names.get(line.key, line.key), explain_coverage(result, line)) for line in result.coverage[:MOST_COVER]],
            result.currency,
        ),
    )


def _figures(told: Sequence[tuple[str, Explanation]], currency: str) -> tuple[Figure, ...]:
    return tuple(Figure(label, why(each, currency)) for label, each in told)


def with_whys(plan: PlanPage, result: WhatIf, names: Mapping[str, str]) -> PlanPage:
    """The plan with the derivations of each order below it."""
    events = [*result.stay.events, *result.migrate.events]
    with_lines = sum(len(event.lines) for event in events) <= MOST_LINES
    orders = [
        shown | {"why": _order(event, result, names, with_lines)}
        for shown, event in zip(plan.orders, events, strict=True)
    ]
    return replace(plan, orders=orders)


def _order(event: Event, result: WhatIf, names: Mapping[str, str], with_lines: bool) -> tuple[Figure, ...]:
    told: list[tuple[str, Explanation]] = []
    for line in event.lines if with_lines else ():
        named = names.get(line.key, line.part_number)
        figures = explain_event_line(result, event, line)
        told += [(f"{named}: {_('Amount')}", figures["amount"]), (f"{named}: {_('Cover')}", figures["cover"])]
    return (*order_figures(explain_event(result, event), result.currency), *_figures(told, result.currency))
