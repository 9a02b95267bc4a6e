from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ml.checkpoints.weights import LoadedModel, ModelCard
from ml.data.magnatagatune.split import Split
from ml.export import second as module
from ml.export.release import make_release
from ml.export.second import keep_second
from ml.nn.network import NetworkConfig, SampleCNN
from tests.ml.second_network import save_pair
from tests.ml.training.training_data import TAGS, make_split

CPU = torch.device("cpu")
TRAIN, VALIDATION = make_split("train", 8), make_split("validation", 8, seed=1)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    """It speaks for both labels."""
    return save_pair(
        tmp_path_factory.mktemp("base") / "base.safetensors", TAGS, dict.fromkeys(TAGS, 0.5)
    )


@pytest.fixture
def trained(base: LoadedModel) -> LoadedModel:
    """With one label more than the base had."""
    torch.manual_seed(3)
    network = SampleCNN(NetworkConfig(labels=3, stem_width=8, widths=(8,) * 9)).eval()
    card = ModelCard("trained", network.config.as_dict(), [*TAGS, "new"], "CC0")
    return LoadedModel(network, card)


@pytest.fixture
def areas(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trunk hears "high" better, the second network hears "low" better."""
    found = iter([[0.9, 0.6], [0.8, 0.7]])
    monkeypatch.setattr(module, "_areas", lambda split, scores: next(found))


def known_of(split: Split, *labels: str) -> Split:
    known = np.array([[tag in labels for tag in split.tags]] * len(split))
    return replace(split, known=known, hard=split.hard * known)


def speaks_for(model: LoadedModel) -> list[str]:
    return list(model.card.second.get("speaks_for", {}))


@pytest.mark.usefixtures("areas")
def test_of_two_networks_that_hear_a_label_the_better_one_says_it(
    trained: LoadedModel, base: LoadedModel
) -> None:
    kept = keep_second(trained, base, TRAIN, VALIDATION, CPU)
    assert speaks_for(kept) == ["low"]
    assert kept.second is base.second
    assert kept.network is trained.network
    assert kept.card.labels == [*TAGS, "new"]


def test_labels_that_nobody_has_told_it_stay_with_the_second(
    trained: LoadedModel, base: LoadedModel
) -> None:
    kept = keep_second(trained, base, known_of(TRAIN), VALIDATION, CPU)
    assert speaks_for(kept) == TAGS


def test_without_clips_to_judge_by_it_stays_with_the_second(
    trained: LoadedModel, base: LoadedModel
) -> None:
    few = make_split("validation", 4)
    assert speaks_for(keep_second(trained, base, TRAIN, few, CPU)) == TAGS


def test_a_second_that_is_heard_no_more_is_left_out(
    trained: LoadedModel, base: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_areas", lambda split, scores: [0.5, 0.5])
    kept = keep_second(trained, base, TRAIN, VALIDATION, CPU)
    assert kept.second is None
    assert kept.card.second == {}


def test_an_area_counts_the_clips_of_which_a_label_is_known() -> None:
    hard = np.array([[1, 1], [0, 0], [1, 0], [0, 0]], dtype=np.uint8)
    known = np.array([[True, True], [True, True], [False, True], [True, True]])
    split = replace(make_split("validation", 4), hard=hard, known=known)
    scores = np.array([[0.9, 0.2], [0.1, 0.1], [0.0, 0.9], [0.2, 0.3]], dtype=np.float32)
    assert module._areas(split, scores) == [1.0, pytest.approx(1 / 3)]


def test_a_released_model_has_its_second_network_in_half_precision(
    base: LoadedModel, tmp_path: Path
) -> None:
    release = make_release(base, VALIDATION, None, CPU)
    assert release.second is not None
    assert release.card.second == base.card.second
    assert release.largest_change <= 0.005
