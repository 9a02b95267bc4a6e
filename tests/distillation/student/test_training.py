"""A student learns, follows its clock and keeps what it has learnt."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from distillation.student.augmentation import Changes
from distillation.student.batches import VOICE_OVER_DB, Batches
from distillation.student.pool import unique_tags
from distillation.student.training import Settings, Student
from distillation.student.validation import Validator
from ml.config import NetworkConfig
from ml.nn import SampleCNN

from .pool_factory import TAGS, resident, targets

TINY = NetworkConfig(labels=len(TAGS), stem_width=4, widths=(4,) * 9, dropout=0.0)


def student(out: Path, **settings: object) -> Student:
    of = targets()
    of.hard[:2] = of.hard[2:4] = -1
    pool = resident(of)
    chosen = Settings(batch_size=4, warmup=2, look_seconds=1e9, **settings)  # type: ignore[arg-type]
    return Student(TINY, chosen, pool, pool, TAGS, out)


def test_a_voice_over_music_sings_and_is_not_voiceless() -> None:
    of = targets()
    of.scores[:, 1] = 0.9  # "no vocals", everywhere
    of.scores[3:6, 0] = of.scores[9:12, 0] = of.scores[15:18, 0] = 0.8  # the voices: female
    batches = Batches(resident(of), TAGS, 8, Changes(mixup=0.0), over=0.5)
    drawn = batches.draw()
    assert drawn.sound.shape == (8, 1, 59_049)
    assert (drawn.target[4:, 0] > 0.7).all()
    assert (drawn.target[4:, 1] < 0.1).all()
    assert VOICE_OVER_DB[0] < 0 < VOICE_OVER_DB[1]


def test_without_voices_nothing_is_laid_over() -> None:
    batches = Batches(resident(targets(kinds=("music",))), TAGS, 8, Changes(), over=0.5)
    assert len(batches.draw().sound) == 8


def test_training_ends_with_its_seconds_and_leaves_weights_and_a_curve(tmp_path: Path) -> None:
    one = student(tmp_path, seconds=7.0)
    curve = one.run()
    assert curve[-1]["updates"] == one.step > 1
    assert json.loads((tmp_path / "student.json").read_text())["curve"] == curve
    weights = load_file(tmp_path / "student-last.safetensors")
    network = SampleCNN(TINY)
    network.load_state_dict({name: value.float() for name, value in weights.items()})
    assert weights["output.weight"].dtype == torch.float16
    assert weights["stem.1.running_var"].dtype == torch.float32
    one.judge(one.validator.pool)
    assert json.loads((tmp_path / "student.json").read_text())["test"]["loss"] > 0
    assert np.load(tmp_path / "student-scores.npz")["test"].shape == (6, len(TAGS))


def test_the_average_follows_the_weights_and_the_loss_falls(tmp_path: Path) -> None:
    one = student(tmp_path)
    losses = []
    for _ in range(12):
        before = float(one._lost)
        one._update(0.0)
        losses.append(float(one._lost) - before)
    assert np.mean(losses[-4:]) < losses[0]
    away = (one.average.output.weight - one.network.output.weight).abs().max()
    assert 0 < away < 0.05


def test_a_loss_that_is_no_number_ends_it(tmp_path: Path) -> None:
    one = student(tmp_path)
    one._lost += torch.nan
    with pytest.raises(ArithmeticError, match="update 0"):
        one._wait()


def test_validation_ranks_by_hard_labels_and_elsewhere_by_the_teachers() -> None:
    of = targets(clips=12)
    of.hard[:] = -1
    of.hard[:, 0] = np.arange(12) % 2
    of.scores[:, 3] = np.repeat(np.arange(12) % 2 * 0.8, 3)
    figures = Validator(resident(of), TAGS).figures(SampleCNN(TINY).eval())
    assert figures["hard_tags"] == 1
    assert set(figures["teachers_per_tag"]) == {"million-song: rock"}
    assert 0 <= figures["hard_roc_auc"] <= 1


def test_tags_of_the_second_vocabulary_carry_its_name() -> None:
    tags = unique_tags(["rock", "rock"], ["magnatagatune", "million-song"])
    assert tags == ["rock", "million-song: rock"]
