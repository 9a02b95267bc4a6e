"""Writes how a training goes into its rows, and tells it when to stop."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

from django.utils import timezone

from ml.callbacks import Callbacks, EpochReport

from ..models import Job, Training
from . import jobs
from .trainings import expect_end, note, record_epoch

REPORT_EVERY = 1.0  # seconds


class Watch(Callbacks):
    def __init__(self, training: Training, job: Job, stop: threading.Event) -> None:
        self.training, self.job = training, job
        self._stop = stop
        self._stage = ""
        self._next = 0.0
        self._began: tuple[int, float] | None = None

    def tell(self, line: str) -> None:
        note(self.training, line)

    def on_decoded(self, split: str, done: int, total: int) -> None:
        self._report("preparing", done, total, "clips")
        if self.should_stop():
            raise InterruptedError("The preparation was stopped.")

    def on_step(self, step: int, total: int, loss: float) -> None:
        if self._began is None:
            self.tell(f"training, update {step} of {total}")
            self._began = (step, time.monotonic())
        if self._report("training", step, total, "updates"):
            expect_end(self.training, self._end(step, total))

    def on_epoch(self, report: EpochReport) -> None:
        record_epoch(self.training, report)
        self.tell(
            f"epoch {report.epoch} of {report.epochs}: loss {report.training_loss:.4f}, "
            f"{report.loss:.4f} on what is held out, ROC-AUC {report.macro_roc_auc:.4f}, "
            f"AP {report.macro_average_precision:.4f}"
        )

    def on_judged(self, split: str, done: int, total: int) -> None:
        self._report("evaluating", done, total, "clips")

    def should_stop(self) -> bool:
        return self._stop.is_set()

    def _report(self, stage: str, done: int, total: int, unit: str) -> bool:
        """Whether it was written: at most once a second, and at each beginning of a stage."""
        if stage == self._stage and time.monotonic() < self._next and done < total:
            return False
        self._stage, self._next = stage, time.monotonic() + REPORT_EVERY
        jobs.report(self.job, stage=stage, done=done, total=total, unit=unit)
        return True

    def _end(self, step: int, total: int) -> datetime | None:
        """From the pace since this attempt began; None before there is one."""
        first, moment = self._began or (step, time.monotonic())
        if step == first:
            return None
        seconds = (time.monotonic() - moment) / (step - first) * (total - step)
        return timezone.now() + timedelta(seconds=seconds)
