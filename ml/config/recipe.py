"""A training recipe: everything that decides how a network is trained, as data.

Recipes are TOML files with the sections below; `--set section.key=value` overrides one value.
Unknown sections and keys, wrong types and values out of range are refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from .network import NetworkConfig
from .settings import ConfigError, check_section, setting

PRESETS = Path(__file__).parents[1] / "presets"
LOSSES = ("bce", "mse", "cross_entropy", "exponential", "hinge")


@dataclass(frozen=True)
class DataSettings:
    """Which sound a network is trained on, with which targets."""

    protocol: str = setting("A", "clips with a tag (A) or all (B)", choices=("A", "B"))
    crops: str = setting(
        "random",
        "random crops, or the paper's whole segments, each once an epoch",
        choices=("random", "fixed"),
    )
    labels: str = setting(
        "hard", "annotations of clips, or scores of segments", choices=("hard", "soft")
    )
    balance: float = setting(
        0.0, "how strongly clips with rare tags are drawn more often", at_least=0, at_most=1
    )
    segments_per_clip: int = setting(
        10, "random crops of a clip in an epoch, on average", at_least=1, at_most=10_000
    )


@dataclass(frozen=True)
class OptimiserSettings:
    """SGD with Nesterov momentum, or AdamW (Loshchilov and Hutter, 2019)."""

    name: str = setting("adamw", "which one", choices=("sgd", "adamw"))
    learning_rate: float = setting(1e-3, "the rate, before its schedule", above=0)
    momentum: float = setting(0.9, "of sgd; beta1 of adamw", at_least=0, below=1)
    beta2: float = setting(0.99, "of adamw", at_least=0, below=1)
    weight_decay: float = setting(0.0, "of matrices and filters", at_least=0)
    decay: float = setting(0.0, "Keras': rate / (1 + decay · updates), in stages", at_least=0)
    clip_norm: float = setting(0.0, "the largest norm of the gradients; 0: any", at_least=0)


@dataclass(frozen=True)
class ScheduleSettings:
    """One descent of the rate ("cosine"), or the paper's "stages".

    "stages" is run as by Keras 2.0.5: train until more than `patience` epochs in a row bring
    nothing better in this stage, go back to the stage's best weights, multiply the rate by
    `factor`, start the optimiser afresh; `stages` times. The model is the last stage's best.
    """

    name: str = setting("cosine", "which one", choices=("cosine", "stages"))
    warmup: int = setting(0, "updates in which the rate rises, under cosine", at_least=0)
    floor: float = setting(0.01, "the share of the rate that is left", at_least=0, at_most=1)
    stages: int = setting(5, "how many", at_least=1, at_most=1_000)
    factor: float = setting(0.2, "what a stage multiplies the rate by", above=0, at_most=1)
    patience: int = setting(2, "stale epochs that do not yet end a stage", at_least=0)


@dataclass(frozen=True)
class TrainingSettings:
    """`epochs` is a cap under "stages".

    From the share `freeze_after` of the epochs on, the stem and the first `frozen_blocks` blocks
    stay as they are; with `frozen_statistics` normalisation keeps the means and variances it came
    with, which small batches of few clips would spoil. The head of `initial` is resized to the
    labels it lacks.

    With `outputs_only` only the head is trained: every whole segment is embedded once, and
    ml.training.head_fit fits the output layer to the embeddings. [optimiser], [schedule] and
    `batch_size` then play no part.
    """

    batch_size: int = setting(
        16, "segments an update, of all processes", at_least=2, at_most=1_000_000
    )
    epochs: int = setting(100, "passes over the training split", at_least=1, at_most=1_000_000)
    # Multiplied by a million and added to, it must stay below torch's 2^64.
    seed: int = setting(0, "of weights, batches and dropout", at_least=0, at_most=2**31 - 1)
    loss: str = setting("bce", "which one, see ml.training.losses", choices=LOSSES)
    loss_beta: float = setting(1.0, "the exponential loss's steepness", above=0)
    average: float = setting(
        0.0, "decay of the weights' moving average; 0: none", at_least=0, below=1
    )
    select_by: str = setting(
        "loss",
        "the validation figure that chooses the best weights",
        choices=("loss", "macro_roc_auc", "macro_average_precision"),
    )
    frozen_blocks: int = setting(0, "how many of the first blocks are frozen", at_least=0)
    freeze_after: float = setting(0.0, "from this share of the epochs on", at_least=0, at_most=1)
    frozen_statistics: bool = setting(False, "whether normalisation's statistics are kept")
    sync_batch_norm: bool = setting(
        False, "whether several processes normalise by the statistics of the whole batch"
    )
    outputs_only: bool = setting(False, "whether the head alone is trained")
    anchor: float = setting(
        5.0, "how many labelled clips' worth an output of `initial` is", above=0
    )
    initial: str = setting("", "the weights to start from; none: random ones")
    precision: str = setting(
        "auto",
        "auto: bfloat16 where the device multiplies it natively",
        choices=("auto", "fp32", "bf16"),
    )
    compile: bool = setting(False, "whether torch compiles the network")
    checkpoint_seconds: float = setting(300.0, "between two checkpoints", above=0)


def _chance(of: str) -> Any:
    return setting(0.0, f"the chance of {of}", at_least=0, at_most=1)


def _decibels(default: float, meaning: str) -> Any:
    return setting(default, meaning, at_least=-100, at_most=100)


@dataclass(frozen=True)
class AugmentationSettings:
    """Chances and ranges; all chances 0 means the sound as it is. See ml.data.augmentation."""

    polarity: float = _chance("a sound that is inverted, half the time")
    gain: float = _chance("a change of level")
    gain_low_db: float = _decibels(-14.0, "the softest")
    gain_high_db: float = _decibels(5.0, "the loudest")
    filter: float = _chance("a tilted or cut spectrum")
    noise: float = _chance("white noise")
    noise_low_db: float = _decibels(15.0, "the sound's level over the loudest noise")
    noise_high_db: float = _decibels(40.0, "the sound's level over the softest noise")
    mixup: float = _chance("a mixture with another sound of the batch")
    mixup_alpha: float = setting(0.4, "how even mixtures are (Zhang et al., 2018)", above=0)
    pitch_shift: float = _chance("a shift of pitch, which needs torchaudio")
    pitch_semitones: int = setting(2, "how far at most, either way", at_least=1, at_most=24)
    reverberation: float = _chance("a room")


@dataclass(frozen=True)
class Recipe:
    """All sections; `network` is turned into a NetworkConfig once the data's labels are known."""

    network: dict[str, Any] = field(default_factory=dict)
    data: DataSettings = field(default_factory=DataSettings)
    optimiser: OptimiserSettings = field(default_factory=OptimiserSettings)
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    augmentation: AugmentationSettings = field(default_factory=AugmentationSettings)

    def as_dict(self) -> dict[str, Any]:
        """The sections as nested dictionaries, for checkpoints and cards."""
        return asdict(self)

    def network_config(self, labels: int) -> NetworkConfig:
        """The network for so many labels. Raises ConfigError for an unknown or bad setting."""
        return NetworkConfig.from_dict({**self.network, "labels": labels})


SECTIONS: dict[str, type] = {
    "data": DataSettings,
    "optimiser": OptimiserSettings,
    "schedule": ScheduleSettings,
    "training": TrainingSettings,
    "augmentation": AugmentationSettings,
}


def read_recipe(path: str | Path, overrides: Iterable[str] = ()) -> Recipe:
    """Read a recipe file, or the preset of that name, and apply `section.key=value` overrides.

    Raises ConfigError with the offending name.
    """
    file = Path(path)
    if not file.exists() and (PRESETS / f"{path}.toml").exists():
        file = PRESETS / f"{path}.toml"
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        presets = ", ".join(preset_names())
        raise ConfigError(f"There is no recipe {path}; the presets are {presets}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not valid TOML: {error}.") from error
    for override in overrides:
        _override(values, override)
    return recipe_from_dict(values)


def preset_names() -> list[str]:
    """The names of the recipes that come with the product, sorted."""
    return sorted(preset.stem for preset in PRESETS.glob("*.toml"))


def recipe_from_dict(values: Mapping[str, Any]) -> Recipe:
    """The recipe `values` describe. Raises ConfigError for what is unknown or of a wrong type."""
    unknown = sorted(set(values) - {"network", *SECTIONS})
    if unknown:
        raise ConfigError(f"A recipe has no section [{unknown[0]}].")
    sections = {name: _section(name, values.get(name, {})) for name in SECTIONS}
    recipe = Recipe(network=dict(_table("network", values.get("network", {}))), **sections)
    _check(recipe)
    return recipe


def with_epochs(recipe: Recipe, epochs: int) -> Recipe:
    """`recipe` with another number of epochs."""
    return replace(recipe, training=replace(recipe.training, epochs=epochs))


def _section(name: str, values: Any) -> Any:
    kind = SECTIONS[name]
    known = [item.name for item in fields(kind)]
    for key in _table(name, values):
        if key not in known:
            raise ConfigError(f"[{name}] has no setting {key!r}.")
    check_section(kind, values, f"{name}.")
    return kind(**values)


def _table(name: str, values: Any) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise ConfigError(f"{name} is {values!r}; it must be a section of settings: [{name}].")
    return values


def _override(values: dict[str, Any], text: str) -> None:
    name, equals, value = text.partition("=")
    section, dot, key = name.strip().partition(".")
    if not (equals and dot and key):
        raise ConfigError(f"{text!r} is no override; write section.key=value.")
    table = _table(section, values.get(section, {}))
    values[section] = {**table, key: _value(value.strip())}


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _check(recipe: Recipe) -> None:
    """What contradicts another setting."""
    blocks = len(recipe.network_config(2).widths)
    training, augmentation = recipe.training, recipe.augmentation
    if training.frozen_blocks > blocks:
        raise ConfigError(
            f"training.frozen_blocks is {training.frozen_blocks}; the network has {blocks} blocks."
        )
    if recipe.optimiser.name == "sgd" and recipe.optimiser.momentum == 0:
        raise ConfigError("optimiser.momentum must be above 0: sgd is Nesterov's.")
    for name in ("gain", "noise"):
        low, high = (getattr(augmentation, f"{name}_{end}_db") for end in ("low", "high"))
        if low > high:
            raise ConfigError(
                f"augmentation.{name}_low_db is {low}; it must be at most {name}_high_db, {high}."
            )
    if training.outputs_only and augmentation != AugmentationSettings():
        raise ConfigError(
            "training.outputs_only embeds each clip once, as it is: leave [augmentation] out."
        )
