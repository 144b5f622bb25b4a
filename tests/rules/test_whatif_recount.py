"""The what-if against an independent recount, over random worlds."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from licenses.rules.rulebook import CURRENT, RuleBook
from licenses.rules.whatif import Side
from portal.kernel.period import Period
from tests.rules.recount import NAMES, Recount, half_up, rung
from tests.rules.worlds import Drawn, computed, odd_worlds, worlds

LONG = replace(CURRENT, version="long", transition="long")


def cents(amount: Decimal) -> int:
    return int(amount * 100)


def days(periods: tuple[Period, ...]) -> set:
    return {p.starts_on + timedelta(days=n) for p in periods for n in range((p.ends_on - p.starts_on).days + 1)}


def by_year_sums_to_total(side: Side) -> bool:
    return sum(side.by_year.values()) == side.total


@settings(max_examples=250, deadline=None)
@given(st.one_of(worlds(), odd_worlds()), st.sampled_from((CURRENT, CURRENT, LONG)))
def test_every_figure_agrees_with_the_recount(drawn: Drawn, book: RuleBook) -> None:
    answer, again = computed(drawn, book), Recount(drawn, long=book is LONG)

    stay = again.stay()
    assert {e.on: cents(e.amount) for e in answer.stay.events} == stay["events"]
    assert cents(answer.stay.total) == stay["total"]
    assert cents(answer.stay.accrued) == stay["accrued"]

    with_move, without = again.agreement(True), again.agreement(False)
    assert cents(answer.agreement_total_with) == with_move["total"]
    assert cents(answer.agreement_total_without) == without["total"]
    assert cents(answer.migrate.total) == with_move["total"] - without["total"]
    exact = sum(o["accrued"] for o in with_move["orders"]) - sum(o["accrued"] for o in without["orders"])
    assert cents(answer.migrate.accrued) == half_up(exact + 0)
    assert by_year_sums_to_total(answer.stay)
    assert by_year_sums_to_total(answer.migrate)

    events = [o for o in with_move["orders"] if set(o["amounts"]) & set(again.moved)]
    assert [(e.on, e.kind, e.level, cents(e.points)) for e in answer.migrate.events] == [
        (o["on"], o["kind"], o["level"], o["points"]) for o in events
    ]
    for event, order in zip(answer.migrate.events, events, strict=True):
        theirs = {k: v for k, v in order["amounts"].items() if k in again.moved}
        assert {ln.key: cents(ln.amount) for ln in event.lines} == theirs
        assert cents(event.amount) == sum(theirs.values())


@settings(max_examples=250, deadline=None)
@given(st.one_of(worlds(), odd_worlds()), st.sampled_from((CURRENT, CURRENT, LONG)))
def test_terms_and_coverage_agree_with_the_recount(drawn: Drawn, book: RuleBook) -> None:
    answer, again = computed(drawn, book), Recount(drawn, long=book is LONG)
    with_move, without = again.agreement(True), again.agreement(False)
    assert [(cents(t.points_with), t.level_with) for t in answer.terms] == with_move["terms"]
    assert [(cents(t.points_without), t.level_without) for t in answer.terms] == without["terms"]
    for term in answer.terms:
        above = rung(cents(term.points_with)) + 1
        if drawn.agreement.outside_level or above == len(NAMES):
            assert (term.next_level, term.missing) == (None, None)
        else:
            assert term.next_level == NAMES[above]

    coverage = again.coverage(with_move["orders"])
    assert [c.key for c in answer.coverage] == sorted(coverage)
    for line in answer.coverage:
        assert (days(line.gaps), days(line.overlaps)) == coverage[line.key]
        if line.key in again.moved:
            assert not line.overlaps
    assert {f.line for f in answer.left_out} == again.told
