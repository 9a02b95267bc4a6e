"""Training the head only: clips are embedded once, then the output layer is fitted to that.

Used like ml.training.trainer.Trainer, and leaves the same model and log; there is no
checkpoint, since all but the embedding takes seconds. It never ends worse than it started.
"""

from __future__ import annotations

import json
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
from ml.evaluation.cross_validation import CrossValidated, cross_validate
from ml.evaluation.predict import Predictions
from ml.runtime.cpu import keep_activations_in_the_heap

from . import distributed
from .best_model import MODEL, BestModel, TrainingResult
from .checkpoint import TrainingError
from .embed_split import EmbeddedSplit, embed
from .head_fit import ITERATIONS, HeadFit
from .init import init_state
from .losses import recipe_loss
from .trainer import Trainer
from .validation import Identity, Validation, check_validation, score_predictions, segment_targets

# Cross-validated logits and answers of each new label, beside the model.
EVIDENCE = "new_labels.json"
# The anchor of a new label's output, which starts at zero, in clips.
NEW_LABEL_ANCHOR = 0.1


class HeadTrainer:
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
        self.loss = recipe_loss(recipe, train, validation)
        self.network = init_state(recipe, train, self.device).network.eval()
        known = load_model(recipe.training.initial).card
        self._is_new = torch.tensor([tag not in known.labels for tag in train.tags])
        self._best_model = BestModel(
            *(recipe, train, validation, out, identity, self.callbacks),
            fixed_thresholds={tag: at for tag, at in known.thresholds.items() if tag in train.tags},
        )

    def run(self) -> TrainingResult:
        """Embed and fit, or stop when the callbacks say so."""
        self.out.mkdir(parents=True, exist_ok=True)
        try:
            train, validation = self._embed(self.train), self._embed(self.validation)
            best = self._fit(train, validation)
        except InterruptedError:
            return TrainingResult(False, self.out / MODEL, 0, None)
        return TrainingResult(True, self.out / MODEL, self.recipe.training.epochs, best)

    def _embed(self, split: Split) -> EmbeddedSplit:
        return embed(
            self.network,
            split,
            self.device,
            should_stop=self.callbacks.should_stop,
            on_progress=partial(self.callbacks.on_embedded, split.name),
        )

    def _fit(self, train: EmbeddedSplit, validation: EmbeddedSplit) -> float:
        """Save the better of two: known labels' outputs as fitted, and as they were.

        Of the fitted ones, those stay as they were that lose by cross-validation over all labelled
        clips. New labels keep their outputs.
        """
        fit, epochs = self._init_fit(train), self.recipe.training.epochs
        # Before an evaluation gives the network other outputs than those it began with.
        found = self._cross_validate(train, validation)
        self._write_evidence(found)
        figure = self._best_model.figure
        for epoch in range(1, epochs):
            self._report(
                epoch, *self._step(fit), self._evaluate(fit.fitted(), validation), best=False
            )
        loss, seconds = self._step(fit)
        kept = torch.from_numpy(~found.losing())
        before = self._evaluate(fit.fitted_new_only(), validation)
        result = self._evaluate(fit.fitted_only(kept), validation)
        better = figure(result) > figure(before)
        self._report(epochs, loss, seconds, result, best=better)
        if not better:
            result = self._evaluate(fit.fitted_new_only(), validation)
        self._best_model.save(self.network, result, epochs=epochs, updates=epochs * ITERATIONS)
        return figure(result)

    def _step(self, fit: HeadFit) -> tuple[float, float]:
        """An epoch's loss and seconds."""
        if self.callbacks.should_stop():
            raise InterruptedError("The training was stopped.")
        began = time.monotonic()
        return fit.step(), time.monotonic() - began

    def _init_fit(self, train: EmbeddedSplit) -> HeadFit:
        return self._fit_of(*self._clips(train, self.train))

    def _clips(self, embedded: EmbeddedSplit, split: Split) -> tuple[Tensor, Tensor]:
        """Embeddings `(clips, size)` and targets `(clips, labels)`, on the device.

        People label a recording, not each of its segments: so its mean is what is fitted.
        """
        targets = segment_targets(embedded.clip, split, self.recipe.data.labels)
        clips = embedded.clip_means(embedded.embeddings.cpu().numpy())
        means = (clips, embedded.clip_means(targets))
        return torch.from_numpy(means[0]).to(self.device), torch.from_numpy(means[1]).to(
            self.device
        )

    def _fit_of(self, clips: Tensor, targets: Tensor) -> HeadFit:
        anchor = torch.full(self._is_new.shape, self.recipe.training.anchor)
        return HeadFit(
            self.network.output,
            clips,
            targets,
            self.loss,
            anchor=anchor.masked_fill(self._is_new, NEW_LABEL_ANCHOR).to(self.device),
            is_new=self._is_new.to(self.device),
            label_count=int((~targets.isnan()).sum()),
        )

    def _cross_validate(self, train: EmbeddedSplit, validation: EmbeddedSplit) -> CrossValidated:
        """Over all clips that have labels, those held out included."""
        parts = self._clips(train, self.train), self._clips(validation, self.validation)
        embeddings, targets = (torch.cat(pair) for pair in zip(*parts, strict=True))
        return cross_validate(
            self._fit_of,
            embeddings,
            targets,
            seed=self.recipe.training.seed,
            should_stop=self.callbacks.should_stop,
        )

    def _write_evidence(self, found: CrossValidated) -> None:
        """Of new labels: who calibrates them needs what they score on clips they did not learn."""
        columns = {}
        for label in self._is_new.nonzero().flatten().tolist():
            logits, answers = found.of(label)
            name = self.train.tags[label]
            columns[name] = {"logits": logits.tolist(), "answers": answers.tolist()}
        (self.out / EVIDENCE).write_text(json.dumps(columns), encoding="utf-8")

    @torch.no_grad()
    def _evaluate(self, weights: tuple[Tensor, Tensor], embedded: EmbeddedSplit) -> Validation:
        """The validation figures with this output weight and bias, which the network then has."""
        output = self.network.output
        output.weight.copy_(weights[0])
        output.bias.copy_(weights[1])
        segments = self.network.scores(output(embedded.embeddings)).cpu().numpy()
        predictions = Predictions(segments, embedded.clip, embedded.clip_means(segments))
        return score_predictions(predictions, self.validation, self.recipe, self.loss)

    def _report(
        self, epoch: int, loss: float, seconds: float, result: Validation, *, best: bool
    ) -> None:
        epochs = self.recipe.training.epochs
        self.callbacks.on_step(epoch, epochs, loss)
        self._best_model.log_epoch(
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


def trainer_for(recipe: Recipe) -> type[Trainer | HeadTrainer]:
    """The trainer that `recipe` asks for."""
    return HeadTrainer if recipe.training.outputs_only else Trainer


def _check(recipe: Recipe, train: Split) -> None:
    if not recipe.training.initial:
        raise TrainingError(
            "Training the head only needs a network to start from: name one, "
            "--set training.initial=MODEL.safetensors."
        )
    if distributed.rank_and_world_size()[1] > 1:
        raise TrainingError("Training the head only takes one process; start it without torchrun.")
    if not len(train):
        raise DatasetError(f"The {train.name} split holds no clip that can be trained on.")
