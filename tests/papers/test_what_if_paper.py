"""The what-if as a paper: archivable, accessible, everything said, deaf to markup in the data."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import gettext, override

from licenses.papers.render import Unprintable
from migrations_app.papers import (
    Cover,
    CoverLine,
    Drawing,
    Items,
    Section,
    Table,
    WhatIfPaper,
    what_if_pdf,
)
from portal.kernel.charts import Key, bar_chart
from tests.papers.samples import read, text_of

KEYS = (Key("stay", "Stay"), Key("move", "Move"))
CHART = bar_chart("Orders in each calendar year", [("2027", (Decimal(200), Decimal(150)))], KEYS, str)
BAR = Drawing(
    '<svg class="p-cover__bar" viewBox="0 0 1000 16"><rect class="p-cover__gap" x="0" y="1" width="9" height="14"/>'
    "</svg>",
    "Paid: all of it",
)
PAPER = WhatIfPaper(
    customer="Ærø Energi A/S",
    made_on=date(2027, 3, 5),
    heading="What if licenses move?",
    headline="Over 36 months moving costs DKK 12.00 less than staying.",
    facts=(("From", "7001234 Værkstedet"), ("Price list", "Danmark 2027"), ("Rule version", "2026.1")),
    banners=("Left out of both sides: D0DPLLL",),
    sections=(
        Section(
            "What it costs",
            ("Told in words.", CHART, Table(("What", "Stay", "Move"), (("All orders", "1.00", "2.00"),), (2, 1, 1))),
        ),
        Section("Cover", (Cover((CoverLine("D0DPLLL · 0012345678", BAR, BAR),), (("#da1e28", "Gap"),)),)),
        Section("Checks", (Items(("V8 (warning) Cover ends soon.", "V12 (warning) Young.")),)),
    ),
    notes=("Assumption: one of ours.",),
    demonstration=True,
)


@pytest.mark.parametrize("lang", ["da", "en"])
def test_it_says_everything(lang: str) -> None:
    text = text_of(what_if_pdf(PAPER, lang))
    for said in (
        PAPER.headline, "7001234 Værkstedet", "Danmark 2027", "2026.1", "Left out of both sides: D0DPLLL",
        "Told in words.", "Orders in each calendar year", "All orders 1.00 2.00", "D0DPLLL · 0012345678",
        "V8 (warning) Cover ends soon.", "Assumption: one of ours.", "Stay", "Gap",
    ):  # fmt: skip
        assert said in text
    with override(lang):
        assert gettext("Demonstration prices: invented, not IBM's prices.") in text
        assert gettext("With the move") in text
        assert gettext("Not affiliated with IBM.") in text
        real = text_of(what_if_pdf(replace(PAPER, demonstration=False), lang))
        assert gettext("Demonstration prices: invented, not IBM's prices.") not in real


@pytest.mark.parametrize("lang", ["da", "en"])
def test_it_is_archivable_and_accessible(lang: str) -> None:
    pdf = read(what_if_pdf(PAPER, lang))
    meta = pdf.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in meta and "<pdfuaid:part>1</pdfuaid:part>" in meta
    assert pdf.trailer["/Root"]["/Lang"] == lang
    assert pdf.metadata is not None and pdf.metadata.title == PAPER.heading
    alternatives = str([node for node in _nodes(pdf.trailer["/Root"]["/StructTreeRoot"]) if "/Alt" in node])
    assert CHART.summary in alternatives and BAR.words in alternatives


def _nodes(node):
    node = node.get_object()
    if isinstance(node, list):
        for each in node:
            yield from _nodes(each)
    elif isinstance(node, dict):
        yield node
        if "/K" in node:
            yield from _nodes(node["/K"])


def test_the_same_answer_gives_the_same_bytes() -> None:
    assert what_if_pdf(PAPER, "da") == what_if_pdf(PAPER, "da")


@pytest.mark.parametrize("text", ["#panic()", "*bold* $x$", "</style><script>alert(1)</script>"])
def test_text_is_printed_as_it_is(text: str) -> None:
    assert text in text_of(what_if_pdf(replace(PAPER, headline=text), "en"))


def test_a_character_without_a_glyph_is_an_error_that_names_it() -> None:
    with pytest.raises(Unprintable):
        what_if_pdf(replace(PAPER, headline="☃"), "en")
