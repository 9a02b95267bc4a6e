from __future__ import annotations

import socket
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from ml.checkpoints.weights import default_model_path
from ml.inference.tagger import Tagger
from tagger.analysis.tag_track import tag_track
from tagger.jobs.lifecycle import claim
from tagger.jobs.workers import announce_worker
from tagger.models import Job, Worker
from tagger.operations.bootstrap import ensure_model, ensure_vocabulary
from tagger.uploads.ingest import ingest
from tests.audio_factory import music, write
from tests.web import rows

pytestmark = pytest.mark.django_db


def tagger(**values: Any) -> Tagger:
    announced: Any = SimpleNamespace(
        **{"device": "cpu", "device_reason": "the CPU was asked for"} | values
    )
    return announced


def test_a_worker_is_known_by_its_name_and_told_once() -> None:
    announce_worker(tagger())
    announce_worker(tagger(device="cuda", device_reason="NVIDIA H200"))
    worker = Worker.objects.get()
    assert (worker.name, worker.device) == (socket.gethostname(), "cuda")
    assert worker.device_reason == "NVIDIA H200"


def test_a_reason_of_any_length_fits() -> None:
    assert len(announce_worker(tagger(device_reason="x" * 1000)).device_reason) == 255


def test_a_worker_not_seen_for_long_is_forgotten() -> None:
    long_ago = timezone.now() - timedelta(days=8)
    Worker.objects.create(name="gone", device="cpu", device_reason="", seen_at=long_ago)
    yesterday = timezone.now() - timedelta(days=1)
    Worker.objects.create(name="idle", device="cpu", device_reason="", seen_at=yesterday)
    announce_worker(tagger())
    assert set(Worker.objects.values_list("name", flat=True)) == {"idle", socket.gethostname()}


@pytest.mark.skipif(not default_model_path().exists(), reason="no model is shipped yet")
def test_analysing_a_track_tells_the_device(tmp_path: Any, settings: Any, sent: list[str]) -> None:
    settings.DEVICE = "cpu"
    ensure_vocabulary()
    ensure_model()
    path = write(tmp_path / "melody.flac", music(4.0))
    owner = rows.person()
    ingested = ingest(
        path, path.name, library=owner.personal_library, by=owner, trigger=Job.Trigger.API
    )
    assert ingested.job is not None
    job = claim(str(ingested.job.pk))
    assert job is not None
    tag_track(job)
    worker = Worker.objects.get()
    assert worker.device == "cpu"
    assert worker.device_reason.endswith("; the CPU was asked for")
