"""What is looked at between two updates: the loss, whether to stop, whether a checkpoint is due."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import torch
from torch import Tensor

from ml.config.callbacks import Callbacks

from . import distributed
from .best_model import MODEL
from .checkpoint import State, TrainingError
from .schedule import Length

# Updates between two looks on a GPU: reading a loss waits for all that is queued there, so that the
# queue would run empty after every update. A stop is still answered within seconds.
LOOK_EVERY = 10


class Monitor:
    """Looks after every update (on a GPU: every tenth) and when an epoch's updates are done.

    `save` writes a checkpoint; it is called when `checkpoint_seconds` have passed since the last
    one, and before stopping.
    """

    def __init__(
        self,
        state: State,
        length: Length,
        callbacks: Callbacks,
        device: torch.device,
        save: Callable[[], None],
        checkpoint_seconds: float,
    ) -> None:
        self._state, self._length, self._callbacks = state, length, callbacks
        self._every = LOOK_EVERY if device.type == "cuda" else 1
        self._save, self._checkpoint_seconds = save, checkpoint_seconds
        self._saved_at = time.monotonic()
        self._unread: Tensor | None = None

    def add(self, loss: Tensor) -> None:
        """Take in an update's loss, which stays on its device until the next look.

        Raises TrainingError when the losses since the last look are not finite.
        """
        self._unread = loss if self._unread is None else self._unread + loss
        if self._is_due():
            self._read_losses()

    def pause(self) -> None:
        """Save and stop (InterruptedError) when asked to; else save when that is due."""
        if not (self._is_due() or self._state.step % self._length.updates_per_epoch == 0):
            return
        stop = distributed.broadcast(self._callbacks.should_stop())
        if stop or time.monotonic() - self._saved_at > self._checkpoint_seconds:
            self._save()
        if stop:
            raise InterruptedError("The training was stopped.")

    def saved(self) -> None:
        """A checkpoint has just been written."""
        self._saved_at = time.monotonic()

    def _is_due(self) -> bool:
        return self._state.step % self._every == 0 or self._length.epoch_complete(self._state)

    def _read_losses(self) -> None:
        """Add the updates since the last look to the epoch's loss."""
        state = self._state
        if self._unread is None:
            return
        added, self._unread = float(self._unread), None
        if not math.isfinite(added):
            rate = state.optimiser.param_groups[0]["lr"]
            raise TrainingError(
                f"The loss became {added} at update {state.step} (epoch {state.epoch + 1}, "
                f"learning rate {rate:.2g}); the best weights so far are in {MODEL}. "
                "Try a lower learning rate."
            )
        state.loss_sum += added
        mean = state.loss_sum / self._length.updates_of_epoch(state)
        self._callbacks.on_step(state.step, self._length.updates, mean)
