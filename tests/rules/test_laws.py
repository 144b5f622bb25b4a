"""Laws of the what-if that hold in every world, whatever its figures."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from licenses.rules.accrual import accrued
from licenses.rules.levels import order_of
from licenses.rules.pricing import PriceBook, PricedLine, PricedOrder
from licenses.rules.rulebook import CURRENT
from licenses.rules.whatif import HeldLine
from portal.kernel.period import DAY, Period
from tests.rules.worlds import Drawn, computed, odd_worlds, worlds

ANY = st.one_of(worlds(), odd_worlds())
LAW = settings(max_examples=120, deadline=None)
ROUNDING = Decimal("0.015")
"""One rounding of a whole line, and two of its halves, are at most so far from each other."""


def lines_of(orders: Iterable[PricedOrder]) -> list[PricedLine]:
    return [line for order in orders for line in order.lines]


def covers_of(orders: Iterable[PricedOrder]) -> dict[str, list[Period]]:
    found: dict[str, list[Period]] = {}
    for line in lines_of(orders):
        found.setdefault(line.key, []).append(line.cover)
    return found


@LAW
@given(ANY)
def test_stubs_and_full_years_tile_the_time(drawn: Drawn) -> None:
    """From the day after paid cover on, without gap or overlap, to the end of the horizon or beyond."""
    answer = computed(drawn)
    ends = {line.key: line.cover_end for line in (*drawn.moved, *drawn.agreement.own)}
    out = {fault.line for fault in answer.left_out}
    for orders in (answer.stay_orders, answer.orders_with, answer.orders_without):
        for key, covers in covers_of(orders).items():
            end = ends[key]
            for cover in covers:
                assert cover.starts_on == end + DAY
                end = cover.ends_on
            assert end >= answer.until - DAY
    for coverage in answer.coverage:
        if coverage.key not in out:
            assert (coverage.gaps, coverage.overlaps) == ((), ())


@LAW
@given(ANY)
def test_the_level_falls_by_one_at_most_and_only_at_an_anniversary(drawn: Drawn) -> None:
    answer = computed(drawn)
    if drawn.agreement.outside_level:
        return
    for side in ("level_with", "level_without"):
        rungs = [order_of(getattr(term, side), CURRENT) for term in answer.terms]
        assert all(after >= before - 1 for before, after in pairwise(rungs))
    for orders in (answer.orders_with, answer.orders_without):
        for order in orders:
            before, at, after = (
                order_of(level or "BL", CURRENT) for level in (order.rsvp_before, order.price_level, order.rsvp_after)
            )
            assert before <= at and before <= after
            assert order.price_level in (order.rsvp_before or "BL", order.own_level)


@LAW
@given(ANY)
def test_lines_sum_to_orders_and_orders_to_totals(drawn: Drawn) -> None:
    answer = computed(drawn)
    for orders in (answer.stay_orders, answer.orders_with, answer.orders_without):
        for order in orders:
            assert sum(line.amount for line in order.lines) == order.amount
            assert sum(line.points for line in order.lines) == order.points
            assert order.points_after == order.points_before + order.points
    assert sum(o.amount for o in answer.stay_orders) == answer.stay.total
    assert sum(o.amount for o in answer.orders_with) == answer.agreement_total_with
    assert sum(o.amount for o in answer.orders_without) == answer.agreement_total_without
    assert answer.migrate.total == answer.agreement_total_with - answer.agreement_total_without
    for side in (answer.stay, answer.migrate):
        assert sum(side.by_year.values()) == side.total
        for event in side.events:
            assert sum(line.amount for line in event.lines) == event.amount


@LAW
@given(ANY)
def test_no_more_accrues_than_is_ordered(drawn: Drawn) -> None:
    answer = computed(drawn)
    assert 0 <= answer.stay.accrued <= answer.stay.total
    with_move, without = (
        accrued(lines_of(orders), answer.effective_on, answer.until, answer.currency)
        for orders in (answer.orders_with, answer.orders_without)
    )
    assert 0 <= with_move <= answer.agreement_total_with
    assert 0 <= without <= answer.agreement_total_without
    # One rounding of the difference, and one of each side.
    assert abs(with_move - without - answer.migrate.accrued) <= ROUNDING


@LAW
@given(ANY)
def test_gv_and_ed_never_move(drawn: Drawn) -> None:
    for level in ("GV", "ED"):
        rows = tuple(replace(row, level=level) if row.level == "GV" else row for row in drawn.prices.rows)
        state = replace(drawn.agreement, rsvp=level, outside_level=level)
        answer = computed(replace(drawn, agreement=state, prices=PriceBook("DKK", rows, "outside")))
        assert {order.price_level for order in answer.orders_with} <= {level}
        assert {order.price_level for order in answer.stay_orders} <= {"BL"}
        for term in answer.terms:
            assert (term.level_with, term.level_without) == (level, level)
            assert (term.next_level, term.missing) == (None, None)


@LAW
@given(ANY)
def test_without_lines_nothing_moves(drawn: Drawn) -> None:
    answer = computed(replace(drawn, moved=()))
    assert (answer.stay.total, answer.stay.events) == (0, ())
    assert (answer.migrate.total, answer.migrate.accrued, answer.migrate.events) == (0, 0, ())
    assert all(term.points_with == term.points_without for term in answer.terms)
    assert all(term.level_with == term.level_without for term in answer.terms)


@LAW
@given(worlds(), st.integers(12, 60))
def test_a_longer_horizon_changes_no_order_of_the_shorter(drawn: Drawn, months: int) -> None:
    """But for lines that a later order has no price for; these worlds have none."""
    shorter, longer = sorted((drawn.months, months))
    near, far = (computed(replace(drawn, months=each)) for each in (shorter, longer))
    for orders in ("stay_orders", "orders_with", "orders_without"):
        assert getattr(near, orders) == tuple(o for o in getattr(far, orders) if o.on < near.until)


@LAW
@given(ANY, st.randoms(use_true_random=False))
def test_the_sequence_of_lines_and_of_prices_changes_nothing(drawn: Drawn, shuffled) -> None:
    moved, own, rows = list(drawn.moved), list(drawn.agreement.own), list(drawn.prices.rows)
    for each in (moved, own, rows):
        shuffled.shuffle(each)
    other = replace(
        drawn,
        moved=tuple(moved),
        agreement=replace(drawn.agreement, own=tuple(own)),
        prices=PriceBook("DKK", tuple(rows), drawn.prices.name),
    )
    assert computed(other) == computed(drawn)


def halves(line: HeldLine) -> tuple[HeldLine, ...]:
    if line.quantity < 2:
        return (line,)
    some = line.quantity // 2
    return replace(line, quantity=some), replace(line, key=f"{line.key}+", quantity=line.quantity - some)


def figures(orders: Iterable[PricedOrder]) -> list[tuple[date, str, str]]:
    return [(order.on, order.price_level, order.rsvp_after) for order in orders]


@LAW
@given(worlds())
def test_a_line_in_two_parts_costs_and_earns_the_same_but_for_rounding(drawn: Drawn) -> None:
    """Where no sum of points steps over a threshold by its rounding."""
    split = replace(
        drawn,
        moved=tuple(part for line in drawn.moved for part in halves(line)),
        agreement=replace(drawn.agreement, own=tuple(part for line in drawn.agreement.own for part in halves(line))),
    )
    whole, parts = computed(drawn), computed(split)
    for orders in ("stay_orders", "orders_with", "orders_without"):
        one, two = getattr(whole, orders), getattr(parts, orders)
        if figures(one) != figures(two):
            assert any(line.months != 12 for line in lines_of(two))
            continue
        for a, b in zip(one, two, strict=True):
            assert abs(a.amount - b.amount) <= ROUNDING * len(a.lines)
            assert abs(a.points - b.points) <= ROUNDING * len(a.lines)
    # Twelve months of whole units are exact.
    assert whole.stay.total == parts.stay.total
