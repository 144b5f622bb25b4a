"""Statement of points as a paper: where an Agreement stands as of a day, as known at an instant, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from licenses.models import PointsMovement
from licenses.papers.charts import chart_svg
from licenses.papers.frame import NOTHING, Cell, frame, shown_facts, written
from licenses.papers.labels import demonstration_data
from licenses.papers.render import breakable, render
from portal.kernel.charts import Chart
from portal.kernel.period import Period
from sites.formats import format_date, format_moment, format_number, format_points

# Millimeters that the longest day and instant of a language take in the table.
DAY_WIDTHS = {"da": (19, 31), "en": (28, 38)}


@dataclass(frozen=True, slots=True)
class PointsPaperEntry:
    """A line: `balance` is the sum of its Term with it. `mirrors` tells what it reverses or is reversed by, written
    as (reverses?, reference, day)."""

    effective_on: date
    recorded_at: datetime
    site_number: str | None
    kind: str
    reference: str
    points: Decimal
    balance: Decimal
    mirrors: tuple[tuple[bool, str, date], ...] = ()


@dataclass(frozen=True, slots=True)
class PointsPaperTerm:
    """A Term: the level it opened at, its points, and its level at the end or so far."""

    term: Period
    opening_level: str
    points: Decimal
    level: str


@dataclass(frozen=True, slots=True)
class PointsPaper:
    """What one statement says. Entries newest first; `left_out` older ones had no room.

    `summary` is a sentence in the language of the paper: where the Agreement stands; the words of `charts` are too.
    Nothing that was recorded after `known_at` is in it, so that the same question gives the same paper for ever.
    """

    agreement_number: str
    customer_name: str
    customer_number: str
    as_of: date
    known_at: datetime
    level: str
    points: Decimal
    next_level: str | None
    missing: Decimal | None
    term: Period | None
    anniversary: date | None
    rule_version: str
    summary: str
    terms: tuple[PointsPaperTerm, ...]
    entries: tuple[PointsPaperEntry, ...]
    charts: tuple[Chart, ...] = ()
    left_out: int = 0
    demo: bool = False


def points_pdf(paper: PointsPaper, lang: str) -> bytes:
    """The statement in `lang` (da or en): A4, PDF/A-2a and PDF/UA-1.

    Raises Unprintable for a character that the font lacks.
    """
    with override(lang):
        return render("points.typ", _data(paper, lang), lang)


def points_title(paper: PointsPaper) -> str:
    """The heading of paper and sheet."""
    return _("Statement of points, Agreement %(number)s") % {"number": paper.agreement_number}


def points_facts(paper: PointsPaper, term: Sequence[tuple[str, Cell]]) -> list[tuple[str, Cell]]:
    """Label and value of each figure; `term` tells the Term, which paper and sheet write differently."""
    return [
        (_("Customer"), paper.customer_name),
        (_("IBM Customer Number"), paper.customer_number),
        (_("Agreement number"), paper.agreement_number),
        (_("As of"), paper.as_of),
        (_("As known at"), paper.known_at),
        *term,
        (_("Anniversary"), paper.anniversary),
        (_("Points in this Term"), paper.points),
        (_("Price level"), paper.level),
        (_("Next level"), paper.next_level),
        (_("Missing points"), paper.missing),
        (_("Rule book version"), paper.rule_version),
    ]


def points_columns() -> list[str]:
    """The headings of the entries."""
    return [
        _("Counts for"),
        _("Recorded at"),
        _("Site"),
        _("Kind"),
        _("Reference"),
        _("Points"),
        _("Sum of the Term"),
    ]


def term_columns() -> list[str]:
    """The headings of the Terms."""
    return [_("Term from"), _("Term to"), _("Opened at level"), _("Points"), _("Level at the end or so far")]


def term_cells(each: PointsPaperTerm) -> list[Cell]:
    """A Term's values, one for each heading."""
    return [each.term.starts_on, each.term.ends_on, each.opening_level, each.points, each.level]


def kind_name(kind: str) -> str:
    """What a kind of entry is called."""
    return str(PointsMovement.Kind(kind).label)


def mirror_sentences(mirrors: Iterable[tuple[bool, str, date]], lang: str) -> list[str]:
    """What an entry reverses, or what reverses it."""
    told = []
    for reverses, reference, day in mirrors:
        words = {"reference": reference, "day": format_date(day, lang)}
        told.append(
            _("reverses %(reference)s of %(day)s") % words
            if reverses
            else _("reversed by %(reference)s of %(day)s") % words
        )
    return told


def left_out_sentence(paper: PointsPaper, lang: str) -> str:
    """That older entries had no room; empty where all have."""
    if not paper.left_out:
        return ""
    return _("These are the %(shown)s newest entries; %(left_out)s older ones are left out.") % {
        "shown": format_number(len(paper.entries), lang),
        "left_out": format_number(paper.left_out, lang),
    }


def _data(paper: PointsPaper, lang: str) -> dict[str, Any]:
    facts = points_facts(paper, [(_("Term"), _period(paper.term, lang))])
    return {
        **frame(points_title(paper), paper.known_at.astimezone(UTC).date(), paper.customer_name),
        "summary": paper.summary,
        "facts": shown_facts((label, written(value, lang)) for label, value in facts),
        "charts_title": _("How the points grew"),
        "charts": [_chart(chart) for chart in paper.charts],
        "terms_title": _("Terms"),
        "term_columns": term_columns(),
        "terms": [[written(cell, lang) for cell in term_cells(each)] for each in reversed(paper.terms)],
        "entries_title": _("Entries, newest first"),
        "columns": points_columns(),
        "widths": list(DAY_WIDTHS.get(lang, DAY_WIDTHS["en"])),
        "entries": [_row(entry, lang) for entry in paper.entries],
        "no_entries": _("No points yet."),
        "notes": [
            *filter(None, [left_out_sentence(paper, lang)]),
            _(
                "The statement holds what counts for the day named or before, of what was recorded by the instant"
                " named. The ledger is never changed: the same question gives the same statement again."
            ),
            *([demonstration_data()] if paper.demo else []),
        ],
    }


def _chart(chart: Chart) -> dict[str, Any]:
    return {"svg": chart_svg(chart), "words": chart.summary, "below": "; ".join(key.label for key in chart.keys)}


def _period(term: Period | None, lang: str) -> str | None:
    return f"{format_date(term.starts_on, lang)} {NOTHING} {format_date(term.ends_on, lang)}" if term else None


def _row(entry: PointsPaperEntry, lang: str) -> list[str]:
    kind = "; ".join([kind_name(entry.kind), *mirror_sentences(entry.mirrors, lang)])
    return [
        format_date(entry.effective_on, lang),
        format_moment(entry.recorded_at, lang),
        entry.site_number or NOTHING,
        breakable(kind),
        breakable(entry.reference),
        format_points(entry.points, lang),
        format_points(entry.balance, lang),
    ]
