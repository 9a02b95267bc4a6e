"""Pictures of every page in both themes and two widths, to be looked at by a person.

    python -m tests.web.screenshots http://127.0.0.1:8000 --user admin --password … --out FOLDER

It photographs a running installation: fill its library first.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.web.browser.chromium import ARGUMENTS, CHROMIUM

WIDTHS = (1280, 360)
THEMES = ("light", "dark")
PAGES = {
    "library": "/",
    "tags": "/tags/",
    "upload": "/upload/",
    "account": "/account/",
    "status": "/status/",
    "trainings": "/trainings/",
    "training-new": "/trainings/new/",
    "vocabulary": "/vocabulary/",
}


def main() -> None:
    args = _arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for theme in THEMES:
            for width in WIDTHS:
                _photograph(browser, args, theme, width)
        browser.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("address", help="of a running installation")
    parser.add_argument("--user", default="admin")
    parser.add_argument("--password", required=True)
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    return parser.parse_args()


def _photograph(browser: Browser, args: argparse.Namespace, theme: str, width: int) -> None:
    context = browser.new_context(
        base_url=args.address,
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": width, "height": 800},
    )
    page = _signed_in(context, args)
    for name, path in (PAGES | _deeper(page)).items():
        page.goto(path)
        page.wait_for_timeout(800)
        page.screenshot(path=args.out / f"{name}-{theme}-{width}.png", full_page=True)
    context.close()


def _signed_in(context: BrowserContext, args: argparse.Namespace) -> Page:
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_label("Username").fill(args.user)
    page.get_by_label("Password").fill(args.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    return page


def _deeper(page: Page) -> dict[str, str]:
    """Pages that are only known once the library has been seen."""
    page.goto("/")
    tagged = page.locator(".track", has=page.locator(".chip")).first
    if not tagged.count():
        return {}
    return {
        "track": tagged.locator(".title").get_attribute("href") or "/",
        "tag": tagged.locator(".chip").first.get_attribute("href") or "/",
    }


if __name__ == "__main__":
    main()
