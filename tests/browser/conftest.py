"""Debian's Chromium, and people in front of it. Without a Chromium these tests are left out, and say how to get one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from scripts.screenshots import CHROMIUM
from scripts.system_packages import browser as browser_path
from tests.browser.server import served, working
from tests.cast import PASSWORD, address

SECONDS = 15


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    missing = pytest.mark.skip(
        reason="no Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM to the path of a Chrome"
    )
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if browser_path() is None:
                item.add_marker(missing)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the module; it is gone afterwards, together with its event loop."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in this thread, but nothing of the suite is asynchronous.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=browser_path(), args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def portal(committed: str) -> Iterator[str]:
    """The address of the portal, with a worker behind it, on a database of the test's own."""
    with served() as base, working():
        yield base


@pytest.fixture
def visitor(chromium: Browser, portal: str, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """`visitor()` is a window of its own in front of the portal; errors on its console fail the test.

    `visitor(provoking=True)` is for a test that provokes the browser's complaint on purpose.
    """
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def opened(language: str = "en", *, provoking: bool = False, **options: object) -> Page:
        context = chromium.new_context(base_url=portal, locale=language, accept_downloads=True, **options)  # type: ignore[arg-type]
        context.set_default_timeout(SECONDS * 1000)
        contexts.append(context)
        page = context.new_page()
        if provoking:
            return page
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "response", lambda answer: said.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert said == []


@pytest.fixture
def person(visitor: Callable[..., Page]) -> Callable[..., Page]:
    """`person("mette")` has come in by the front door and stands on her first page."""

    def signed_in(who: str, language: str = "en", **options: object) -> Page:
        page = visitor(language, **options)
        page.goto("/accounts/login/")
        page.fill("input[name=login]", address(who))
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/accounts/login" not in url)
        return page

    return signed_in
