"""The what-if as people meet it: with a mouse, without JavaScript, on a phone, in the dark, in both languages."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

People = Callable[..., Page]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
START = "/what-if/"


def _faults(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{page.url} {fault['id']}: {node['html'][:200]}" for fault in found for node in fault["nodes"]]


def _answer(page: Page) -> str:
    """Everything that is available, compared; the headline."""
    page.goto(START)
    page.get_by_role("button", name="Fill in everything that is available").click()
    page.get_by_role("button", name="Show what it does").click()
    return page.locator(".p-answer__headline").inner_text()


def _open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 360)])
def test_every_page_is_accessible_and_fits(person: People, scheme: str, width: int) -> None:
    page = person("mette", color_scheme=scheme, viewport={"width": width, "height": 800})
    page.goto(START)
    faults = _faults(page)
    _answer(page)
    address = page.url
    pages = [address, address.replace(START, f"{START}dates/"), f"{START}scenarios/"]
    for path in pages:
        page.goto(path)
        _open_all(page)
        faults += _faults(page)
        if over := page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"):
            faults.append(f"{path}: {over} px")
    assert not faults, "\n".join(faults)


def test_ticking_a_site_shows_its_licenses_and_keeps_what_was_typed(person: People) -> None:
    page = person("mette")
    page.goto(START)
    lines = page.locator("#ask tbody tr")
    before = lines.count()
    page.locator("input[name^=quantity-]").first.fill("2")
    page.locator("label[for=id_source_1]").click()
    expect(lines).not_to_have_count(before)
    typed = [field.input_value() for field in page.locator("input[name^=quantity-]").all()]
    assert [value for value in typed if value] == ["2"]


def test_the_question_outlives_a_change_of_language(person: People) -> None:
    page = person("mette")
    told, address = _answer(page), page.url
    page.get_by_role("button", name="Dansk").click()
    expect(page.locator("html")).to_have_attribute("lang", "da")
    assert page.url == address and page.locator(".p-answer__headline").inner_text() != told


def test_the_whole_road_without_javascript(person: People) -> None:
    page = person("mette", java_script_enabled=False)
    told = _answer(page)
    page.get_by_role("button", name="Compare dates").click()
    page.get_by_role("button", name="1 January 2027").click()
    assert page.locator(".p-answer__headline").inner_text() != told
    page.get_by_label("Keep it to compare with others").fill("In January")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_role("link", name="In January").first).to_be_visible()
    page.get_by_role("button", name="Draft this as a request").click()
    expect(page.get_by_text("is drafted.")).to_be_visible()
    page.goto(f"{START}scenarios/")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("“In January” is deleted.")).to_be_visible()


def test_the_paper_is_a_file(person: People) -> None:
    page = person("mette")
    _answer(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as PDF").click()
    assert download.value.suggested_filename.startswith("what-if-")
