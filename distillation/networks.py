"""The teachers of musicnn 0.1.0 (ISC) in torch: two architectures, each for two vocabularies.

J. Pons, X. Serra, "musicnn: pre-trained convolutional neural networks for music audio tagging"
(ISMIR 2019, late-breaking). Variables keep the names they have in TensorFlow's checkpoints.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

# The order of the outputs: MTT_musicnn and MTT_vgg (MagnaTagATune) …
TAGS = (
    "guitar", "classical", "slow", "techno", "strings", "drums", "electronic", "rock", "fast",
    "piano", "ambient", "beat", "violin", "vocal", "synth", "female", "indian", "opera", "male",
    "singing", "vocals", "no vocals", "harpsichord", "loud", "quiet", "flute", "woman",
    "male vocal", "no vocal", "pop", "soft", "sitar", "solo", "man", "classic", "choir", "voice",
    "new age", "dance", "male voice", "female vocal", "beats", "harp", "cello", "no voice",
    "weird", "country", "metal", "female voice", "choral",
)  # fmt: skip
# … and MSD_musicnn and MSD_vgg (Million Song Dataset, Last.fm's tags).
MILLION_SONG_TAGS = (
    "rock", "pop", "alternative", "indie", "electronic", "female vocalists", "dance", "00s",
    "alternative rock", "jazz", "beautiful", "metal", "chillout", "male vocalists",
    "classic rock", "soul", "indie rock", "Mellow", "electronica", "80s", "folk", "90s", "chill",
    "instrumental", "punk", "oldies", "blues", "hard rock", "ambient", "acoustic", "experimental",
    "female vocalist", "guitar", "Hip-Hop", "70s", "party", "country", "easy listening", "sexy",
    "catchy", "funk", "electro", "heavy metal", "Progressive rock", "60s", "rnb", "indie pop",
    "sad", "House", "happy",
)  # fmt: skip
EPSILON = 1e-3


def read_variables(path: Path) -> dict[str, Tensor]:
    """What `checkpoints.convert` wrote."""
    with np.load(path) as file:
        return {name: torch.from_numpy(file[name]).float() for name in file}


class Network:
    """What both have in common. `kind` is the type that convolutions are computed in.

    Behind most convolutions come relu, batch normalisation and a maximum. Here the maximum goes
    first, since that leaves far fewer numbers. Where the normalisation's scale is negative, it is
    at the convolution's minimum: there the kernel is turned round.
    """

    def __init__(self, variables: dict[str, Tensor], kind: torch.dtype) -> None:
        self.variables, self.kind = variables, kind

    def parameters(self, name: str) -> tuple[Tensor, Tensor]:
        return self.variables[f"{name}/kernel"], self.variables[f"{name}/bias"]

    def affine(self, name: str) -> tuple[Tensor, Tensor]:
        parts = ("beta", "gamma", "moving_mean", "moving_variance")
        beta, gamma, mean, variance = (self.variables[f"{name}/{part}"] for part in parts)
        scale = gamma / torch.sqrt(variance + EPSILON)
        return scale, beta - mean * scale

    def norm(self, x: Tensor, name: str) -> Tensor:
        """Batch normalisation over the last dimension."""
        scale, shift = self.affine(name)
        return x * scale + shift

    def turned(self, name: str, norm: str) -> tuple[Tensor, Tensor, Tensor]:
        """Kernel and bias, and the signs by which they are turned round."""
        signs = torch.where(self.affine(norm)[0] < 0, -1.0, 1.0)
        kernel, bias = self.parameters(name)
        return kernel * signs, bias * signs, signs

    def product(self, patches: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
        """A convolution with one input channel: one matrix product over unfolded patches."""
        kernel = kernel.flatten(0, -2).to(self.kind)
        return torch.addmm(bias.to(self.kind), patches.reshape(-1, len(kernel)), kernel)

    def highest(self, patches: Tensor, name: str, norm: str) -> Tensor:
        """The maximum over dimension 2 of norm(relu(convolution))."""
        kernel, bias, signs = self.turned(name, norm)
        top = self.product(patches, kernel, bias).view(*patches.shape[:3], -1).amax(2)
        return self.norm((top.float() * signs).relu(), norm)

    def pooled(self, x: Tensor, name: str, norm: str, size: tuple[int, int], stride: int) -> Tensor:
        """max_pool2d(norm(relu(convolution))) of `(n, channels, time, bands)`."""
        kernel, bias, signs = self.turned(name, norm)
        kernel = kernel.permute(3, 2, 0, 1).to(self.kind, memory_format=torch.channels_last)
        x = x.contiguous(memory_format=torch.channels_last)
        top = F.max_pool2d(F.conv2d(x, kernel, bias.to(self.kind), padding=1), size, stride)
        y = self.norm((top.float().permute(0, 2, 3, 1) * signs).relu(), norm)
        return y.to(self.kind).permute(0, 3, 1, 2)

    def dense(self, x: Tensor, name: str) -> Tensor:
        kernel, bias = self.parameters(name)
        return x @ kernel + bias


class Musicnn(Network):
    def __call__(self, x: Tensor) -> Tensor:
        """Log-mel windows `(n, time, bands)` to probabilities `(n, tags)`."""
        x = self.norm(x[..., None], "batch_normalization")[..., 0].to(self.kind)
        maps = self.middle(self.front(x))
        # Max and mean of a channel lie side by side, as TensorFlow flattens them.
        summary = torch.stack([maps.amax(1), maps.mean(1)], 2).flatten(1)
        hidden = self.dense(self.norm(summary, "batch_normalization_9"), "dense").relu()
        return torch.sigmoid(self.dense(self.norm(hidden, "batch_normalization_10"), "dense_1"))

    def front(self, x: Tensor) -> Tensor:
        """Shapes of timbre, 7 frames by part of the bands, and of rhythm, one band at a time."""
        padded = F.pad(x, (0, 0, 3, 3)).unfold(1, 7, 1)
        patches = [padded.unfold(2, width, 1) for width in (38, 67)]
        for length in (128, 64, 32):
            patches.append(F.pad(x, (0, 0, (length - 1) // 2, length // 2)).unfold(1, length, 1))
        names = ("conv2d", "conv2d_1", "conv2d_2", "conv2d_3", "conv2d_4")
        norms = (f"batch_normalization_{k}" for k in (1, 2, 3, 4, 5))
        return torch.cat(
            [self.highest(*each) for each in zip(patches, names, norms, strict=True)], 2
        )

    def middle(self, front: Tensor) -> Tensor:
        """Three convolutions over time, the later two with a way around; all maps side by side."""
        maps = [front]
        for k in (5, 6, 7):
            patches = F.pad(maps[-1].to(self.kind), (0, 0, 3, 3)).unfold(1, 7, 1).transpose(2, 3)
            y = self.product(patches, *self.parameters(f"conv2d_{k}"))
            y = y.view(*front.shape[:2], -1).float().relu()
            y = self.norm(y, f"batch_normalization_{k + 1}")
            maps.append(y if k == 5 else y + maps[-1])
        return torch.cat(maps, 2)


class VGG(Network):
    def __call__(self, x: Tensor) -> Tensor:
        """Log-mel windows `(n, time, bands)` to probabilities `(n, tags)`."""
        x = self.norm(x[..., None], "batch_normalization").permute(0, 3, 1, 2).to(self.kind)
        pools = (((4, 1), 2), ((2, 2), 2), ((2, 2), 2), ((2, 2), 2), ((4, 4), 4))
        for k, (size, stride) in enumerate(pools, 1):
            x = self.pooled(x, f"{k}CNN", f"batch_normalization_{k}", size, stride)
        return torch.sigmoid(self.dense(x.float().permute(0, 2, 3, 1).flatten(1), "dense"))
