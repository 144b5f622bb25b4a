"""Pages as people meet them: accessible by axe's rules, on a phone, in the dark, in Danish, and without JavaScript."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

People = Callable[..., Page]
PAGES = {
    "visitor": ["/", "/accounts/login/", "/contact-me/"],
    "mette": [
        "/home/", "/sites/", "/sites/7004511/", "/agreements/61734/",
        "/agreements/61734/points/", "/agreements/61734/points/?as_of=2026-11-24&known_at=2026-01-01T00:00",
        "/licenses/", "/licenses/?as_of=2026-02-30&known_at=x", "/proofs/", "/transfers/",
        "/transfers/new/", "/transfers/new/?source=7004511&target=7004620", "/quotes/", "/enrollments/",
        "/renewal-calendar/", "/coverage-radar/",
    ],
    "jonas": [
        "/home/", "/customers/", "/transfer-forms/", "/transfer-forms/new/", "/enrollments/new/", "/notifications/",
        "/declarations/",
    ],
    "rikke": [
        "/admin/", "/admin/migrations_app/transferrequest/", "/admin/sites/enrollment/", "/admin/sites/refusalcount/",
    ],
}  # fmt: skip


def _first_page(who: str, visitor: People, person: People, **options: object) -> Page:
    return visitor(**options) if who == "visitor" else person(who, **options)


def _faults(page: Page, *, preload: bool = True) -> list[str]:
    """What axe finds by WCAG 2.2 A and AA. Without `preload` it doesn't copy style sheets that others import into the
    page, which breaks the page's policy."""
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "preload": preload}
    found = Axe().run(page, options=rules).response["violations"]
    return [f"{page.url} {fault['id']}: {node['html'][:200]}" for fault in found for node in fault["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("who", PAGES)
def test_pages_are_accessible(visitor: People, person: People, who: str, scheme: str) -> None:
    page = _first_page(who, visitor, person, color_scheme=scheme)
    faults = []
    for path in PAGES[who]:
        answer = page.goto(path)
        assert answer is not None and answer.ok, path
        faults += _faults(page)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("who", PAGES)
def test_nothing_scrolls_sideways_on_a_phone(visitor: People, person: People, who: str) -> None:
    page = _first_page(who, visitor, person, viewport={"width": 360, "height": 740})
    wide = []
    for path in PAGES[who]:
        page.goto(path)
        if over := page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"):
            wide.append(f"{path}: {over} px")
    assert wide == []


def test_the_first_page_asks_nobody_else(visitor: People) -> None:
    page = visitor()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/", wait_until="networkidle")
    assert asked and all(url.startswith(("http://127.0.0.1:", "data:")) for url in asked)


def test_the_first_page_speaks_danish(visitor: People, danish: None) -> None:
    page = visitor("da")
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == "da"
    told = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.get_by_role("heading", level=1).inner_text() != told


def test_a_request_can_be_made_without_javascript(person: People) -> None:
    page = person("mette", java_script_enabled=False)
    page.goto("/transfers/new/?source=7004511&target=7004620")
    page.locator("input[name^=quantity-]").first.fill("1")
    page.get_by_label("Reason").fill("Without a script")
    page.get_by_role("button", name="Compare and check").click()
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_text("draft", exact=True).first).to_be_visible()


def test_the_content_policy_stops_what_isnt_ours(visitor: People) -> None:
    page = visitor(provoking=True)
    page.goto("/")
    ran = page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
        " document.body.append(s); return window.ran === 1; }"
    )
    assert ran is False
