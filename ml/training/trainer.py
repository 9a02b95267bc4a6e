"""The training loop: forward, loss, backward, clip, step, average; evaluate when an epoch is done.

It knows recipes, splits and callbacks, and nothing of web applications or command lines. In its
folder a training keeps `checkpoint.pt` (to go on), `log.jsonl` (one line an epoch) and
`model.safetensors` with its card: the best network so far (of its stage), at any moment. Initial
weights are evaluated like an epoch's, so that a training never ends with something worse.

Beside the loop: what is called in it (`training_network`), which losses are looked at when and
when it pauses (`monitor`), what an evaluation changes (`best_model`), several processes
(`distributed`), going on after a kill (`checkpoint`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from ml.config.callbacks import Callbacks
from ml.config.recipe import Recipe
from ml.data.heavy_augmentation import check_available
from ml.data.loader import Loader
from ml.data.magnatagatune.split import Split
from ml.data.sampler import Sampler
from ml.evaluation.predict import autocast, wants_bfloat16
from ml.runtime.cpu import keep_activations_in_the_heap

from . import distributed
from .best_model import CHECKPOINT, MODEL, BestModel, TrainingResult, epoch_report
from .checkpoint import restore_checkpoint, save_checkpoint
from .init import init_state
from .losses import recipe_loss
from .monitor import Monitor
from .optimisers import clip_gradients, set_learning_rate
from .schedule import Length, end_stage_if_stale, learning_rate
from .training_network import TrainingNetwork, look_up_between_layers, undone_if_interrupted
from .validation import Identity, Validation, check_validation, validate


class Trainer:
    """One training run in the folder `out`; goes on where an earlier one in it was stopped.

    Raises TrainingError, DatasetError or ConfigError before anything is computed.
    """

    def __init__(
        self,
        recipe: Recipe,
        train: Split,
        validation: Split,
        out: Path,
        *,
        identity: Identity,
        device: torch.device | None = None,
        callbacks: Callbacks | None = None,
    ) -> None:
        keep_activations_in_the_heap()
        check_validation(validation)
        check_available(recipe.augmentation)
        self.recipe, self.train, self.validation, self.out = recipe, train, validation, out
        self.device = distributed.local_device(device or torch.device("cpu"))
        self.callbacks = callbacks or Callbacks()
        self.sampler = Sampler(train, recipe, distributed.rank_and_world_size()[1])
        self.length = Length.of(recipe, self.sampler.updates_per_epoch)
        self.state = init_state(recipe, train, self.device)
        if recipe.training.sync_batch_norm:
            distributed.synchronise_norms(self.state.network)
        self.network = TrainingNetwork(
            self.state, recipe.training, self.length.updates, self.device
        )
        self.bfloat16 = wants_bfloat16(recipe.training.precision, self.device)
        self.loss = recipe_loss(recipe, train, validation)
        self.best_model = BestModel(recipe, train, validation, out, identity, self.callbacks)
        seconds = recipe.training.checkpoint_seconds
        self.monitor = Monitor(
            *(self.state, self.length, self.callbacks, self.device, self._save, seconds)
        )

    def run(self) -> TrainingResult:
        """Train until the recipe is fulfilled or the callbacks say stop."""
        state = self.state
        self.out.mkdir(parents=True, exist_ok=True)
        with distributed.process_group(self.device):
            if (self.out / CHECKPOINT).exists():
                restore_checkpoint(self.out / CHECKPOINT, state, self.recipe)
            # What is done when it is stopped is saved; the next run goes on from there.
            with suppress(InterruptedError):
                self._loop()
        finished = self.length.finished(state)
        return TrainingResult(finished, self.out / MODEL, state.epoch, state.best)

    def _loop(self) -> None:
        """Raises InterruptedError when the callbacks say stop."""
        state, length = self.state, self.length
        loader = Loader(self.train, self.sampler, self.device, distributed.rank_and_world_size())
        batches = loader.batches(state.step)
        if self.recipe.training.initial and state.step == 0:
            self._evaluate(epoch=0)
        is_slow = self._is_slow()
        if is_slow:
            look_up_between_layers(state.network, self.callbacks.should_stop)
        # Elsewhere no update is left half done, and nothing has to be kept for that.
        undone = partial(undone_if_interrupted, state.network, self._save)
        guard = undone if is_slow else nullcontext
        self.network.prepare()
        while not length.finished(state):
            # A run that was stopped during an evaluation goes on with that.
            if not length.epoch_complete(state):
                with self._timed(), guard():
                    self.monitor.add(self._update(*next(batches)))
            if length.epoch_complete(state):
                self._end_epoch()
                self.monitor.pause()
            else:
                with self._timed():
                    self.monitor.pause()

    def _is_slow(self) -> bool:
        """Whether an update may take longer than a person waits who wants to stop it.

        Several processes stop together, and compiled layers do not look up: after an update.
        """
        alone = distributed.rank_and_world_size()[1] == 1
        return self.device.type == "cpu" and alone and not self.recipe.training.compile

    @contextmanager
    def _timed(self) -> Iterator[None]:
        """Count as the epoch's: also what is waited for, as batches, a GPU, a disk that saves."""
        began = time.monotonic()
        yield
        self.state.seconds += time.monotonic() - began

    def _update(self, x: Tensor, y: Tensor) -> Tensor:
        """One update by sound `x` `(batch, 1, time)` and targets `y` `(batch, tags)`; its loss."""
        state = self.state
        self.network.freeze_if_due()
        # Dropout of an update depends on its number and process alone, so that a resumed run
        # repeats it. Two seeds share no number within a million updates, two processes none at all.
        rank = distributed.rank_and_world_size()[0]
        torch.manual_seed(self.recipe.training.seed * 1_000_003 + state.step + (rank << 52))

        # Schedule.
        set_learning_rate(state.optimiser, self._learning_rate())

        # Forward, in bfloat16 where that is quicker; the loss in float32.
        with autocast(self.device, self.bfloat16):
            logits = self.network(x)
        loss = self.loss(logits.float(), y)

        # Backward.
        state.optimiser.zero_grad()
        loss.backward()
        clip_gradients(state.network, self.recipe.optimiser.clip_norm)

        # Step.
        state.optimiser.step()
        state.step += 1
        state.stage_step += 1

        # Average.
        if state.average:
            state.average.update(state.network, state.step)
        return loss.detach()

    def _end_epoch(self) -> None:
        """Evaluate, keep the best, report, save. Stopped in between, it is done on resuming."""
        state, began = self.state, time.monotonic()
        self._save()
        training_seconds = state.seconds
        result, is_best = self._evaluate(state.epoch + 1)
        state.seconds += time.monotonic() - began
        if result is not None:
            updates, rate = self.length.updates_per_epoch, self._learning_rate()
            self.best_model.log_epoch(
                epoch_report(
                    state, self.recipe, result, updates, training_seconds, rate, best=is_best
                )
            )
        state.loss_sum, state.seconds = 0.0, 0.0
        end_stage_if_stale(state, self.recipe, self.out / MODEL)
        self._save()
        self.network.prepare()

    def _evaluate(self, epoch: int) -> tuple[Validation | None, bool]:
        """The leader's evaluation, and whether it is the best so far; that network is saved."""
        result, alone = None, distributed.rank_and_world_size()[1] == 1
        if distributed.is_leader():
            result = validate(
                self.state.eval_network,
                self.validation,
                self.recipe,
                self.loss,
                bfloat16=self.bfloat16,
                # Several processes stop together, between two updates.
                should_stop=self.callbacks.should_stop if alone else lambda: False,
            )
        return result, self.best_model.update(self.state, result, epoch)

    def _learning_rate(self) -> float:
        return learning_rate(
            self.recipe.optimiser,
            self.recipe.schedule,
            step=self.state.step,
            total=self.length.updates,
            stage=self.state.stage,
            stage_step=self.state.stage_step,
        )

    def _save(self) -> None:
        if distributed.is_leader():
            save_checkpoint(self.out / CHECKPOINT, self.state, self.recipe)
        self.monitor.saved()
