"""On the day a rule book begins, open quotes are stale, and the timetable's job makes them anew under it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from licenses.operations.rule_books import propose_rule_book, put_rule_book_in_force
from renewals.models import RenewalQuote
from renewals.operations import ensure_current, issue_express_quotes
from renewals.queries import due_now, is_stale
from renewals.tasks import refresh_quotes
from sites.clock import now
from sites.models import Agreement
from tests.cast import World, looking
from tests.renewing import LATE, issue, lines_of, move, status_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def tomorrow(today: date) -> date:
    return today + timedelta(days=1)


@pytest.fixture
def begin(acting: Any, today: date, tomorrow: date) -> Callable[..., str]:
    """A rule book that begins tomorrow; its version."""

    def put(**figures: str) -> str:
        with acting("rikke") as actor:
            asked = {"actor": actor, "at": now(), "on": today, "valid_from": tomorrow, "reason": "Next year"}
            case = propose_rule_book(**asked, figures=figures)
        with acting("soren") as actor:
            put_rule_book_in_force(actor=actor, at=now(), on=today, book_id=case.pk)
        return case.version

    return put


def stale(quote: RenewalQuote, on: date) -> bool:
    with looking():
        rows = RenewalQuote.objects.select_related("agreement", "site__customer", "customer")
        return is_stale(rows.get(pk=quote.pk), on)


def open_of(**which: Any) -> list[RenewalQuote]:
    with looking():
        return list(RenewalQuote.objects.filter(status="issued", **which).order_by("number", "version"))


def test_an_agreements_quotes(
    world: World, begin: Any, run_jobs: Any, settings: Any, today: date, tomorrow: date
) -> None:
    move(world, LATE)
    refresh_quotes()
    run_jobs()
    (old,) = issue(world)
    version = begin(minimum_months="12")
    assert not stale(old, today) and refresh_quotes() == 0
    assert stale(old, tomorrow)
    settings.CLOCK_TODAY = tomorrow
    assert refresh_quotes() > 0
    run_jobs()
    (fresh,) = open_of(number=old.number)
    assert (old.rule_version, fresh.rule_version, fresh.version) == ("2026.1", version, 2)
    assert status_of(old) == "superseded"
    was = {line.entitlement_id: line for line in lines_of(old)}
    for line in lines_of(fresh):
        before = was[line.entitlement_id]
        assert (line.amount > before.amount) is (before.months < 12)
    assert not stale(fresh, tomorrow) and refresh_quotes() == 0


def test_whoever_asks_on_that_day_gets_them_anew(world: World, begin: Any, today: date, tomorrow: date) -> None:
    move(world, LATE)
    (old,) = issue(world)
    version = begin(minimum_months="12")
    with looking() as portal:
        (same,) = ensure_current(actor=portal, at=now(), on=today, agreement=world.agreement)
        (fresh,) = ensure_current(actor=portal, at=now(), on=tomorrow, agreement=world.agreement)
    assert same.pk == old.pk and (fresh.number, fresh.rule_version) == (old.number, version)


def test_an_express_sites_quotes(
    world: World, begin: Any, run_jobs: Any, settings: Any, today: date, tomorrow: date
) -> None:
    refresh_quotes()
    run_jobs()
    with looking() as portal:
        old = issue_express_quotes(actor=portal, at=now(), on=today, site=world.express_site)
    version = begin(quote_days="89")
    assert old and not any(stale(quote, today) for quote in old) and refresh_quotes() == 0
    settings.CLOCK_TODAY = tomorrow
    assert all(stale(quote, tomorrow) for quote in old) and refresh_quotes() > 0
    run_jobs()
    assert {quote.rule_version for quote in open_of(site=world.express_site)} == {version}
    assert refresh_quotes() == 0


def test_a_longer_window_brings_quotes_sooner(
    world: World, begin: Any, run_jobs: Any, settings: Any, today: date, tomorrow: date
) -> None:
    """Nobody waits for the day that was the next one when they were looked at."""
    with looking():
        waiting = Agreement.objects.create(
            number="9911", customer=world.fjordbyg, term_start=today - timedelta(days=200)
        )
    refresh_quotes()
    run_jobs()

    def due(on: date) -> bool:
        with looking():
            return waiting.pk in {due.pk for due in due_now(on)}

    assert not due(tomorrow)
    begin(quote_days="365")
    assert due(tomorrow) and not due(today)
    settings.CLOCK_TODAY = tomorrow
    refresh_quotes()
    run_jobs()
    assert not due(tomorrow)
