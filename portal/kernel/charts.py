"""Figures as charts: where each bar, step and line stands. Words and places only; looks are the style sheet's.

Across, places are percent of the width, so that one chart fits a phone and a desk; down, they are pixels.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

HEIGHT, TOP, BOTTOM = 240, 24, 208
MOST_STEPS = 4
# Lines of the scale that would lie closer than this many pixels share one label.
LEAST_APART = 14
GROUP = Decimal("0.72")


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the chart at `y`, with the value that it stands for; `kind`: grid, zero or threshold."""

    y: int
    label: str
    kind: str = "grid"


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of one series."""

    x: str
    width: str
    y: int
    height: int
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight piece of a stepped line."""

    x1: str
    x2: str
    y1: int
    y2: int
    kind: str


@dataclass(frozen=True, slots=True)
class Label:
    """A word below the chart; `anchor` is start, middle or end."""

    x: str
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of the legend."""

    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What `components/chart.svg.html` draws; `summary` says the same in words."""

    summary: str
    rules: tuple[Rule, ...]
    labels: tuple[Label, ...]
    keys: tuple[Key, ...]
    bars: tuple[Bar, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    height: int = HEIGHT
    bottom: int = BOTTOM


@dataclass(frozen=True, slots=True)
class Scale:
    """Values to pixels: `low` stands at the bottom, `high` at the top."""

    low: Decimal
    high: Decimal

    def y(self, value: Decimal) -> int:
        """The place of `value`, clipped to the chart."""
        part = (value - self.low) / (self.high - self.low)
        return round(BOTTOM - min(max(part, Decimal(0)), Decimal(1)) * (BOTTOM - TOP))


def scale_of(values: Sequence[Decimal]) -> tuple[Scale, tuple[Decimal, ...]]:
    """A scale that holds zero and every value, and the round values at which lines are drawn."""
    low, high = min([*values, Decimal(0)]), max([*values, Decimal(0)])
    if low == high:
        high = low + 1
    step = _round_step((high - low) / MOST_STEPS)
    first, last = (low / step).to_integral_value(ROUND_FLOOR), -((-high / step).to_integral_value(ROUND_FLOOR))
    marks = tuple(step * n for n in range(int(first), int(last) + 1))
    return Scale(marks[0], marks[-1]), marks


def _round_step(least: Decimal) -> Decimal:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that isn't below `least`."""
    power = Decimal(1).scaleb(least.adjusted())
    return next(step for n in ("1", "2", "2.5", "5", "10") if (step := Decimal(n) * power) >= least)


def bar_chart(
    summary: str,
    groups: Sequence[tuple[str, Sequence[Decimal]]],
    keys: Sequence[Key],
    written: Callable[[Decimal], str],
    *,
    thresholds: Sequence[tuple[str, Decimal]] = (),
) -> Chart:
    """Groups of bars side by side, one for each of `keys`; `thresholds` are lines with a name of their own.

    `written` writes a value for the reader.
    """
    scale, rules = _ruled([value for _, row in groups for value in row], thresholds, written)
    slot = Decimal(100) / max(len(groups), 1)
    wide = slot * GROUP / max(len(keys), 1)
    bars, labels = [], []
    for place, (name, row) in enumerate(groups):
        start = slot * place + slot * (1 - GROUP) / 2
        for nth, (key, value) in enumerate(zip(keys, row, strict=True)):
            zero, top = scale.y(Decimal(0)), scale.y(value)
            title = f"{name}, {key.label}: {written(value)}"
            x = percent(start + wide * nth)
            bars.append(Bar(x, percent(wide * Decimal("0.94")), min(zero, top), abs(zero - top), key.kind, title))
        labels.append(Label(percent(slot * place + slot / 2), name))
    return Chart(summary, rules, tuple(labels), tuple(keys), bars=tuple(bars))


def _ruled(
    values: Sequence[Decimal], thresholds: Sequence[tuple[str, Decimal]], written: Callable[[Decimal], str]
) -> tuple[Scale, tuple[Rule, ...]]:
    """A scale for the values, and its lines: the thresholds above zero where there are any, else round values."""
    scale, marks = scale_of([*values, *(value for _, value in thresholds)])
    shown = (Decimal(0),) if thresholds else marks
    rules = [Rule(scale.y(mark), written(mark), "grid" if mark else "zero") for mark in shown]
    return scale, (*rules, *_apart(thresholds, scale, written))


def _apart(thresholds: Sequence[tuple[str, Decimal]], scale: Scale, written: Callable[[Decimal], str]) -> list[Rule]:
    """The thresholds as lines, the highest first; one too close to the line above keeps its line, not its words."""
    rules: list[Rule] = []
    taken = -LEAST_APART
    for name, value in sorted(thresholds, key=lambda pair: pair[1], reverse=True):
        y = scale.y(value)
        label = f"{name} {written(value)}" if y - taken >= LEAST_APART else ""
        taken = y if label else taken
        rules.append(Rule(y, label, "threshold"))
    return rules


def step_chart(
    summary: str,
    series: Sequence[tuple[Key, Sequence[tuple[Decimal, Decimal]]]],
    labels: Sequence[Label],
    written: Callable[[Decimal], str],
    *,
    thresholds: Sequence[tuple[str, Decimal]] = (),
    ends: Decimal = Decimal(100),
) -> Chart:
    """Sums that grow in steps: each series is a row of (place in percent, sum from there on), from 0 to `ends`."""
    scale, rules = _ruled([value for _, points in series for _, value in points], thresholds, written)
    strokes = [stroke for key, points in series for stroke in _steps(points, scale, key.kind, ends)]
    return Chart(summary, rules, tuple(labels), tuple(key for key, _ in series), strokes=tuple(strokes))


def _steps(points: Sequence[tuple[Decimal, Decimal]], scale: Scale, kind: str, ends: Decimal) -> list[Stroke]:
    strokes: list[Stroke] = []
    x, y = Decimal(0), scale.y(Decimal(0))
    for place, value in points:
        risen = scale.y(value)
        strokes.append(Stroke(percent(x), percent(place), y, y, kind))
        strokes.append(Stroke(percent(place), percent(place), y, risen, kind))
        x, y = place, risen
    strokes.append(Stroke(percent(x), percent(ends), y, y, kind))
    return [stroke for stroke in strokes if (stroke.x1, stroke.y1) != (stroke.x2, stroke.y2)]


def percent(place: Decimal) -> str:
    """A place across the chart as SVG writes it."""
    return f"{place:.2f}%"
