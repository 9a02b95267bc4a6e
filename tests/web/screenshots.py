"""Pictures of every page in both themes and two widths, to be looked at by a person.

    python -m tests.web.screenshots http://127.0.0.1:8000 --user admin --password … --out FOLDER

It photographs a running installation: fill its library first. With --docs the pictures of the
documentation (docs/images) are made anew as well.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import (
    Browser,
    BrowserContext,
    FloatRect,
    Locator,
    Page,
    sync_playwright,
)

from tests.web.browser.chromium import ARGUMENTS, CHROMIUM

WIDTHS = (1280, 360)
THEMES = ("light", "dark")
IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
# Page, theme and width → the picture of it in the documentation.
DOCS = {
    "library-light-1280": "library",
    "track-light-1280": "track",
    "track-dark-1280": "track-dark",
    "track-light-360": "track-phone",
    "training-light-1280": "training",
    "training-dark-1280": "training-dark",
    "compare-light-1280": "compare",
    "compare-dark-1280": "compare-dark",
    "members-light-1280": "members",
    "members-dark-1280": "members-dark",
    "folder-light-1280": "folder",
    "folder-dark-1280": "folder-dark",
    "models-light-1280": "models",
    "models-dark-1280": "models-dark",
}
# Of a page with a long table the documentation shows the top, pixels high.
TALLEST = 1400
PAGES = {
    "library": "/",
    "tags": "/tags/",
    "upload": "/upload/",
    "trash": "/trash/",
    "jobs": "/jobs/",
    "models": "/models/",
    "account": "/account/",
    "webhooks": "/account/webhooks/",
    "status": "/status/",
    "trainings": "/trainings/",
    "training-new": "/trainings/new/",
    "vocabulary": "/vocabulary/",
    "libraries": "/libraries/",
    "folders": "/folders/",
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
    parser.add_argument("--docs", action="store_true", help="make docs/images anew as well")
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
        _unfold(page)
        seen = f"{name}-{theme}-{width}"
        page.screenshot(path=args.out / f"{seen}.png", full_page=True)
        if args.docs and seen in DOCS:
            _for_docs(page, IMAGES / f"{DOCS[seen]}.png")
    context.close()


def _for_docs(page: Page, path: Path) -> None:
    width, height = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
    clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST)}
    page.screenshot(path=path, full_page=True, clip=clip)


def _signed_in(context: BrowserContext, args: argparse.Namespace) -> Page:
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_label("Username").fill(args.user)
    page.get_by_label("Password").fill(args.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    return page


def _unfold(page: Page) -> None:
    """A track with all its lanes."""
    button = page.get_by_role("button", name="Spectrogram")
    if button.count():
        button.click()
        page.wait_for_selector("#spectrogram.drawn", timeout=60_000)
        page.get_by_role("heading").first.click()


def _deeper(page: Page) -> dict[str, str]:
    """Pages that are only known once others have been seen, where there is anything on them."""
    page.goto("/")
    tagged = page.locator(".track", has=page.locator(".chip")).first
    places = {"track": tagged.locator(".title"), "tag": tagged.locator(".chip").first}
    known = _addresses(places)
    page.goto("/models/")
    table = page.locator(".models")
    links = {name: table.get_by_role("link", name=name).first for name in ("Compare", "Promote")}
    links |= {"model": table.locator("h2 a").first}
    links |= {"rollback": page.get_by_role("link", name="Roll back to")}
    known |= _addresses({name.lower(): link for name, link in links.items()})
    page.goto("/libraries/")
    known |= _addresses({"members": page.locator(".library-list a").last})
    page.goto("/folders/")
    known |= _addresses({"folder": page.locator("#folders-list h2 a").first})
    page.goto("/trainings/")
    ended = page.locator(".trainings tbody tr", has=page.locator("td:last-child a")).first
    return known | _addresses({"training": ended.locator("a").first})


def _addresses(links: dict[str, Locator]) -> dict[str, str]:
    return {name: link.get_attribute("href") or "/" for name, link in links.items() if link.count()}


if __name__ == "__main__":
    main()
