from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from ml.config.musicnn import MusicnnConfig
from ml.config.settings import ConfigError
from ml.descriptors.compiled import plain_librosa
from ml.nn.layers import BATCH_NORM_EPS
from ml.nn.log_mel import LogMel
from ml.nn.musicnn import AROUND, RHYTHM_FRAMES, Musicnn, Rhythm, Timbre
from ml.nn.network import NetworkConfig, SampleCNN
from ml.nn.pair import NetworkPair
from tests.ml.second_network import mel_filters

SMALL = MusicnnConfig(labels=3, timbre=4, rhythm=2, middle=4, hidden=5)


def small(**changes: int) -> Musicnn:
    torch.manual_seed(0)
    network = Musicnn(MusicnnConfig(**(SMALL.as_dict() | changes))).eval()
    for norm in network.modules():
        if isinstance(norm, torch.nn.BatchNorm1d):
            torch.nn.init.uniform_(norm.weight, -1, 1)
            torch.nn.init.uniform_(norm.bias)
    network.log_mel.filters.copy_(mel_filters())
    return network.requires_grad_(False)


def sound(seconds: float = 59_049 / 22_050) -> np.ndarray:
    time = np.arange(round(seconds * 22_050)) / 22_050
    chord = sum(np.sin(2 * np.pi * hertz * time) for hertz in (220, 1_318.5, 5_000))
    noise = np.random.default_rng(0).standard_normal(len(time))
    return (0.2 * chord * (time % 0.5) + 0.01 * noise).astype(np.float32)


def test_what_it_hears_is_what_librosa_makes_of_the_resampled_sound() -> None:
    librosa = plain_librosa()
    heard = LogMel()
    heard.filters.copy_(mel_filters())
    ours = heard(torch.from_numpy(sound())[None])[0].numpy()
    resampled = librosa.resample(sound(), orig_sr=22_050, target_sr=16_000, res_type="soxr_hq")
    power = librosa.feature.melspectrogram(
        y=resampled, sr=16_000, n_fft=512, hop_length=256, n_mels=96
    )
    theirs = np.log10(1 + 10_000 * power.T)
    assert ours.shape == theirs.shape == (168, 96)
    # The two resamplers differ from 7.2 kHz on, where the last four bands lie.
    assert np.abs(ours - theirs)[:, :-4].max() < 0.02


def after(norm: torch.nn.BatchNorm1d, maps: torch.Tensor) -> torch.Tensor:
    """ReLU, normalisation and the maximum over the last dimension, in the order of the paper."""
    y = F.batch_norm(
        maps.relu(),
        norm.running_mean,
        norm.running_var,
        norm.weight,
        norm.bias,
        eps=BATCH_NORM_EPS,
    )
    return y.amax(3)


def in_silence(x: torch.Tensor) -> torch.Tensor:
    return F.pad(x, (AROUND, AROUND))


@pytest.mark.parametrize("which", [0, 1])
def test_a_shape_of_timbre_is_a_convolution_over_frames_and_bands_at_its_highest_band(
    which: int,
) -> None:
    shape = small().timbre[which]
    assert isinstance(shape, Timbre)
    x = torch.randn(2, 96, 21)
    kernel = shape.conv.weight.transpose(1, 2)[:, None]
    plain = F.conv2d(x.transpose(1, 2)[:, None], kernel, shape.conv.bias, padding=(3, 0))
    torch.testing.assert_close(shape(in_silence(x)), after(shape.norm, plain), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("which", range(len(RHYTHM_FRAMES)))
def test_a_shape_of_rhythm_is_a_convolution_over_frames_at_its_highest_band(which: int) -> None:
    shape = small().rhythm[which]
    assert isinstance(shape, Rhythm)
    x = torch.randn(2, 96, 45)
    frames = RHYTHM_FRAMES[which]
    padded = F.pad(x.transpose(1, 2)[:, None], (0, 0, (frames - 1) // 2, frames // 2))
    plain = F.conv2d(padded, shape.conv.weight[..., None], shape.conv.bias)
    torch.testing.assert_close(shape(in_silence(x)), after(shape.norm, plain), rtol=1e-4, atol=1e-5)


def test_frozen_it_answers_the_same() -> None:
    network, x = small(), torch.from_numpy(sound())[None, None]
    before = network(x)
    network.freeze()
    assert network(x).equal(before)


def test_bands_are_computed_in_float32_even_where_all_else_is_not() -> None:
    heard, x = small().log_mel, torch.from_numpy(sound())[None]
    with torch.autocast("cpu", torch.bfloat16):
        assert heard(x).equal(heard(x.double()))


@pytest.mark.parametrize(
    "setting", [{"labels": 0}, {"hidden": 10**9}, {"timbre": True}, {"rhythm": -1}, {"more": 1}]
)
def test_a_shape_that_no_machine_should_build_is_refused(setting: dict[str, int]) -> None:
    with pytest.raises(ConfigError):
        MusicnnConfig.from_dict(setting)


def test_in_a_pair_each_network_answers_by_its_share() -> None:
    torch.manual_seed(0)
    trunk = SampleCNN(NetworkConfig(labels=4, stem_width=4, widths=(4,) * 9)).eval()
    second = small()
    pair = NetworkPair(trunk, second, {3: (1, 1.0), 0: (2, 0.5)}).eval()
    x = torch.from_numpy(sound())[None, None]
    logits, embedding = pair.forward_with_embedding(x)
    plain, plain_embedding = trunk.forward_with_embedding(x)
    of_second = second(x)
    assert embedding.equal(plain_embedding)
    assert logits[:, [1, 2]].equal(plain[:, [1, 2]])
    torch.testing.assert_close(logits[:, 3], of_second[:, 1])
    torch.testing.assert_close(logits[:, 0], (plain[:, 0] + of_second[:, 2]) / 2)
