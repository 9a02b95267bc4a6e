"""A first look at a model: as many clips as there is time for."""

from __future__ import annotations

import pytest
import torch

from ml.checkpoints.card import ModelCard
from ml.checkpoints.weights import LoadedModel
from ml.config.callbacks import Callbacks
from ml.config.network import NetworkConfig
from ml.evaluation.evaluate import FEWEST_CLIPS, evaluate_splits, evaluate_within
from ml.nn.network import SampleCNN
from tests.ml.training.training_data import TINY_NETWORK, make_split

CPU = torch.device("cpu")


class Heard(Callbacks):
    def __init__(self, stop_at: int = 99) -> None:
        self.done, self.total, self.stop_at = 0, 0, stop_at

    def on_evaluated(self, split: str, done: int, total: int) -> None:
        self.done, self.total = done, total

    def should_stop(self) -> bool:
        return self.done >= self.stop_at


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    torch.manual_seed(0)
    config = NetworkConfig.from_dict({**TINY_NETWORK, "labels": 3})
    card = ModelCard("tiny", config.as_dict(), ["low", "other", "high"], "none")
    return LoadedModel(SampleCNN(config).eval(), card)


def test_with_time_for_all_it_says_what_a_whole_evaluation_says(model: LoadedModel) -> None:
    split, heard = make_split("validation", 10), Heard()
    found = evaluate_within(model, split, CPU, seconds=600, callbacks=heard)
    whole = evaluate_splits(model, [split], CPU)["validation"]
    assert found is not None
    assert (found.clips, heard.done, heard.total) == (10, 10, 10)
    assert found.macro_roc_auc == pytest.approx(whole["macro_roc_auc"])
    assert found.macro_average_precision == pytest.approx(whole["macro_average_precision"])


def test_without_time_it_hears_the_fewest_that_say_anything(model: LoadedModel) -> None:
    found = evaluate_within(model, make_split("validation", 20), CPU, seconds=0)
    assert found is not None
    assert found.clips == FEWEST_CLIPS


def test_it_stops_after_a_clip(model: LoadedModel) -> None:
    heard = Heard(stop_at=3)
    with pytest.raises(InterruptedError):
        evaluate_within(model, make_split("validation"), CPU, seconds=600, callbacks=heard)
    assert heard.done == 3


def test_where_nothing_can_be_ranked_there_is_no_figure(model: LoadedModel) -> None:
    assert evaluate_within(model, make_split("validation", 1), CPU, seconds=600) is None
