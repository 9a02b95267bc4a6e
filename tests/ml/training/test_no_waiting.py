"""A GPU never waits for the CPU within an update: shown on torch's "meta" device.

There a tensor has a shape and no values, so that whatever would have to read one (`item`, a
selection by a mask, a condition) fails; and copies to it are seen as they are asked for.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from ml.data import augmentation, heavy_augmentation
from ml.data.augmentation import apply
from ml.data.loader import ResidentSource
from ml.data.sampler import Batch, Sampler
from ml.data.transfer import on_device
from ml.training.checkpoint import State
from ml.training.distributed import synchronise_norms
from ml.training.init import init_state
from ml.training.losses import make_masked_loss
from ml.training.optimisers import clip_gradients, set_learning_rate

from .training_data import make_recipe, make_split

META = torch.device("meta")
EVERYTHING: dict[str, object] = {
    "polarity": 1.0, "gain": 1.0, "filter": 1.0, "noise": 1.0, "mixup": 1.0, "reverberation": 1.0,
}  # fmt: skip


class Copies(TorchDispatchMode):
    """Counts copies to the device, and those of them that would be waited for."""

    def __init__(self, pinned: set[int]) -> None:
        super().__init__()
        self._pinned, self.all, self.waited_for = pinned, 0, list[str]()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        asked = kwargs or {}
        if (
            func is torch.ops.aten._to_copy.default
            and asked.get("device") == META
            and args[0].device != META
        ):
            self.all += 1
            if not asked.get("non_blocking") or args[0].data_ptr() not in self._pinned:
                self.waited_for.append(f"{tuple(args[0].shape)} {args[0].dtype}")
        return func(*args, **asked)


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Addresses of what was pinned, which takes a GPU's driver; and noise, which takes a device
    that computes.
    """
    addresses: set[int] = set()

    def pin(tensor: Tensor) -> Tensor:
        addresses.add(tensor.data_ptr())
        return tensor

    monkeypatch.setattr(Tensor, "pin_memory", pin)
    for module in (augmentation, heavy_augmentation):
        monkeypatch.setattr(
            module, "white_noise", lambda shape, _, at: torch.randn(shape, device=at)
        )
    return addresses


@pytest.fixture
def batch() -> Batch:
    return Sampler(make_split("train"), make_recipe(augmentation=EVERYTHING)).batch(0)


@pytest.fixture
def state() -> State:
    recipe = make_recipe(
        # AdamW's step is one launch there as well, but not on a device without values.
        optimiser={"name": "sgd", "clip_norm": 1.0},
        training={"average": 0.9},
        augmentation=EVERYTHING,
    )
    state = init_state(recipe, make_split("train"), META)
    synchronise_norms(state.network)
    state.network.train()
    return state


def test_batches_out_of_the_devices_memory_wait_for_no_copy(batch: Batch, pinned: set[int]) -> None:
    source = ResidentSource(make_split("train"), META)
    with Copies(pinned) as copies:
        x = source.crops(batch).float() / 32_767
        x, y = apply(x, on_device(batch.targets, META), batch.change)
    assert (x.shape, y.shape, x.device, y.device) == ((4, 59_049), (4, 2), META, META)
    assert copies.all > 10
    assert copies.waited_for == []


def test_an_update_waits_for_nothing(state: State, pinned: set[int]) -> None:
    loss = make_masked_loss("bce", "sigmoid")
    with Copies(pinned) as copies:
        set_learning_rate(state.optimiser, 1e-3)
        logits = state.network(torch.zeros(4, 1, 59_049, device=META))
        value = loss(logits, torch.zeros(4, 2, device=META))
        value.backward()
        clip_gradients(state.network, 1.0)
        state.optimiser.step()
        assert state.average is not None
        state.average.update(state.network, 1)
    assert copies.waited_for == []
    with pytest.raises(RuntimeError, match="meta"):
        value.item()


def test_a_copy_that_is_waited_for_is_seen(pinned: set[int]) -> None:
    with Copies(pinned) as copies:
        torch.from_numpy(np.zeros(3)).to(META)
        torch.from_numpy(np.zeros(3)).to(META, non_blocking=True)
    assert len(copies.waited_for) == 2
