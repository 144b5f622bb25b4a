"""The renewal calendar and the coverage radar: what they find, for whom, as pages and as files."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from random import Random

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from renewals.operations import accept, issue_express_quotes
from renewals.queries.reach import Narrowed
from renewals.queries.year import Chosen
from renewals.rules.calendar import Kind, Risk
from renewals.rules.radar import Finding, Paid, judge
from sites.clock import now
from sites.models import DeadAddress, Mandate, SiteContact
from tests import cast
from tests.cast import World
from tests.overviews import line, seen_calendar, seen_radar
from tests.renewing import EARLY, LATE, issue, move

pytestmark = pytest.mark.django_db
Clients = Callable[..., Client]
CALENDAR, RADAR = "/renewal-calendar/", "/coverage-radar/"


def _of(found, kind: Kind, number: str = ""):
    return [e for e in found.entries if e.kind is kind and number in ("", e.number)]


def test_estimates_are_what_the_quotes_will_say(world: World) -> None:
    move(world, EARLY, LATE)
    before = seen_calendar("mette")
    (year,), (early,) = _of(before, Kind.ANNIVERSARY), _of(before, Kind.EARLY)
    assert year.estimated and early.estimated and year.demonstration
    transition, anniversary = issue(world)
    assert (early.amount, year.amount) == (transition.total, anniversary.total)
    after = seen_calendar("mette")
    (year,), (early,) = _of(after, Kind.ANNIVERSARY), _of(after, Kind.EARLY)
    assert (early.quote, year.quote) == (transition, anniversary)
    assert (early.amount, year.amount) == (transition.total, anniversary.total)
    assert not year.estimated and not early.estimated


def test_express_ends_are_priced_as_their_quotes(world: World) -> None:
    before = {entry.on: entry.amount for entry in _of(seen_calendar("lars"), Kind.EXPRESS)}
    site = world.sites(world.fjordbyg, "PAE")[0]
    with cast.looking() as portal:
        quotes = issue_express_quotes(actor=portal, at=now(), on=date(2026, 11, 24), site=site)
    made = {quote.ordered_on - timedelta(days=1): quote.total for quote in quotes}
    assert made and made.items() <= before.items()
    after = {entry.on: (entry.amount, entry.estimated) for entry in _of(seen_calendar("lars"), Kind.EXPRESS)}
    assert all(after[day] == (total, False) for day, total in made.items())


def test_an_accepted_quote_is_no_risk_and_stays_in_the_calendar(world: World) -> None:
    (quote,) = issue(world)
    with cast.acting("mette") as mette:
        accept(actor=mette, at=now(), on=date(2026, 11, 24), quote_id=quote.pk, version=quote.version)
    (year,) = _of(seen_calendar("mette"), Kind.ANNIVERSARY)
    assert (year.status, year.amount, year.risks, year.lines) == ("accepted", quote.total, (), 0)


def test_each_risk_is_seen(world: World) -> None:
    assert {risk for entry in seen_calendar("mette").entries for risk in entry.risks} == {Risk.LAPSING}
    site = world.originating_site
    with cast.looking():
        contacts = SiteContact.objects.filter(site=site, role__in=["primary", "administrative"])
        for email in {contact.email for contact in contacts}:
            DeadAddress.objects.create(
                customer=world.nordvind, email=email.upper(), source="person", reason="550", found_at=now()
            )
    (year,) = _of(seen_calendar("mette"), Kind.ANNIVERSARY)
    assert Risk.CONTACT in year.risks
    assert _of(seen_calendar("mette", Chosen(risk="contact")), Kind.ANNIVERSARY) == [year]
    assert seen_calendar("mette", Chosen(month=date(2027, 3, 1), risk="contact")).entries == ()


def test_what_ends_before_the_anniversary_with_nothing_to_renew_it_is_lapsing(world: World) -> None:
    line(world, world.originating_site, (date(2025, 12, 1), date(2026, 11, 30)), order="R-9")
    early = [entry for entry in _of(seen_calendar("mette"), Kind.EARLY) if entry.on == date(2026, 11, 30)]
    assert [(entry.amount, entry.risks[0]) for entry in early] == [(None, Risk.LAPSING)]


def test_everybody_sees_their_own(world: World) -> None:
    mine = {entry.number for entry in seen_calendar("anna").entries}
    nordvinds = {entry.number for entry in seen_calendar("mette").entries}
    assert mine and nordvinds and not mine & nordvinds
    assert {entry.number for entry in seen_calendar("jonas").entries} > nordvinds
    assert {entry.number for entry in seen_calendar("rikke").entries} > mine | nordvinds
    assert seen_calendar("anna", site=world.express_site.site_number).entries == ()
    assert seen_calendar("anna", customer=world.nordvind.name).entries == ()
    assert seen_radar("anna").lines == () and seen_radar("mette").lines
    partner = seen_calendar("rikke", partner=world.partner.number)
    assert {entry.number for entry in partner.entries} == {entry.number for entry in seen_calendar("jonas").entries}


def test_a_mandate_that_ended_shows_nothing_any_more(world: World) -> None:
    assert seen_radar("jonas").lines
    with cast.acting("admin"):
        mandate = Mandate.objects.get(customer=world.nordvind, partner=world.partner)
        Mandate.objects.filter(pk=mandate.pk).update(valid_to=mandate.valid_from)
    assert world.agreement.number not in {entry.number for entry in seen_calendar("jonas").entries}
    assert seen_radar("jonas").lines == ()


def test_gaps_overlaps_and_odd_ends_are_found(world: World) -> None:
    site = world.express_site
    line(world, site, (date(2025, 1, 1), date(2025, 12, 31)), (date(2026, 3, 1), date(2027, 2, 28)), order="GAP")
    held = line(world, site, (date(2026, 1, 1), date(2027, 12, 31)), order="TWICE")
    line(world, site, (date(2027, 6, 1), date(2027, 12, 31)), order="AGAIN", part="E9X14LL", follows=held)
    line(world, site, (date(2026, 1, 1), date(2027, 6, 15)), order="ODD")
    found = seen_radar("mette")
    assert (found.counts.lines, found.counts.gap, found.counts.overlap) == (4, 1, 1)
    assert (found.counts.lapsed, found.counts.odd_end) == (1, 1)
    by_order = {row.line.order_reference: row.judged.findings for row in found.lines}
    assert by_order["GAP"] == (Finding.GAP,)
    assert by_order["TWICE"] == (Finding.OVERLAP,)
    assert by_order["ODD"] == (Finding.ODD_END,)
    lapsed = next(row for row in found.lines if Finding.LAPSED in row.judged.findings)
    assert lapsed.estimate and lapsed.estimate.explanation.rule == "T8"
    assert [(group.key, group.counts.lines) for group in found.sites] == [(site.site_number, 4)]
    assert [row.line.order_reference for row in seen_radar("mette", kind="gap").lines] == ["GAP"]
    first = seen_radar("mette", most=2)
    rest = seen_radar("mette", most=2, after=first.next)
    assert [r.line.pk for r in (*first.lines, *rest.lines)] == [r.line.pk for r in found.lines]
    assert rest.next == "" and first.counts == rest.counts
    assert seen_radar("mette", Narrowed(program="PA")).counts.lines == 0


def test_the_database_finds_what_the_rule_says(world: World) -> None:
    """Lines of any shape: the rule agrees with the statement about each of them."""
    random, expected = Random(7), 0
    for number in range(12):
        day, periods = date(2023, 1, 1) + timedelta(days=random.randrange(300)), []
        for _ in range(random.randrange(1, 4)):
            ends = day + timedelta(days=random.randrange(100, 500))
            periods.append((day, ends))
            day = ends + timedelta(days=random.choice([1, 1, 20]))
        made = line(world, world.express_site, *periods, order=f"X-{number}")
        follower = (periods[-1][0] + timedelta(days=random.choice([0, 40])), periods[-1][1] + timedelta(days=30))
        paid = [Paid(*each, f"X-{number}") for each in periods]
        if number % 2:
            line(world, world.express_site, follower, order=f"F-{number}", part="E9X14LL", follows=made)
            paid.append(Paid(*follower, f"F-{number}", renewal=True))
        expected += bool(judge(paid, date(2026, 11, 24)).findings)
    found = seen_radar("mette")
    mine = [row for row in found.lines if row.line.order_reference.startswith("X-")]
    assert len(mine) == expected > 3
    for finding in Finding:
        assert found.counts.of(finding) == sum(finding in row.judged.findings for row in found.lines)


def test_pages_say_it_and_narrow_it(world: World, client_of: Clients) -> None:
    client = client_of("mette")
    text = client.get(CALENDAR).content.decode()
    assert "Month by month" in text and "estimate" in text and "61734" in text and "<svg" in text
    assert "Nothing fits" in client.get(CALENDAR, {"month": "2027-09"}).content.decode()
    assert client.get(CALENDAR, {"month": "1999-01"}).status_code == 400
    radar = client.get(RADAR).content.decode()
    assert "Reinstatement estimate" in radar and "D9X32LL" in radar and "Why this amount?" in radar
    assert "Nothing is wrong here" in client.get(RADAR, {"program": "PA"}).content.decode()
    assert "Nothing is wrong" in client_of("anna").get(RADAR).content.decode()
    assert "style=" not in text.replace("stylesheet", "")


def test_pages_are_reached_by_links(world: World, client_of: Clients) -> None:
    for who, page in (("mette", "/home/"), ("mette", "/agreements/61734/"), ("rikke", "/admin/renewals/renewalquote/")):
        text = client_of(who).get(page).content.decode()
        assert CALENDAR in text and RADAR in text, page


def test_a_page_asks_no_more_for_more_lines(world: World, client_of: Clients) -> None:
    client = client_of("mette")

    def asked(page: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        return len(queries)

    line(world, world.express_site, (date(2025, 1, 1), date(2025, 12, 31)), order="N-0")
    counts = {page: [asked(page), asked(page)][1] for page in (CALENDAR, RADAR)}
    for number in range(1, 6):
        line(world, world.express_site, (date(2025, 1, 1), date(2025, 12, 31)), order=f"N-{number}")
        line(world, world.originating_site, (date(2026, 1, 1), date(2027, 12, 31)), order=f"M-{number}")
    assert {page: asked(page) for page in (CALENDAR, RADAR)} == counts


def test_files_hold_the_same_and_no_formula(world: World, client_of: Clients) -> None:
    line(world, world.express_site, (date(2025, 1, 1), date(2025, 12, 31)), order="=1+1")
    client = client_of("mette")
    text = client.get(f"{CALENDAR}calendar.csv").content.decode("utf-8-sig")
    assert "Anniversary" in text and "61734" in text and text.count("\r\n") == len(seen_calendar("mette").entries) + 1
    book = CalamineWorkbook.from_filelike(BytesIO(client.get(f"{CALENDAR}calendar.xlsx").content))
    assert book.sheet_names == ["Renewals", "By month"]
    radar = client.get(f"{RADAR}radar.csv").content.decode("utf-8-sig")
    assert "'=1+1" in radar and re.search(r"\n[^\n]*lapsed", radar)
    rows = CalamineWorkbook.from_filelike(BytesIO(client.get(f"{RADAR}radar.xlsx").content)).get_sheet_by_index(0)
    assert any("=1+1" in map(str, row) for row in rows.to_python())
    assert client_of("anna").get(f"{RADAR}radar.csv").content.decode().count("\r\n") == 1
