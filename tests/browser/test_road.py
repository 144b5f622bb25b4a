"""The whole road in a browser: from the first page to an accepted renewal quote, as Mette, Jonas and Rikke walk it."""

import csv
import json
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
from django.core.management import call_command
from playwright.sync_api import Error, Page, expect
from rest_framework.authtoken.models import Token

from tests.cast import World
from tests.cast import person as user_of

People = Callable[..., Page]
EXPRESS, AARHUS, FJORDBYG = "7004511", "7004620", "7008840"
# All of a product whose cover ends before the Anniversary, some of another that brings its renewal line along.
CHOSEN = {"D9X24LL": 12, "D9X14LL": 2}
BY_SCRIPT = "D9X02LL"


class Api:
    """The API as a script of the same person calls it."""

    def __init__(self, page: Page, who: str):
        token, _ = Token.objects.get_or_create(user=user_of(who))
        self.request = page.request
        self.headers = {"Authorization": f"Token {token.key}", "Accept-Language": "en"}

    def get(self, path: str) -> Any:
        answer = self.request.get(f"/api/v1{path}", headers=self.headers)
        assert answer.ok, answer.text()
        return answer.json()

    def post(self, path: str, body: Any) -> Any:
        answer = self.request.post(
            f"/api/v1{path}", data=json.dumps(body), headers=self.headers | {"Content-Type": "application/json"}
        )
        assert answer.ok, answer.text()
        return answer.json()

    def held(self, site: str) -> dict[tuple[str, str], int]:
        """(part, order) → units at `site`."""
        rows = self.get(f"/entitlements/?site={site}&page_size=500")["results"]
        return {(row["part_number"], row["order_reference"]): row["quantity"] for row in rows}


def go(page: Page, label: str) -> None:
    """By the way around that every page has."""
    page.get_by_role("navigation").get_by_role("link", name=label, exact=True).first.click()


def take_note(page: Page) -> None:
    """Give a reason for every warning that asks for one."""
    for field in page.get_by_label("Reason for taking note of it").all():
        field.fill("Known and wanted")


def decide(page: Page, queue: str, name: str, button: str) -> None:
    """At the desk: from the queue to the case, and the decision."""
    page.goto("/admin/")
    page.get_by_role("link", name=queue, exact=True).first.click()
    page.get_by_role("link", name=re.compile(re.escape(name))).first.click()
    page.get_by_role("button", name=button, exact=True).click()


def number_of(page: Page) -> str:
    """T-000123 of the request's page."""
    heading = page.get_by_role("heading", level=1).inner_text()
    found = re.search(r"[TB]-\d+", heading)
    assert found, heading
    return found.group()


def until(page: Page, text: str) -> None:
    """Reload until the worker has brought the page this far."""
    for _ in range(60):
        if page.get_by_text(text, exact=True).first.is_visible():
            return
        page.wait_for_timeout(250)
        # A page that hears the worker goes on by itself, and ours comes to nothing then.
        with suppress(Error):
            page.reload()
    expect(page.get_by_text(text, exact=True).first).to_be_visible()


def test_the_road(visitor: People, person: People, tmp_path: Path) -> None:
    _first_page(visitor())
    mette, jonas, rikke = person("mette"), person("jonas"), person("rikke")
    api = Api(mette, "mette")
    before, target_before = api.held(EXPRESS), api.held(AARHUS)

    asked, units = _mette_asks(mette)
    by_script = _mette_asks_by_script(api)
    _jonas_enrolls(jonas)
    decide(rikke, "Enrollments", "Fjordbyg", "Accept")
    site = _site_of_fjordbyg(Api(jonas, "jonas"))
    of_form = _jonas_sends_forms(jonas, site, tmp_path)

    for number in (asked, by_script, *of_form):
        decide(rikke, "Transfer requests", number, "Approve")
    mette.reload()
    until(mette, "completed")

    _nothing_created_or_lost(api, before, target_before, units)
    _one_quote(mette, api, World().agreement.number)
    call_command("verify_ledgers")


def _first_page(page: Page) -> None:
    page.goto("/")
    for told in ("One agreement", "One anniversary", "One site or several", "Points that count", "No minimum"):
        expect(page.get_by_role("heading", name=told, exact=True)).to_be_visible()
    for way in ("Transfer", "Enroll first", "Be contacted"):
        expect(page.get_by_role("heading", name=way, exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Customer sign-in").first).to_be_visible()
    expect(page.get_by_role("link", name="Reseller sign-in").first).to_be_visible()
    assert page.locator("a[href^='/help/']").count() >= 13


def _mette_asks(page: Page) -> tuple[str, dict[tuple[str, str], int]]:
    """Point 2 on pages: two lines with some of their units; returns the request's number and what it moves."""
    go(page, "Sites")
    page.locator(f"a[href='/sites/{EXPRESS}/']").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nordvind")
    go(page, "Licenses")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    go(page, "Overview")
    page.get_by_role("link", name="Move licenses").first.click()
    page.get_by_label("From site").select_option(EXPRESS)
    page.get_by_label("To site").select_option(AARHUS)
    page.get_by_role("button", name="Choose licenses").click()
    moved: dict[tuple[str, str], int] = {}
    for part, units in CHOSEN.items():
        row = page.locator("tbody tr", has=page.get_by_role("rowheader", name=part))
        row.locator("input[name^=quantity-]").fill(str(units))
        moved[part, row.get_by_role("cell").first.inner_text().strip()] = units
    page.get_by_label("Reason").fill("One agreement for all of it")
    page.get_by_role("button", name="Compare and check").click()
    expect(page.get_by_role("heading", name="Checks")).to_be_visible()
    take_note(page)
    page.get_by_role("button", name="Submit the request").click()
    expect(page.get_by_text("in review", exact=True).first).to_be_visible()
    expect(page.get_by_text("One agreement for all of it").first).to_be_visible()
    return number_of(page), moved


def _mette_asks_by_script(api: Api) -> str:
    """Point 2 through the API: the same kind of request; returns its number."""
    lines = [row for row in api.get(f"/entitlements/?site={EXPRESS}")["results"] if row["part_number"] == BY_SCRIPT]
    body = {
        "source_site": EXPRESS,
        "target_site": AARHUS,
        "reason": "By script",
        "lines": [{"entitlement": lines[0]["id"], "quantity": 1}],
    }
    drafted = api.post("/transfer-requests/", body)
    assert drafted["status"] == "draft" and drafted["plan"]
    waivers = [
        {"code": check["code"], "line": check["line"], "reason": "Known"}
        for check in drafted["checks"]
        if check["waivable"]
    ]
    submitted = api.post(f"/transfer-requests/{drafted['id']}/submit/", {"waivers": waivers})
    assert submitted["status"] == "in_review", submitted
    return str(submitted["number"])


def _jonas_enrolls(page: Page) -> None:
    """Point 3: an Originating Site for Lars, filled in from what is known."""
    go(page, "Enrollments")
    page.get_by_role("link", name="Enroll a site").first.click()
    known = page.locator("select#known")
    fjordbyg = known.locator("option", has_text="Fjordbyg").get_attribute("value")
    known.select_option(fjordbyg)
    page.get_by_role("button", name="Fill in what is known").click()
    page.fill("input[name=primary_name]", "Lars Holm")
    page.fill("input[name=primary_email]", "lars@fjordbyg.example")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_text("submitted", exact=True).first).to_be_visible()


def _site_of_fjordbyg(api: Api) -> str:
    """Agreement, Originating Site; its Anniversary comes with the first move."""
    sites = [s for s in api.get("/sites/")["results"] if "Fjordbyg" in s["name"] and s["program"] == "PA"]
    assert len(sites) == 1 and sites[0]["originating"] and sites[0]["agreement_number"]
    return str(sites[0]["site_number"])


def _jonas_sends_forms(page: Page, site: str, folder: Path) -> list[str]:
    """Point 3: the template as a workbook and as text, filled in; returns the numbers of the requests they made."""
    (first, all_of_first), (second, all_of_second) = _whole_products()
    columns = ("source_site_number", "part_number", "quantity", "target_site_number", "reference", "reason")
    good = (FJORDBYG, first, all_of_first, site, "row-1", "By form")
    bad = (FJORDBYG, second, 999_999, site, "row-2", "By form")
    requests = _send(page, _workbook(page, folder, columns, [good, bad]), valid=1, invalid=1)
    plain = (FJORDBYG, second, all_of_second, site, "row-3", "By form")
    return requests + _send(page, _text(page, folder, columns, [plain]), valid=1, invalid=0)


def _whole_products() -> list[tuple[str, int]]:
    """Two parts of Lars's that are all he has of their products, with their units: nothing stays behind (check V9)."""
    world = World()
    lines = [line for line in world.lines(world.site(FJORDBYG)) if not line.traded_up]
    products = Counter(line.part.product for line in lines)
    alone = sorted((line.part_id, line.quantity) for line in lines if products[line.part.product] == 1)  # type: ignore[attr-defined]
    return alone[:2]


def _template(page: Page, kind: str, folder: Path) -> Path:
    go(page, "Transfer forms")
    page.get_by_role("link", name="Upload a transfer form").first.click()
    with page.expect_download() as download:
        page.locator(f"a[href$='template.{kind}']").click()
    path = folder / f"form.{kind}"
    download.value.save_as(path)
    return path


def _workbook(page: Page, folder: Path, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Path:
    path = _template(page, "xlsx", folder)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    headings = [str(cell.value) for cell in sheet[1]]
    for number, row in enumerate(rows, start=2):
        for name, value in zip(columns, row, strict=True):
            sheet.cell(number, headings.index(name) + 1, value)
    book.save(path)
    return path


def _text(page: Page, folder: Path, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Path:
    path = _template(page, "csv", folder)
    text = path.read_text(encoding="utf-8-sig")
    dialect = ";" if text.count(";") > text.count(",") else ","
    headings = next(csv.reader(StringIO(text), delimiter=dialect))
    written = StringIO()
    writer = csv.DictWriter(written, headings, delimiter=dialect)
    writer.writeheader()
    writer.writerows(dict(zip(columns, row, strict=True)) for row in rows)
    path.write_text(written.getvalue(), encoding="utf-8-sig")
    return path


def _send(page: Page, path: Path, *, valid: int, invalid: int) -> list[str]:
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Upload and check").click()
    until(page, "checked")
    for label, count in (("Valid", valid), ("Not valid", invalid)):
        card = page.locator(".p-card", has=page.get_by_text(label, exact=True))
        expect(card.locator(".p-card__figure").first).to_have_text(str(count))
    reason = page.get_by_label("Reason for taking note of the warnings")
    if reason.count():
        reason.fill("Agreed with the customer")
    page.get_by_role("button", name="Submit", exact=True).click()
    until(page, "The requests that it made")
    return sorted(set(re.findall(r"T-\d+", page.content())))


def _nothing_created_or_lost(
    api: Api, before: dict[tuple[str, str], int], target: dict[tuple[str, str], int], units: dict[tuple[str, str], int]
) -> None:
    """Point 4: what left the source arrived at the target, under a proof of its own that names the one before."""
    source_now, target_now = api.held(EXPRESS), api.held(AARHUS)
    assert sum(before.values()) + sum(target.values()) == sum(source_now.values()) + sum(target_now.values())
    for key, moved in units.items():
        assert before[key] - source_now.get(key, 0) == moved
        assert target_now.get(key, 0) - target.get(key, 0) == moved
    arrived = [e for e in api.get(f"/entitlements/?site={AARHUS}&page_size=500")["results"]
               if (e["part_number"], e["order_reference"]) in units]  # fmt: skip
    assert len({e["proof_number"] for e in arrived}) == len(units)
    for entitlement in arrived:
        assert len(api.get(f"/entitlements/{entitlement['id']}/lineage/")) > 1


def _one_quote(page: Page, api: Api, number: str) -> None:
    """Point 5: every line on one Anniversary, as page and PDF; accepted, and the points ledger follows."""
    go(page, "Renewal quotes")
    until(page, "Transition quote")
    quotes = api.get("/renewal-quotes/?page_size=100")["results"]
    live = {q["kind"]: api.get(f"/renewal-quotes/{q['id']}/") for q in quotes
            if q["agreement_number"] == number and q["status"] == "issued"}  # fmt: skip
    assert set(live) == {"anniversary", "transition"}
    (end,) = {line["cover_end"] for line in live["anniversary"]["lines"]}
    # The day before the Anniversary a year on; the transition quote closes the gap up to the coming one.
    assert all(line["cover_end"] < live["anniversary"]["anniversary"] < end for line in live["transition"]["lines"])
    entries = f"/agreements/{number}/points/entries/?page_size=500"
    known = {entry["id"] for entry in api.get(entries)["results"]}
    for kind in ("transition", "anniversary"):
        _accept(page, live[kind])
    earned = [Decimal(e["points"]) for e in api.get(entries)["results"] if e["id"] not in known]
    assert sum(earned) == sum(Decimal(quote["points"]) for quote in live.values()) > 0


def _accept(page: Page, quote: Any) -> None:
    page.goto(f"/quotes/{quote['id']}/")
    pdf = page.request.get(f"/quotes/{quote['id']}/pdf/")
    assert pdf.ok and pdf.body().startswith(b"%PDF")
    page.get_by_text("I accept this quote as shown, for the customer.").click()
    page.get_by_role("button", name="Accept the quote").click()
    expect(page.get_by_text("accepted", exact=True).first).to_be_visible()
