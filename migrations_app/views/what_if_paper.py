"""The answer to a what-if put on paper: the same figures, charts and words as on the page."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from licenses.rules.pricing import PricedLine
from migrations_app.papers import (
    COVER_COLORS,
    Cover,
    CoverLine,
    Drawing,
    Items,
    Part,
    Section,
    Table,
    WhatIfPaper,
)
from migrations_app.queries.plan import Bar
from migrations_app.queries.what_if_view import WhatIfView
from migrations_app.words.labels import COVER, FAIR, NET
from sites.templatetags.formats import amount, day, money, number
from sites.templatetags.formats import points as figure

NOTHING = "\N{EN DASH}"


def paper_of(view: WhatIfView, made_on: date) -> WhatIfPaper:
    """The paper of `view`, in the active language."""
    return WhatIfPaper(
        customer=view.question.customer.name,
        made_on=made_on,
        heading=_("What if licenses move?"),
        headline=view.headline,
        facts=_facts(view, made_on),
        banners=_banners(view),
        sections=tuple(section for section in _sections(view) if section),
        notes=_notes(view),
        demonstration=view.plan.demonstration,
    )  # fmt: skip


def _sections(view: WhatIfView) -> tuple[Section | None, ...]:
    return _moved(view), _costs(view), _points(view), _cover(view), _checks(view), _orders(view), _derived(view)


def _facts(view: WhatIfView, made_on: date) -> tuple[tuple[str, str], ...]:
    compared = _("%(starts)s to %(ends)s (%(months)s months)") % {
        "starts": day(view.on),
        "ends": day(view.plan.until),
        "months": view.question.horizon_months,
    }
    return (
        (_("From"), ", ".join(view.sources)),
        (_("To"), view.target),
        (_("Compared"), compared),
        (_("Customer"), view.question.customer.name),
        (_("First Anniversary"), day(view.plan.anniversary)),
        (_("Made on"), day(made_on)),
        (_("Price list"), view.plan.price_list or NOTHING),
        (_("Rule version"), view.plan.rule_version),
        (_("Currency"), view.currency),
    )


def _banners(view: WhatIfView) -> tuple[str, ...]:
    found = []
    if view.stopped:
        found.append(_("Checks stop this move as it stands. The figures show what it would do without them."))
    if view.plan.left_out:
        found.append(" ".join([_("Left out of both sides:"), *view.plan.left_out]))
    return tuple(found)


def _moved(view: WhatIfView) -> Section:
    labels = (_("License"), _("Description"), _("Cover ends"), _("Available"), _("Moves"))
    rows = tuple(
        (ln.label, ln.description, day(ln.cover_end) or NOTHING, number(ln.available), number(ln.quantity))
        for ln in view.lines
    )
    return Section(_("What moves"), (Table(labels, rows, (20, 40, 18, 11, 11), names=3),))


def _costs(view: WhatIfView) -> Section:
    sides = (_("Stay on Express"), _("Move"))
    sums = tuple(
        (row.label, amount(row.stay), amount(row.migrate), amount(row.difference))
        for row in view.plan.costs
        if row.sum_row
    )
    years = tuple(
        (r.year, number(r.stay_events), number(r.move_events), amount(r.stay), amount(r.move), amount(r.difference))
        for r in view.years
    )
    year_labels = (_("Year"), _("Order days, staying"), _("Order days, moving"), *sides, _("Difference"))
    cash = tuple((day(r.on), amount(r.stay), amount(r.stay_sum), amount(r.move), amount(r.move_sum)) for r in view.cash)
    cash_labels = (_("Day"), _("Stay: ordered"), _("Stay: sum"), _("Move: ordered"), _("Move: sum"))
    return Section(
        _("What it costs, in %(currency)s") % {"currency": view.currency},
        (
            Table((_("What"), *sides, _("Difference")), sums, (34, 22, 22, 22)),
            str(FAIR),
            str(NET),
            view.year_chart,
            Table(year_labels, years, (10, 18, 18, 18, 18, 18)),
            view.cash_chart,
            Table(cash_labels, cash, (20, 20, 20, 20, 20)),
        ),
    )


def _points(view: WhatIfView) -> Section:
    labels = (
        _("Term"),
        _("Points without"),
        _("Points with the move"),
        _("Level without"),
        _("Level with the move"),
        _("To the next level"),
    )
    rows = tuple(
        (
            f"{day(t.starts_on)} {NOTHING} {day(t.ends_on)}",
            figure(t.points_without),
            figure(t.points_with),
            t.level_without,
            t.level_with,
            NOTHING
            if t.missing is None
            else _("%(missing)s to %(level)s") % {"missing": figure(t.missing), "level": t.next_level},
        )
        for t in view.result.terms
    )
    table = Table(labels, rows, (34, 14, 14, 11, 12, 15))
    return Section(_("Points and price level"), (view.term_chart, table))


def _cover(view: WhatIfView) -> Section | None:
    timeline = view.plan.timeline
    if timeline is None:
        return None
    lines = tuple(
        CoverLine(row.label, _bar(row.before, None), _bar(row.after, timeline.marker)) for row in timeline.rows
    )
    labels = (_("License"), _("Without the move"), _("With the move"))
    periods = tuple((row.label, _titles(row.before), _titles(row.after)) for row in timeline.rows)
    parts: tuple[Part, ...] = (
        timeline.summary,
        Cover(lines, tuple((COVER_COLORS[kind], str(word)) for kind, word in COVER.items())),
        *([Items(tuple(view.plan.gaps))] if view.plan.gaps else []),
        Table(labels, periods, (22, 39, 39), names=3),
    )
    return Section(_("Cover"), parts)


def _titles(bars: Sequence[Bar]) -> str:
    return "; ".join(bar.title for bar in bars) or NOTHING


def _bar(bars: Sequence[Bar], marker: int | None) -> Drawing:
    svg = render_to_string("components/cover_bar.svg.html", {"segments": bars, "marker": marker})
    return Drawing(svg.strip(), _titles(bars))


def _checks(view: WhatIfView) -> Section:
    items = tuple(
        f"{c['code']} ({c['severity_label']}) {_of(c['line_label'])}{c['message']} {c['remedy']}".strip()
        for c in view.checks
    )
    return Section(_("Checks"), (Items(items) if items else _("Nothing stands in the way."),))


def _of(label: str) -> str:
    return f"{label}: " if label else ""


def _orders(view: WhatIfView) -> Section | None:
    labels = (_("Order"), _("License"), _("Cover"), _("Quantity × unit price × months ÷ 12"), _("Amount"))
    names = {str(line.entitlement): line.label for line in view.lines}
    sides = ((_("Stay"), view.result.stay.events), (_("Move"), view.result.migrate.events))
    rows = tuple(
        (f"{side} {day(event.on)}, {event.level}", names.get(ln.key, ln.part_number), _period(ln), _product(ln),
         amount(ln.amount))
        for side, events in sides
        for event in events
        for ln in event.lines
    )  # fmt: skip
    return Section(_("Every order"), (Table(labels, rows, (22, 22, 22, 22, 12), names=3),)) if rows else None


def _derived(view: WhatIfView) -> Section:
    """The appendix: how the headline's figures, all sums, and each order's amount, points and level came about.

    The lines of orders are derived too where the page derives them, which it does for at most `MOST_LINES`.
    """
    sides = ((_("Stay"), view.result.stay.events), (_("Move"), view.result.migrate.events))
    made = [f"{side} {day(event.on)}" for side, events in sides for event in events]
    told = [(figure.label, figure.why) for figure in (*view.why.sums, *view.why.terms)]
    for name, order in zip(made, view.plan.orders, strict=True):
        told += [(f"{name}, {figure.label}", figure.why) for figure in order["why"]]
    rows = tuple((label, each.sentence, f"{each.rule} ({each.version})") for label, each in told)
    table = Table((_("Figure"), _("How it came about"), _("Rule and version")), rows, (28, 56, 16), names=3)
    return Section(_("Appendix: why the figures are what they are"), (table,))


def _period(line: PricedLine) -> str:
    return f"{day(line.cover.starts_on)} {NOTHING} {day(line.cover.ends_on)}"


def _product(line: PricedLine) -> str:
    return f"{number(line.quantity)} × {amount(line.unit_price)} × {number(Decimal(line.charged_months))} ÷ 12"


def _notes(view: WhatIfView) -> tuple[str, ...]:
    assumed = tuple(f"{_('Assumption:')} {text}" for text in view.plan.assumptions)
    estimates = tuple(
        _("%(label)s: reinstating its cover is estimated at %(amount)s.")
        % {"label": each["label"], "amount": money(each["amount"], view.currency)}
        for each in view.plan.reinstatements
    )
    return (*estimates, *assumed, _("Prices exclude VAT. Nothing here is an offer, and nothing has been asked for."))
