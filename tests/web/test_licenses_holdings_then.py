"""What was held as of a day, as known at an instant: list, API, paper and sheet say the same (rule P7)."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from licenses import operations
from licenses.models import Entitlement, Proof
from licenses.rules.terms import next_express_cover
from sites.clock import now
from tests import cast
from tests.cast import World
from tests.papers.samples import text_of

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]
MOVED_ON = date(2026, 11, 20)


@dataclass(frozen=True)
class Story:
    """A line that 2 units are moved away from, for a day before today; then 1 unit is promised, its cover is renewed,
    and the move is taken back on the same day. `at[n]` is an instant after the n-th of these, `at[0]` before them.
    """

    line: Entitlement
    whole: int
    old_end: date
    new_end: date
    at: tuple[datetime, ...]
    proofs: tuple[str, ...]


def _instant() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def _valid(line: Entitlement) -> str:
    return Proof.objects.get(entitlement=line, status="valid").number


@pytest.fixture
def story(world: World) -> Story:
    with cast.looking() as actor:
        line = next(x for x in world.lines(world.express_site, available=4) if not x.traded_up and x.coverage_end)
        assert line.coverage_end is not None
        whole, old_end = line.quantity, line.coverage_end
        at, proofs = [_instant()], [_valid(line)]
        target = world.originating_site
        operations.move_units(
            actor=actor, at=now(), on=MOVED_ON, reference="T-7", target_site=target, lines={line.pk: 2}
        )
        at.append(_instant())
        proofs.append(_valid(line))
        operations.hold(actor=actor, at=now(), reference=uuid.uuid4(), lines={line.pk: 1})
        at.append(_instant())
        period = next_express_cover(old_end)
        operations.extend_cover(actor=actor, at=now(), entitlement=line, period=period, source="R-7")
        at.append(_instant())
        operations.move_units_back(actor=actor, at=now(), on=MOVED_ON, reference="T-7")
        at.append(_instant())
        proofs.append(_valid(line))
    return Story(line, whole, old_end, period.ends_on, tuple(at), tuple(proofs))


# As of, as known after the n-th (None: now) → units taken off the whole, promised, renewed?, proof.
TABLE = [
    (None, 0, 0, 0, False, 0),
    (None, 1, 2, 0, False, 1),
    (None, 2, 2, 1, False, 1),
    (None, 3, 2, 1, True, 1),
    (None, 4, 0, 1, True, 2),
    (None, None, 0, 1, True, 2),
    ("2026-11-19", 1, 0, 0, False, 0),
    ("2026-11-19", None, 0, 1, False, 0),
    ("2026-11-20", 1, 2, 0, False, 1),
    ("2026-11-20", None, 0, 1, False, 2),
]


@pytest.mark.parametrize(("as_of", "known", "gone", "promised", "renewed", "proof"), TABLE)
def test_quantity_cover_and_proof_as_recorded_by_then(
    client_of: Browser,
    api_of: Any,
    story: Story,
    as_of: str | None,
    known: int | None,
    gone: int,
    promised: int,
    renewed: bool,
    proof: int,
) -> None:
    site = story.line.site.site_number
    query = {"site": site} | ({"as_of": as_of} if as_of else {})
    query |= {"known_at": f"{story.at[known]:%Y-%m-%dT%H:%M:%S.%fZ}"} if known is not None else {}
    rows = api_of("mette").get("/api/v1/entitlements/", query | {"page_size": 500}).json()["results"]
    row = next(r for r in rows if r["id"] == str(story.line.pk))
    end = story.new_end if renewed else story.old_end
    held = story.whole - gone
    assert (row["quantity"], row["available_quantity"]) == (held, held - promised)
    assert (row["coverage_end"], row["proof_number"]) == (str(end), story.proofs[proof])
    mette = client_of("mette")
    page = unescape(mette.get(reverse("licenses"), query, headers={"Accept-Language": "en"}).content.decode())
    shown = next(r for r in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if str(story.line.pk) in r)
    for said in (f">{held}<", f">{held - promised}<", f"{end.day} {end:%B %Y}", story.proofs[proof]):
        assert said in shown
    _paper_and_sheet(mette, page, rows)


def _paper_and_sheet(mette: Client, page: str, rows: list[dict[str, Any]]) -> None:
    links = {kind: link for link, kind in re.findall(r'href="([^"]*statement\.(pdf|xlsx)[^"]*)"', page)}
    sheet = mette.get(links["xlsx"], headers={"Accept-Language": "en"})
    book = CalamineWorkbook.from_filelike(BytesIO(sheet.content))
    cells = book.get_sheet_by_name("Licenses").to_python()
    assert cells[0] == [
        "Part number",
        "Description",
        "Metric",
        "Quantity",
        "Order reference",
        "Acquired on",
        "Cover start",
        "Cover end",
        "Proof",
    ]
    told = sorted(
        [r["part_number"], r["quantity"], r["order_reference"], r["acquired_on"], r["coverage_end"], r["proof_number"]]
        for r in rows
    )
    assert sorted([c[0], int(c[3]), c[4], str(c[5]), str(c[7]), c[8]] for c in cells[1:]) == told
    paper = mette.get(links["pdf"], headers={"Accept-Language": "en"})
    printed = " ".join(text_of(paper.content).split())
    for row in rows:
        assert row["part_number"] in printed and row["order_reference"] in printed and row["proof_number"] in printed
    assert mette.get(links["pdf"], headers={"Accept-Language": "en"}).content == paper.content
    assert mette.get(links["xlsx"], headers={"Accept-Language": "en"}).content == sheet.content


def test_before_anything_was_recorded_nothing_was_held(client_of: Browser, api_of: Any, story: Story) -> None:
    early = {"known_at": "2000-01-01T00:00:00Z", "site": story.line.site.site_number}
    assert api_of("mette").get("/api/v1/entitlements/", early).json()["results"] == []
    page = client_of("mette").get(reverse("licenses"), early, headers={"Accept-Language": "en"}).content.decode()
    assert "Nothing fits" in page and "As known on 1 January 2000, 01:00:00" in page
    for kind in ("pdf", "xlsx"):
        address = reverse("holdings_statement", args=[story.line.site.site_number, kind])
        assert client_of("mette").get(address, early).status_code == 200


def test_every_bad_date_is_told(client_of: Browser, api_of: Any, world: World) -> None:
    site = world.express_site.site_number
    bad = {"as_of": "2026-02-30", "known_at": "1980-01-01T00:00:00Z"}
    told = ("“2026-02-30” isn't a date of the calendar.", "1 January 1980 lies too far back.")
    mette = client_of("mette")
    answers = [mette.get(reverse("licenses"), bad, headers={"Accept-Language": "en"})]
    answers += [
        mette.get(reverse("holdings_statement", args=[site, kind]), bad, headers={"Accept-Language": "en"})
        for kind in ("pdf", "xlsx")
    ]
    assert [a.status_code for a in answers] == [200, 400, 400]
    for answer in answers:
        assert all(each in unescape(answer.content.decode()) for each in told)
    for path in ("entitlements/", f"sites/{site}/licenses/statement.pdf"):
        answer = api_of("mette").get(f"/api/v1/{path}", bad)
        assert answer.status_code == 400
        assert [(e["code"], e["field"]) for e in answer.json()["errors"]] == [
            ("date_invalid", "as_of"),
            ("date_early", "known_at"),
        ]


def test_a_partner_with_a_mandate_and_a_rep_take_the_overview(client_of: Browser, world: World) -> None:
    for who in ("jonas", "rikke"):
        for kind in ("pdf", "xlsx"):
            address = reverse("holdings_statement", args=[world.express_site.site_number, kind])
            assert client_of(who).get(address).status_code == 200


def test_a_name_that_cannot_be_printed_is_told(client_of: Browser, world: World) -> None:
    with cast.looking():
        site = world.express_site
        site.name = "Nordvind 漢字"
        site.save(update_fields=["name"])
    answer = client_of("mette").get(
        reverse("holdings_statement", args=[site.site_number, "pdf"]), headers={"Accept-Language": "en"}
    )
    assert answer.status_code == 409 and "can't be printed" in unescape(answer.content.decode())


def test_the_list_asks_a_fixed_number_of_questions(client_of: Browser, world: World) -> None:
    mette, address = client_of("mette"), reverse("licenses")
    query = {"site": world.express_site.site_number, "known_at": "2090-01-01T00:00:00Z"}

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert mette.get(address, query).status_code == 200
        return len(seen)

    few = asked()
    with cast.looking() as actor:
        part = world.lines(world.express_site)[0].part
        for place in range(5):
            operations.acquire(
                actor=actor,
                at=now(),
                site=world.express_site,
                part=part,
                quantity=1,
                order_reference=f"N-{place}",
                acquired_on=date(2026, 11, 1),
                cover=None,
            )
    assert asked() == few
