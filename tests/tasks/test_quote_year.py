"""A year of the demonstration world, on each day that something can happen: the quotes of the rule book, once each."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta

from licenses.models import Entitlement
from licenses.queries import renewable_lines
from renewals.models import RenewalQuote
from renewals.operations import expire_quotes, run_quotes
from renewals.queries import due_now
from sites.models import Agreement, Event, Site
from tests import cast, quoting
from tests.renewing import EARLY, LATE, move

DAY = timedelta(days=1)
YEAR = relativedelta(years=1)
WINDOW = timedelta(days=90)


def at(day: date) -> datetime:
    return datetime.combine(day, time(4), UTC)


def night(on: date) -> None:
    """What the timetable does on a day."""
    with cast.looking() as portal:
        expire_quotes(actor=portal, at=at(on), on=on)
    run_quotes(step=quoting.step, clock=lambda: at(on), on=on)


def next_day(after: date) -> date:
    """The next day on which a quote runs out, or something has to be looked at again."""
    with cast.looking():
        looks: dict[Any, date] = {}
        for event in Event.objects.filter(kind="quotes_looked_at").order_by("id"):
            looks[event.subject_id] = date.fromisoformat(event.data["again_on"])
        ends = RenewalQuote.objects.filter(status="issued").values_list("valid_until", flat=True)
        return min(day for day in (*looks.values(), *(end + DAY for end in ends)) if day > after)


def live_through(first: date, last: date) -> None:
    """Nobody answers a quote, nothing is bought, and nothing moves."""
    on = first
    while on <= last:
        night(on)
        with cast.looking():
            assert not list(due_now(on))
        on = next_day(on)


def anniversary_after(agreement: Agreement, day: date) -> date:
    """Rule T1, told a second time: the firsts of the month after the initial Term's end, year by year."""
    start = agreement.term_start or day
    found = (start if start.day == 1 else start.replace(day=1) + relativedelta(months=1)) + YEAR
    while found < day:
        found += YEAR
    return found


def renewed_at(lines: list[Entitlement], anniversary: date, seen_on: date) -> set[Any]:
    """Rule T4: cover that ends in [A−1 day, A+1 year−1 day), and isn't lapsed."""
    return {
        line.pk
        for line in lines
        if line.coverage_end and line.part.renewal_part_id
        and anniversary - DAY <= line.coverage_end < anniversary + YEAR - DAY
        and line.coverage_end + DAY >= seen_on
    }  # fmt: skip


@pytest.mark.django_db
def test_a_year_of_quotes(world: cast.World, today: date) -> None:
    move(world, EARLY, LATE)
    with cast.looking():
        held = {a: list(renewable_lines([a])) for a in Agreement.objects.all()}
        express = {s: world.lines(s) for s in Site.objects.filter(program="PAE")}
    last = today + YEAR - DAY
    live_through(today, last)
    with cast.looking():
        quotes = list(RenewalQuote.objects.prefetch_related("lines").order_by("number", "version"))
    by_number = defaultdict(list)
    for quote in quotes:
        by_number[quote.number].append(quote)
    firsts = [versions[0] for versions in by_number.values()]
    assert all([q.version for q in versions] == list(range(1, len(versions) + 1)) for versions in by_number.values())

    expected = {}
    for agreement, lines in held.items():
        anniversary = anniversary_after(agreement, today)
        while anniversary - WINDOW <= last:
            seen_on = max(anniversary - WINDOW, today)
            if agreement == world.agreement:
                # Licenses moved in today, so its first quote is made today.
                seen_on = today if anniversary == anniversary_after(agreement, today) else seen_on
            if renewed := renewed_at(lines, anniversary, seen_on):
                expected[agreement.pk, anniversary] = (seen_on, renewed)
            anniversary += YEAR
    made = [q for q in firsts if q.kind == "anniversary"]
    assert len(made) == len({(q.agreement_id, q.anniversary) for q in made})
    found = {(q.agreement_id, q.anniversary): (q.issued_at.date(), lines_of(q)) for q in made}
    moved = {line.entitlement_id for q in firsts if q.kind == "transition" for line in q.lines.all()}
    assert {key: (day, lines - moved) for key, (day, lines) in found.items()} == expected

    days = {
        (site.pk, line.coverage_end + DAY): max(line.coverage_end + DAY - WINDOW, today)
        for site, lines in express.items() for line in lines
        if line.coverage_end and line.part.renewal_part_id
        and today <= line.coverage_end + DAY <= last + WINDOW
    }  # fmt: skip
    made = [q for q in firsts if q.kind == "express"]
    assert len(made) == len({(q.site_id, q.ordered_on) for q in made})
    assert {(q.site_id, q.ordered_on): q.issued_at.date() for q in made} == days
    assert len([q for q in firsts if q.kind == "transition"]) == 1
    assert len(expected) > 1 and len(days) > 5


def lines_of(quote: RenewalQuote) -> set[Any]:
    return {line.entitlement_id for line in quote.lines.all()}
