"""What every training does when an epoch ends: keep the best network, write down how it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ml.checkpoints.weights import save_model
from ml.config.callbacks import Callbacks, EpochReport, append_log
from ml.config.recipe import Recipe
from ml.data.magnatagatune.split import Split
from ml.nn.network import SampleCNN

from .checkpoint import State
from .validation import Identity, Validation, make_card

CHECKPOINT, LOG, MODEL = "checkpoint.pt", "log.jsonl", "model.safetensors"


@dataclass(frozen=True)
class Outcome:
    """`finished` is False for a training that was told to stop; it can be resumed."""

    finished: bool
    model: Path
    epochs: int
    best: float | None


@dataclass(frozen=True)
class Keeper:
    """Writes into the folder `out`. `settled` thresholds are not chosen anew."""

    recipe: Recipe
    train: Split
    validation: Split
    out: Path
    identity: Identity
    callbacks: Callbacks
    settled: Mapping[str, float] = field(default_factory=dict)

    def figure(self, result: Validation) -> float:
        """The recipe's figure to choose by; more is better."""
        return result.figure(self.recipe.training.select_by)

    def keep(self, network: SampleCNN, result: Validation, *, epochs: int, updates: int) -> None:
        """Save `network`, which gave `result`, in the place of what was best before."""
        card = make_card(
            network,
            self.identity,
            self.recipe,
            self.train,
            self.validation,
            result,
            {"epochs": epochs, "updates": updates},
            self.settled,
        )
        save_model(self.out / MODEL, network, card)

    def tell(self, report: EpochReport) -> None:
        append_log(self.out / LOG, report)
        self.callbacks.on_epoch(report)


def report_of(
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
