"""Worked examples of section 6, each small enough to check by hand."""

from datetime import date
from decimal import Decimal

import pytest

from licenses.rules.coverage import Segment
from licenses.rules.orders import HeldLine
from licenses.rules.pricing import PriceBook, PriceRow
from licenses.rules.rulebook import CURRENT, RuleBook
from licenses.rules.whatif import AgreementState, WhatIf, candidate_dates, run
from portal.kernel.period import Period
from tests.rules.worlds import PARTS, flat_prices, held

D = Decimal
JULY_AGREEMENT = AgreementState(initial_start=date(2024, 7, 1), rsvp="BL")
E = date(2026, 2, 1)


def what_if(*moved, agreement=JULY_AGREEMENT, on=E, months=12, prices=None, book=CURRENT) -> WhatIf:
    return run(moved, agreement, on, months, prices or flat_prices(), book)


def test_a_line_gets_a_stub_to_the_anniversary_and_years_from_there() -> None:
    answer = what_if(held(cover_end=date(2026, 3, 31)), months=24)
    assert (answer.anniversary, answer.until) == (date(2026, 7, 1), date(2028, 2, 1))
    assert [(e.on, e.kind, e.amount, e.points) for e in answer.migrate.events] == [
        (date(2026, 2, 1), "transition", D("300.00"), D("0.25")),
        (date(2026, 7, 1), "anniversary", D("1200.00"), D("1.00")),
        (date(2027, 7, 1), "anniversary", D("1200.00"), D("1.00")),
    ]
    assert [(e.on, e.kind, e.level, e.amount) for e in answer.stay.events] == [
        (date(2026, 4, 1), "express", "BL", D("1200.00")),
        (date(2027, 4, 1), "express", "BL", D("1200.00")),
    ]
    assert (answer.stay.total, answer.stay.accrued) == (D("2400.00"), D("2200.00"))
    assert (answer.migrate.total, answer.migrate.accrued) == (D("2700.00"), D("2200.00"))
    assert answer.stay.by_year == {"2026": D("1200.00"), "2027": D("1200.00")}
    assert answer.migrate.by_year == {"2026": D("1500.00"), "2027": D("1200.00")}
    (line,) = answer.coverage
    assert line.segments == (
        Segment(date(2025, 1, 1), date(2026, 3, 31), "held"),
        Segment(date(2026, 4, 1), date(2026, 6, 30), "transition"),
        Segment(date(2026, 7, 1), date(2027, 6, 30), "anniversary"),
        Segment(date(2027, 7, 1), date(2028, 6, 30), "anniversary"),
    )
    assert (line.gaps, line.overlaps) == ((), ())


def test_terms_with_and_without_the_move() -> None:
    agreement = AgreementState(
        date(2024, 7, 1), "E", D("1100.00"), own=(held("own", cover_end=date(2026, 6, 30), points_each=D("400.00")),)
    )
    answer = what_if(held(cover_end=date(2026, 3, 31), points_each=D("6000.00")), agreement=agreement, months=18)
    first, second, third = answer.terms
    assert (first.starts_on, first.ends_on) == (date(2025, 7, 1), date(2026, 6, 30))
    assert (first.points_with, first.points_without) == (D("2600.00"), D("1100.00"))
    assert (first.level_with, first.level_without, first.next_level, first.missing) == ("F", "E", "G", D("2400.00"))
    assert (second.points_with, second.level_with) == (D("6400.00"), "G")
    assert (second.points_without, second.level_without) == (D("400.00"), "E")
    assert (third.starts_on, third.level_with, third.level_without) == (date(2027, 7, 1), "G", "D")


def test_a_better_level_on_the_own_lines_counts() -> None:
    own = held("own", cover_end=date(2026, 6, 30), quantity=10)
    agreement = AgreementState(date(2024, 7, 1), "BL", own=(own,))
    answer = what_if(held(cover_end=date(2026, 6, 30), points_each=D("600.00")), agreement=agreement)
    assert answer.agreement_total_without == D("12000.00")
    assert answer.agreement_total_with == 11 * D("1152.00")
    assert answer.migrate.total == D("672.00")
    assert answer.migrate.accrued == D("392.00")
    (event,) = answer.migrate.events
    assert (event.level, event.points, event.amount) == ("D", D("610.00"), D("1152.00"))
    assert [ln.key for ln in event.lines] == ["1"]


def test_lapsed_cover_is_in_neither_side_and_its_reinstatement_is_told() -> None:
    rows = (*flat_prices().rows, PriceRow("R", "BL", D("2000.00"), date(2020, 1, 1)))
    lapsed = held("1", cover_end=date(2025, 12, 31), quantity=2, reinstatement_part="R")
    answer = what_if(lapsed, held("2", cover_end=date(2026, 1, 31)), prices=PriceBook("DKK", rows))
    assert [(f.code, f.line) for f in answer.left_out] == [("cover_lapsed", "1")]
    assert [(r.key, r.amount, r.from_list) for r in answer.reinstatements] == [("1", D("4000.00"), True)]
    assert {ln.key for e in (*answer.stay.events, *answer.migrate.events) for ln in e.lines} == {"2"}
    assert answer.coverage[0].gaps == (Period(date(2026, 2, 1), date(2027, 1, 31)),)
    assert answer.coverage[1].gaps == ()


def test_a_new_agreement_begins_its_term_with_the_move() -> None:
    answer = what_if(held(cover_end=date(2026, 5, 31)), agreement=AgreementState(), on=date(2026, 3, 15), months=13)
    assert answer.anniversary == date(2027, 4, 1)
    assert [(e.on, e.kind, e.amount) for e in answer.migrate.events] == [
        (date(2026, 3, 15), "transition", D("1000.00")),
        (date(2027, 4, 1), "anniversary", D("1200.00")),
    ]
    assert [(t.starts_on, t.ends_on) for t in answer.terms] == [
        (date(2026, 3, 15), date(2027, 3, 31)),
        (date(2027, 4, 1), date(2028, 3, 31)),
    ]
    assert answer.terms[0].level_with == "BL"


def test_a_move_on_the_anniversary_joins_its_order_without_a_second_reset() -> None:
    agreement = AgreementState(date(2024, 7, 1), "E")
    answer = what_if(held(cover_end=date(2026, 6, 30)), agreement=agreement, on=date(2026, 7, 1))
    assert [(e.on, e.kind, e.level) for e in answer.migrate.events] == [(date(2026, 7, 1), "anniversary", "E")]
    assert [(t.starts_on, t.level_with) for t in answer.terms] == [(date(2026, 7, 1), "E")]


def test_own_lines_that_were_not_renewed_are_left_out_and_said() -> None:
    agreement = AgreementState(
        date(2024, 7, 1),
        "BL",
        own=(held("late", cover_end=date(2026, 5, 31)), held("fine", cover_end=date(2026, 6, 30))),
    )
    answer = what_if(held(cover_end=date(2026, 6, 30)), agreement=agreement)
    assert [(f.code, f.line) for f in answer.left_out] == [("own_line_not_renewed", "late")]
    assert answer.agreement_total_without == D("1200.00")


def test_what_cannot_be_renewed_is_left_out_of_both_sides() -> None:
    answer = what_if(
        held("odd", cover_end=date(2026, 3, 15)),
        held("none", cover_end=date(2026, 3, 31), renewal_part=None),
        held("dear", cover_end=date(2026, 3, 31), renewal_part="X"),
        held("fine", cover_end=date(2026, 3, 31)),
    )
    assert [(f.code, f.line) for f in answer.left_out] == [
        ("renewal_part_missing", "none"),
        ("cover_not_month_end", "odd"),
        ("price_missing", "dear"),
    ]
    assert answer.stay.total == D("1200.00")
    assert answer.migrate.total == D("1500.00")


def test_a_line_priced_on_one_side_only_is_left_out_of_both() -> None:
    rows = (*flat_prices().rows, PriceRow("NEW", "BL", D("10.00"), date(2026, 3, 1)))
    late = held("late", cover_end=date(2026, 3, 31), renewal_part="NEW")
    answer = what_if(late, held(cover_end=date(2026, 3, 31)), prices=PriceBook("DKK", rows))
    assert [(f.code, f.line) for f in answer.left_out] == [("price_missing", "late")]
    assert {ln.key for e in answer.stay.events for ln in e.lines} == {"1"}


def test_the_long_transition_skips_the_first_anniversary() -> None:
    book = RuleBook("long", CURRENT.ladder, transition="long")
    answer = what_if(held(cover_end=date(2026, 3, 31)), months=24, book=book)
    assert [(e.kind, e.on, e.amount) for e in answer.migrate.events] == [
        ("transition", date(2026, 2, 1), D("1500.00")),
        ("anniversary", date(2027, 7, 1), D("1200.00")),
    ]
    assert answer.assumptions[1] == "T5-long"


def test_prices_outside_the_ladder() -> None:
    agreement = AgreementState(date(2024, 7, 1), outside_level="GV")
    answer = what_if(held(cover_end=date(2026, 6, 30), points_each=D("700.00")), agreement=agreement)
    assert answer.migrate.events[0].level == "GV"
    assert answer.migrate.total == D("600.00")
    assert answer.stay.total == D("1200.00")
    assert (answer.terms[1].points_with, answer.terms[1].level_with, answer.terms[1].next_level) == (
        D("700.00"),
        "GV",
        None,
    )


def test_nothing_to_move_costs_nothing() -> None:
    answer = what_if()
    assert (answer.stay.total, answer.migrate.total, answer.migrate.accrued) == (D("0.00"), D("0.00"), D("0.00"))
    assert (answer.stay.events, answer.migrate.events, answer.coverage) == ((), (), ())
    with pytest.raises(ValueError, match="horizon"):
        what_if(months=0)


def test_the_accrued_difference_is_rounded_once() -> None:
    """0.1225 less 0.105 is 0.02; each rounded for itself it would be 0.12 less 0.11."""
    own = held("own", cover_end=date(2026, 6, 30), renewal_part=PARTS[1])
    rows = [
        PriceRow(PARTS[0], "BL", D("0.03"), date(2000, 1, 1)),
        PriceRow(PARTS[1], "BL", D("0.18"), date(2000, 1, 1)),
    ]
    agreement = AgreementState(date(2024, 7, 1), "BL", own=(own,))
    # Seven of twelve months fall in the horizon: 0.0175 and 0.105.
    answer = what_if(held(cover_end=date(2026, 6, 30)), agreement=agreement, prices=PriceBook("DKK", tuple(rows)))
    assert answer.migrate.accrued == D("0.02")
    assert answer.orders_with[0].amount == D("0.21")


def test_candidate_dates_are_today_and_the_coming_twelve_firsts() -> None:
    dates = candidate_dates(date(2026, 11, 24))
    assert (len(dates), dates[0], dates[1], dates[-1]) == (13, date(2026, 11, 24), date(2026, 12, 1), date(2027, 11, 1))
    assert candidate_dates(date(2026, 11, 1))[1] == date(2026, 12, 1)


def test_a_line_without_a_price_takes_no_other_line_with_it() -> None:
    """Its points would lift a later order to a level that isn't priced; but it isn't in that order."""
    rows = [PriceRow("E0AAALL", "BL", Decimal("10.00"), date(2015, 1, 1))]
    prices = PriceBook("DKK", tuple(rows), "torn")
    heavy = HeldLine("heavy", "D0AAALL", "E0AAALL", 22, date(2026, 1, 31), Decimal("100.00"), None, date(2025, 2, 1))
    light = HeldLine("light", "D0AAALL", "E0AAALL", 1, date(2028, 4, 30), Decimal("0.00"), None, date(2025, 5, 1))
    answer = run((heavy, light), AgreementState(), date(2026, 1, 1), 60, prices, CURRENT)
    assert [fault.line for fault in answer.left_out] == ["heavy"]
    assert {line.key for event in answer.migrate.events for line in event.lines} == {"light"}
