"""The icons of a device's home screen, drawn from static/favicon.svg.

    python -m tests.web.icons

Run it when the mark has changed; what it makes is kept in static/icons.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.web.browser.chromium import ARGUMENTS, CHROMIUM

STATIC = Path(__file__).resolve().parents[2] / "static"
SOURCE = STATIC / "favicon.svg"
ACCENT = "#0a6864"
# Name → size, and how much of the square the mark fills.
ICONS = {
    "icon-180.png": (180, 1.0),
    "icon-192.png": (192, 1.0),
    "icon-512.png": (512, 1.0),
    "icon-maskable-512.png": (512, 0.8),
}


def draw(browser: Browser, size: int, share: float) -> bytes:
    """A PNG. What must fill its square lies on the mark's own colour."""
    page = browser.new_page(viewport={"width": size, "height": size})
    ground = ACCENT if share < 1 else "transparent"
    mark = SOURCE.read_text(encoding="utf-8").replace("<svg ", f'<svg width="{size * share:.0f}" ')
    style = f"margin: 0; height: 100vh; display: grid; place-items: center; background: {ground}"
    page.set_content(f'<body style="{style}">{mark}</body>')
    drawn = page.screenshot(omit_background=True)
    page.close()
    return drawn


def main() -> None:
    (STATIC / "icons").mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, (size, share) in ICONS.items():
            (STATIC / "icons" / name).write_bytes(draw(browser, size, share))
        browser.close()


if __name__ == "__main__":
    main()
