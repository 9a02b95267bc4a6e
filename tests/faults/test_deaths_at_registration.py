"""A worker dies while it registers a finished model: file and row are both there, or neither."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from ml.checkpoints.weights import load_model
from tagger.jobs import lifecycle
from tagger.models import Job, ModelVersion, Training, User
from tagger.operations.integrity.files import model_files, orphaned_weights
from tagger.operations.repair import repair
from tests.tagger.conftest import scratch_media, sent
from tests.tagger.training.test_manage import base, boss, other_weights, start, verdicts

from .dying_registration import POINTS

__all__ = ["base", "boss", "scratch_media", "sent", "verdicts"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sent"),
]
# What each death leaves behind without a row.
LEFT = {"weights": 1, "card": 2, "row": 2, "commit": 0}


def register(training: Training, weights: Path, point: str, data: Path) -> int:
    database = os.environ["TONEMARK_DATABASE_URL"].rpartition("/")[0]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
        "TONEMARK_DATA_DIR": str(data),
        "TONEMARK_DATABASE_URL": f"{database}/{connection.settings_dict['NAME']}",
    }
    command = ["-m", "tests.faults.dying_registration", str(training.pk), str(weights), point]
    return subprocess.run(
        [sys.executable, *command], cwd=django_settings.BASE_DIR, env=environment, check=False
    ).returncode


def test_a_finished_model_is_registered_once_however_often_its_worker_dies(
    boss: User, verdicts: None, tmp_path: Path
) -> None:
    training = start(boss)
    assert lifecycle.claim(str(training.job_id))
    weights = tmp_path / "new.safetensors"
    other_weights(weights)
    for point in POINTS:
        assert register(training, weights, point, tmp_path) == -signal.SIGKILL
        training.refresh_from_db()
        training.job.refresh_from_db()
        there = point == "commit"
        assert (training.model is not None) == there
        assert training.job.state == (Job.State.SUCCEEDED if there else Job.State.RUNNING)
        assert ModelVersion.objects.count() == 1 + there
        left = list(orphaned_weights(timezone.now() + timedelta(minutes=1)))
        assert len(left) == LEFT[point]
        assert all(map(repair, left))
    assert list(model_files()) == [None, None]
    assert training.model is not None
    assert load_model(training.model.weights.path).card.sha256 == training.model.sha256
