"""The second network's head learns what its pool says, and stays near its teacher elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from distillation.networks import MILLION_SONG_TAGS
from distillation.second import fit as module
from distillation.second.features import hear
from distillation.second.fit import Heard, fit, loss_of
from distillation.student.targets import Targets
from ml.audio.reading import SEGMENT_SAMPLES
from ml.config.labels import LABELS
from ml.config.musicnn import MusicnnConfig
from tests.audio_factory import tone, write
from tests.distillation.student.pool_factory import targets as few_targets
from tests.ml.second_network import make_second

TAGS = [label.name for label in LABELS]
SMALL = MusicnnConfig(labels=len(MILLION_SONG_TAGS), timbre=4, rhythm=2, middle=4, hidden=5)


def targets(clips: int) -> Targets:
    """Every other clip is one of a woman who sings; of nothing else anybody knows."""
    few = few_targets(clips)
    shape = (few.segments.sum(), len(TAGS))
    scores = np.zeros(shape, np.float32)
    counts = np.zeros(shape, bool)
    column = TAGS.index("female")
    scores[:, column] = np.repeat(np.arange(clips) % 2, few.segments)
    counts[:, column] = True
    return replace(
        few,
        tags=TAGS,
        scores=scores,
        counts=counts,
        lowest=np.zeros((clips, len(TAGS)), np.float32),
        highest=np.ones((clips, len(TAGS)), np.float32),
    )


@pytest.fixture
def heard() -> Heard:
    """One feature says which clips are of a woman."""
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(12 * 3, SMALL.features, generator=generator)
    features[:, 0] = 3 * (torch.arange(12) % 2).repeat_interleave(3)
    return Heard(features, torch.arange(12 * 3))


@pytest.mark.slow
def test_it_learns_a_tag_that_the_teacher_never_had(
    heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 16)
    monkeypatch.setattr(module, "PASSES", 120)
    teacher = make_second(SMALL)
    made = fit(teacher, heard, targets(12))
    logits = made.output(made.hidden(heard.features).relu())[:, TAGS.index("female")]
    is_woman = (torch.arange(12) % 2).repeat_interleave(3).bool()
    assert logits[is_woman].min() > logits[~is_woman].max()
    before = teacher.output(teacher.hidden(heard.features).relu()).sigmoid()
    after = made.output(made.hidden(heard.features).relu()).sigmoid()
    own = [TAGS.index(f"million-song: {tag}") for tag in MILLION_SONG_TAGS]
    assert (after[:, own] - before).abs().mean() < 0.06
    ears = made.state_dict()
    assert ears["timbre.0.conv.weight"].equal(teacher.state_dict()["timbre.0.conv.weight"])


def test_what_nobody_knows_costs_nothing() -> None:
    unknown = torch.tensor([[1.0, float("nan")]])
    assert loss_of(torch.tensor([[0.3, 9.0]]), unknown) == loss_of(
        torch.tensor([[0.3, -9.0]]), unknown
    )


def test_the_pools_train_clips_are_heard_and_no_others(tmp_path: Path) -> None:
    of = targets(4)
    seconds = 3 * SEGMENT_SAMPLES / 22_050
    folder = tmp_path
    for name in of.names:
        write(folder / f"{name}.wav", tone(440, seconds, 22_050), 22_050)
    names = [f"{name}.wav" for name in of.names]
    splits = ["train", "test", "train", "validation"]
    heard = hear(make_second(SMALL), folder, replace(of, names=names, splits=splits))
    assert heard.rows.tolist() == [0, 1, 2, 6, 7, 8]
    assert heard.features.shape == (6, SMALL.features)
