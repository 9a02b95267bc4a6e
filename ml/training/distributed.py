"""Several GPUs through `torchrun`: one process each, gradients averaged (DDP)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.distributed.nn.functional import all_reduce
from torch.nn.parallel import DistributedDataParallel


def rank_and_world_size() -> tuple[int, int]:
    """(rank, world size); (0, 1) outside of torchrun."""
    return int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))


def is_leader() -> bool:
    """Whether this process evaluates, saves and reports."""
    return rank_and_world_size()[0] == 0


# Held as long as the process lives. Otherwise the last to let go of a group may be DDP's reducer,
# which does so under the GIL and joins the group's threads; one that still has to let go of a
# Python object waits for the GIL, and both wait for ever.
_kept: list[distributed.ProcessGroup | None] = []


@contextmanager
def process_group(device: torch.device) -> Iterator[None]:
    """The process group of what torchrun started; does nothing for a single one."""
    if rank_and_world_size()[1] == 1:
        yield
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    _kept.append(distributed.group.WORLD)
    try:
        yield
    finally:
        distributed.destroy_process_group()


def local_device(device: torch.device) -> torch.device:
    """This process's own GPU."""
    if device.type != "cuda" or rank_and_world_size()[1] == 1:
        return device
    index = int(os.environ["LOCAL_RANK"])
    torch.cuda.set_device(index)
    return torch.device("cuda", index)


def wrap(network: nn.Module, device: torch.device) -> nn.Module:
    """`network` with its gradients averaged over the processes."""
    if rank_and_world_size()[1] == 1:
        return network
    return DistributedDataParallel(network, [device] if device.type == "cuda" else None)


def synchronise_norms(network: nn.Module) -> None:
    """Have `network` normalise each batch by the statistics of all processes' parts of it.

    Its layers stay the objects they are: the optimiser knows their parameters.
    """
    for module in network.modules():
        for plain, synced in _SYNCED.items():
            if type(module) is plain:
                module.__class__ = synced


class _SyncedNorm(nn.modules.batchnorm._BatchNorm):
    """Batch normalisation over a batch that several processes share (`torch.nn.SyncBatchNorm`).

    That one has no CPU kernels, on which alone it can be shown that two processes learn what one
    would: so this is used everywhere. In evaluation it is the plain layer.
    """

    def forward(self, x: Tensor) -> Tensor:
        """`(batch, channels, …)` → the same shape. The process group must have begun."""
        if not self.training or rank_and_world_size()[1] == 1:
            plain: Tensor = super().forward(x)
            return plain
        axes = [0, *range(2, x.dim())]
        # Half precision would not do for sums of so many.
        values = x.float() if x.dtype.itemsize < torch.float32.itemsize else x
        shape = [1, -1, *[1] * (x.dim() - 2)]
        # Filled there: a tensor made of a Python list would be copied, and the copy waited for.
        own = values.new_full((1,), values.numel() / values.shape[1])
        total, count = all_reduce(torch.cat([values.sum(axes), own])).split([x.shape[1], 1])
        centred = values - (total / count).view(shape)
        # In two passes: the mean of squares less the square of the mean loses too many digits.
        variance = all_reduce(centred.square().sum(axes)) / count
        with torch.no_grad():
            self._follow(total / count, variance * count / (count - 1))
        scale = (variance + self.eps).rsqrt() * self.weight
        normal: Tensor = centred * scale.view(shape) + self.bias.view(shape)
        return normal.to(x.dtype)

    def _follow(self, mean: Tensor, variance: Tensor) -> None:
        """Update the running statistics, the variance unbiased, as torch's layers do."""
        momentum = self.momentum or 0.0
        for running, value in ((self.running_mean, mean), (self.running_var, variance)):
            if running is not None:
                running.lerp_(value.to(running.dtype), momentum)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)


class _SyncedNorm1d(_SyncedNorm, nn.BatchNorm1d):
    pass


class _SyncedNorm2d(_SyncedNorm, nn.BatchNorm2d):
    pass


_SYNCED: dict[type[nn.Module], type[nn.Module]] = {
    nn.BatchNorm1d: _SyncedNorm1d,
    nn.BatchNorm2d: _SyncedNorm2d,
}


def broadcast(value: Any) -> Any:
    """The leader's `value`, in every process."""
    if rank_and_world_size()[1] == 1:
        return value
    box = [value]
    distributed.broadcast_object_list(box, src=0)
    return box[0]
