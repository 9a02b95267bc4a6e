from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tagger.models import Activation, Job, ModelVersion, Track, User, Verdict
from tagger.registry.archive import export_model
from tests.access.targets import targets
from tests.audio_factory import tone, write
from tests.tagger.conftest import scratch_media, sent, token_client
from tests.tagger.training.training_rows import labelled, small_model
from tests.web import rows

from .operations import EXAMPLE_TRACK, World

__all__ = ["scratch_media", "sent"]


@pytest.fixture
def base(owner: User, tmp_path: Path) -> ModelVersion:
    return small_model(tmp_path)


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> None:
    """A data set that is known; nothing of it is read."""
    settings.TRAINING_DATA = [tmp_path / "magnatagatune"]
    (tmp_path / "magnatagatune").mkdir()
    (tmp_path / "magnatagatune" / "annotations_final.csv").touch()
    settings.FOLDERS = [tmp_path / "music"]
    (tmp_path / "music").mkdir()


@pytest.fixture
def world(
    base: ModelVersion,
    song: Track,
    tmp_path: Path,
    sent: list[str],
    folder: None,
    one_sample: None,
) -> World:
    """A staff member's library in which everything can be done."""
    User.objects.filter(pk=rows.owner_of(song).pk).update(is_staff=True)
    package = tmp_path / "model.zip"
    with package.open("wb") as file:
        export_model(base, file)
    known = targets(song)
    for answer in Verdict.Answer:
        labelled(rows.owner_of(song), "harp", answer, 12)
    former = ModelVersion.objects.get(name=known["candidate_name"])
    Activation.objects.create(model=base, former=former, trigger=Job.Trigger.API)
    song_file = write(tmp_path / "song.wav", tone(440.0, 1.0))
    return World(
        client=token_client(User.objects.get(pk=rows.owner_of(song).pk)),
        targets=known | {"name": base.name},
        files={"file": song_file, "package": package},
        meant={
            "default": base.name,
            EXAMPLE_TRACK: str(rows.track(rows.owner_of(song)).pk),
            "/srv/music": str(tmp_path / "music"),
            "jonas": rows.person().username,
        },
    )
