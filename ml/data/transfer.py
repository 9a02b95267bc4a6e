"""How what was drawn on the CPU comes to the device that the sound is on; nobody waits for it."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
import torch
from torch import Tensor


def on_device(values: npt.NDArray[Any], device: torch.device) -> Tensor:
    """`values` as a tensor there. From pinned memory no copy to a GPU is waited for: a step copies
    a dozen such arrays, and each wait would let the GPU's queue run empty.
    """
    tensor = torch.from_numpy(values)
    if device.type == "cpu":
        return tensor
    return tensor.pin_memory().to(device, non_blocking=True)


def white_noise(shape: tuple[int, int], seed: int, device: torch.device) -> Tensor:
    """Gaussian noise of this shape, grown where the sound is; another device, another noise."""
    generator = torch.Generator(device).manual_seed(seed)
    return torch.randn(shape, generator=generator, device=device)
