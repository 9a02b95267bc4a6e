"""What trainings start from: a small active model, and tracks that people have labelled."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from django.core.files import File

from ml.checkpoints.weights import ModelCard, save_model
from ml.config.labels import LABEL_NAMES
from ml.config.musicnn import MusicnnConfig
from ml.config.network import NetworkConfig
from ml.data.holdout import HOLDOUT_SHARE, in_holdout
from tagger.feedback.verdicts import give_verdict
from tagger.models import ModelVersion, Tag, Track, User, Verdict
from tagger.registry.versions import activate_model, install_model
from tests.audio_factory import tone, write
from tests.ml.second_network import CONFIG, facts, make_second
from tests.ml.training.training_data import TINY_NETWORK
from tests.web import rows

SECONDS = 3.0
SALT = "beep-78-"


# The features of its last three levels make an embedding of the size that tracks are kept with.
WIDE_AT_THE_END = TINY_NETWORK | {"widths": [4, 4, 4, 8, 8, 8, 256, 256, 512]}


def small_weights(
    folder: Path,
    name: str = "small",
    seed: int = 1,
    network: dict[str, Any] = TINY_NETWORK,
    **facts: Any,
) -> Path:
    """An untrained network that takes a second where the real one takes minutes."""
    import torch

    from ml.nn.network import SampleCNN

    torch.manual_seed(seed)
    config = NetworkConfig(**network, labels=len(LABEL_NAMES))
    card = ModelCard(name, config.as_dict(), list(LABEL_NAMES), "test", **facts)
    path = folder / f"{name}.safetensors"
    save_model(path, SampleCNN(config), card)
    return path


def small_model(folder: Path, name: str = "small") -> ModelVersion:
    """A version with such a network, made active."""
    version = install_model(small_weights(folder, name))
    activate_model(version)
    return ModelVersion.objects.get(pk=version.pk)


def model_with_a_second_network(folder: Path, speaks_for: list[str]) -> ModelVersion:
    """The same with a second network beside it, which knows and says these tags."""
    from ml.checkpoints.weights import load_model

    first = load_model(small_weights(folder))
    config = MusicnnConfig(**(CONFIG.as_dict() | {"labels": len(speaks_for)}))
    second = facts(speaks_for, dict.fromkeys(speaks_for, 1.0), config=config.as_dict())
    # None that a choice among hundredths comes to by itself.
    thresholds = dict.fromkeys(speaks_for, 0.4137)
    card = replace(first.card, name="pair", second=second, thresholds=thresholds)
    path = folder / "pair.safetensors"
    save_model(path, first.network, card, make_second(config))
    version = install_model(path)
    activate_model(version)
    return ModelVersion.objects.get(pk=version.pk)


def labelled(person: User, tag: str, answer: Verdict.Answer, count: int) -> list[Track]:
    """So many tracks, without sound, on whose `tag` the person has spoken.

    Every fourth is held out: left to chance, it might be none of a dozen.
    """
    tag_row = Tag.objects.get(name=tag)
    tracks = [rows.track(person) for _ in range(count)]
    for number, track in enumerate(tracks, 1):
        track.audio_sha256 = identity(track, in_validation=number % HOLDOUT_SHARE == 0)
        track.save()
        give_verdict(person, track, tag_row, answer)
    return tracks


def identity(track: Track, *, in_validation: bool) -> str:
    names = (f"{track.pk}-{number}" for number in itertools.count())
    return next(name for name in names if in_holdout(name) == in_validation)


def beep(path: Path, *, harsh: bool, pitch: float = 1.0) -> Path:
    """A sound of its own: a high, harsh beep, or a low hum."""
    wave = tone((2500 if harsh else 150) * pitch, SECONDS, 22_050)
    return write(path, np.float32(0.3) * np.sign(wave) if harsh else wave, 22_050)


def beeps(person: User, folder: Path, count: int) -> list[Track]:
    """Tracks with sound: every other one a high, harsh beep, the others low hums."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    made = []
    for k in range(count):
        harsh = k % 2 == 0
        path = beep(folder / f"{k}.wav", harsh=harsh, pitch=rng.uniform(0.8, 1.2))
        made.append(sounding(person, "Beep" if harsh else "Hum", path, f"{SALT}{k}"))
    return made


def sounding(person: User, title: str, path: Path, identity: str) -> Track:
    """A track with this sound. Whether it is held out depends on `identity` alone, which is why
    it does not depend on what other tests have made.
    """
    track = rows.track(person, title)
    track.file.storage.delete(str(track.file.name))
    with path.open("rb") as sound:
        track.file.save(path.name, File(sound))
    Track.objects.filter(pk=track.pk).update(audio_sha256=identity)
    return track
