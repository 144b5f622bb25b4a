"""From notice to acceptance: Mette hears that her Agreement renews, opens the quote, leaves a line out, and accepts."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from licenses.models import PointsMovement
from tests.browser.test_road import until
from tests.cast import World, looking

LATER, NOW = 24, 0
"""Hours of the day at which notices go out: none of today's, or any."""


def test_from_notice_to_acceptance(settings: Any, person: Callable[..., Page]) -> None:
    settings.NOTICE_HOUR = LATER
    number = World().agreement.number
    mette = person("mette")
    mette.goto("/quotes/")
    until(mette, number)
    settings.NOTICE_HOUR = NOW

    notice = _hears(mette, re.compile(f"Agreement {number} renews on .* is open"))
    notice.click()
    expect(mette.get_by_role("heading", level=1)).to_contain_text(f"Agreement {number} renews on")
    mette.get_by_role("link", name="Go to the quote").click()
    first = _total(mette)

    _leaves_out_a_line(mette)
    expect(mette.get_by_text(re.compile("version 2")).first).to_be_visible()
    assert _total(mette) != first, "a part of a quantity is a new price (rule T10)"

    mette.get_by_text("I accept this quote as shown, for the customer.").click()
    mette.get_by_role("button", name="Accept the quote").click()
    expect(mette.get_by_text("accepted", exact=True).first).to_be_visible()
    with looking():
        assert PointsMovement.objects.filter(agreement__number=number, kind="renewal").exists()
    mette.reload()
    expect(mette.get_by_role("button", name="Accept the quote")).to_have_count(0)


def _hears(page: Page, words: re.Pattern[str]) -> Locator:
    """The button that opens the notice, once the worker has told it."""
    told = page.get_by_role("listitem").filter(has_text=words)
    for _ in range(60):
        page.goto("/notifications/")
        if told.first.is_visible():
            break
        page.wait_for_timeout(250)
    return told.first.get_by_role("button", name="Open", exact=True)


def _total(page: Page) -> str:
    return page.locator(".p-card__figure").first.inner_text()


def _leaves_out_a_line(page: Page) -> None:
    """Chosen, looked at with its reason, and made."""
    page.get_by_text("Renew only some of it").click()
    page.locator(".p-choices__row label.cds--checkbox-label").first.click()
    expect(page.locator("#foreseen")).not_to_be_empty()
    page.get_by_role("button", name="See what this comes to").click()
    page.get_by_label(re.compile("^Why .* isn't renewed whole$")).fill("Taken out of use")
    page.get_by_role("button", name=re.compile("^Make version 2: ")).click()
