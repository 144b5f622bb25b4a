"""Renewal quotes: rules T3, T4, T5, T10, and that they agree with the what-if."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings

from licenses.rules.levels import TermPoints, standing
from licenses.rules.rulebook import CURRENT
from licenses.rules.simulation import TRANSITION
from licenses.rules.whatif import run
from portal.kernel.period import Period
from renewals.rules.quoting import anniversary_quote, express_renewal, transition_quote, valid_until
from tests.rules.worlds import Drawn, flat_prices, held, worlds

D = Decimal
JULY = date(2026, 7, 1)
START = date(2024, 7, 1)


def at(on: date, *movements: TermPoints):
    return standing(START, None, movements, on, CURRENT)


def test_one_quote_takes_every_line_to_the_same_day() -> None:
    holdings = (
        held("1", cover_end=date(2026, 6, 30), quantity=10),
        held("2", cover_end=date(2026, 9, 30)),
        held("beyond", cover_end=date(2027, 6, 30)),
        held("lapsed", cover_end=date(2026, 5, 31)),
        held("odd", cover_end=date(2026, 9, 15)),
        held("none", cover_end=date(2026, 9, 30), renewal_part=None),
        held("dear", cover_end=date(2026, 9, 30), renewal_part="X"),
    )
    term = TermPoints(date(2025, 7, 1), D("600"), D("600"))
    quote = anniversary_quote(holdings, JULY, at(JULY, term), flat_prices(), CURRENT)
    assert [(ln.key, ln.cover, ln.months) for ln in quote.lines] == [
        ("1", Period(JULY, date(2027, 6, 30)), 12),
        ("2", Period(date(2026, 10, 1), date(2027, 6, 30)), 9),
    ]
    assert (quote.rsvp_before, quote.own_level, quote.price_level) == ("D", "BL", "D")
    assert [ln.amount for ln in quote.lines] == [D("11520.00"), D("864.00")]
    assert quote.points == D("10.75")
    assert [(f.code, f.line) for f in quote.faults] == [
        ("cover_lapsed", "lapsed"),
        ("cover_not_month_end", "odd"),
        ("renewal_part_missing", "none"),
        ("price_missing", "dear"),
    ]
    assert valid_until(quote) == date(2026, 6, 30)


def test_a_transition_quote_bridges_to_the_first_anniversary() -> None:
    on = date(2026, 2, 10)
    moved = (
        held("1", cover_end=date(2026, 3, 31)),
        held("2", cover_end=date(2026, 6, 30)),
        held("lapsed", cover_end=date(2026, 1, 31)),
    )
    quote = transition_quote(moved, JULY, on, at(on), flat_prices(), CURRENT)
    assert [(ln.key, ln.cover) for ln in quote.lines] == [("1", Period(date(2026, 4, 1), date(2026, 6, 30)))]
    assert (quote.amount, quote.on) == (D("300.00"), on)
    assert [f.line for f in quote.faults] == ["lapsed"]
    assert valid_until(quote) == date(2026, 3, 31)


def test_express_renews_each_line_for_itself() -> None:
    quote = express_renewal(held(cover_end=date(2026, 3, 31), quantity=900), flat_prices(), CURRENT)
    assert (quote.on, quote.price_level, quote.points) == (date(2026, 4, 1), "BL", D("0"))
    assert quote.amount == D("1080000.00")
    assert valid_until(quote) == date(2026, 3, 31)
    unfit = express_renewal(held(renewal_part=None), flat_prices(), CURRENT)
    assert (unfit.lines, [f.code for f in unfit.faults]) == ((), ["renewal_part_missing"])
    assert valid_until(unfit) is None


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_quotes_and_what_if_are_one_formula(drawn: Drawn) -> None:
    """Each order of a what-if is what the quote of its day would say, from the same level and points."""
    answer = run(drawn.moved, drawn.agreement, drawn.effective_on, drawn.months, drawn.prices, CURRENT)
    out = {f.line for f in answer.left_out}
    moved = {ln.key: ln for ln in drawn.moved if ln.key not in out}
    holdings = moved | {ln.key: ln for ln in drawn.agreement.own if ln.key not in out}
    kinds = {e.on: e.kind for e in answer.migrate.events}
    for order in answer.orders_with:
        # A Term that begins on the order's day with its level and points.
        begun = standing(
            order.on, order.rsvp_before, [TermPoints(order.on, order.points_before, D(0))], order.on, CURRENT
        )
        if kinds.get(order.on) == TRANSITION:
            quote = transition_quote(moved.values(), answer.anniversary, order.on, begun, drawn.prices, CURRENT)
        else:
            quote = anniversary_quote(holdings.values(), order.on, begun, drawn.prices, CURRENT)
        assert (sorted(quote.lines, key=lambda ln: ln.key), quote.amount) == (
            sorted(order.lines, key=lambda ln: ln.key),
            order.amount,
        )
        assert (quote.price_level, quote.points, quote.points_after, quote.faults) == (
            order.price_level,
            order.points,
            order.points_after,
            (),
        )
        for line in order.lines:
            holdings[line.key] = replace(holdings[line.key], cover_end=line.cover.ends_on)
