"""musicnn: mel bands in, one logit per label out; for inference only.

J. Pons, X. Serra, "musicnn: pre-trained convolutional neural networks for music audio tagging"
(ISMIR 2019, late-breaking); the shapes of the first layer: J. Pons et al., "End-to-end learning
for music audio tagging at scale" (ISMIR 2018).
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ml.config.musicnn import MusicnnConfig

from .layers import BATCH_NORM_EPS
from .log_mel import BANDS, LogMel

__all__ = ["Musicnn", "MusicnnConfig"]

# Bands and frames that a shape of timbre covers; frames of a shape of rhythm.
TIMBRE_BANDS, TIMBRE_FRAMES = (38, 67), 7
RHYTHM_FRAMES = (128, 64, 32)
MIDDLE_FRAMES = 7
# Places that one convolution computes side by side, as so many times its outputs: positions of a
# shape of timbre, frames of a shape of rhythm. Convolutions with one input channel are slow.
POSITIONS_BESIDE, FRAMES_BESIDE = 4, 16


class Musicnn(nn.Module):
    """Input is `(batch, 1, samples)` at 22,050 Hz, float."""

    def __init__(self, config: MusicnnConfig) -> None:
        super().__init__()
        self.config = config
        self.log_mel = LogMel()
        self.input_norm = nn.BatchNorm1d(1, eps=BATCH_NORM_EPS)
        self.timbre = nn.ModuleList(Timbre(bands, config.timbre) for bands in TIMBRE_BANDS)
        self.rhythm = nn.ModuleList(Rhythm(frames, config.rhythm) for frames in RHYTHM_FRAMES)
        widths = (config.front, config.middle, config.middle)
        self.middle = nn.ModuleList(Middle(width, config.middle) for width in widths)
        self.hidden = nn.Linear(config.features, config.hidden)
        self.output = nn.Linear(config.hidden, config.labels)

    def forward(self, x: Tensor) -> Tensor:
        """Logits, `(batch, labels)`."""
        return self.of_spectra(self.log_mel(x[:, 0]))

    def of_spectra(self, spectra: Tensor) -> Tensor:
        """Logits of log-mel spectra `(batch, frames, 96)`."""
        hidden: Tensor = self.hidden(self.features(spectra))
        logits: Tensor = self.output(hidden.relu())
        return logits

    def features(self, spectra: Tensor) -> Tensor:
        """Maximum, then mean, over time of every map: `(batch, config.features)`."""
        bands = self.input_norm(spectra.unsqueeze(1).flatten(2)).view(spectra.shape).transpose(1, 2)
        maps = [torch.cat([shape(bands) for shape in (*self.timbre, *self.rhythm)], 1)]
        for layer in self.middle:
            y = layer(maps[-1])
            maps.append(y if len(maps) == 1 else y + maps[-1])
        y = torch.cat(maps, 1).float()
        return torch.cat([y.amax(2), y.mean(2)], 1)

    def freeze(self) -> None:
        """Lay the first layer's weights out once and for all: for a network that stays as it is."""
        for shape in (*self.timbre, *self.rhythm):
            shape.laid_out = shape.lay_out()


class _Shape(nn.Module):
    """A convolution and its highest place among the bands: `(batch, 96, frames)` to maps.

    After the convolution come ReLU, normalisation and the maximum. The maximum is taken first,
    since it leaves far fewer numbers: of the turned convolution where the scale is negative.
    """

    def __init__(self, inputs: int, filters: int, frames: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(inputs, filters, frames)
        self.norm = nn.BatchNorm1d(filters, eps=BATCH_NORM_EPS)
        self.laid_out: tuple[Tensor, Tensor] | None = None

    def lay_out(self) -> tuple[Tensor, Tensor]:
        """Weight and bias of the convolution that computes several places side by side."""
        raise NotImplementedError

    def _turned(self) -> tuple[Tensor, Tensor]:
        signs = self._signs()
        return self.conv.weight * signs[:, None, None], cast(Tensor, self.conv.bias) * signs

    def _signs(self) -> Tensor:
        return torch.where(self.norm.weight < 0, -1.0, 1.0)

    def _convolved(self, x: Tensor) -> Tensor:
        return F.conv1d(x, *(self.laid_out or self.lay_out()))

    def _finished(self, highest: Tensor) -> Tensor:
        y: Tensor = self.norm((highest * self._signs()[:, None]).relu())
        return y


class Timbre(_Shape):
    """Filters over `bands` bands and 7 frames: `(batch, 96, frames)` → `(…, filters, frames)`."""

    def __init__(self, bands: int, filters: int) -> None:
        super().__init__(bands, filters, TIMBRE_FRAMES)

    def lay_out(self) -> tuple[Tensor, Tensor]:
        weight, bias = self._turned()
        beside = [
            F.pad(weight, (0, 0, place, POSITIONS_BESIDE - 1 - place))
            for place in range(POSITIONS_BESIDE)
        ]
        return torch.cat(beside), bias.repeat(POSITIONS_BESIDE)

    def forward(self, x: Tensor) -> Tensor:
        width = self.conv.in_channels + POSITIONS_BESIDE - 1
        last = BANDS - width
        starts = [min(at, last) for at in range(0, last + POSITIONS_BESIDE, POSITIONS_BESIDE)]
        padded = F.pad(x, (TIMBRE_FRAMES // 2, TIMBRE_FRAMES // 2))
        y = self._convolved(torch.cat([padded[:, at : at + width] for at in starts]))
        y = y.unflatten(0, (len(starts), -1)).amax(0)
        return self._finished(y.unflatten(1, (POSITIONS_BESIDE, -1)).amax(1))


class Rhythm(_Shape):
    """Filters over `frames` frames of one band: `(batch, 96, frames)` → `(…, filters, frames)`."""

    def __init__(self, frames: int, filters: int) -> None:
        super().__init__(1, filters, frames)
        self.frames = frames

    def lay_out(self) -> tuple[Tensor, Tensor]:
        weight, bias = self._turned()
        taps = -(-(self.frames + FRAMES_BESIDE - 1) // FRAMES_BESIDE)
        room = taps * FRAMES_BESIDE - self.frames
        beside = torch.cat([F.pad(weight, (at, room - at)) for at in range(FRAMES_BESIDE)])
        # So many successive frames are the channels.
        return (
            beside[:, 0].unflatten(1, (taps, FRAMES_BESIDE)).transpose(1, 2).contiguous(),
            bias.repeat(FRAMES_BESIDE),
        )

    def forward(self, x: Tensor) -> Tensor:
        length = x.shape[2]
        taps = -(-(self.frames + FRAMES_BESIDE - 1) // FRAMES_BESIDE)
        groups = -(-length // FRAMES_BESIDE) + taps - 1
        before = (self.frames - 1) // 2
        padded = F.pad(x, (before, groups * FRAMES_BESIDE - before - length))
        channels = padded.reshape(-1, groups, FRAMES_BESIDE).transpose(1, 2)
        y = self._convolved(channels).unflatten(0, (-1, BANDS)).amax(1)
        y = y.unflatten(1, (FRAMES_BESIDE, -1)).permute(0, 2, 3, 1).flatten(2)
        return self._finished(y[..., :length])


class Middle(nn.Module):
    """A convolution over time, ReLU, normalisation: `(batch, inputs, frames)` → `(…, frames)`."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(inputs, outputs, MIDDLE_FRAMES, padding=MIDDLE_FRAMES // 2)
        self.norm = nn.BatchNorm1d(outputs, eps=BATCH_NORM_EPS)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.norm(self.conv(x).relu())
        return y
