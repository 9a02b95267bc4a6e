"""Says at the top of a run which music the tests hear, and whether there is a browser."""

from __future__ import annotations

import pytest

from tests.standin import standin
from tests.web.browser.chromium import CHROMIUM

NO_BROWSER = (
    f"there is no browser at {CHROMIUM}: install Chromium, or name one in TONEMARK_CHROMIUM"
)


def pytest_report_header() -> list[str]:
    music = standin()
    return [
        f"audio: real clips of {music}" if music else "audio: generated, since no clips are here",
        f"browser: {CHROMIUM}" if CHROMIUM.exists() else f"browser tests are skipped: {NO_BROWSER}",
    ]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM.exists():
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))
