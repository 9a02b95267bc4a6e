"""Training the outputs alone: clips are heard once, then the output layer is fitted to that.

Made like ml.training.trainer.Training, and leaves the same model and log; there is no
checkpoint, since all but the hearing takes seconds. It never ends with worse than it began with.
"""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from ml.checkpoints.weights import load_model
from ml.config.callbacks import Callbacks, EpochReport
from ml.config.recipe import Recipe
from ml.data.magnatagatune.annotations import DatasetError
from ml.data.magnatagatune.split import Split
from ml.evaluation.predict import Predictions
from ml.runtime.cpu import keep_activations_in_the_heap

from . import distributed
from .best_model import MODEL, Keeper, Outcome
from .checkpoint import TrainingError
from .embed_split import EmbeddedSplit, embed
from .head_fit import ITERATIONS, OutputFit
from .init import fresh_state
from .losses import loss_of
from .trainer import Training
from .validation import Identity, Validation, check_validation, segment_targets, validated

# What an output that knew nothing is held to zero with, in clips.
FRESH_ANCHOR = 0.1


class OutputTraining:
    """One run in the folder `out`. Raises TrainingError, DatasetError or ConfigError at once."""

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
        _check(recipe, train)
        self.recipe, self.train, self.validation, self.out = recipe, train, validation, out
        self.device = distributed.local_device(device or torch.device("cpu"))
        self.callbacks = callbacks or Callbacks()
        self.loss = loss_of(recipe, train, validation)
        self.network = fresh_state(recipe, train, self.device).network.eval()
        known = load_model(recipe.training.initial).card
        self._fresh = torch.tensor([tag not in known.labels for tag in train.tags])
        self._keeper = Keeper(
            *(recipe, train, validation, out, identity, self.callbacks),
            settled={tag: at for tag, at in known.thresholds.items() if tag in train.tags},
        )

    def run(self) -> Outcome:
        """Hear and fit, or stop when the callbacks say so."""
        self.out.mkdir(parents=True, exist_ok=True)
        try:
            learnt, judged = self._hear(self.train), self._hear(self.validation)
            best = self._fit(learnt, judged)
        except InterruptedError:
            return Outcome(False, self.out / MODEL, 0, None)
        return Outcome(True, self.out / MODEL, self.recipe.training.epochs, best)

    def _hear(self, split: Split) -> EmbeddedSplit:
        return embed(
            self.network,
            split,
            self.device,
            should_stop=self.callbacks.should_stop,
            on_progress=partial(self.callbacks.on_heard, split.name),
        )

    def _fit(self, learnt: EmbeddedSplit, judged: EmbeddedSplit) -> float:
        """Keep the better of two: known outputs with what they have learnt, and as they were.

        What lies between is no answer: chosen by a few clips, it does harm. New outputs stay.
        """
        fit, epochs = self._beginning(learnt), self.recipe.training.epochs
        figure = self._keeper.figure
        for epoch in range(1, epochs):
            self._tell(epoch, *self._advance(fit), self._judge(fit.fitted(), judged), best=False)
        loss, seconds = self._advance(fit)
        before = self._judge(fit.fitted_fresh(), judged)
        result = self._judge(fit.fitted(), judged)
        better = figure(result) > figure(before)
        self._tell(epochs, loss, seconds, result, best=better)
        if not better:
            result = self._judge(fit.fitted_fresh(), judged)
        self._keeper.keep(self.network, result, epochs=epochs, updates=epochs * ITERATIONS)
        return figure(result)

    def _advance(self, fit: OutputFit) -> tuple[float, float]:
        """An epoch's loss and seconds."""
        if self.callbacks.should_stop():
            raise InterruptedError("The training was stopped.")
        began = time.monotonic()
        return fit.advance(), time.monotonic() - began

    def _beginning(self, learnt: EmbeddedSplit) -> OutputFit:
        # People speak of a recording, not of each of its segments: so its mean is what is fitted.
        targets = segment_targets(learnt.clip, self.train, self.recipe.data.labels)
        clips = learnt.clip_means(learnt.embeddings.cpu().numpy())
        known = self.train.known
        anchor = torch.full(self._fresh.shape, self.recipe.training.anchor)
        return OutputFit(
            self.network.output,
            torch.from_numpy(clips).to(self.device),
            torch.from_numpy(learnt.clip_means(targets)).to(self.device),
            self.loss,
            pull=anchor.masked_fill(self._fresh, FRESH_ANCHOR).to(self.device),
            fresh=self._fresh.to(self.device),
            judged=self.train.hard.size if known is None else int(known.sum()),
        )

    @torch.no_grad()
    def _judge(self, weights: tuple[Tensor, Tensor], heard: EmbeddedSplit) -> Validation:
        """What the network is worth with this weight and bias, which it then has."""
        output = self.network.output
        output.weight.copy_(weights[0])
        output.bias.copy_(weights[1])
        segments = self.network.scores(output(heard.embeddings)).cpu().numpy()
        found = Predictions(segments, heard.clip, heard.clip_means(segments))
        return validated(found, self.validation, self.recipe, self.loss)

    def _tell(
        self, epoch: int, loss: float, seconds: float, result: Validation, *, best: bool
    ) -> None:
        epochs = self.recipe.training.epochs
        self.callbacks.on_step(epoch, epochs, loss)
        self._keeper.tell(
            EpochReport(
                epoch=epoch,
                epochs=epochs,
                stage=0,
                step=epoch,
                training_loss=loss,
                loss=result.loss,
                macro_roc_auc=result.macro_roc_auc,
                macro_average_precision=result.macro_average_precision,
                learning_rate=1.0,
                segments_per_second=ITERATIONS * len(self.train) / seconds,
                seconds=seconds,
                best=best,
            )
        )


def training_of(recipe: Recipe) -> type[Training | OutputTraining]:
    """The kind of training that `recipe` asks for."""
    return OutputTraining if recipe.training.outputs_only else Training


def _check(recipe: Recipe, train: Split) -> None:
    if not recipe.training.initial:
        raise TrainingError(
            "Only the outputs shall learn, of no network: name one, "
            "--set training.initial=MODEL.safetensors."
        )
    if distributed.share()[1] > 1:
        raise TrainingError("Training the outputs alone takes one process; start it by itself.")
    if not len(train):
        raise DatasetError(f"The {train.name} split holds no clip that can be trained on.")
