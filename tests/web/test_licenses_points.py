"""Points as of a day, as known at an instant: page, API, paper and sheet say the same."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from licenses.models import PointsMovement
from licenses.operations import PointsEntry, post_points
from licenses.readmodels import asked_entries, moments, points_view, statement_entries
from sites.clock import now
from sites.models import Agreement, Site
from tests import cast
from tests.cast import World
from tests.papers.samples import text_of

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address, headers={"Accept-Language": "en"})
    assert answer.status_code == status, address
    return unescape(answer.content.decode())


def seen(page: str) -> str:
    """The words of a page, one space apart."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@dataclass(frozen=True)
class Story:
    """Mette's Agreement with an order recorded late, taken back still later, and a credit that stays.

    `at[n]` is an instant after the n-th of these recordings; `at[0]` lies before the first.
    """

    agreement: Agreement
    at: tuple[datetime, ...]
    late: uuid.UUID
    reversal: uuid.UUID


LATE, TAKEN_BACK, CREDIT = date(2026, 5, 3), date(2026, 11, 10), date(2026, 6, 15)


def _post(world: World, points: str, kind: str, reference: str, on: date, reverses: uuid.UUID | None = None) -> Any:
    entry = PointsEntry(
        uuid.uuid4(), world.agreement.pk, world.originating_site.pk, Decimal(points), kind, reference, on, reverses
    )
    post_points([entry])
    return entry.id


def _instant() -> datetime:
    """An instant of the database's own clock, after everything recorded so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


@pytest.fixture
def story(world: World) -> Story:
    with cast.looking():
        at = [_instant()]
        late = _post(world, "400.00", "order", "LATE-1", LATE)
        at.append(_instant())
        reversal = _post(world, "-400.00", "reversal", "LATE-1R", TAKEN_BACK, late)
        at.append(_instant())
        _post(world, "-40.25", "credit", "CREDIT-1", CREDIT)
        at.append(_instant())
    return Story(world.agreement, tuple(at), late, reversal)


# As of, as known after the n-th recording (None: now) → points of the Term, level, number of entries of 2026.
TABLE = [
    ("2026-05-31", 0, "635.50", "D"),
    ("2026-05-31", 1, "1035.50", "E"),
    ("2026-05-31", 2, "1035.50", "E"),
    ("2026-05-31", None, "1035.50", "E"),
    ("2026-05-02", None, "635.50", "D"),
    ("2026-11-24", 0, "690.00", "D"),
    ("2026-11-24", 1, "1090.00", "E"),
    # A reversal lowers no level within its Term (rule P6).
    ("2026-11-24", 2, "690.00", "E"),
    ("2026-11-24", 3, "649.75", "E"),
    ("2026-11-24", None, "649.75", "E"),
    ("2026-11-09", 3, "1049.75", "E"),
    # The Anniversary falls at most one level, to what the Term earned (rule P5).
    ("2027-01-01", None, "0.00", "D"),
    ("2027-01-01", 1, "0.00", "E"),
]


@pytest.mark.parametrize(("as_of", "known", "points", "level"), TABLE)
def test_as_of_and_as_known_at(
    api_of: Any, client_of: Browser, story: Story, as_of: str, known: int | None, points: str, level: str
) -> None:
    query = {"as_of": as_of} | ({"known_at": story.at[known].isoformat()} if known is not None else {})
    address = f"/api/v1/agreements/{story.agreement.number}/points/"
    told = api_of("mette").get(address, query).json()
    assert (told["term"]["points"], told["level"]) == (points, level)
    entries = api_of("mette").get(f"{address}entries/", query | {"page_size": 500}).json()["results"]
    term = told["term"]["starts_on"]
    assert sum(Decimal(e["points"]) for e in entries if e["effective_on"] >= term) == Decimal(points)
    assert all(e["effective_on"] <= as_of for e in entries)
    page = seen(
        client_of("mette").get(reverse("agreement_points", args=[story.agreement.number]), query).content.decode()
    )
    assert f"{Decimal(points):,} points in the Term. Price level: {level}." in page


def test_what_is_known_now_and_was_not_then_is_told(client_of: Browser, story: Story) -> None:
    address = reverse("agreement_points", args=[story.agreement.number])
    mette = client_of("mette")

    def then(as_of: str, known: int) -> str:
        return seen(text(mette, f"{address}?as_of={as_of}&known_at={story.at[known]:%Y-%m-%dT%H:%M:%S.%fZ}"))

    page = then("2026-05-31", 0)
    assert "As of 31 May 2026, as known on" in page
    assert "1 entry that counts for 31 May 2026 or before was recorded later: +400.00 points." in page
    assert "Points of the Term: 635.50 were known then, 1,035.50 are known now." in page
    assert "Price level: D as known then, E as known now." in page
    assert "Order LATE-1 for 3 May 2026: +400.00 points, recorded" in page
    page = then("2026-11-24", 1)
    assert "2 entries that count for 24 November 2026 or before were recorded later: -440.25 points together." in page
    assert "Price level: " not in page.split("points together.")[1].split("Entries recorded later")[0]
    assert "what was known then still holds" in then("2026-11-24", 3)
    assert "What is known now" not in seen(text(mette, f"{address}?as_of=2026-05-31"))


def test_what_is_missing_is_told_beside_a_level_that_outlives_its_points(client_of: Browser, story: Story) -> None:
    address = reverse("agreement_points", args=[story.agreement.number])
    page = seen(text(client_of("mette"), f"{address}?as_of=2026-11-24"))
    assert "Price level: E. 350.25 points are missing to earn E in this Term." in page
    early = seen(text(client_of("mette"), f"{address}?as_of=2026-05-02"))
    assert "Price level: D. 364.50 points are missing to E." in early


def test_the_statement_runs_and_its_reversals_lead_to_what_they_reverse(client_of: Browser, story: Story) -> None:
    mette, address = client_of("mette"), reverse("agreement_points", args=[story.agreement.number])
    page = text(mette, address)
    assert "reversed by LATE-1R of 10 November 2026" in page and "reverses LATE-1 of 3 May 2026" in page
    link = next(x for x in re.findall(r'href="(\?[^"]*#entry-[^"]*)"', page) if str(story.late) in x)
    there = text(mette, address + link.split("#")[0])
    first = re.search(r'<tr id="entry-([0-9a-f-]+)"', there)
    assert first is not None and first[1] == str(story.late)
    # As known before the reversal nothing is told of it, nor as of a day before it.
    for query in (f"known_at={story.at[1]:%Y-%m-%dT%H:%M:%S.%fZ}", "as_of=2026-11-09"):
        assert "reversed by" not in text(mette, f"{address}?{query}")


def test_the_sum_of_a_page_is_that_of_its_term(world: World, story: Story) -> None:
    """Whatever page a row stands on, its balance is the sum of its Term up to and with it."""
    with cast.looking():
        asked = moments(date(2026, 11, 24), None, now())
        newest: list[PointsMovement] = list(
            asked_entries(story.agreement, asked).order_by("-effective_on", "-sequence")
        )
        whole = statement_entries(story.agreement, newest, asked)
        for size in (1, 2, 3):
            pages = [newest[i : i + size] for i in range(0, len(newest), size)]
            assert [e for page in pages for e in statement_entries(story.agreement, page, asked)] == list(whole)
        view = points_view(story.agreement, asked, date(2026, 11, 24))
    assert whole[0].balance == view.stands.points == view.days[-1].points == view.terms[-1].points
    ends = {e.term_starts_on: e.balance for e in reversed(whole)}
    assert ends == {each.term.starts_on: each.points for each in view.terms if each.points}


def _sheet(content: bytes, name: str) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name(name).to_python()


@pytest.mark.parametrize("known", [None, 1])
def test_paper_and_sheet_say_what_the_page_says(
    client_of: Browser, world: World, story: Story, known: int | None
) -> None:
    mette, address = client_of("mette"), reverse("agreement_points", args=[story.agreement.number])
    query = f"?as_of=2026-11-24&known_at={story.at[known]:%Y-%m-%dT%H:%M:%S.%fZ}" if known is not None else ""
    page = text(mette, address + query)
    rows = re.findall(r'<tr id="entry-.*?</tr>', page, re.DOTALL)
    shown = [
        [" ".join(re.sub("<[^>]+>", " ", c).split()) for c in re.findall(r"<t[hd].*?</t[hd]>", r, re.DOTALL)]
        for r in rows
    ]
    links = {kind: link for link, kind in re.findall(r'href="([^"]*statement\.(pdf|xlsx)[^"]*)"', page)}
    sheet = mette.get(links["xlsx"], headers={"Accept-Language": "en"})
    assert sheet.status_code == 200 and sheet["Content-Type"].endswith("spreadsheetml.sheet")
    cells = _sheet(sheet.content, "Entries")
    assert cells[0][:7] == ["Counts for", "Recorded at", "Site", "Kind", "Reference", "Points", "Sum of the Term"]
    assert [[f"{r[5]:,.2f}", f"{r[6]:,.2f}", r[4], r[2]] for r in cells[1:]] == [
        [r[4], r[5], r[3], r[2]] for r in shown
    ]
    assert [f"{r[0].day} {r[0]:%B %Y}" for r in cells[1:]] == [r[0] for r in shown]
    facts = dict(row[:2] for row in _sheet(sheet.content, "Figures") if row[0])
    points = "1,090.00" if known else "649.75"
    assert f"{facts['Points in this Term']:,.2f}" == points and facts["Price level"] == "E"
    paper = mette.get(links["pdf"], headers={"Accept-Language": "en"})
    assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")
    printed = " ".join(text_of(paper.content).split())
    assert f"{points} points in the Term. Price level: E." in printed
    for row in shown:
        for cell in (row[0], row[3], row[4], row[5]):
            assert cell in printed
    # The same question gives the same files, whatever is recorded later.
    with cast.looking():
        _post(world, "7.00", "adjustment", "AFTER", date(2026, 11, 2))
    for link, answer in ((links["pdf"], paper), (links["xlsx"], sheet)):
        assert mette.get(link, headers={"Accept-Language": "en"}).content == answer.content


def test_the_statement_is_made_in_the_readers_language(client_of: Browser, story: Story, danish: None) -> None:
    address = reverse("points_statement", args=[story.agreement.number, "pdf"])
    paper = client_of("mette").get(address, headers={"Accept-Language": "da"})
    assert paper["Content-Language"] == "da" and "24.11.2026" in text_of(paper.content)


def test_text_in_a_sheet_is_never_a_formula(client_of: Browser, world: World) -> None:
    with cast.looking():
        _post(world, "1.00", "adjustment", "=HYPERLINK(1)", date(2026, 11, 1))
    sheet = client_of("mette").get(
        reverse("points_statement", args=[world.agreement.number, "xlsx"]), headers={"Accept-Language": "en"}
    )
    assert _sheet(sheet.content, "Entries")[1][4] == "=HYPERLINK(1)"
    assert b"<f>" not in sheet.content


def test_every_bad_date_is_told_in_a_sentence(client_of: Browser, api_of: Any, world: World) -> None:
    page_address = reverse("agreement_points", args=[world.agreement.number])
    cases = [
        ({"as_of": "2026-02-30"}, "“2026-02-30” isn't a date of the calendar."),
        ({"as_of": "9999-12-31"}, "31 December 9999 lies too far ahead. Choose a day up to 31 December 2099."),
        ({"as_of": "1899-12-31"}, "31 December 1899 lies too far back. Choose a day from 1 January 1990."),
        ({"known_at": "yesterday"}, "“yesterday” isn't an instant."),
        ({"known_at": "2026-02-30T10:00"}, "“2026-02-30T10:00” isn't an instant."),
        ({"known_at": "0001-01-01T00:00:00+14:00"}, "isn't an instant."),
        ({"known_at": "2100-01-01T12:00:00Z"}, "1 January 2100 lies too far ahead."),
        ({"known_at": "1989-12-31T12:00:00Z"}, "31 December 1989 lies too far back."),
    ]
    mette = client_of("mette")
    for query, told in cases:
        page = mette.get(page_address, query, headers={"Accept-Language": "en"})
        assert page.status_code == 200 and told in seen(unescape(page.content.decode())), query
        for kind in ("pdf", "xlsx"):
            file = mette.get(
                reverse("points_statement", args=[world.agreement.number, kind]),
                query,
                headers={"Accept-Language": "en"},
            )
            assert file.status_code == 400 and told in seen(unescape(file.content.decode()))
    both = {"as_of": "2026-02-30", "known_at": "x"}
    for what in ("points/", "points/entries/", "points/statement.pdf", "points/statement.xlsx"):
        answer = api_of("mette").get(f"/api/v1/agreements/{world.agreement.number}/{what}", both)
        assert answer.status_code == 400 and answer["Content-Type"] == "application/problem+json"
        assert [(e["code"], e["field"]) for e in answer.json()["errors"]] == [
            ("date_invalid", "as_of"),
            ("instant_invalid", "known_at"),
        ]


def test_an_instant_to_come_is_the_present(client_of: Browser, world: World) -> None:
    address = reverse("agreement_points", args=[world.agreement.number])
    assert "690.00 points in the Term" in text(client_of("mette"), f"{address}?known_at=2099-01-01T00:00")


def test_an_agreement_without_a_term_tells_what_to_expect(client_of: Browser, world: World) -> None:
    with cast.looking():
        new = Agreement.objects.create(number="4711", customer=world.nordvind)
        Site.objects.create(
            customer=world.nordvind, agreement=new, site_number="7999999", name="Ny", program="PA", country="DK"
        )
    for name in ("agreement_points", "agreement_page"):
        page = seen(text(client_of("mette"), reverse(name, args=["4711"])))
        assert "1 December 2027" in page and "comes by 1 December 2026" in page and "rule T1" in page
    for kind in ("pdf", "xlsx"):
        assert client_of("mette").get(reverse("points_statement", args=["4711", kind])).status_code == 200


def test_other_tenants_find_nothing(client_of: Browser, api_of: Any, world: World) -> None:
    number, site = world.agreement.number, world.originating_site.site_number
    pages = [reverse("agreement_points", args=[number])]
    pages += [reverse("points_statement", args=[number, kind]) for kind in ("pdf", "xlsx")]
    pages += [reverse("holdings_statement", args=[site, kind]) for kind in ("pdf", "xlsx")]
    for address in pages:
        text(client_of("anna"), address, 404)
    foreign = [f"agreements/{number}/points/statement.pdf", f"sites/{site}/licenses/statement.xlsx"]
    for path in foreign:
        answer = api_of("anna").get(f"/api/v1/{path}")
        assert answer.status_code == 404
        unknown = api_of("anna").get("/api/v1/" + path.replace(number, "1").replace(site, "1"))
        assert unknown.content == answer.content


def test_the_page_asks_as_much_of_the_database_for_many_entries_as_for_few(client_of: Browser, world: World) -> None:
    mette, address = client_of("mette"), reverse("agreement_points", args=[world.agreement.number])
    yesterday = (now() - timedelta(days=1)).astimezone(UTC)

    def asked(query: str = "") -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen_queries:
            text(mette, address + query)
        return len(seen_queries)

    few = [asked(), asked(f"?known_at={yesterday:%Y-%m-%dT%H:%M:%SZ}")]
    with cast.looking():
        site = world.originating_site
        for place in range(120):
            entry = PointsEntry(
                uuid.uuid4(), world.agreement.pk, site.pk, Decimal("1.00"), "order", f"M-{place}", date(2026, 3, 1)
            )
            post_points([entry])
    assert [asked(), asked(f"?known_at={yesterday:%Y-%m-%dT%H:%M:%SZ}")] == few
    page = text(mette, address)
    assert 'rel="next"' in page
