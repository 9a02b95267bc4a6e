"""Registers the model of a training and dies on the way.

python -m tests.faults.dying_registration TRAINING WEIGHTS POINT
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after_file(number: int) -> None:
    """Once so many files are stored: first the weights, then the card."""
    from tagger.platform.storage.local import FolderStorage

    save, stored = FolderStorage.save, []

    def dying(self: FolderStorage, name: str, content: Any) -> str:
        stored.append(save(self, name, content))
        if len(stored) == number:
            die()
        return stored[-1]

    FolderStorage.save = dying  # type: ignore[method-assign, assignment]


def before_commit() -> None:
    from tagger.training import manage

    setattr(manage, "announce_to_staff", die)  # noqa: B010  it is not exported


POINTS: dict[str, Callable[[], None]] = {
    "weights": lambda: after_file(1),
    "card": lambda: after_file(2),
    "row": before_commit,
    "commit": lambda: None,
}


def main(training_id: str, weights: str, point: str) -> None:
    django.setup()
    from tagger.models import Training
    from tagger.training.manage import finish_training

    training = Training.objects.select_related("job").get(pk=training_id)
    POINTS[point]()
    finish_training(training, training.job, Path(weights))
    die()


if __name__ == "__main__":
    main(*sys.argv[1:])
