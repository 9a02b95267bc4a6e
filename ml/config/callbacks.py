"""Callbacks: how a training reports its progress, and how it is asked to stop."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class EpochReport:
    """One epoch's figures; the log holds one of them a line, as JSON.

    `step` is the number of updates done, `training_loss` their mean over the epoch; `loss` and the
    macro figures are on the validation split. `learning_rate` is the next update's, `seconds` are
    those of the epoch with its evaluation, `segments_per_second` without.
    """

    epoch: int
    epochs: int
    stage: int
    step: int
    training_loss: float
    loss: float
    macro_roc_auc: float
    macro_average_precision: float
    learning_rate: float
    segments_per_second: float
    seconds: float
    best: bool


class Callbacks:
    """Does nothing; override what you need. Called from the training's own thread."""

    def on_step(self, step: int, total: int, loss: float) -> None:
        """An update is done; `total` is the number of updates the recipe asks for at most."""

    def on_epoch(self, report: EpochReport) -> None:
        """An epoch is done, evaluated and saved."""

    def on_embedded(self, split: str, done: int, total: int) -> None:
        """`done` of the `total` clips of `split` are embedded: what the head is fitted to."""

    def on_evaluated(self, split: str, done: int, total: int) -> None:
        """`done` of the `total` clips of `split` are scored."""

    def should_stop(self) -> bool:
        """Asked often: after every layer (on a GPU: ten updates) and every clip that is evaluated.

        A training that stops saves a checkpoint first.
        """
        return False


class Together(Callbacks):
    """Several, told the same in their order; one that says stop is enough."""

    def __init__(self, *parts: Callbacks) -> None:
        self._parts = parts

    def on_step(self, step: int, total: int, loss: float) -> None:
        for part in self._parts:
            part.on_step(step, total, loss)

    def on_epoch(self, report: EpochReport) -> None:
        for part in self._parts:
            part.on_epoch(report)

    def on_embedded(self, split: str, done: int, total: int) -> None:
        for part in self._parts:
            part.on_embedded(split, done, total)

    def on_evaluated(self, split: str, done: int, total: int) -> None:
        for part in self._parts:
            part.on_evaluated(split, done, total)

    def should_stop(self) -> bool:
        return any(part.should_stop() for part in self._parts)


def append_log(path: Path, report: EpochReport) -> None:
    """Append `report` to the log at `path` as one line of JSON. Raises OSError."""
    with path.open("a", encoding="utf-8") as log:
        log.write(json.dumps(asdict(report)) + "\n")


def read_log(path: Path) -> list[EpochReport]:
    """The reports of a log, one for every epoch: a resumed run's later line replaces its earlier.

    A last line that a kill left unfinished is passed over.
    """
    reports: dict[int, EpochReport] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            report = EpochReport(**json.loads(line))
        except json.JSONDecodeError:
            continue
        reports[report.epoch] = report
    return [reports[epoch] for epoch in sorted(reports)]
