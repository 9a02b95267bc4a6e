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

# Cosines of the embeddings, by which tracks are compared: two tracks' are 0.5 on average. In
# bfloat16 they are above 0.999; in 8 bits 0.97 on these sounds, and, since errors of segments are
# independent, 0.997 to 0.9997 on whole tracks, whose nearest neighbours stay the same.
ALIKE = 0.99
ALIKE_ON_AVERAGE = 0.95

Forward = Callable[[Tensor], tuple[Tensor, Tensor]]


def agrees(network: SampleCNN | NetworkPair, forward: Forward, device: torch.device) -> bool:
    """Whether each score of `forward` for test sounds is this network's in float32, nearly, and so
    is each embedding's direction.
    """
    differences, likeness = _compared(network, forward, device)
    return bool(differences.max() <= TOLERANCE and likeness.min() >= ALIKE)


def agrees_on_average(
    network: SampleCNN | NetworkPair, forward: Forward, device: torch.device
) -> bool:
    """The same of the mean over all scores and embeddings: what 8 bits can hold to."""
    differences, likeness = _compared(network, forward, device)
    return bool(differences.mean() <= TOLERANCE and likeness.mean() >= ALIKE_ON_AVERAGE)


def _compared(
    network: SampleCNN | NetworkPair, forward: Forward, device: torch.device
) -> tuple[Tensor, Tensor]:
    """Differences of scores `(sounds, labels)`, cosines of embeddings `(sounds,)`."""
    sounds = sample_sounds(network.config.channels, network.config.samples).to(device)
    with torch.inference_mode():
        exact, quick = (run(sounds) for run in (network.forward_with_embedding, forward))
        differences = network.scores(exact[0].float()) - network.scores(quick[0].float())
    likeness = torch.cosine_similarity(exact[1].float(), quick[1].float())
    return differences.abs(), likeness


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
