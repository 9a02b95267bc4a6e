"""How a training is followed: on a terminal, with a bar for the updates and a line for every epoch;
in TensorBoard, beside its own log and page.
"""

from __future__ import annotations

import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from tqdm import tqdm

from ml.config.callbacks import Callbacks, EpochReport
from ml.config.network import ConfigError

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

TENSORBOARD = "tensorboard"


class TerminalProgress(Callbacks):
    """Shows progress on standard error; the training stops once `stop` is set."""

    def __init__(self) -> None:
        self.stop = False
        self._bar: tqdm[None] | None = None
        # A bar that is switched off (TQDM_DISABLE) does not know what it counts.
        self._unit = ""

    def titled(self, title: str) -> TerminalProgress:
        """The same terminal, about to show another training."""
        tqdm.write(title, file=sys.stderr)
        self._clear()
        return self

    def on_embedded(self, split: str, done: int, total: int) -> None:
        self._show(done, total, f"clip ({split})")

    def on_step(self, step: int, total: int, loss: float) -> None:
        self._show(step, total, "update")
        if self._bar is not None:
            self._bar.set_postfix(loss=f"{loss:.4f}")

    def _show(self, done: int, total: int, unit: str) -> None:
        """Go on with the bar there is, or begin one where something else is counted."""
        if self._bar is None or self._unit != unit:
            self._clear()
            self._unit = unit
            # On a terminal only: a log would be nothing but carriage returns.
            self._bar = tqdm(total=total, initial=done, unit=unit, file=sys.stderr, disable=None)
        self._bar.update(done - self._bar.n)

    def _clear(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def on_epoch(self, report: EpochReport) -> None:
        tqdm.write(
            f"epoch {report.epoch}/{report.epochs}"
            f"  loss {report.training_loss:.4f} / {report.loss:.4f}"
            f"  ROC-AUC {report.macro_roc_auc:.4f}  AP {report.macro_average_precision:.4f}"
            f"  {report.segments_per_second:.1f} segments/s{'  best' if report.best else ''}",
            file=sys.stderr,
        )

    def should_stop(self) -> bool:
        return self.stop


def stop_on_signal(terminal: TerminalProgress) -> None:
    """The first Ctrl-C or SIGTERM saves a checkpoint and ends; a second Ctrl-C ends at once."""

    def handler(_signal: int, _frame: FrameType | None) -> None:
        terminal.stop = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, handler)
    signal.signal(signal.SIGTERM, handler)


class TensorBoardLog(Callbacks):
    """Writes each epoch's figures into `out`/tensorboard, by the number of updates done.

    Nothing is written before the first: of several processes, one alone evaluates. A training that
    goes on adds a file; an epoch that is gone through again has the same place.
    Raises ConfigError where the package `tensorboard` is missing.
    """

    def __init__(self, out: Path) -> None:
        if find_spec("tensorboard") is None:
            raise ConfigError("A TensorBoard log needs a package: run bin/setup tensorboard.")
        self._folder = out / TENSORBOARD
        self._writer: SummaryWriter | None = None

    def on_epoch(self, report: EpochReport) -> None:
        if self._writer is None:
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(str(self._folder))
        figures = {
            "loss/training": report.training_loss,
            "loss/validation": report.loss,
            "validation/macro_roc_auc": report.macro_roc_auc,
            "validation/macro_average_precision": report.macro_average_precision,
            "training/learning_rate": report.learning_rate,
            "training/segments_per_second": report.segments_per_second,
            "training/epoch": report.epoch,
        }
        for name, value in figures.items():
            self._writer.add_scalar(name, value, report.step)
        self._writer.flush()
