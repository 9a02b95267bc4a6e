"""The first figures of a training: what it has to beat, before everything is decoded and heard.

That takes minutes, an epoch on a CPU may take hours; the model it begins with (from scratch: the
active one) says something of a few clips within the first minute.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.config import Callbacks
from ml.data import LabelledClip, prepare_labelled_clips, some_of_data_set
from tagger.models import ModelVersion, Training
from tagger.registry.datasets import data_folder
from tagger.tags.effective import active_model

from .callbacks import Watch
from .dataset import labelled_clips

if TYPE_CHECKING:
    from ml.evaluation import Figures
    from ml.runtime import Device

# Decoded in seconds, and heard for no longer than so many: the minute also pays for the start of
# the process and for what else the machine does.
CLIPS, SECONDS = 24, 15.0
FOLDER = "first-look"


def first_look(
    training: Training, examples: dict[str, Any], run: Path, device: Device, watch: Watch
) -> dict[str, Any]:
    """What a training's `data` holds of it; nothing where there is no model, or none of its tags
    can be ranked on so few clips. Raises InterruptedError, as told by `watch`."""
    if "first_look" in training.data:
        return {"first_look": training.data["first_look"]}
    model = training.base or active_model()
    clips, tags = _clips(training, examples)
    if model is None or not clips:
        return {}
    prepare_labelled_clips(clips, tags, run / FOLDER, "validation", on_progress=watch.on_decoded)
    figures = _evaluate(model, run / FOLDER, device, watch)
    if figures is None:
        return {}
    first = {
        "model": model.name,
        "clips": figures.clips,
        "roc_auc": figures.macro_roc_auc,
        "average_precision": figures.macro_average_precision,
    }
    training.data |= {"first_look": first}
    training.save(update_fields=["data"])
    watch.tell(
        f"to be beaten: {model.name} on {first['clips']} clips that are held out: "
        f"ROC-AUC {first['roc_auc']:.4f}, AP {first['average_precision']:.4f}"
    )
    return {"first_look": first}


def _clips(training: Training, examples: dict[str, Any]) -> tuple[list[LabelledClip], list[str]]:
    """Of those that it is evaluated by."""
    folder = data_folder(training.folder) if training.folder else None
    if folder:
        return some_of_data_set(folder.path, "validation", CLIPS)
    return labelled_clips(examples["validation"][:CLIPS]), examples["labels"]


def _evaluate(model: ModelVersion, folder: Path, device: Device, watch: Watch) -> Figures | None:
    from ml.checkpoints import load_model
    from ml.data import open_split
    from ml.evaluation import evaluate_within

    split = open_split(folder, "validation", protocol="B")
    loaded = load_model(model.weights.path)
    return evaluate_within(
        loaded, split, device.torch_device, seconds=SECONDS, callbacks=_Baseline(watch)
    )


class _Baseline(Callbacks):
    """Tells of it as what it is: nothing is judged yet."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def on_evaluated(self, split: str, done: int, total: int) -> None:
        self._watch.report("baseline", done, total, "clips")

    def should_stop(self) -> bool:
        return self._watch.should_stop()
