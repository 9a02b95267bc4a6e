"""The people and the song of every test; a header that says what is tested, in which browser."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tagger.models import Track, User
from tagger.operations.bootstrap import ensure_vocabulary
from tests.web.browser.chromium import CHROMIUM

from .emptying import delete_rows
from .garbage import collect_seldom
from .services import choose_template
from .standin import standin
from .web import rows

DATABASE = {"db", "transactional_db", "live_server"}
NO_BROWSER = (
    f"there is no browser at {CHROMIUM}: install Chromium, or name one in TONEMARK_CHROMIUM"
)


def pytest_report_header() -> list[str]:
    music = standin()
    return [
        f"audio: real clips of {music}" if music else "audio: generated, since no clips are here",
        f"browser: {CHROMIUM}" if CHROMIUM.exists() else f"browser tests are skipped: {NO_BROWSER}",
    ]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    for item in items:
        if item.get_closest_marker("django_db") or DATABASE & set(_fixtures_of(item)):
            item.add_marker(pytest.mark.database)
        if item.get_closest_marker("browser") and not CHROMIUM.exists():
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))
    yield
    # What may take minutes, most of which it waits, begins first: at the end the others would have
    # nothing left to do beside it.
    items.sort(key=_patience, reverse=True)


def _patience(item: pytest.Item) -> float:
    own = item.get_closest_marker("timeout")
    return float(own.args[0]) if own else 0.0


def pytest_collection_finish() -> None:
    """Thousands of tests stay until the end; to look through them again and again for what could
    be freed took a tenth of all the time.
    """
    gc.collect()
    collect_seldom()


def _fixtures_of(item: pytest.Item) -> list[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else []


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """pytest-django asks for this before it creates a database."""
    with django_db_blocker.unblock():
        choose_template()


@pytest.fixture(scope="session", autouse=True)
def quick_emptying() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as here:
        here.setattr(TransactionTestCase, "_fixture_teardown", delete_rows)
        yield


@pytest.fixture(scope="session")
def one_sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The program plays its sample once, and not for each who asks: that takes a second of work."""
    import ml.sample

    played, play = tmp_path_factory.mktemp("sample") / "sample.flac", ml.sample.write_sample

    def copy(path: Path) -> None:
        if not played.exists():
            play(played)
        shutil.copyfile(played, path)

    with pytest.MonkeyPatch.context() as here:
        here.setattr(ml.sample, "write_sample", copy)
        yield


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
