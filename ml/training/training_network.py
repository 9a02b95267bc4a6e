"""The network as the training loop calls it: frozen where due, compiled, distributed, and left
within an update: on a CPU one of a wide network takes longer than a person waits who stops it.

The stem and the first two blocks take two thirds of the arithmetic and even more of the memory
traffic; their filters converge first. Once they are frozen an update costs about half.
(Brock et al., "FreezeOut", 2017.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from ml.config.recipe import TrainingSettings
from ml.nn.network import SampleCNN

from . import distributed
from .checkpoint import State


class TrainingNetwork:
    """`state.network` in training mode; `total` is the number of updates the recipe asks for."""

    def __init__(
        self, state: State, settings: TrainingSettings, total: int, device: torch.device
    ) -> None:
        self._state, self._settings, self._device = state, settings, device
        self._freeze_from = settings.freeze_after * total
        self._frozen = False
        self._forward: nn.Module = state.network

    def __call__(self, x: Tensor) -> Tensor:
        """Sound `(batch, channels, samples)` → logits `(batch, labels)`."""
        logits: Tensor = self._forward(x)
        return logits

    def prepare(self) -> None:
        """Bring the network back into training mode, as an evaluation leaves it in the other."""
        network = self._state.network.train()
        if self._settings.frozen_statistics:
            freeze_batch_norm(network)
        if self._freeze_is_due():
            freeze_lowest(network, self._settings.frozen_blocks)
            self._frozen = True
        compiled = torch.compile(network) if self._settings.compile else network
        self._forward = distributed.wrap(compiled, self._device)  # type: ignore[arg-type]

    def freeze_if_due(self) -> None:
        """At its update, freeze the lowest layers with the weights that are evaluated.

        Those are the averaged ones where there is an average: else the two would differ for ever.
        """
        if self._freeze_is_due() and not self._frozen:
            state = self._state
            copy_lowest(state.network, state.eval_network, self._settings.frozen_blocks)
            self.prepare()

    def _freeze_is_due(self) -> bool:
        return self._settings.frozen_blocks > 0 and self._state.step >= self._freeze_from


def lowest_layers(network: SampleCNN, blocks: int) -> Iterator[nn.Module]:
    """The stem and the first `blocks` blocks; nothing when `blocks` is 0."""
    if blocks:
        yield network.stem
        yield from network.blocks[:blocks]


def freeze_lowest(network: SampleCNN, blocks: int) -> None:
    """Stop the lowest layers from learning, their normalisation statistics included."""
    for module in lowest_layers(network, blocks):
        module.eval().requires_grad_(False)


def freeze_batch_norm(network: SampleCNN) -> None:
    """Normalise by the statistics that are there, in training too; scales and shifts may learn."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            module.eval()


def copy_lowest(network: SampleCNN, source: SampleCNN, blocks: int) -> None:
    """Copy the lowest layers of `source`."""
    pairs = zip(lowest_layers(network, blocks), lowest_layers(source, blocks), strict=True)
    for module, other in pairs:
        module.load_state_dict(other.state_dict())


def look_up_between_layers(network: SampleCNN, should_stop: Callable[[], bool]) -> None:
    """Have `network` ask after each layer, forward and backward, and raise InterruptedError.

    What it computes stays the same.
    """

    def look(_gradient: Tensor | None = None) -> None:
        if should_stop():
            raise InterruptedError("The training was stopped.")

    def after(_layer: nn.Module, _inputs: object, output: Tensor) -> None:
        look()
        if output.requires_grad:
            output.register_hook(look)

    for layer in (network.stem, *network.blocks):
        layer.register_forward_hook(after)


@contextmanager
def undone_if_interrupted(network: SampleCNN, then: Callable[[], None]) -> Iterator[None]:
    """Where InterruptedError ends the block: give `network` its statistics back, and call `then`.

    Its weights are as they were: they change when gradients are known.
    """
    before = [buffer.clone() for buffer in network.buffers()]
    try:
        yield
    except InterruptedError:
        with torch.no_grad():
            for buffer, value in zip(network.buffers(), before, strict=True):
                buffer.copy_(value)
        then()
        raise
