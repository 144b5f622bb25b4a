"""A what-if as a paper to take to a meeting: the sentence, tables, charts, checks and what it all stands on."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from licenses.papers.charts import FILLS, chart_svg
from licenses.papers.frame import frame
from licenses.papers.labels import demonstration_prices, not_affiliated
from licenses.papers.render import breakable, render
from portal.kernel.charts import Chart

# A bar of cover in its own units; on paper it is as wide as its column.
BAR_WIDTH, BAR_HEIGHT = 640, 16
# Cover by kind, in bars and in their legend.
COVER_COLORS = {
    "paid": "#8d8d8d",
    "renewal": "#0f62fe",
    "transition": "#8a3ffc",
    "gap": "#da1e28",
    "overlap": "#f1c21b",
}
LOOKS = "".join(
    f".p-cover__{kind}{{fill:{color}}}"
    for kind, color in {"ground": "#e0e0e0", "marker": "#161616", **COVER_COLORS}.items()
)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A bar of cover as the page's SVG, and the same in words."""

    svg: str
    words: str


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows of text; the first `names` columns are words, the others figures; `widths` are shares."""

    labels: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    names: int = 1


@dataclass(frozen=True, slots=True)
class CoverLine:
    """A line's cover without and with the move."""

    label: str
    before: Drawing
    after: Drawing


@dataclass(frozen=True, slots=True)
class Cover:
    """The cover of every line over the same time; `keys` are color (CSS) and word of the legend."""

    lines: tuple[CoverLine, ...]
    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences."""

    texts: tuple[str, ...]


Part = str | Chart | Table | Cover | Items


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands below it, in order."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class WhatIfPaper:
    """What the paper says, already in its language. `facts` are labels with values, `banners` what must be known."""

    customer: str
    made_on: date
    heading: str
    headline: str
    facts: tuple[tuple[str, str], ...]
    banners: tuple[str, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    demonstration: bool


def what_if_pdf(paper: WhatIfPaper, lang: str) -> bytes:
    """The paper in `lang` (da or en): A4, PDF/A-2a and PDF/UA-1.

    Raises Unprintable for a character that the font lacks.
    """
    with override(lang):
        return render("what_if.typ", _data(paper), lang)


def _data(paper: WhatIfPaper) -> dict[str, Any]:
    footer = [not_affiliated(), *([demonstration_prices()] if paper.demonstration else [])]
    return {
        **frame(paper.heading, paper.made_on, paper.customer, " ".join(footer)),
        "headline": paper.headline,
        "facts": [[label, [breakable(value)]] for label, value in paper.facts],
        "banners": [breakable(text) for text in paper.banners],
        "sections": [_section(section) for section in paper.sections],
        "without": _("Without the move"),
        "with_move": _("With the move"),
        "notes": [*paper.notes, *footer],
    }


def _section(section: Section) -> dict[str, Any]:
    return {"title": section.title, "parts": [_part(part) for part in section.parts]}


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, str):
        return {"kind": "text", "text": breakable(part)}
    if isinstance(part, Chart):
        keys = [[FILLS[key.kind], key.label] for key in part.keys]
        return {"kind": "chart", "svg": chart_svg(part), "words": part.summary, "keys": keys}
    if isinstance(part, Cover):
        lines = [
            {"label": breakable(line.label), "before": _drawing(line.before), "after": _drawing(line.after)}
            for line in part.lines
        ]
        return {"kind": "cover", "lines": lines, "keys": [list(key) for key in part.keys]}
    if isinstance(part, Items):
        return {"kind": "items", "texts": [breakable(text) for text in part.texts]}
    return {
        "kind": "table",
        "labels": list(part.labels),
        "names": part.names,
        "widths": list(part.widths),
        "rows": [[breakable(value) for value in row] for row in part.rows],
    }


def _drawing(drawing: Drawing) -> dict[str, Any]:
    return {"svg": _printable(drawing.svg), "words": drawing.words}


def _printable(svg: str) -> str:
    """The page's SVG with looks of its own, since no style sheet reaches a paper, and a size."""
    head, rest = svg.split(">", 1)
    head += f' xmlns="http://www.w3.org/2000/svg" width="{BAR_WIDTH}" height="{BAR_HEIGHT}"'
    return f"{head}><style>{LOOKS}</style>{rest}"
