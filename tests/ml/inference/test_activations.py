"""Kept activations: what another output layer makes of them is what hearing again would give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES
from ml.checkpoints.trunk import trunk_sha256
from ml.checkpoints.weights import WeightsError, default_model_path, load_model, save_model
from ml.inference.activations import ActivationsError, SegmentActivations
from ml.inference.output_layer import OutputLayer
from ml.inference.tagger import Tagger
from ml.runtime.int8 import share_int8
from tests import audio_factory as factory

# What re-tagging may differ by from hearing again.
MOST = 0.005
SECONDS = 8 * SEGMENT_SAMPLES / SAMPLE_RATE


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default model with other outputs, as a fine-tuning leaves it, in half precision."""
    weights = default_model_path()
    model = load_model(weights)
    torch.manual_seed(1)
    with torch.no_grad():
        model.network.output.weight.add_(torch.randn_like(model.network.output.weight) * 0.05)
    path = tmp_path_factory.mktemp("tuned") / "tuned.safetensors"
    card = save_model(path, model.network.half(), model.card, model.second)
    share_int8(weights, model.card.sha256, path, card.sha256)
    return path


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Music, four segments without a sound, music."""
    sound = factory.music(SECONDS)
    rate = sound.shape[1] / SECONDS
    third = int(SEGMENT_SAMPLES / SAMPLE_RATE * rate)
    sound[:, 2 * third : 6 * third] = 0
    return factory.write(tmp_path_factory.mktemp("song") / "song.flac", sound)


def test_scores_of_kept_activations_are_those_of_hearing_again(tuned: Path, song: Path) -> None:
    kept = Tagger.load(threads=1).analyse(song).activations
    assert kept is not None
    rescored = OutputLayer.load(tuned).rescore(SegmentActivations.from_bytes(kept.to_bytes()))
    heard = Tagger.load(tuned, threads=1).analyse(song)
    np.testing.assert_allclose(rescored.scores, heard.scores, rtol=0, atol=MOST)
    np.testing.assert_allclose(rescored.mean_scores, heard.mean_scores, rtol=0, atol=MOST)
    assert rescored.embedding @ heard.embedding > 0.9999
    assert rescored.silent_segments == heard.silent_segments


def test_silent_segments_are_marked_and_no_part_of_the_tracks_scores(song: Path) -> None:
    heard = Tagger.load(threads=1).analyse(song)
    # Beside the two whole ones, resampling lets the music ring on.
    assert heard.silent_segments == (3, 4)
    sounding = np.delete(heard.scores, heard.silent_segments, axis=0)
    np.testing.assert_allclose(heard.mean_scores, sounding.mean(axis=0), atol=1e-6)
    assert np.abs(heard.mean_scores - heard.scores.mean(axis=0)).max() > 0.01
    assert "silent" not in heard.notes


def test_a_segment_takes_about_a_kilobyte_at_most(song: Path) -> None:
    kept = Tagger.load(threads=1).analyse(song).activations
    assert kept is not None
    assert len(kept.to_bytes()) < 1_100 * len(kept.levels)


def test_activations_may_be_negative_and_constant() -> None:
    values = np.array([[-2.0, 0.5, 3.0], [0.25, 0.25, 0.25]], np.float32)
    kept = SegmentActivations.of(values, np.array([False, True]))
    np.testing.assert_allclose(kept.values(), values, atol=5 / 510 + 1e-6)


def test_models_that_differ_in_outputs_alone_share_a_trunk(tuned: Path, tmp_path: Path) -> None:
    assert trunk_sha256(tuned) == trunk_sha256(default_model_path())
    model = load_model(default_model_path())
    with torch.no_grad():
        next(model.network.stem.parameters()).mul_(1.01)
    save_model(tmp_path / "other.safetensors", model.network, model.card, model.second)
    assert trunk_sha256(tmp_path / "other.safetensors") != trunk_sha256(default_model_path())


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not an archive at all"])
def test_other_bytes_are_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(ActivationsError, match="no kept activations"):
        SegmentActivations.from_bytes(content)


def test_a_damaged_archive_is_refused(song: Path) -> None:
    kept = SegmentActivations.of(np.ones((4, 8), np.float32), np.zeros(4, bool)).to_bytes()
    for place in range(0, len(kept), 7):
        damaged = bytearray(kept)
        damaged[place] ^= 0xFF
        try:
            SegmentActivations.from_bytes(bytes(damaged))
        except ActivationsError:
            continue


def test_activations_of_another_width_are_refused(tuned: Path) -> None:
    narrow = SegmentActivations.of(np.ones((2, 8), np.float32), np.zeros(2, bool))
    with pytest.raises(WeightsError, match="takes 1024 activations; 8 are kept"):
        OutputLayer.load(tuned).rescore(narrow)


def test_what_a_second_network_says_is_kept_beside_the_activations() -> None:
    card = load_model(default_model_path()).card
    kept = SegmentActivations.of(np.ones((3, 1024), np.float32), np.zeros(3, bool))
    spoken = kept.with_spoken(np.array([[0.25], [0.5], [0.75]], np.float32), ["guitar"])
    again = SegmentActivations.from_bytes(spoken.to_bytes())
    assert again.spoken_labels == ("guitar",)
    layer = OutputLayer.load(default_model_path())
    layer._shares, layer._places = {"guitar": 1.0}, {"guitar": card.labels.index("guitar")}
    scores = layer.rescore(again).scores
    guitar = scores[:, card.labels.index("guitar")]
    np.testing.assert_allclose(guitar, [0.25, 0.5, 0.75], atol=1e-6)
    with pytest.raises(WeightsError, match="'guitar' was not kept"):
        layer.rescore(kept)
