"""What a training is to be: chosen by a person, completed by defaults, refused with a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ml.config import PAPER_BLOCKS, ConfigError, Recipe, preset_names, read_recipe, recipe_from_dict
from tagger.feedback.labelled_tracks import (
    LabelledTrack,
    labelled_tracks,
    new_labels,
    support,
    two_sided,
)
from tagger.models import ModelVersion
from tagger.registry.datasets import DataMissing, data_folder, data_folders, present_folder
from tagger.tags.effective import active_model

FINE_TUNING, FROM_SCRATCH = "fine-tune", "modern"
# The building blocks of the paper (Kim, Lee, Nam, ICASSP 2018), with the convolutions of each.
BLOCKS = PAPER_BLOCKS
LONGEST = 1000  # epochs
# Presets for data that `python -m ml` alone prepares: no folder here can hold it.
COMMAND_LINE_ONLY = {"msd": "Million Song Dataset"}


class TrainingRefused(Exception):
    """There is nothing to start; str() says why and what to do."""


@dataclass(frozen=True)
class Choices:
    """`base` None: from scratch. Empty words, and epochs None, stand for what suits the rest."""

    base: ModelVersion | None
    folder: str
    verdicts: bool
    name: str = ""
    preset: str = ""
    block: str = ""
    epochs: int | None = None
    device: str = "auto"
    seed: int = 0


def default_choices() -> Choices:
    """The active model is trained further, with all that is at hand."""
    known = [folder.name for folder in data_folders() if folder.present]
    return Choices(base=active_model(), folder=known[0] if known else "", verdicts=True)


def recipe_of(choices: Choices) -> Recipe:
    """The recipe they ask for, checked as far as it can be before anything is read or decoded.

    Raises TrainingRefused.
    """
    _check_choices(choices)
    try:
        recipe = read_recipe(preset_of(choices), _overrides(choices))
        values = recipe.as_dict()
        values["network"] |= _network(choices)
        return recipe_from_dict(values)
    except ConfigError as error:
        raise TrainingRefused(str(error)) from error


# What `name_of` puts behind a name, and the number by which names that are the same are told apart.
MADE_UP = re.compile(r"(?: taught \d{4}-\d\d-\d\d \d\d\.\d\d(?: \d+)?| \d+)$")
LONGEST_NAME = 100


def presets() -> list[str]:
    """Those that a training here may have."""
    return [name for name in preset_names() if name not in COMMAND_LINE_ONLY]


def preset_of(choices: Choices) -> str:
    return choices.preset or (FINE_TUNING if choices.base else FROM_SCRATCH)


def name_of(choices: Choices) -> str:
    """Its own, or what the base is called and when this one was taught: one knows them apart."""
    if choices.name:
        return choices.name
    stem = MADE_UP.sub("", choices.base.name) if choices.base else preset_of(choices)
    taught = f" taught {timezone.localtime():%Y-%m-%d %H.%M}"
    return stem[: LONGEST_NAME - len(taught)] + taught


def chosen_name(name: str) -> str:
    """Empty where it was made up by `name_of`."""
    return "" if MADE_UP.search(name) else name


def check_training_data(choices: Choices) -> None:
    """Raise TrainingRefused when there is nothing to learn from, or nothing to evaluate by."""
    if choices.folder:
        _check_folder(choices.folder)
        return
    if not choices.verdicts:
        raise TrainingRefused(_("Choose what to learn from: a data set, verdicts or both."))
    examples = training_examples(choices.base, anchored=set())
    training = support(track for track in examples if not track.held_out)
    validation = support(track for track in examples if track.held_out)
    if not training:
        raise TrainingRefused(
            _(
                "There is nothing to learn from yet: no tag has both accepted and rejected tracks. "
                "Correct some tracks first, or choose a data set."
            )
        )
    if not any(sides.two_sided for sides in validation.values()):
        raise TrainingRefused(
            _(
                "A quarter of the tracks is held out to judge by, and none of their tags is both "
                "accepted and rejected yet. Correct some more tracks, or choose a data set."
            )
        )


def training_examples(base: ModelVersion | None, *, anchored: set[str]) -> list[LabelledTrack]:
    """The verdicts that can train `base`, or a new network, beside data that knows `anchored`."""
    return two_sided(labelled_for(base, anchored=anchored), anchored)


def labelled_for(base: ModelVersion | None, *, anchored: set[str]) -> list[LabelledTrack]:
    """The same with those that cannot train it, since only one side of their tag has verdicts."""
    known = set(base.labels) if base else anchored
    return labelled_tracks(known | set(new_labels(known)))


def _check_choices(choices: Choices) -> None:
    if choices.preset in COMMAND_LINE_ONLY:
        raise TrainingRefused(
            _("The preset %(name)s is for the %(data)s, on which only python -m ml can train.")
            % {"name": choices.preset, "data": COMMAND_LINE_ONLY[choices.preset]}
        )
    if choices.preset and choices.preset not in preset_names():
        raise TrainingRefused(_("There is no preset %(name)s.") % {"name": choices.preset})
    if choices.base is None and choices.preset == FINE_TUNING:
        raise TrainingRefused(_("The preset fine-tune needs a model to start from."))
    if choices.block and choices.base:
        raise TrainingRefused(
            _(
                "The building block is that of the model it starts from. To change it, start from "
                "scratch."
            )
        )
    if choices.block and choices.block not in BLOCKS:
        raise TrainingRefused(_("There is no building block %(name)s.") % {"name": choices.block})


def _check_folder(name: str) -> None:
    try:
        present_folder(name)
    except DataMissing as error:
        raise TrainingRefused(str(error)) from error


def _overrides(choices: Choices) -> list[str]:
    folder = data_folder(choices.folder) if choices.folder else None
    chosen = [f"training.seed={choices.seed}"]
    if choices.epochs:
        chosen.append(f"training.epochs={choices.epochs}")
    if folder is None or not folder.soft:
        chosen.append("data.labels=hard")
    return chosen


def _network(choices: Choices) -> dict[str, Any]:
    if choices.base:
        return _network_of(choices.base)
    if choices.block:
        block, convs = BLOCKS[choices.block]
        return {"block": block, "convs": convs}
    return {}


def _network_of(base: ModelVersion) -> dict[str, Any]:
    config = dict(base.card.get("config", {}))
    if not config:
        raise TrainingRefused(
            _(
                "The card of %(name)s does not describe its network (it has no config), so no "
                "training can start from it. Choose another model, or start from scratch."
            )
            % {"name": base.name}
        )
    config.pop("labels", None)
    return config
