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


class Watch(JobWatch):
    def __init__(self, training: Training, job: Job, stop: threading.Event) -> None:
        super().__init__(job, stop)
        self.training = training
        self._began: tuple[int, float] | None = None

    def tell(self, line: str) -> None:
        note(self.training, line)

    def on_embedded(self, split: str, done: int, total: int) -> None:
        self.report("hearing", done, total, "clips")

    def on_step(self, step: int, total: int, loss: float) -> None:
        if self._began is None:
            self.tell(f"training, update {step} of {total}")
            self._began = (step, time.monotonic())
        if self.report("training", step, total, "updates"):
            expect_end(self.training, self._end(step, total))

    def on_epoch(self, report: EpochReport) -> None:
        record_epoch(self.training, report)
        self.tell(
            f"epoch {report.epoch} of {report.epochs}: loss {report.training_loss:.4f}, "
            f"{report.loss:.4f} on what is held out, ROC-AUC {report.macro_roc_auc:.4f}, "
            f"AP {report.macro_average_precision:.4f}"
        )

    def _end(self, step: int, total: int) -> datetime | None:
        """From the pace since this attempt began; None before there is one."""
        first, moment = self._began or (step, time.monotonic())
        if step == first:
            return None
        seconds = (time.monotonic() - moment) / (step - first) * (total - step)
        return timezone.now() + timedelta(seconds=seconds)
