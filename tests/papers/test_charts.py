"""A chart on paper stands where it stands on the page, and needs nothing beside itself."""

from decimal import Decimal
from xml.etree import ElementTree as ET

from licenses.papers.charts import GUTTER, WIDTH, chart_svg
from portal.kernel.charts import Key, Label, bar_chart, step_chart


def _written(value: Decimal) -> str:
    return f"{value:,}"


def test_bars_lines_and_words_are_drawn_inside_the_picture() -> None:
    groups = [("Æ & <b>", [Decimal(300)]), ("2026", [Decimal("812.5")])]
    drawn = ET.fromstring(
        chart_svg(bar_chart("s", groups, [Key("move", "m")], _written, thresholds=[("D", Decimal(500))]))
    )
    bars = [node for node in drawn if node.tag.endswith("rect")]
    assert len(bars) == 2
    for bar in bars:
        assert float(bar.attrib["x"]) >= GUTTER
        assert float(bar.attrib["x"]) + float(bar.attrib["width"]) <= WIDTH
    words = [node.text for node in drawn if node.tag.endswith("text")]
    assert "Æ & <b>" in words and "D 500" in words
    assert all("class" not in node.attrib for node in drawn)


def test_a_running_sum_ends_on_the_day_asked_about() -> None:
    series = [(Key("move", "m"), [(Decimal(0), Decimal(100)), (Decimal(25), Decimal(300))])]
    chart = step_chart("s", series, [Label("0%", "a", "start")], _written, ends=Decimal(60))
    assert chart.strokes[-1].x2 == "60.00%"
    lines = [node for node in ET.fromstring(chart_svg(chart)) if node.attrib.get("stroke-width") == "2"]
    assert max(float(line.attrib["x2"]) for line in lines) == GUTTER + (WIDTH - GUTTER) * 0.6
