"""The training loop.

It knows recipes, splits and callbacks, and nothing of web applications or command lines. In its
folder a training keeps `checkpoint.pt` (to go on), `log.jsonl` (one line an epoch) and
`model.safetensors` with its card: the best network so far, at any moment. Weights it was given
to begin with are judged like an epoch's, so that it never ends with something worse.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from ml.checkpoints.weights import load_model
from ml.config.callbacks import Callbacks
from ml.config.recipe import Recipe
from ml.data.heavy_augmentation import check_available
from ml.data.loader import Feed
from ml.data.magnatagatune.split import Split
from ml.data.sampler import Sampler
from ml.evaluation.predict import autocast, wants_bfloat16
from ml.runtime.cpu import keep_activations_in_the_heap

from . import distributed
from .best_model import CHECKPOINT, MODEL, Keeper, Outcome, report_of
from .checkpoint import TrainingError, restore_checkpoint, save_checkpoint
from .freezing import adopt, freeze, keep_statistics
from .init import begin_stage, fresh_state
from .losses import loss_of
from .optimisers import learning_rate, set_rate
from .validation import Identity, Validation, check_validation, validate

# Updates between two looks at the loss on a GPU, which each look makes wait.
LOOK_EVERY = 10


class Training:
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
        self.recipe, self.train, self.validation = recipe, train, validation
        self.out, self.identity = out, identity
        self.device = distributed.local_device(device or torch.device("cpu"))
        self.callbacks = callbacks or Callbacks()
        self.sampler = Sampler(train, recipe)
        self.loss = loss_of(recipe, train, validation)
        self._look_every = LOOK_EVERY if self.device.type == "cuda" else 1
        self.bfloat16 = wants_bfloat16(recipe.training.precision, self.device)
        self.total = recipe.training.epochs * self.sampler.updates_per_epoch
        self.state = fresh_state(recipe, train, self.device)
        self._keeper = Keeper(recipe, train, validation, out, identity, self.callbacks)
        self._frozen = False
        self._losses: Tensor | None = None

    def run(self) -> Outcome:
        """Train until the recipe is fulfilled or the callbacks say stop."""
        self.out.mkdir(parents=True, exist_ok=True)
        with distributed.process_group(self.device):
            if (self.out / CHECKPOINT).exists():
                restore_checkpoint(self.out / CHECKPOINT, self.state, self.recipe)
            finished = self._loop()
        state = self.state
        return Outcome(finished, self.out / MODEL, state.epoch, state.best)

    def _loop(self) -> bool:
        feed = Feed(self.train, self.sampler, self.device, distributed.share())
        batches = feed.batches(self.state.step)
        if self._begins_with_weights() and not self._judge_beginning():
            return False
        self._compute = self._forward()
        saved = time.monotonic()
        if self._epoch_ends() and not self._finish_epoch():
            return False
        while not self._done():
            self._update(batches)
            look = self.state.step % self._look_every == 0 or self._epoch_ends()
            if look:
                self._check_loss()
            if self._epoch_ends():
                if not self._finish_epoch():
                    return False
                saved = time.monotonic()
            stop = distributed.from_leader(self.callbacks.should_stop()) if look else False
            due = time.monotonic() - saved > self.recipe.training.checkpoint_seconds
            if stop or (look and due):
                self._save()
                saved = time.monotonic()
            if stop:
                return self._done()
        return True

    def _begins_with_weights(self) -> bool:
        return bool(self.recipe.training.initial) and self.state.step == 0

    def _judge_beginning(self) -> bool:
        """Keep the given weights until an epoch beats them; False when told to stop."""
        try:
            self._judge(epoch=0)
        except InterruptedError:
            return False
        return True

    def _done(self) -> bool:
        schedule = self.recipe.schedule
        out_of_stages = schedule.name == "stages" and self.state.stage >= schedule.stages
        return out_of_stages or self.state.step >= self.total

    def _epoch_ends(self) -> bool:
        """All updates of an epoch are done, and its evaluation is not."""
        return self.state.step >= (self.state.epoch + 1) * self.sampler.updates_per_epoch

    def _forward(self) -> nn.Module:
        """The network as it is called: frozen where due, compiled and distributed as asked."""
        network = self.state.network.train()
        if self.recipe.training.frozen_statistics:
            keep_statistics(network)
        if self._freeze_is_due():
            freeze(network, self.recipe.training.frozen_blocks)
            self._frozen = True
        compiled = torch.compile(network) if self.recipe.training.compile else network
        return distributed.wrap(compiled, self.device)  # type: ignore[arg-type]

    def _freeze_is_due(self) -> bool:
        settings = self.recipe.training
        return settings.frozen_blocks > 0 and self.state.step >= settings.freeze_after * self.total

    def _update(self, batches: Iterator[tuple[Tensor, Tensor]]) -> None:
        began, state = time.monotonic(), self.state
        if self._freeze_is_due() and not self._frozen:
            adopt(state.network, state.judged, self.recipe.training.frozen_blocks)
            self._compute = self._forward()
        set_rate(state.optimiser, self._rate())
        # Dropout of an update depends on its number alone, so that a resumed run repeats it.
        torch.manual_seed(self.recipe.training.seed * 1_000_003 + state.step)
        x, y = next(batches)
        with autocast(self.device, self.bfloat16):
            logits = self._compute(x)
        loss = self.loss(logits.float(), y)
        state.optimiser.zero_grad()
        loss.backward()
        self._clip()
        state.optimiser.step()
        state.step += 1
        state.stage_step += 1
        if state.average:
            state.average.update(state.network, state.step)
        self._account(loss.detach(), time.monotonic() - began)

    def _clip(self) -> None:
        limit = self.recipe.optimiser.clip_norm
        if limit:
            nn.utils.clip_grad_norm_(self.state.network.parameters(), limit)

    def _rate(self) -> float:
        state = self.state
        return learning_rate(
            self.recipe.optimiser,
            self.recipe.schedule,
            step=state.step,
            total=self.total,
            stage=state.stage,
            stage_step=state.stage_step,
        )

    def _account(self, loss: Tensor, seconds: float) -> None:
        self._losses = loss if self._losses is None else self._losses + loss
        self.state.seconds += seconds

    def _check_loss(self) -> None:
        """Add the updates since the last look to the epoch's loss; stop when it is no number."""
        state = self.state
        if self._losses is None:
            return
        added, self._losses = float(self._losses), None
        if not math.isfinite(added):
            raise TrainingError(
                f"The loss became {added} at update {state.step} (epoch {state.epoch + 1}, "
                f"learning rate {self._rate():.2g}); the best weights so far are in "
                f"{self.out / MODEL}. Try a lower learning rate."
            )
        state.loss_sum += added
        self.callbacks.on_step(state.step, self.total, state.loss_sum / self._epoch_updates())

    def _epoch_updates(self) -> int:
        """Updates of the epoch under way, or of the one just done."""
        return (self.state.step - 1) % self.sampler.updates_per_epoch + 1

    def _finish_epoch(self) -> bool:
        """Evaluate, report and save; False when told to stop, and then it is done on resuming."""
        began, state = time.monotonic(), self.state
        self._save()
        try:
            result, better = self._judge(state.epoch + 1)
        except InterruptedError:
            return False
        training_seconds = state.seconds
        state.seconds += time.monotonic() - began
        if result is not None:
            updates, rate = self.sampler.updates_per_epoch, self._rate()
            self._keeper.tell(
                report_of(state, self.recipe, result, updates, training_seconds, rate, best=better)
            )
        state.loss_sum, state.seconds = 0.0, 0.0
        self._end_stage_if_stale()
        self._save()
        self._compute = self._forward()
        return True

    def _judge(self, epoch: int) -> tuple[Validation | None, bool]:
        """The leader's evaluation, and whether it is the best so far; that network is kept."""
        state = self.state
        result = self._validated() if distributed.is_leader() else None
        figure = distributed.from_leader(result and self._keeper.figure(result))
        better = state.best is None or figure > state.best
        state.epoch = epoch
        state.best, state.stale = (figure, 0) if better else (state.best, state.stale + 1)
        if result is not None and better:
            self._keeper.keep(state.judged, result, epochs=epoch, updates=state.step)
        return result, better

    def _validated(self) -> Validation:
        # Several processes stop together, between two updates.
        alone = distributed.share()[1] == 1
        return validate(
            self.state.judged,
            self.validation,
            self.recipe,
            self.loss,
            bfloat16=self.bfloat16,
            should_stop=self.callbacks.should_stop if alone else lambda: False,
        )

    def _end_stage_if_stale(self) -> None:
        schedule = self.recipe.schedule
        if schedule.name == "stages" and self.state.stale >= schedule.patience:
            begin_stage(self.state, self.recipe, load_model(self.out / MODEL).network)

    def _save(self) -> None:
        if distributed.is_leader():
            save_checkpoint(self.out / CHECKPOINT, self.state, self.recipe)
