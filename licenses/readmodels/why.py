"""Why an Agreement stands where it stands, and a line is covered as it is: for pages and API alike."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from licenses.models import CoverPeriod, Entitlement, Proof
from licenses.queries import rule_book
from licenses.rules.explaining import (
    explain_anniversary,
    explain_balance,
    explain_held_cover,
    explain_next_level,
    explain_standing,
    explain_term,
)
from licenses.rules.levels import Standing
from licenses.rules.terms import year_end
from licenses.why import Figure
from licenses.why import why as in_words
from portal.kernel.explanation import Explanation
from portal.kernel.period import DAY, Period
from sites.models import Agreement


def agreement_why(agreement: Agreement, standing: Standing, on: date) -> dict[str, Explanation | None]:
    """Why `level`, `points`, `missing`, `term` and `anniversary` of an Agreement are what they are on `on`.

    What the Agreement doesn't have is None: before its initial Term, at the top of the ladder, outside it.
    """
    book = standing.book
    start = agreement.term_start
    begun = start is not None and start <= on
    inside = standing.level not in book.outside_levels
    return {
        "level": explain_standing(standing, book),
        "points": explain_balance(standing, on, book.version),
        "missing": explain_next_level(standing.points, book) if inside and standing.next_level else None,
        "term": explain_term(start, on, book.version) if start else None,
        "anniversary": explain_anniversary(start, on, book.version) if start and begun else None,
    }


def agreement_figures(why: Mapping[str, Explanation | None], *names: str) -> tuple[Figure, ...]:
    """The derivations of `agreement_why` in words, in the order of `names`; those that there are none of aren't in."""
    labels = {
        "anniversary": _("Anniversary"),
        "term": _("Term"),
        "level": _("Price level"),
        "points": _("Points"),
        "missing": _("Missing to the next level"),
    }
    return tuple(Figure(labels[name], in_words(each)) for name in names if (each := why[name]))


def cover_why(
    line: Entitlement, periods: Iterable[CoverPeriod], anniversary: date | None, version: str
) -> dict[tuple[date, date], Explanation]:
    """Why each period of a line's cover has its days, by first and last day; those that an order alone says aren't in.

    `anniversary` is one of the line's Agreement, None on Express; `version` the rule book's.
    """
    found: dict[tuple[date, date], Explanation] = {}
    paid_until = None
    for each in sorted(periods, key=lambda period: period.starts_on):
        cover = Period(each.starts_on, each.ends_on)
        why = explain_held_cover(cover, line.acquired_on, paid_until, anniversary, version)
        if why:
            found[each.starts_on, each.ends_on] = why
        paid_until = each.ends_on
    return found


def proof_cover_why(proof: Proof) -> Explanation | None:
    """Why a proof names the S&S period that it names; None where the order alone says it. Needs the line's site."""
    paper: dict[str, Any] = proof.paper
    if not paper.get("cover_start") or not paper.get("cover_end"):
        return None
    named = date.fromisoformat(paper["cover_start"]), date.fromisoformat(paper["cover_end"])
    line = proof.entitlement
    return cover_why(line, line.cover.all(), anniversary_of(line), rule_book().version).get(named)


def anniversary_of(line: Entitlement) -> date | None:
    """An Anniversary of the line's Agreement, the first; None on Express and before the initial Term."""
    agreement = line.site.agreement
    if agreement is None or agreement.term_start is None:
        return None
    return year_end(agreement.term_start) + DAY
