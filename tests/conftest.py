"""The people and the song of every test; a header that says what is tested, in which browser."""

from __future__ import annotations

import pytest

from tagger.models import Track, User
from tagger.operations.bootstrap import ensure_vocabulary
from tests.web.browser.chromium import CHROMIUM

from .standin import standin
from .web import rows

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


@pytest.fixture
def owner(db: None) -> User:
    ensure_vocabulary()
    return rows.person("owner")


@pytest.fixture
def outsider(db: None) -> User:
    return rows.person("outsider")


@pytest.fixture
def song(owner: User) -> Track:
    """A tagged track: surely a guitar, hardly a piano."""
    return rows.analysed(rows.track(owner, "Blue hour", artist="Mira"), guitar=0.9, rock=0.6)
