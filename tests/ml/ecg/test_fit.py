"""What a training does to the beats that it is shown."""

from __future__ import annotations

import numpy as np
import torch

from ml.ecg.fit import PREDICTION_BATCH, FitSettings, augmented, fit, probabilities
from ml.ecg.networks import make_network

BEATS = torch.zeros(200, 2, 128)


def test_the_rhythm_is_hidden_from_a_share_of_the_beats_and_never_bent() -> None:
    torch.manual_seed(0)
    beats = BEATS + 1
    shown = augmented(beats, FitSettings(noise=0, jitter=0, drift=0.5, rhythm_dropout=0.3))
    hidden = (shown[:, 1] == 0).all(1)
    assert 0.2 < hidden.float().mean() < 0.4
    assert (shown[~hidden, 1] == 1).all()


def test_a_drift_is_slow_and_another_one_for_every_beat() -> None:
    torch.manual_seed(0)
    shown = augmented(BEATS, FitSettings(noise=0, jitter=0, drift=0.5))[:, 0]
    assert 0.3 < float(shown.std()) < 0.5
    assert float(shown.diff(dim=1).abs().max()) < 0.2
    assert float(torch.corrcoef(shown[:50]).triu(1).abs().median()) < 0.5


def test_without_drift_and_dropout_beats_get_noise_and_a_shift_alone() -> None:
    torch.manual_seed(0)
    beats = torch.randn(4, 3, 128)
    shown = augmented(beats, FitSettings(noise=0, jitter=3))
    moves = [torch.equal(shown, torch.roll(beats, move, -1)) for move in range(-3, 4)]
    assert sum(moves) == 1


def test_a_beat_too_many_for_whole_batches_is_no_hindrance() -> None:
    inputs = np.random.default_rng(0).normal(size=(PREDICTION_BATCH + 1, 2, 128)).astype(np.float32)
    classes = np.arange(len(inputs)) % 5
    network = fit(make_network("rese", 2, 5), inputs, classes, 5, seed=0, settings=FitSettings(1))
    assert np.allclose(probabilities(network, inputs).sum(1), 1, atol=1e-5)
