"""Photographs pages of a running portal: phone and desktop, light and dark, English and Danish.

    python scripts/screenshots.py http://127.0.0.1:8000 visitor:/ mette:/home/ rikke:/admin/

Each argument after the address is PERSONA:PATH; without any, the first pages of every persona are taken. Pictures go
to screenshots/. Prints one line for each page that scrolls sideways, answers with an error or writes to the
browser's console (a breach of the content security policy, for one), and then exits 1.
"""

import argparse
import re
import shutil
import sys
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

OUT = Path(__file__).resolve().parent.parent / "screenshots"
PASSWORD = "demo-demo-demo"  # the demonstration's own, printed by make demo
PERSONAS = {
    "mette": "mette@nordvind.example",
    "lars": "lars@fjordbyg.example",
    "anna": "anna@sydhavn.example",
    "jonas": "jonas@partner.example",
    "rikke": "rikke@rep.example",
    "soren": "soren@rep.example",
    "admin": "admin@portal.example",
}
FIRST_PAGES = ["visitor:/", "visitor:/accounts/login/", "mette:/home/", "jonas:/home/", "rikke:/admin/"]
WIDTHS = {360: 740, 1440: 900}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def sign_in(context: BrowserContext, base: str, persona: str) -> None:
    """As a person does it: the form at /accounts/login/."""
    page = context.new_page()
    page.goto(f"{base}/accounts/login/")
    page.fill("input[name=login]", PERSONAS[persona])
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    page.close()


def photograph(page: Page, url: str, target: Path) -> list[str]:
    """One picture of the whole page; what looked wrong about it."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    answer = page.goto(url, wait_until="networkidle")
    if answer is None or answer.status >= 400:
        said.append(f"answered {answer.status if answer else 'nothing'}")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if overflow > 0:
        said.append(f"scrolls {overflow} px sideways")
    page.screenshot(path=target, full_page=True)
    return [f"{target.name}: {line}" for line in said]


def take(browser: Browser, base: str, wanted: list[tuple[str, str]], languages: list[str], out: Path) -> list[str]:
    """Every wanted page in every language, width and color scheme; what looked wrong."""
    wrong: list[str] = []
    by_persona: dict[str, list[str]] = {}
    for persona, path in wanted:
        by_persona.setdefault(persona, []).append(path)
    for (persona, paths), language in product(by_persona.items(), languages):
        context = browser.new_context(locale=language)
        context.add_cookies([{"name": "django_language", "value": language, "url": base}])
        if persona != "visitor":
            sign_in(context, base, persona)
        for path, (width, height), scheme in product(paths, WIDTHS.items(), SCHEMES):
            page = context.new_page()
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            name = re.sub(r"\W+", "-", path).strip("-") or "first"
            wrong += photograph(page, base + path, out / f"{persona}-{name}-{language}-{width}-{scheme}.png")
            page.close()
        context.close()
    return wrong


def main() -> int:
    """Reads the command line, takes the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("base", help="address of the running portal, such as http://127.0.0.1:8000")
    parser.add_argument(
        "pages", nargs="*", default=FIRST_PAGES, help="PERSONA:PATH; persona visitor, " + ", ".join(PERSONAS)
    )
    parser.add_argument("--languages", default="en,da")
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    wanted = [(persona, path) for persona, _, path in (page.partition(":") for page in given.pages)]
    unknown = sorted({persona for persona, _path in wanted} - set(PERSONAS) - {"visitor"})
    if unknown:
        print(f"Unknown persona: {', '.join(unknown)}. Known: visitor, {', '.join(PERSONAS)}.", file=sys.stderr)
        return 1
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        print("No Chromium on PATH. Remedy: apt-get install chromium.", file=sys.stderr)
        return 1
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        wrong = take(browser, given.base.rstrip("/"), wanted, given.languages.split(","), given.out)
        browser.close()
    print("\n".join([*wrong, f"Pictures in {given.out}"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
