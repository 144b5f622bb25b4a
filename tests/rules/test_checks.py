"""V1 to V19: when each speaks, how gravely, and what may be sent in nevertheless."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from licenses.rules.rulebook import CURRENT
from migrations_app.rules.checks import (
    LineFacts,
    RequestFacts,
    SiteFacts,
    check,
    open_blockers,
    sleeps_for,
    stops,
    waits,
)
from portal.kernel.blocker import Severity

SOURCE = SiteFacts("7000001", "PAE", "DK")
TARGET = SiteFacts("7000002", "PA", "DK")
TODAY = date(2026, 3, 1)
LINE = LineFacts(
    key="1",
    part_number="D24XJLL",
    kind="LICENSE_PLUS_S&S",
    quantity=5,
    owned=10,
    acquired_on=date(2025, 1, 1),
    cover_end=date(2026, 12, 31),
    renewal_part="E0QB6LL",
)
FINE = RequestFacts(TODAY, SOURCE, TARGET, (LINE,))


def codes(request: RequestFacts) -> list[str]:
    return [b.code for b in check(request, CURRENT)]


def with_line(**changes) -> RequestFacts:
    return replace(FINE, lines=(replace(LINE, **changes),))


def with_target(**changes) -> RequestFacts:
    return replace(FINE, target=replace(TARGET, **changes))


def test_a_sound_request_has_no_finding() -> None:
    assert codes(FINE) == []
    assert not stops(check(FINE, CURRENT))


REQUESTS = [
    ("V1", Severity.ERROR, "customer", replace(FINE, source=replace(SOURCE, program="SHOP"))),
    ("V1", Severity.ERROR, "customer", with_target(program="PAE")),
    ("V1", Severity.ERROR, "customer", with_target(status="closed")),
    ("V1", Severity.ERROR, "customer", replace(FINE, source=TARGET)),
    ("V2", Severity.ERROR, "customer", replace(FINE, same_enterprise=False)),
    ("V3", Severity.ERROR, "customer", with_line(quantity=0)),
    ("V3", Severity.ERROR, "customer", with_line(quantity=-1)),
    ("V3", Severity.ERROR, "customer", with_line(quantity=11)),
    ("V3", Severity.ERROR, "customer", with_line(held=6)),
    ("V4", Severity.ERROR, "customer", with_line(kind="S&S_RENEWAL")),
    ("V4", Severity.ERROR, "customer", with_line(kind="MEDIA_IMAGE")),
    ("V5", Severity.ERROR, "nobody", with_line(replaced_by_trade_up=True)),
    ("V6", Severity.REVIEW, "rep", with_line(kind="MONTHLY_LICENSE", renewal_part=None)),
    ("V6", Severity.REVIEW, "rep", with_line(kind="SAAS")),
    ("V7", Severity.WARNING, "customer", with_line(cover_end=date(2026, 1, 31))),
    ("V8", Severity.WARNING, "customer", with_line(cover_end=date(2026, 5, 31))),
    ("V9", Severity.WARNING, "customer", with_line(rest=5)),
    ("V10", Severity.REVIEW, "rep", with_target(country="SE")),
    ("V11", Severity.REVIEW, "rep", with_line(cover_end=date(2026, 12, 30))),
    ("V12", Severity.WARNING, "time", with_line(acquired_on=date(2026, 2, 15))),
    ("V13", Severity.ERROR, "customer", replace(FINE, source=replace(SOURCE, has_primary_contact=False))),
    ("V13", Severity.ERROR, "customer", with_target(has_primary_contact=False)),
    ("V14", Severity.ERROR, "rep", with_line(eligible=False)),
    ("V14", Severity.ERROR, "rep", with_line(renewal_part=None)),
    ("V15", Severity.INFO, "nobody", with_target(customer_type="government")),
    ("V15", Severity.INFO, "nobody", with_target(customer_type="academic")),
    ("V16", Severity.REVIEW, "rep", with_line(open_quote="Q-1")),
    ("V17", Severity.ERROR, "customer", with_target(status="inactive")),
    ("V18", Severity.WAITS, "time", replace(FINE, target=None, enrollment_pending="N-1")),
    ("V19", Severity.WAITS, "primary_contact", with_target(on_schedule=False)),
]


@pytest.mark.parametrize(("code", "severity", "mends", "request_facts"), REQUESTS)
def test_each_check_alone(code: str, severity: Severity, mends: str, request_facts: RequestFacts) -> None:
    (found,) = check(request_facts, CURRENT)
    assert (found.code, found.severity, found.mends) == (code, severity, mends)
    assert found.waivable is (severity is Severity.WARNING)
    assert bool(stops([found])) is (severity in (Severity.ERROR, Severity.WARNING))
    assert bool(stops([found], {(code, found.line)})) is (severity is Severity.ERROR)


def test_every_code_is_tried() -> None:
    assert {code for code, *_ in REQUESTS} == {f"V{n}" for n in range(1, 20)}


def test_a_merge_of_agreements_is_allowed() -> None:
    assert codes(replace(FINE, source=replace(SOURCE, program="PA"))) == []


def test_all_findings_are_told_at_once_in_a_fixed_order() -> None:
    bad = replace(LINE, key="2", quantity=0, cover_end=date(2026, 1, 15), replaced_by_trade_up=True, rest=1)
    request = replace(FINE, lines=(bad, replace(bad, key="1")), same_enterprise=False)
    request = replace(request, target=replace(TARGET, country="SE", status="inactive", on_schedule=False))
    found = [(b.code, b.line) for b in check(request, CURRENT)]
    line = ["V3", "V5", "V7", "V9", "V11"]
    whole = ["V2", "V10", "V17", "V19"]
    assert found == [(c, None) for c in whole] + [(c, "2") for c in line] + [(c, "1") for c in line]


@pytest.mark.parametrize(
    ("cover_end", "code"),
    [
        ("2026-02-27", "V7"),
        ("2026-02-28", "V8"),
        ("2026-06-29", "V8"),
        ("2026-06-30", None),
    ],
)
def test_cover_is_judged_as_of_the_effective_date(cover_end: str, code: str | None) -> None:
    """The day after the end is the last on which it renews; 120 days after 1 March is 29 June."""
    cover_checks = [c for c in codes(with_line(cover_end=date.fromisoformat(cover_end))) if c in ("V7", "V8")]
    assert cover_checks == ([code] if code else [])


def test_a_later_effective_date_lapses_cover_and_an_earlier_one_than_today_does_not_help() -> None:
    later = replace(with_line(cover_end=date(2026, 6, 30)), effective_on=date(2026, 7, 2))
    assert codes(later) == ["V7"]
    past = replace(with_line(cover_end=date(2026, 1, 31)), effective_on=date(2026, 1, 1))
    assert codes(past) == ["V7"]


def test_a_lapsed_line_carries_its_reinstatement_estimate() -> None:
    request = with_line(cover_end=date(2026, 1, 31), reinstatement=Decimal("3600.00"), currency="DKK")
    assert check(request, CURRENT)[0].params == {
        "cover_end": date(2026, 1, 31),
        "effective_on": TODAY,
        "estimate": Decimal("3600.00"),
        "currency": "DKK",
    }


def test_the_money_back_period_heals_on_day_thirty() -> None:
    request = with_line(acquired_on=date(2026, 2, 10))
    (found,) = check(request, CURRENT)
    assert found.heals_on == date(2026, 3, 12)
    assert codes(replace(request, effective_on=date(2026, 3, 11))) == ["V12"]
    assert codes(replace(request, effective_on=date(2026, 3, 12))) == []


def test_waivers_answer_a_code_on_its_line_or_on_all() -> None:
    both = replace(FINE, lines=(replace(LINE, rest=1), replace(LINE, key="2", rest=1)))
    found = check(both, CURRENT)
    assert [b.line for b in open_blockers(found, {("V9", "1")})] == ["2"]
    assert open_blockers(found, {("V9", None)}) == ()
    assert stops(found, {("V9", "1"), ("V8", None)})
    assert not stops(found, [("V9", "1"), ("V9", "2")])


def test_a_request_sleeps_on_what_it_waits_for() -> None:
    found = check(replace(FINE, target=None, enrollment_pending="N-1"), CURRENT)
    (asleep,) = waits(found)
    assert (asleep.code, asleep.params["enrollment"]) == ("V18", "N-1")
    assert not stops(found)
    assert not waits(check(FINE, CURRENT))
    assert sleeps_for([asleep]) == ("V18", None)


def test_what_has_no_day_is_looked_for_before_what_has_one() -> None:
    young = replace(LINE, acquired_on=TODAY)
    younger = replace(LINE, key="2", acquired_on=TODAY + timedelta(days=1))
    short = replace(LINE, key="3", quantity=5, held=8)
    wait_for = ("V3", "V12")
    dated = waits(check(replace(FINE, lines=(young, younger)), CURRENT), wait_for=wait_for)
    assert sleeps_for(dated) == ("V12", younger.acquired_on + timedelta(days=30))
    both = waits(check(replace(FINE, lines=(young, short)), CURRENT), wait_for=wait_for)
    assert [b.code for b in both] == ["V12", "V3"]
    assert sleeps_for(both) == ("V3", None)
    assert sleeps_for(()) == ("", None)
