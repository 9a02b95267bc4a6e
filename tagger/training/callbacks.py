"""Writes how a training goes into its rows, and tells it when to stop."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

from django.utils import timezone

from ml.config import EpochReport
from tagger.jobs.progress import JobWatch
from tagger.models import Job, Training

from .manage import expect_end, note, record_epoch

# How often the loss is told within an epoch. The first is told at the first update.
FIGURES_EVERY = 30.0  # seconds


class Watch(JobWatch):
    def __init__(self, training: Training, job: Job, stop: threading.Event) -> None:
        super().__init__(job, stop)
        self.training = training
        # Of each stage how many were done, and when: where the pace is measured from.
        self._began: dict[str, tuple[int, float]] = {}
        self._figures = 0.0

    def tell(self, line: str) -> None:
        note(self.training, line)

    def on_decoded(self, split: str, done: int, total: int) -> None:
        self._report("preparing", done, total, "clips")
        if self.should_stop():
            raise InterruptedError("The preparation was stopped.")

    def on_embedded(self, split: str, done: int, total: int) -> None:
        self._report("hearing", done, total, "clips")

    def on_step(self, step: int, total: int, loss: float) -> None:
        if "training" not in self._began:
            self._tell_loss("training, update", step, total, loss)
        elif time.monotonic() > self._figures:
            self._tell_loss("update", step, total, loss)
        self._report("training", step, total, "updates")

    def _report(self, stage: str, done: int, total: int, unit: str) -> None:
        began = self._began.get(stage)
        # Another split of the same stage begins anew.
        if began is None or began[0] > done:
            began = self._began[stage] = (done, time.monotonic())
        if self.report(stage, done, total, unit):
            expect_end(self.training, _end(began, done, total))

    def on_epoch(self, report: EpochReport) -> None:
        record_epoch(self.training, report)
        self.tell(
            f"epoch {report.epoch} of {report.epochs}: loss {report.training_loss:.4f}, "
            f"{report.loss:.4f} on what is held out, ROC-AUC {report.macro_roc_auc:.4f}, "
            f"AP {report.macro_average_precision:.4f}"
        )

    def _tell_loss(self, words: str, step: int, total: int, loss: float) -> None:
        """An epoch may take an hour: before its figures there are these."""
        self._figures = time.monotonic() + FIGURES_EVERY
        self.tell(f"{words} {step} of {total}: loss {loss:.4f}")


def _end(began: tuple[int, float], step: int, total: int) -> datetime | None:
    """From the pace since this attempt began; None before there is one."""
    first, moment = began
    if step == first:
        return None
    seconds = (time.monotonic() - moment) / (step - first) * (total - step)
    return timezone.now() + timedelta(seconds=seconds)
