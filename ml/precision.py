"""Whether bfloat16 may be used: only where it is quicker and the scores stay what they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ml.audio import SAMPLE_RATE
from ml.cpu import has_fast_bfloat16

if TYPE_CHECKING:
    from ml.network import SampleCNN

TOLERANCE = 0.005


def bfloat16_is_safe(network: SampleCNN, device: torch.device) -> bool:
    """Compare this network's scores for test sounds in float32 and bfloat16, on a CPU that can."""
    if device.type != "cpu" or not has_fast_bfloat16():
        return False
    sounds = _test_sounds(network.config.channels, network.config.samples)
    exact, quick = (_scores(network, sounds, enabled=enabled) for enabled in (False, True))
    return bool((exact - quick).abs().max() <= TOLERANCE)


def _scores(network: SampleCNN, sounds: torch.Tensor, *, enabled: bool) -> torch.Tensor:
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=enabled):
        return network.scores(network(sounds).float())


def _test_sounds(channels: int, samples: int) -> torch.Tensor:
    """Chords with overtones, a beat and noise, loud and soft: float32 `(4, channels, time)`."""
    generator = torch.Generator().manual_seed(0)
    time = torch.arange(samples) / SAMPLE_RATE
    roots = torch.tensor([110.0, 220.0, 330.0, 65.0])[:, None, None]
    overtones = torch.arange(1, 9)[None, :, None]
    chord = (torch.sin(6.2832 * roots * overtones * time) / overtones).sum(dim=1)
    beat = torch.exp(-8 * (time * 2 % 1))
    noise = torch.randn(4, samples, generator=generator)
    loudness = torch.tensor([0.2, 0.05, 0.1, 0.3])[:, None]
    mixed = loudness * (chord * (0.5 + beat) + noise * beat * 0.3)
    return mixed[:, None, :].expand(-1, channels, -1).contiguous()
