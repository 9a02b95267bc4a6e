"""The queues there are, and which of them one worker serves.

Settings and the embedded installation read this before Django is there: no models here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Queue(StrEnum):
    INFERENCE = "inference"
    # Analyses of a whole library: uploads pass them.
    BULK = "bulk"
    # Somebody looks at the empty lane: served before all tempos and keys.
    SPECTROGRAM = "spectrogram"
    # Models that came from elsewhere: one that takes its time keeps no upload waiting.
    CHECKS = "checks"
    # A worker of its own: neither uploads nor the reaper ever wait for tempo and key.
    ANALYSIS = "analysis"
    # Folders that are read where they lie: a first scan takes hours of a slow disk.
    FOLDERS = "folders"
    # Its worker has the data sets, and is not waited for by uploads.
    TRAINING = "training"
    # Short work, and what beat asks for; the default.
    MAINTENANCE = "maintenance"


@dataclass(frozen=True)
class WorkerKind:
    """How one worker is started. Its queues are served in their order: the first before the rest.

    `background`: its work can wait while people do not. `only_with`: without this variable there is
    no work for it.
    """

    queues: tuple[Queue, ...]
    pool: str
    concurrency: int | None = None
    max_tasks_per_child: int | None = None
    background: bool = False
    only_with: str = ""

    def options(self, name: str) -> str:
        """The command line's, behind `celery worker`."""
        options = ["--hostname", f"{name}@%h", "--pool", self.pool]
        if self.concurrency:
            options += ["--concurrency", str(self.concurrency)]
        if self.max_tasks_per_child:
            options += ["--max-tasks-per-child", str(self.max_tasks_per_child)]
        return " ".join([*options, "--queues", ",".join(self.queues)])


WORKERS: Mapping[str, WorkerKind] = {
    # Solo: the network is loaded once, and short tracks are batched inside one process.
    "inference": WorkerKind((Queue.INFERENCE, Queue.BULK), "solo"),
    # One child, ended after each training: what torch has taken is given back.
    "training": WorkerKind((Queue.TRAINING,), "prefork", 1, max_tasks_per_child=1, background=True),
    # Two threads: the reaper runs every ten seconds also while a bulk job takes its minutes.
    "maintenance": WorkerKind((Queue.MAINTENANCE,), "threads", 2),
    # Threads: one scan does not wait for another. It watches the folders besides.
    "folders": WorkerKind(
        (Queue.FOLDERS,), "threads", 2, background=True, only_with="TONEMARK_FOLDERS"
    ),
    # Its child is ended after fifty tracks: what measures music holds on to its memory.
    "analysis": WorkerKind(
        (Queue.SPECTROGRAM, Queue.CHECKS, Queue.ANALYSIS),
        "prefork",
        1,
        max_tasks_per_child=50,
        background=True,
    ),
}
