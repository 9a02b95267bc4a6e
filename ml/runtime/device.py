"""Where the network runs, and why there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cpu", "cuda")


class DeviceError(ValueError):
    """The wanted device is unknown or not usable here; str() says why."""


@dataclass(frozen=True)
class Device:
    """A torch device with the sentence that explains the choice."""

    torch_device: torch.device
    reason: str


def choose_device(wanted: str | None = None) -> Device:
    """Choose "cpu" or "cuda"; "auto" (or None) takes CUDA where it works.

    Raises DeviceError for another word, and for "cuda" where it does not work.
    """
    import torch

    name = wanted or "auto"
    if name not in DEVICES:
        raise DeviceError(f'The device "{name}" is unknown; choose one of {", ".join(DEVICES)}.')
    if name == "cpu":
        return Device(torch.device("cpu"), "the CPU was asked for")
    obstacle = _cuda_obstacle()
    if obstacle is None:
        return Device(torch.device("cuda"), torch.cuda.get_device_name())
    if name == "cuda":
        raise DeviceError(f"CUDA was asked for, but {obstacle}.")
    return Device(torch.device("cpu"), f"no GPU is used: {obstacle}")


def _cuda_obstacle() -> str | None:
    """Why CUDA cannot be used, or None when a kernel has just run on it."""
    import torch

    if not torch.backends.cuda.is_built():
        return "this PyTorch is built without CUDA"
    if not torch.cuda.is_available():
        return "no NVIDIA GPU with a working driver was found"
    try:
        # A GPU too old for this build is only noticed when a kernel runs.
        torch.zeros(1, device="cuda").add_(1).item()
    except RuntimeError as error:
        return f"the GPU failed a first test ({str(error).splitlines()[0]})"
    return None
