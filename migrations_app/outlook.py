"""The what-if as plain JSON, in the shape that partners read (interface: what-if)."""

from collections.abc import Iterable
from typing import Any

from licenses.rules.coverage import LineCoverage, Segment
from licenses.rules.pricing import PricedLine
from licenses.rules.whatif import Event, Side, TermOutlook, WhatIf
from portal.kernel.period import Period


def as_json(result: WhatIf) -> dict[str, Any]:
    """Everything but the checks, which are words of the reader's language."""
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
