from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files import File

from tagger.models import Job, ModelVersion, User
from tagger.platform.storage.local import FolderStorage
from tagger.training.run import run_folder, run_training
from tests.tagger.conftest import scratch_media, sent
from tests.tagger.training.test_run import begin, boss, folder

from .small_disk import disk, filled

__all__ = ["boss", "disk", "folder", "scratch_media", "sent"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sent"),
]


def test_one_without_room_fails_with_a_sentence_and_leaves_nothing(boss: User, disk: Path) -> None:
    with filled(disk):
        refused, job = begin(boss, verdicts=False)
        run_training(job)
    refused.job.refresh_from_db()
    assert refused.job.state == Job.State.FAILED
    assert "disk" in refused.job.error_detail
    assert not run_folder(refused).exists()

    learnt, job = begin(boss, verdicts=False, epochs=1)
    run_training(job)
    learnt.job.refresh_from_db()
    assert learnt.job.state == Job.State.SUCCEEDED, learnt.job.error_detail

    # What it learns from is decoded by now: this one meets the end of the disk as it saves.
    with filled(disk, but=16_384):
        stopped, job = begin(boss, verdicts=False, epochs=1)
        run_training(job)
        stopped.job.refresh_from_db()
        assert (stopped.job.state, stopped.job.error_code) == ("failed", "storage-full")
        assert "Make room" in stopped.job.error_detail
        assert not run_folder(stopped).exists()
    assert ModelVersion.objects.count() == 2


def test_half_a_model_is_never_kept(boss: User, disk: Path, tmp_path: Path) -> None:
    weights = tmp_path / "models" / "small.safetensors"
    store = FolderStorage(location=disk / "models")
    with (
        filled(disk, but=weights.stat().st_size // 2),
        weights.open("rb") as content,
        pytest.raises(OSError, match="No space left"),
    ):
        store.save("small.safetensors", File(content))
    assert list((disk / "models").iterdir()) == []
