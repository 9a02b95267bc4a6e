"""The state of a training, and its checkpoint, with which it survives being killed."""

from __future__ import annotations

import io
import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ml.config.recipe import Recipe, recipe_from_dict, with_epochs
from ml.nn.network import SampleCNN

from .ema import WeightAverage

_COUNTERS = (
    "step", "epoch", "stage", "stage_step", "stale", "best", "loss_sum", "seconds",
)  # fmt: skip

# What torch's reader has to say of bytes that are no checkpoint.
_DAMAGE = (RuntimeError, EOFError, pickle.UnpicklingError, KeyError, ValueError, AttributeError)


class TrainingError(RuntimeError):
    """A training that cannot start, go on or be resumed; str() says why."""


@dataclass
class State:
    """`step` and `epoch` count what is done; `stage_step` starts again with each stage.

    `best` is the selected figure's best value so far in this stage, `stale` the epochs since.
    `loss_sum` and `seconds` belong to the epoch under way.
    """

    network: SampleCNN
    average: WeightAverage | None
    optimiser: torch.optim.Optimizer
    step: int = 0
    epoch: int = 0
    stage: int = 0
    stage_step: int = 0
    stale: int = 0
    best: float | None = None
    loss_sum: float = 0.0
    seconds: float = 0.0

    @property
    def eval_network(self) -> SampleCNN:
        """The network that is evaluated and saved: the average where there is one."""
        return self.average.network if self.average else self.network

    def take_figure(self, figure: float, epoch: int) -> bool:
        """Take in an evaluation's figure, of which more is better; whether it is the best."""
        is_best = self.best is None or figure > self.best
        self.best, self.stale = (figure, 0) if is_best else (self.best, self.stale + 1)
        self.epoch = epoch
        return is_best

    def start_stage(self) -> None:
        """Count anew what counts within a stage: its updates, and its own best."""
        self.stage, self.stage_step = self.stage + 1, 0
        self.best, self.stale = None, 0


def save_checkpoint(path: Path, state: State, recipe: Recipe) -> None:
    """Write everything needed to go on, in one step."""
    values: dict[str, Any] = {name: getattr(state, name) for name in _COUNTERS}
    values |= {
        "network": state.network.state_dict(),
        "average": state.average.network.state_dict() if state.average else None,
        "optimiser": state.optimiser.state_dict(),
        "recipe": recipe.as_dict(),
    }
    temporary = path.with_suffix(".new")
    try:
        with temporary.open("wb") as stream:
            torch.save(values, stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        # On a full disk, half a checkpoint would be in the way of everything else.
        temporary.unlink(missing_ok=True)
        raise


def restore_checkpoint(path: Path, state: State, recipe: Recipe) -> None:
    """Bring `state` to where the checkpoint left off.

    Raises TrainingError when it is damaged, or belongs to another recipe; only the number of epochs
    may differ.
    """
    values = _read(path)
    earlier = with_epochs(recipe_from_dict(values["recipe"]), recipe.training.epochs)
    if earlier != recipe:
        raise TrainingError(
            f"{path} belongs to a training with another recipe; "
            "give it the same one to go on, or another folder to start afresh."
        )
    state.network.load_state_dict(values["network"])
    if state.average:
        state.average.network.load_state_dict(values["average"])
    state.optimiser.load_state_dict(values["optimiser"])
    for name in _COUNTERS:
        setattr(state, name, values[name])


def _read(path: Path) -> dict[str, Any]:
    # Read whole first: what the disk says is no damage, and what a reader of zips says of one cut
    # off somewhere may be an OSError as well.
    content = io.BytesIO(path.read_bytes())
    try:
        values: dict[str, Any] = torch.load(content, map_location="cpu", weights_only=True)
        if values.keys() >= {*_COUNTERS, "network", "average", "optimiser", "recipe"}:
            return values
        damage: Exception | None = None
    except (*_DAMAGE, OSError) as error:
        damage = error
    raise TrainingError(
        f"The checkpoint {path} is damaged or cut off: delete it to start afresh, or choose "
        "another folder."
    ) from damage
