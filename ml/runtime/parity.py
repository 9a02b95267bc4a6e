"""Whether a quicker way to compute may be used: only where the scores stay what they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ml.audio.reading import SAMPLE_RATE

if TYPE_CHECKING:
    from ml.nn.network import SampleCNN
    from ml.nn.pair import NetworkPair

# Scores are shown to the hundredth: this moves the last digit by one at most.
TOLERANCE = 0.005

Forward = Callable[[Tensor], tuple[Tensor, Tensor]]


def agrees(network: SampleCNN | NetworkPair, forward: Forward, device: torch.device) -> bool:
    """Whether each score of `forward` for test sounds is this network's in float32, nearly."""
    return bool(_differences(network, forward, device).max() <= TOLERANCE)


def agrees_on_average(
    network: SampleCNN | NetworkPair, forward: Forward, device: torch.device
) -> bool:
    """The same of the mean over all scores: what 8 bits can hold to."""
    return bool(_differences(network, forward, device).mean() <= TOLERANCE)


def _differences(
    network: SampleCNN | NetworkPair, forward: Forward, device: torch.device
) -> Tensor:
    sounds = sample_sounds(network.config.channels, network.config.samples).to(device)
    with torch.inference_mode():
        exact, quick = (
            network.scores(run(sounds)[0].float())
            for run in (network.forward_with_embedding, forward)
        )
    return (exact - quick).abs()


def sample_sounds(channels: int, samples: int) -> torch.Tensor:
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
