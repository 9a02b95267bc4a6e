"""Several GPUs through `torchrun`: one process each, gradients averaged (DDP)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel


def rank_and_world_size() -> tuple[int, int]:
    """(rank, world size); (0, 1) outside of torchrun."""
    return int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))


def is_leader() -> bool:
    """Whether this process evaluates, saves and reports."""
    return rank_and_world_size()[0] == 0


@contextmanager
def process_group(device: torch.device) -> Iterator[None]:
    """The process group of what torchrun started; does nothing for a single one."""
    if rank_and_world_size()[1] == 1:
        yield
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
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


def broadcast(value: Any) -> Any:
    """The leader's `value`, in every process."""
    if rank_and_world_size()[1] == 1:
        return value
    box = [value]
    distributed.broadcast_object_list(box, src=0)
    return box[0]
