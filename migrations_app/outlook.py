"""The what-if as plain JSON, in the shape that partners read (interface: what-if)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from licenses.rules.coverage import LineCoverage, Segment
from licenses.rules.explaining_whatif import (
    explain_accrued,
    explain_coverage,
    explain_event,
    explain_event_line,
    explain_outlook,
    explain_totals,
)
from licenses.rules.pricing import PricedLine
from licenses.rules.rulebook import RuleBook
from licenses.rules.whatif import Event, Side, TermOutlook, WhatIf
from portal.kernel.explanation import Explanation
from portal.kernel.period import Period


def as_json(result: WhatIf, book: RuleBook | None = None, *, told_by_line: bool = True) -> dict[str, Any]:
    """Everything but the checks, which are words of the reader's language.

    With the `book` that it was made with also `why`: the derivation of each sum, Term and order, to be kept beside
    the figures. A line's own follows from the figures that are kept of it. Without `told_by_line` only sums are told,
    since a line may stand for several that are alike.
    """
    told = _figures(result) if told_by_line else _sums(_figures(result))
    return told | {"why": _plain(whys(result, book, with_lines=False))} if book else told


def _sums(told: dict[str, Any]) -> dict[str, Any]:
    """The figures without the lines that they are of."""
    for side in ("stay", "migrate"):
        for event in told[side]["events"]:
            event["lines"] = []
    return told | {"coverage": [], "reinstatements": [], "left_out": []}


def whys(result: WhatIf, book: RuleBook, *, with_lines: bool) -> dict[str, Any]:
    """The explanations in the shape of the answer: `sums`, `terms`, `events` by side, and with lines their own and the
    `coverage` of each; what an order's sums stand on is left out without them."""
    told: dict[str, Any] = {
        "sums": explain_totals(result) | explain_accrued(result),
        "terms": [explain_outlook(result, term, book) for term in result.terms],
        "events": {
            "stay": [_event_whys(result, event, with_lines) for event in result.stay.events],
            "migrate": [_event_whys(result, event, with_lines) for event in result.migrate.events],
        },
    }
    if with_lines:
        told["coverage"] = [explain_coverage(result, line) for line in result.coverage]
        told["reinstatements"] = [estimate.explanation for estimate in result.reinstatements]
    return told


def _event_whys(result: WhatIf, event: Event, with_lines: bool) -> dict[str, Any]:
    told = explain_event(result, event)
    if not with_lines:
        return {name: replace(each, parts=()) for name, each in told.items()}
    # The amount is the sum of the lines beside it; the points are those of the Agreement's own lines too.
    told["amount"] = replace(told["amount"], parts=())
    return {**told, "lines": [explain_event_line(result, event, line) for line in event.lines]}


def _plain(told: Any) -> Any:
    if isinstance(told, Explanation):
        return told.as_json()
    if isinstance(told, dict):
        return {name: _plain(each) for name, each in told.items()}
    return [_plain(each) for each in told]


def _figures(result: WhatIf) -> dict[str, Any]:
    return {
        "rule_version": result.rule_version,
        "price_list": result.price_list,
        "currency": result.currency,
        "assumptions": list(result.assumptions),
        "effective_on": result.effective_on.isoformat(),
        "anniversary": result.anniversary.isoformat(),
        "stay": _side(result.stay, moving=False),
        "migrate": _side(result.migrate, moving=True)
        | {
            "agreement_total_with": str(result.agreement_total_with),
            "agreement_total_without": str(result.agreement_total_without),
        },
        "terms": [_term(term) for term in result.terms],
        "coverage": [_coverage(line) for line in result.coverage],
        "reinstatements": [{"entitlement": r.key, "amount": str(r.amount)} for r in result.reinstatements],
        "left_out": [{"entitlement": f.line, "code": f.code} for f in result.left_out],
    }


def _side(side: Side, *, moving: bool) -> dict[str, Any]:
    return {
        "events": [_event(event, moving=moving) for event in side.events],
        "total": str(side.total),
        "accrued": str(side.accrued),
        "by_year": {year: str(amount) for year, amount in side.by_year.items()},
    }


def _event(event: Event, *, moving: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "on": event.on.isoformat(),
        "lines": [_line(line) for line in event.lines],
        "level": event.level,
        "amount": str(event.amount),
    }
    return told | {"kind": event.kind, "points": str(event.points)} if moving else told


def _line(line: PricedLine) -> dict[str, Any]:
    return {
        "entitlement": line.key,
        "part_number": line.part_number,
        "renewal_part": line.renewal_part,
        "quantity": line.quantity,
        "cover_start": line.cover.starts_on.isoformat(),
        "cover_end": line.cover.ends_on.isoformat(),
        "months": line.months,
        "unit_price": str(line.unit_price),
        "amount": str(line.amount),
    }


def _term(term: TermOutlook) -> dict[str, Any]:
    return {
        "starts_on": term.starts_on.isoformat(),
        "ends_on": term.ends_on.isoformat(),
        "points_with": str(term.points_with),
        "points_without": str(term.points_without),
        "level_with": term.level_with,
        "level_without": term.level_without,
        "next_level": term.next_level,
        "missing": str(term.missing) if term.missing is not None else None,
    }


def _coverage(line: LineCoverage) -> dict[str, Any]:
    return {
        "entitlement": line.key,
        "segments": [_segment(s) for s in line.segments],
        "gaps": _periods(line.gaps),
        "overlaps": _periods(line.overlaps),
    }


def _segment(segment: Segment) -> dict[str, Any]:
    return {
        "starts_on": segment.starts_on.isoformat(),
        "ends_on": segment.ends_on.isoformat(),
        "source": segment.source,
    }


def _periods(periods: Iterable[Period]) -> list[dict[str, str]]:
    return [{"starts_on": p.starts_on.isoformat(), "ends_on": p.ends_on.isoformat()} for p in periods]
