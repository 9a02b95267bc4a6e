"""A scan whose process is killed outright goes on where it was: nothing twice, nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from tagger.folders import scan as scanning
from tagger.folders.manage import request_scan
from tagger.models import Folder, Job, Place, Track
from tagger.tasks import run_job
from tests.audio_factory import tone, write

pytestmark = pytest.mark.django_db(transaction=True)
FILES, PATIENCE = 40, 90
SCAN = """
import sys, django
django.setup()
from tagger.folders import scan
from tagger.tasks import run_job
scan.REST_SECONDS = -1e9
run_job(sys.argv[1])
"""


def test_what_was_read_before_the_kill_is_not_read_again(
    folder: Folder,
    music: Path,
    sent: list[str],
    scratch_media: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(FILES - 2):
        write(music / f"{number}.wav", tone(300 + 10 * number, 0.2))
    job = request_scan(folder, by=None, trigger=Job.Trigger.WEB)
    database = os.environ["TONEMARK_DATABASE_URL"].rpartition("/")[0]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
        "TONEMARK_DATA_DIR": str(tmp_path / "data"),
        "TONEMARK_DATABASE_URL": f"{database}/{connection.settings_dict['NAME']}",
        "TONEMARK_FOLDERS": str(music.parent),
    }
    child = subprocess.Popen(
        [sys.executable, "-c", SCAN, str(job.pk)], cwd=django_settings.BASE_DIR, env=environment
    )
    until = time.monotonic() + PATIENCE
    while Track.objects.count() < 3:
        assert child.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    read_before = set(Track.objects.values_list("pk", flat=True))
    assert 3 <= len(read_before) < FILES, "it was killed in the middle"

    monkeypatch.setattr(scanning, "REST_SECONDS", -1e9)
    Job.objects.update(lease_until=timezone.now())  # half a minute later
    run_job(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.SUCCEEDED, 2)
    assert Track.objects.count() == FILES
    assert read_before <= set(Track.objects.values_list("pk", flat=True))
    assert Place.objects.filter(state=Place.State.PRESENT).count() == FILES
    # Of the file that it was at, the database may have kept the track after the process was gone.
    assert FILES - job.result["read"] - len(read_before) in (0, 1)
