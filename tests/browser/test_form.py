"""A form of 5,000 rows with faults in it, as Jonas and Rikke meet it: from upload to undo, with a worker behind it."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from migrations_app.models import BatchRow, TransferBatch
from tests.browser.test_pages import _faults
from tests.cast import World, looking

ROWS = 5000
UNKNOWN = "9999999"
MINUTES = 240_000
"""Milliseconds that a check of the whole form, or the moves of it, may take here."""


def _form(path: Path, world: World) -> dict[str, int]:
    """Rows of one unit of what Mette holds, most of them more than she has; returns how many have which fault."""
    source, target = world.express_site.site_number, world.originating_site.site_number
    lines = [x for x in world.lines(world.express_site) if x.part.kind == "LICENSE_PLUS_S&S" and not x.traded_up]
    free = [(line.part_id, line.available_quantity) for line in lines]
    wrong = {"target": 400, "quantity": 300, "part": 200}
    rows = []
    for number in range(ROWS):
        part = free[number % len(free)][0]
        rows.append([source, part, "1", target, f"R-{number}", "Merged"])
    for number in range(wrong["target"]):
        rows[number][3] = UNKNOWN
    for number in range(400, 400 + wrong["quantity"]):
        rows[number][2] = "many"
    for number in range(700, 700 + wrong["part"]):
        rows[number][1] = "NOSUCHPART"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["source_site_number", "part_number", "quantity", "target_site_number", "reference", "reason"])
        writer.writerows(rows)
    return wrong


def _until(page: Page, status: str) -> None:
    """The page comes to `status` by itself: events, or its own asking, reload it."""
    expect(page.locator(".p-page-head__note .cds--tag")).to_have_text(status, timeout=MINUTES)


def _figure(page: Page, label: str) -> int:
    card = page.locator("#batch-progress .p-card", has=page.get_by_text(label, exact=True))
    return int(card.locator(".p-card__figure").inner_text().replace(",", ""))


def _group(page: Page, code: str) -> int:
    """How many rows the board tells under a reason; 0 where it isn't told."""
    heading = page.locator("article h3", has_text=re.compile(rf"\b{code}\b"))
    return int(re.search(r"([\d,]+) row", heading.inner_text())[1].replace(",", "")) if heading.count() else 0  # type: ignore[index]


def test_a_form_of_five_thousand_rows_from_upload_to_undo(
    person: Callable[..., Page], tmp_path: Path, world: World
) -> None:
    wrong = _form(tmp_path / "moves.csv", world)
    jonas = person("jonas")
    number = _upload(jonas, tmp_path / "moves.csv")
    assert _figure(jonas, "Rows") == ROWS and not _faults(jonas) and not _too_wide(jonas)
    assert (_group(jonas, "site_unknown"), _group(jonas, "part_not_held")) == (wrong["target"], wrong["part"])
    assert _group(jonas, "row_quantity_not_whole") == wrong["quantity"]
    _mend_a_group(jonas, world)
    _mend_a_row(jonas)
    assert _group(jonas, "site_unknown") == 0 and _group(jonas, "row_quantity_not_whole") == wrong["quantity"] - 1
    valid = _figure(jonas, "Valid")
    expect(jonas.get_by_role("heading", name="What the valid rows would do")).to_be_visible(timeout=MINUTES)
    moved = _submitted_and_approved(jonas, person("rikke"), valid)
    _undone(jonas, person("rikke"), number)
    with looking():
        batch = TransferBatch.objects.get(number=int(number.removeprefix("B-")))
        assert batch.status == "undone" and not BatchRow.objects.filter(batch=batch, outcome="applied").exists()
    assert moved == valid


def _too_wide(page: Page) -> int:
    """Pixels that the page scrolls sideways on a phone."""
    size = page.viewport_size
    page.set_viewport_size({"width": 360, "height": 740})
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.set_viewport_size(size or {"width": 1280, "height": 720})
    return int(over)


def _upload(page: Page, path: Path) -> str:
    page.goto("/transfer-forms/new/")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Upload and check").click()
    expect(page.locator("progress#progress")).to_be_visible()
    _until(page, "checked")
    return re.search(r"B-\d+", page.get_by_role("heading", level=1).inner_text())[0]  # type: ignore[index]


def _mend_a_group(page: Page, world: World) -> None:
    group = page.locator("article", has=page.get_by_role("heading", name=re.compile("site_unknown")))
    if not group.locator("details[open]").count():
        group.get_by_text("Mend all rows with site_unknown at once").click()
    group.get_by_label("“Target site” for all of them").fill(world.originating_site.site_number)
    group.get_by_role("button", name="Write it into all of them").click()
    _until(page, "checked")


def _mend_a_row(page: Page) -> None:
    page.get_by_role("link", name="Show the rows with row_quantity_not_whole").click()
    page.locator("tbody th a").first.click()
    expect(page.locator("#id_quantity_error")).to_contain_text("whole number")
    assert not _faults(page) and not _too_wide(page)
    page.get_by_label("Quantity").fill("1")
    page.get_by_role("button", name="Save and check again").click()
    page.get_by_role("link", name=re.compile(r"^B-\d+")).first.click()
    _until(page, "checked")


def _submitted_and_approved(jonas: Page, rikke: Page, valid: int) -> int:
    reason = jonas.get_by_label("Reason for taking note of the warnings")
    if reason.count():
        reason.fill("Agreed with the customer")
    jonas.get_by_role("button", name="Submit", exact=True).click()
    expect(jonas.get_by_text("The requests that it made")).to_be_visible(timeout=MINUTES)
    case = re.search(r"T-\d+", jonas.content())[0]  # type: ignore[index]
    rikke.goto("/admin/migrations_app/transferrequest/")
    rikke.get_by_role("link", name=case).click()
    rikke.get_by_role("button", name="Approve").click()
    jonas.reload()
    expect(jonas.locator(".p-page-head__note .cds--tag")).to_have_text("completed with errors", timeout=MINUTES)
    return _figure(jonas, "Applied")


def _undone(jonas: Page, rikke: Page, number: str) -> None:
    jonas.get_by_role("link", name="Undo: what would happen").click()
    expect(jonas.get_by_text("can be taken back by a rep")).to_be_visible()
    assert not _faults(jonas) and not _too_wide(jonas)
    jonas.get_by_label("Reason").fill("The wrong portfolio")
    jonas.get_by_role("button", name="Ask an IBM rep to undo it").click()
    expect(jonas.get_by_text("The wrong portfolio").first).to_be_visible()
    rikke.goto("/admin/migrations_app/transferbatch/")
    rikke.get_by_role("link", name=number).click()
    rikke.get_by_label("Reason").fill("Agreed")
    rikke.get_by_role("button", name="Take all of it back, or none").click()
    jonas.reload()
    for _turn in range(60):
        if jonas.locator(".p-page-head__note .cds--tag").inner_text() == "undone":
            return
        jonas.wait_for_timeout(2000)
        jonas.reload()
    pytest.fail("the form wasn't taken back")
