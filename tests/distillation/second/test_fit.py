"""The second network's head learns what its pool says, and stays near its teacher elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from distillation.networks import MILLION_SONG_TAGS
from distillation.pool.noises import RULES
from distillation.pool.store import Origin, Writer
from distillation.pool.textures import SAMPLES
from distillation.second import fit as module
from distillation.second.features import hear, hear_noises
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
    return Heard(features, torch.from_numpy(targets(12).bounded()), torch.ones(12 * 3))


@pytest.fixture
def noises() -> Heard:
    """Another feature says what is no music; some of it sounds like a woman too."""
    generator = torch.Generator().manual_seed(1)
    features = torch.randn(20, SMALL.features, generator=generator)
    features[:, 0] = 3 * (torch.arange(20) % 2)
    features[:, 1] = 6
    return Heard(features, torch.full((20, len(TAGS)), 0.01), torch.ones(20))


@pytest.mark.slow
def test_it_learns_a_tag_that_the_teacher_never_had(
    heard: Heard, noises: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 16)
    monkeypatch.setattr(module, "PASSES", 120)
    teacher = make_second(SMALL)
    own = [TAGS.index(f"million-song: {tag}") for tag in MILLION_SONG_TAGS]
    before = teacher.output(teacher.hidden(heard.features).relu()).sigmoid()
    heard.wanted[:, own] = before.detach()
    made = fit(teacher, heard, noises, TAGS)
    after, of_noises = (
        made.output(made.hidden(each.features).relu()).sigmoid() for each in (heard, noises)
    )
    woman = after[:, TAGS.index("female")]
    is_woman = (torch.arange(12) % 2).repeat_interleave(3).bool()
    assert woman[is_woman].min() > woman[~is_woman].max()
    assert (after[:, own] - before).abs().mean() < 0.06
    assert of_noises.mean() < 0.05
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
    of = replace(of, names=names, splits=splits)
    heard = hear(make_second(SMALL), folder, of)
    column = TAGS.index("female")
    assert heard.features.shape == (6, SMALL.features)
    assert heard.wanted.shape == (6, len(TAGS))
    assert heard.wanted[:, column].tolist() == [0.0] * 6
    assert heard.wanted[:, column + 1].isnan().all()


def test_noises_that_came_after_the_targets_are_heard_and_wanted_low(tmp_path: Path) -> None:
    sound = np.asarray(np.random.default_rng(0).standard_normal(SAMPLES) / 9, np.float32)
    writer = Writer(tmp_path)
    origin = Origin("synthesis", "CC0-1.0")
    for name, kind in (("old", "noise"), ("new", "noise"), ("song", "music")):
        writer.add(name, kind, sound, origin, RULES if kind == "noise" else {}, weight=2.0)
    of = replace(targets(2), names=["audio/noise/old.opus", "another"])
    heard = hear_noises(make_second(SMALL), tmp_path, of)
    assert heard.features.shape == (3, SMALL.features)
    assert heard.chances.tolist() == [2.0] * 3
    assert heard.wanted[0, TAGS.index("rock")].item() == pytest.approx(0.3 * 0.05)
    assert heard.wanted[0, TAGS.index("ambient")].item() == pytest.approx(0.3 * 0.12)
    with pytest.raises(ValueError, match="no noises"):
        hear_noises(make_second(SMALL), tmp_path / "empty", of)


def test_so_much_of_what_is_drawn_is_no_music(heard: Heard, noises: Heard) -> None:
    together = heard.beside(noises, 0.2)
    assert together.chances[len(heard.chances) :].sum().item() == pytest.approx(0.2)
    assert together.chances.sum().item() == pytest.approx(1)
