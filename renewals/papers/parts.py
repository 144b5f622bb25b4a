"""The paper of a long quote, page by page: heights are measured, pages decided, a few set at a time, all bound."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from licenses.papers.paging import Section, Stretch, columns_of, pages_of
from licenses.papers.render import breakable, heights, render_parts
from licenses.papers.typesetter import TOGETHER
from licenses.why import Why, why
from licenses.why.speech import EQUALS, as_day
from portal.kernel.explanation import Explanation
from renewals.papers.figures import calculated, row_of, shared, site_title, sums, versions
from renewals.papers.quote import QuotePaper, QuotePaperLine, QuotePaperSite, by_site
from sites.formats import format_date, format_number

# Pages of one part: some 700 lines of a quote, or 1,200 entries of its appendix.
LINE_PAGES, APPENDIX_PAGES = 28, 12
COLUMNS = 2
ROUNDED = " ≈ "
# Points left free on each page, so that no rounding of heights pushes the last row over.
SPARE = 2.0
# Cells that may take several lines, and how many characters surely fit into a millimeter.
BREAKING = (1, 2, 4)
FIT = 0.38
# Characters of an entry, most of them figures, that surely fit into a line; entries that are measured in one go.
SHORT_ENTRY, MEASURED = 78, 2_000


@dataclass(frozen=True, slots=True)
class _Written:
    """The quote as its paper says it: lines by site, and an entry of the appendix for each."""

    sites: list[tuple[QuotePaperSite, list[QuotePaperLine]]]
    rows: list[list[list[str]]]
    entries: list[str]


def in_parts(paper: QuotePaper, lang: str) -> bytes:
    """The PDF, in the language that is active, which is `lang`. Raises Unprintable."""
    sites = by_site(paper)
    rows = [[row_of(line, paper.currency, lang) for line in lines] for _site, lines in sites]
    entries = [_entry(line, paper.currency, lang) for _site, lines in sites for line in lines]
    written = _Written(sites, rows, entries)
    common = shared(paper, lang, [row for each in rows for row in each])
    common["appendix_text"] = f"{calculated()} {_signs()} {versions(paper)}"
    high = _Heights(common, written, paper, lang)
    pages = [*_line_pages(written, high, paper, lang), *_appendix_pages(written, high, common)]
    begins = next(place for place, page in enumerate(pages) if page["appendix"])
    parts = _parts(common, pages, begins)
    return render_parts("quote_part.typ", parts, lang, len(pages))


def _signs() -> str:
    return _(
        "In this appendix = says that a figure is exact, ≈ that it was rounded. Behind the points stands the rule of"
        " the cover, with the last day that was paid for before it."
    )


def _entry(line: QuotePaperLine, currency: str, lang: str) -> str:
    """A line's derivation: 12: T7 602.00 × 1 × 7 ÷ 12 ≈ 351.17; P2 7.82 × 1 × 7 ÷ 12 ≈ 4.56; T4 paid until …"""
    told = [_arithmetic(why(line.amount_why, currency)), _arithmetic(why(line.points_why))]
    if line.cover_why and (paid := _paid(line.cover_why, lang)):
        told.append(paid)
    return breakable(f"{format_number(line.item, lang)}: {'; '.join(told)}")


def _arithmetic(told: Why) -> str:
    sum_ = told.arithmetic or told.sentence.removesuffix(".")
    if told.arithmetic and told.rounding != _("exact"):
        before, _sign, result = sum_.rpartition(EQUALS)
        sum_ = f"{before}{ROUNDED}{result}"
    return f"{told.rule} {sum_}"


def _paid(cover: Explanation, lang: str) -> str:
    """Until when the cover was paid for, and bridged by a transition quote, before this one."""
    days = [cover.inputs[name] for name in ("paid_until", "transition_until") if cover.inputs.get(name)]
    if not days:
        return ""
    told = _("paid until %(day)s")
    if len(days) > 1:
        told = _("paid until %(day)s, by the transition quote until %(bridge)s")
    written = [format_date(as_day(day), lang) for day in days]
    return f"{cover.rule} " + told % {"day": written[0], "bridge": written[-1]}


class _Heights:
    """How high everything is that stands on pages, in points."""

    def __init__(self, common: dict[str, Any], written: _Written, paper: QuotePaper, lang: str):
        flat = [row for rows in written.rows for row in rows]
        doubtful = {
            place: sorted({row[place] for row in flat if _may_break(row[place], common["widths"][place])})
            for place in BREAKING
        }
        long = sorted({entry for entry in written.entries if len(entry) > SHORT_ENTRY})
        first = written.sites[0]
        asked = {
            "titles": [_carried(site) for site, _lines in written.sites],
            "sums": sums(*first, paper.currency, lang),
            "cells": [[0, ["0"]], *([place, values] for place, values in doubtful.items())],
            "entries": ["0", *long[:MEASURED]],
        }
        told = heights("quote_heights.typ", {**common, "asked": asked}, lang)
        self.room: float = told["room"] - SPARE
        self.gap, self.front, self.totals, self.sums = told["between"], told["front"], told["totals"], told["sums"]
        self.titles: list[float] = told["titles"]
        self.appendix, self.notes = told["appendix"], told["notes"]
        self.entries = self._entries(written.entries, long, told, {**common, "asked": asked}, lang)
        (self.line,), *cells = told["cells"]
        self.cells = {
            (place, value): height
            for (place, values), found in zip(doubtful.items(), cells, strict=True)
            for value, height in zip(values, found, strict=True)
        }
        self.inset: float = told["row"]

    @staticmethod
    def _entries(
        entries: Sequence[str], long: Sequence[str], told: dict[str, Any], data: dict[str, Any], lang: str
    ) -> list[float]:
        """Of all entries: the first long ones were measured with the rest, the others are some at a time."""
        short, *high = told["entries"]
        for start in range(MEASURED, len(long), MEASURED):
            asked = {**data["asked"], "cells": [], "entries": long[start : start + MEASURED]}
            high += heights("quote_heights.typ", {**data, "asked": asked}, lang)["entries"]
        found = dict(zip(long, high, strict=True))
        return [found.get(entry, short) + told["entry_gap"] for entry in entries]

    def row(self, cells: Sequence[str]) -> float:
        """Of one line."""
        return self.inset + max(self.line, *(self.cells.get((place, cells[place]), 0.0) for place in BREAKING))


def _may_break(text: str, width: float) -> bool:
    return len(text) > width * FIT


def _carried(site: QuotePaperSite) -> str:
    return _("%(site)s (carried on)") % {"site": site_title(site)}


def _line_pages(written: _Written, high: _Heights, paper: QuotePaper, lang: str) -> Iterator[dict[str, Any]]:
    sections = [
        Section(head, [high.row(row) for row in rows], high.sums)
        for head, rows in zip(high.titles, written.rows, strict=True)
    ]
    pages = pages_of(sections, room=high.room, front=high.front, ending=high.totals, gap=high.gap)
    for number, stretches in enumerate(pages):
        yield {
            "front": number == 0,
            "sites": [_table(written, each, paper, lang) for each in stretches],
            "totals": number == len(pages) - 1,
            "appendix": None,
        }


def _table(written: _Written, stretch: Stretch, paper: QuotePaper, lang: str) -> dict[str, Any]:
    site, lines = written.sites[stretch.section]
    return {
        "title": _carried(site) if stretch.start else site_title(site),
        "lines": written.rows[stretch.section][stretch.start : stretch.stop],
        "sums": sums(site, lines, paper.currency, lang) if stretch.ends else None,
    }


def _appendix_pages(written: _Written, high: _Heights, common: dict[str, Any]) -> list[dict[str, Any]]:
    pages = [
        {"begins": number == 0, "columns": [written.entries[c.start : c.stop] for c in columns], "notes": []}
        for number, columns in enumerate(columns_of(high.entries, room=high.room, first=high.appendix, across=COLUMNS))
    ]
    pages += _note_pages(written, high, common, pages)
    return [{"front": False, "sites": [], "totals": False, "appendix": each} for each in pages]


def _note_pages(
    written: _Written, high: _Heights, common: dict[str, Any], pages: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """What all lines share: below the last entries where it fits, else on a page of its own."""
    last = pages[-1]
    used = high.appendix if last["begins"] else 0.0
    at = len(written.entries) - sum(map(len, last["columns"]))
    tallest = 0.0
    for column in last["columns"]:
        tallest = max(tallest, sum(high.entries[at : at + len(column)]))
        at += len(column)
    notes = common["appendix_notes"]
    # Each has a space above it.
    needed = sum(high.notes) + len(notes) * high.gap
    if used + tallest + needed <= high.room:
        last["notes"] = notes
        return []
    return [{"begins": False, "columns": [], "notes": notes}] if notes else []


def _parts(common: dict[str, Any], pages: list[dict[str, Any]], begins: int) -> Iterator[dict[str, Any]]:
    """The pages up to the appendix, in parts of about equal length that are set side by side, then those of it."""
    starts = [*_split(begins), *range(begins, len(pages), APPENDIX_PAGES), len(pages)]
    for start, stop in pairwise(starts):
        yield {**common, "pages": pages[start:stop], "pages_before": start, "pages_in_all": len(pages)}


def _split(pages: int) -> range:
    parts = max(-(-pages // LINE_PAGES), min(TOGETHER, pages))
    return range(0, pages, -(-pages // parts))
