"""Statement of holdings as a paper: the license overview of one site, as of a day, as known at an instant."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from licenses.papers.frame import Cell, frame, shown_facts, written
from licenses.papers.labels import demonstration_data, programs
from licenses.papers.render import breakable, render
from portal.kernel.period import Period
from sites.formats import format_number

# Millimeters that the longest day of a language takes in the table.
DAY_WIDTHS = {"da": 18, "en": 28}


@dataclass(frozen=True, slots=True)
class HoldingsPaperLine:
    """A line of what is held; `cover` is None for one without S&S."""

    part_number: str
    description: str
    metric: str
    quantity: int
    order_reference: str
    acquired_on: date
    cover: Period | None
    proof_number: str | None


@dataclass(frozen=True, slots=True)
class HoldingsPaper:
    """What one statement says. `as_of` is None for a statement of all that is recorded, whatever day it is for.

    Lines by part and acquisition; `left_out` further ones had no room.
    """

    site_number: str
    site_name: str
    site_address: tuple[str, ...]
    program: str
    customer_name: str
    customer_number: str
    agreement_number: str
    as_of: date | None
    known_at: datetime
    lines: tuple[HoldingsPaperLine, ...]
    left_out: int = 0
    demo: bool = False


def holdings_pdf(paper: HoldingsPaper, lang: str) -> bytes:
    """The statement in `lang` (da or en): A4 landscape, PDF/A-2a and PDF/UA-1.

    Raises Unprintable for a character that the font lacks.
    """
    with override(lang):
        return render("holdings.typ", _data(paper, lang), lang)


def holdings_title(paper: HoldingsPaper) -> str:
    """The heading of paper and sheet."""
    return _("License overview, site %(number)s") % {"number": paper.site_number}


def holdings_facts(paper: HoldingsPaper) -> list[tuple[str, Cell]]:
    """Label and value of what the statement is about."""
    return [
        (_("Customer"), paper.customer_name),
        (_("IBM Customer Number"), paper.customer_number),
        (_("Site"), ", ".join(filter(None, [paper.site_name, *paper.site_address]))),
        (_("Site number"), paper.site_number),
        (_("Program"), programs().get(paper.program, paper.program)),
        (_("Agreement number"), paper.agreement_number or None),
        (_("As of"), paper.as_of or _("the latest recorded")),
        (_("As known at"), paper.known_at),
        (_("License lines"), len(paper.lines) + paper.left_out),
    ]


def holdings_columns() -> list[str]:
    """The headings of the lines."""
    return [
        _("Part number"),
        _("Description"),
        _("Metric"),
        _("Quantity"),
        _("Order reference"),
        _("Acquired on"),
        _("Cover start"),
        _("Cover end"),
        _("Proof"),
    ]


def holdings_cells(line: HoldingsPaperLine) -> list[Cell]:
    """A line's values, one for each heading."""
    return [
        line.part_number,
        line.description,
        line.metric,
        line.quantity,
        line.order_reference,
        line.acquired_on,
        line.cover.starts_on if line.cover else None,
        line.cover.ends_on if line.cover else None,
        line.proof_number,
    ]


def left_out_sentence(paper: HoldingsPaper, lang: str) -> str:
    """That further lines had no room; empty where all have."""
    if not paper.left_out:
        return ""
    return _("These are the first %(shown)s license lines; %(left_out)s more are left out.") % {
        "shown": format_number(len(paper.lines), lang),
        "left_out": format_number(paper.left_out, lang),
    }


def _data(paper: HoldingsPaper, lang: str) -> dict[str, Any]:
    return {
        **frame(holdings_title(paper), paper.known_at.astimezone(UTC).date(), paper.customer_name),
        "subheading": paper.site_name,
        "facts": shown_facts((label, written(value, lang)) for label, value in holdings_facts(paper)),
        "columns": holdings_columns(),
        "day_width": DAY_WIDTHS.get(lang, DAY_WIDTHS["en"]),
        "lines": [[breakable(written(cell, lang)) for cell in holdings_cells(line)] for line in paper.lines],
        "no_lines": _("Nothing is held here."),
        "notes": [
            *filter(None, [left_out_sentence(paper, lang)]),
            _(
                "Quantities, cover and proofs as they were recorded by the instant named. The right to use is proved by"
                " the Proof of Entitlement together with the paid invoice, not by this overview."
            ),
            *([demonstration_data()] if paper.demo else []),
        ],
    }
