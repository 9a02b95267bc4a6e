"""A hundred uploads side by side, against the running server and a real worker.

Short clips of our own; TONEMARK_REAL_UPLOADS=1 takes a hundred real ones of the stand-in music.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import urllib3

from tagger.accounts.tokens import make_token
from tagger.models import Analysis, ApiToken, Job, Track, User
from tagger.operations.bootstrap import ensure_model, ensure_vocabulary
from tests.audio_factory import tone, write
from tests.standin import standin
from tests.web import rows
from tests.web.browser.worker import worker

UPLOADS, TWICE = 100, 10
# Three times as many as there are connections to the database.
SIDE_BY_SIDE = 32
PATIENCE = 280

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def person(transactional_db: None) -> User:
    ensure_vocabulary()
    ensure_model()
    return rows.person("listener")


@pytest.fixture
def clips(tmp_path: Path) -> list[Path]:
    """Different sounds; the last ten are the first ten again."""
    real = standin() if "TONEMARK_REAL_UPLOADS" in os.environ else None
    if real:
        different = sorted(real.glob("mp3/*/*.mp3"))[: UPLOADS - TWICE]
    else:
        different = [
            write(tmp_path / f"{n}.wav", tone(200.0 + 10 * n, 3.0, rate=16_000), 16_000)
            for n in range(UPLOADS - TWICE)
        ]
    return different + different[:TWICE]


def upload(site: str, token: str, clip: Path) -> dict[str, Any]:
    response = urllib3.request(
        "POST",
        f"{site}/api/v1/tracks/",
        headers={"Authorization": f"Bearer {token}"},
        fields={"file": (clip.name, clip.read_bytes())},
        timeout=120,
        retries=False,
    )
    assert response.status in (200, 202), response.data
    return dict(response.json())


def test_a_hundred_uploads_side_by_side_end_tagged_and_none_twice(
    person: User, clips: list[Path], live_server: Any, tmp_path: Path
) -> None:
    token = make_token(person, "many", ApiToken.Scope.WRITE)[1]
    with worker(tmp_path / "worker.log"), ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        # Each of the ten beside its double.
        order = sorted(clips, key=lambda clip: clip.name)
        answers = list(threads.map(lambda clip: upload(live_server.url, token, clip), order))
        assert len(answers) == UPLOADS
        assert sum(answer["duplicate"] for answer in answers) == TWICE
        wait_until_all_ended(tmp_path / "worker.log")
    assert Track.objects.filter(state=Track.State.TAGGED).count() == UPLOADS - TWICE
    tagging = Job.objects.filter(kind=Job.Kind.TAG_TRACK)
    assert set(tagging.values_list("state", "attempts")) == {("succeeded", 1)}
    assert (tagging.count(), Analysis.objects.count()) == (UPLOADS - TWICE, UPLOADS - TWICE)


def wait_until_all_ended(log: Path) -> None:
    """As long as there is progress there is patience."""
    tagging = Job.objects.filter(kind=Job.Kind.TAG_TRACK, state__in=Job.OPEN_STATES)
    left, until = tagging.count(), time.monotonic() + PATIENCE
    while left:
        assert time.monotonic() < until, f"{left} are left; {log.read_text()[-2000:]}"
        time.sleep(0.3)
        now = tagging.count()
        if now < left:
            left, until = now, time.monotonic() + PATIENCE
