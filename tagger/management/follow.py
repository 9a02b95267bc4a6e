"""A training on a terminal: its log, a bar, and what Ctrl-C is to mean."""

from __future__ import annotations

import sys
import time

from django.core.management.base import CommandError
from tqdm import tqdm

from tagger.jobs import lifecycle
from tagger.models import Job, Training

EVERY = 1.0  # seconds
QUESTION = "\n[c]ancel the training, [d]etach and let it go on, or Enter to keep watching: "


class Follower:
    def __init__(self, training: Training) -> None:
        self.training = training
        self._shown = 0
        self._bar = tqdm(desc="waits for the training worker", file=sys.stderr, disable=None)

    def follow(self) -> None:
        """Until it ends, or the person has seen enough. Raises CommandError when it fails."""
        with self._bar:
            while self._look():
                try:
                    time.sleep(EVERY)
                except KeyboardInterrupt:
                    if not self._go_on():
                        return
        self._end()

    def _look(self) -> bool:
        """Show what is new; False when the training has ended."""
        self.training = Training.objects.select_related("job", "model").get(pk=self.training.pk)
        lines = self.training.log.splitlines()
        for line in lines[self._shown :]:
            tqdm.write(line, file=sys.stderr)
        self._shown = len(lines)
        job = self.training.job
        if job.state == Job.State.RUNNING:
            self._bar.total = job.total
            self._bar.unit = f" {job.unit}"
            self._bar.set_description(job.stage or "beginning", refresh=False)
            self._bar.update(job.done - self._bar.n)
        return job.is_open

    def _go_on(self) -> bool:
        """Ask; a script, which cannot answer, leaves the training to itself."""
        answer = input(QUESTION).strip().lower() if sys.stdin.isatty() else "d"
        if answer.startswith("c"):
            lifecycle.cancel(self.training.job)
        if answer.startswith("d"):
            print(f"The training goes on: {self.training.pk}", file=sys.stderr)
        return not answer.startswith("d")

    def _end(self) -> None:
        job = self.training.job
        if job.state == Job.State.FAILED:
            raise CommandError(job.error_detail)
        if job.state == Job.State.CANCELLED:
            raise CommandError("The training was cancelled.")
        print(f"Candidate: {self.training.model}")
