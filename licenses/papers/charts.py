"""A chart as a picture for paper: the same places as on the page, colors and sizes written into the drawing."""

from decimal import Decimal
from html import escape

from portal.kernel.charts import Chart

# Pixels of the drawing: the values of the lines stand left of the plot.
WIDTH, GUTTER = 520, 82
QUIET, LINE, ACCENT, THRESHOLD = "#525252", "#c6c6c6", "#0f62fe", "#8a3ffc"
FILLS = {"stay": "#8d8d8d", "move": ACCENT}
RULES = {
    "grid": f'stroke="{LINE}"',
    "zero": 'stroke="#8d8d8d"',
    "threshold": f'stroke="{THRESHOLD}" stroke-dasharray="6 4"',
}
STROKES = {"stay": f'stroke="{QUIET}" stroke-dasharray="3 5"', "move": f'stroke="{ACCENT}"'}
LABEL_BELOW, VALUE_BELOW = 18, 4


def chart_svg(chart: Chart) -> str:
    """`chart` as SVG that needs no style sheet."""
    drawn = [
        *(_rule(rule.y, rule.kind, rule.label) for rule in chart.rules),
        *(
            f'<rect x="{_x(bar.x)}" y="{bar.y}" width="{_across(bar.width)}" height="{bar.height}"'
            f' fill="{FILLS.get(bar.kind, ACCENT)}"/>'
            for bar in chart.bars
        ),
        *(
            f'<line x1="{_x(s.x1)}" x2="{_x(s.x2)}" y1="{s.y1}" y2="{s.y2}" stroke-width="2" stroke-linecap="square"'
            f" {STROKES.get(s.kind, STROKES['move'])}/>"
            for s in chart.strokes
        ),
        *(
            f'<text x="{_x(label.x)}" y="{chart.bottom + LABEL_BELOW}" text-anchor="{label.anchor}" fill="{QUIET}">'
            f"{escape(label.text)}</text>"
            for label in chart.labels
        ),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{chart.height}"'
        f' viewBox="0 0 {WIDTH} {chart.height}" font-family="IBM Plex Sans" font-size="13">{"".join(drawn)}</svg>'
    )


def _rule(y: int, kind: str, label: str) -> str:
    line = f'<line x1="{GUTTER}" x2="{WIDTH}" y1="{y}" y2="{y}" {RULES.get(kind, RULES["grid"])}/>'
    if not label:
        return line
    return f'{line}<text x="{GUTTER - 8}" y="{y + VALUE_BELOW}" text-anchor="end" fill="{QUIET}">{escape(label)}</text>'


def _x(place: str) -> str:
    """A place in percent of the plot, in pixels of the drawing."""
    return f"{GUTTER + Decimal(_across(place)):.2f}"


def _across(share: str) -> str:
    return f"{Decimal(share.rstrip('%')) * (WIDTH - GUTTER) / 100:.2f}"
