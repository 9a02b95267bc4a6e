"""What every training does when an epoch ends: save the best network, log the figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ml.checkpoints.weights import save_model
from ml.config.callbacks import Callbacks, EpochReport, append_log
from ml.config.recipe import Recipe
from ml.data.magnatagatune.split import Split
from ml.nn.network import SampleCNN

from . import distributed
from .checkpoint import State
from .validation import Identity, Validation, make_card

CHECKPOINT, LOG, MODEL = "checkpoint.pt", "log.jsonl", "model.safetensors"


@dataclass(frozen=True)
class TrainingResult:
    """`finished` is False for a training that was stopped; it can be resumed."""

    finished: bool
    model: Path
    epochs: int
    best: float | None


@dataclass(frozen=True)
class BestModel:
    """The best network so far (of this stage), saved in `out`; `fixed_thresholds` stay."""

    recipe: Recipe
    train: Split
    validation: Split
    out: Path
    identity: Identity
    callbacks: Callbacks
    fixed_thresholds: Mapping[str, float] = field(default_factory=dict)

    def figure(self, result: Validation) -> float:
        """The recipe's figure to choose by; more is better."""
        return result.figure(self.recipe.training.select_by)

    def save(self, network: SampleCNN, result: Validation, *, epochs: int, updates: int) -> None:
        """Save `network`, which gave `result`, in the place of what was best before."""
        card = make_card(
            network,
            self.identity,
            self.recipe,
            self.train,
            self.validation,
            result,
            {"epochs": epochs, "updates": updates},
            self.fixed_thresholds,
        )
        save_model(self.out / MODEL, network, card)

    def update(self, state: State, result: Validation | None, epoch: int) -> bool:
        """Whether `result`, the leader's after `epoch`, is the best so far; it is then saved."""
        figure = distributed.broadcast(result and self.figure(result))
        is_best = state.take_figure(figure, epoch)
        if result is not None and is_best:
            self.save(state.eval_network, result, epochs=epoch, updates=state.step)
        return is_best

    def log_epoch(self, report: EpochReport) -> None:
        """Append `report` to the log and hand it to the callbacks."""
        append_log(self.out / LOG, report)
        self.callbacks.on_epoch(report)


def epoch_report(
    state: State,
    recipe: Recipe,
    result: Validation,
    updates: int,
    seconds: float,
    rate: float,
    *,
    best: bool,
) -> EpochReport:
    """Of the epoch that `state` has just done in so many `updates`; they took `seconds`."""
    settings = recipe.training
    return EpochReport(
        epoch=state.epoch,
        epochs=settings.epochs,
        stage=state.stage,
        step=state.step,
        training_loss=state.loss_sum / updates,
        loss=result.loss,
        macro_roc_auc=result.macro_roc_auc,
        macro_average_precision=result.macro_average_precision,
        learning_rate=rate,
        segments_per_second=updates * settings.batch_size / seconds,
        seconds=state.seconds,
        best=best,
    )
