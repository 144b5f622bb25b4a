"""Every explanation that a what-if can give, and the arithmetic in a sentence worked out."""

import re
from collections.abc import Iterator
from fractions import Fraction

from licenses.rules.explaining_whatif import (
    explain_accrued,
    explain_coverage,
    explain_event,
    explain_event_line,
    explain_outlook,
    explain_totals,
)
from licenses.rules.rulebook import CURRENT, RuleBook
from licenses.rules.whatif import WhatIf
from licenses.why import Why
from portal.kernel.explanation import Explanation


def every_explanation(answer: WhatIf, book: RuleBook = CURRENT) -> Iterator[tuple[str, object, Explanation]]:
    """Name, figure and explanation of each figure of `answer`."""
    for name, side in (("stay", answer.stay), ("migrate", answer.migrate)):
        for event in side.events:
            figures = {"level": event.level, "points": event.points, "amount": event.amount}
            for figure, why in explain_event(answer, event).items():
                yield f"{name} {event.on} {figure}", figures[figure], why
            for line in event.lines:
                cover = f"{line.cover.starts_on}..{line.cover.ends_on}"
                told = {"amount": line.amount, "points": line.points, "cover": cover}
                for figure, why in explain_event_line(answer, event, line).items():
                    yield f"{name} {event.on} {line.key} {figure}", told[figure], why
    totals = explain_totals(answer)
    yield "stay total", answer.stay.total, totals["stay.total"]
    yield "migrate total", answer.migrate.total, totals["migrate.total"]
    yield "with", answer.agreement_total_with, totals["agreement_total_with"]
    yield "without", answer.agreement_total_without, totals["agreement_total_without"]
    for name, side in (("stay", answer.stay), ("migrate", answer.migrate)):
        for year, amount in side.by_year.items():
            yield f"{name} {year}", amount, totals[f"{name}.by_year.{year}"]
        yield f"{name} accrued", side.accrued, explain_accrued(answer)[f"{name}.accrued"]
    for term in answer.terms:
        for figure, why in explain_outlook(answer, term, book).items():
            yield f"{term.starts_on} {figure}", getattr(term, figure), why
    for coverage in answer.coverage:
        yield f"{coverage.key} gaps", coverage.gap_days, explain_coverage(answer, coverage)
    for estimate in answer.reinstatements:
        yield f"{estimate.key} reinstatement", estimate.amount, estimate.explanation


def nodes(why: Why) -> Iterator[Why]:
    """The figure and all that it stands on."""
    yield why
    for part in why.parts:
        yield from nodes(part)


_NUMBER = re.compile(r"\d[\d.,]*\d|\d")


def worked_out(arithmetic: str, lang: str) -> tuple[Fraction, Fraction, bool]:
    """Both sides of a written sum, and whether the right one is cut short ("…"). Products and quotients go first."""
    left, _equals, right = arithmetic.rpartition(" = ")
    total, sign = Fraction(0), 1
    for token in re.split(r" ([+−]) ", left.strip()):
        if token in "+−":
            sign = 1 if token == "+" else -1
            continue
        total += sign * _product(token, lang)
        sign = 1
    return total, _number(right.rstrip("…"), lang), right.endswith("…")


def _product(term: str, lang: str) -> Fraction:
    value, divide = Fraction(1), False
    for token in re.split(r" ([×÷]) ", term):
        if token in "×÷":
            divide = token == "÷"
        else:
            value = value / _number(token, lang) if divide else value * _number(token, lang)
    return value


def _number(written: str, lang: str) -> Fraction:
    bare = written.replace("−", "-").strip()
    assert _NUMBER.search(bare), written
    bare = bare.replace(".", "").replace(",", ".") if lang == "da" else bare.replace(",", "")
    return Fraction(bare)
