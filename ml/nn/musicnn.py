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
# shape of timbre, frames of a shape of rhythm. Convolutions with few channels are slow.
POSITIONS_BESIDE, FRAMES_BESIDE = 6, 16
# Frames of silence before and after a segment: as far as the longest shape reaches, with groups of
# frames that are not full.
AROUND = max(RHYTHM_FRAMES) // 2 + 2 * FRAMES_BESIDE


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
        wide = F.pad(bands, (AROUND, AROUND))
        maps = [torch.cat([shape(wide) for shape in (*self.timbre, *self.rhythm)], 1)]
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

    What it is given has `AROUND` frames of silence more on either side than what it answers.

    After the convolution come ReLU, normalisation and the maximum. The maximum is taken first,
    since it leaves far fewer numbers: of the turned convolution where the scale is negative. The
    places among the bands are a dimension of the image, channels last, so that a pooling is this
    maximum: in 8 bits as well, and without moving what the convolution wrote.
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
        x = x.contiguous(memory_format=torch.channels_last)
        return F.conv2d(x, *(self.laid_out or self.lay_out()))


class Timbre(_Shape):
    """Filters over `bands` bands and 7 frames; maps are `(batch, filters, frames)`."""

    def __init__(self, bands: int, filters: int) -> None:
        super().__init__(bands, filters, TIMBRE_FRAMES)

    def lay_out(self) -> tuple[Tensor, Tensor]:
        weight, bias = self._turned()
        beside = [
            F.pad(weight, (0, 0, place, POSITIONS_BESIDE - 1 - place))
            for place in range(POSITIONS_BESIDE)
        ]
        return torch.cat(beside)[:, :, None], bias.repeat(POSITIONS_BESIDE)

    def forward(self, wide: Tensor) -> Tensor:
        around = AROUND - TIMBRE_FRAMES // 2
        x = wide[:, :, around : wide.shape[2] - around]
        width = self.conv.in_channels + POSITIONS_BESIDE - 1
        last = BANDS - width
        starts = [min(at, last) for at in range(0, last + POSITIONS_BESIDE, POSITIONS_BESIDE)]
        y = self._convolved(torch.stack([x[:, at : at + width] for at in starts], 2))
        y = F.max_pool2d(y, (len(starts), 1)).squeeze(2)
        y = y.unflatten(1, (POSITIONS_BESIDE, -1)).amax(1)
        maps: Tensor = self.norm((y * self._signs()[:, None]).relu())
        return maps


class Rhythm(_Shape):
    """Filters over `frames` frames of one band; maps are `(batch, filters, frames)`."""

    def __init__(self, frames: int, filters: int) -> None:
        super().__init__(1, filters, frames)
        self.frames = frames
        # Groups of so many successive frames, which are the channels, that a place looks at.
        self.taps = -(-(frames + FRAMES_BESIDE - 1) // FRAMES_BESIDE)

    def lay_out(self) -> tuple[Tensor, Tensor]:
        weight, bias = self._turned()
        room = self.taps * FRAMES_BESIDE - self.frames
        beside = torch.cat([F.pad(weight, (at, room - at)) for at in range(FRAMES_BESIDE)])
        grouped = beside[:, 0].unflatten(1, (self.taps, FRAMES_BESIDE)).transpose(1, 2)
        return grouped[..., None].contiguous(), bias.repeat(FRAMES_BESIDE)

    def forward(self, wide: Tensor) -> Tensor:
        length = wide.shape[2] - 2 * AROUND
        groups = -(-length // FRAMES_BESIDE) + self.taps - 1
        first = AROUND - (self.frames - 1) // 2
        x = wide[:, :, first : first + groups * FRAMES_BESIDE]
        y = self._convolved(x.unflatten(2, (groups, FRAMES_BESIDE)).permute(0, 3, 2, 1))
        y = F.max_pool2d(y, (1, BANDS)).squeeze(3) * self._signs().repeat(FRAMES_BESIDE)[:, None]
        y = y.unflatten(1, (FRAMES_BESIDE, -1)).permute(0, 2, 3, 1).flatten(2)
        maps: Tensor = self.norm(y[..., :length].relu())
        return maps


class Middle(nn.Module):
    """A convolution over time, ReLU, normalisation: `(batch, inputs, frames)` → `(…, frames)`."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(inputs, outputs, MIDDLE_FRAMES, padding=MIDDLE_FRAMES // 2)
        self.norm = nn.BatchNorm1d(outputs, eps=BATCH_NORM_EPS)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.norm(self.conv(x).relu())
        return y
