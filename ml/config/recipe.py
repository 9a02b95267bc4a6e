"""A training recipe: everything that decides how a network is trained, as data.

Recipes are TOML files with the sections below; `--set section.key=value` overrides one value.
Unknown sections, unknown keys and wrong types are refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from .network import ConfigError, NetworkConfig

PRESETS = Path(__file__).parents[1] / "presets"


@dataclass(frozen=True)
class DataSettings:
    """Which sound a network is trained on, with which targets.

    `crops`: "random" crops, or the paper's "fixed" whole segments, each once an epoch.
    `labels`: "hard" annotations or "soft" scores a segment. `balance` in [0, 1] is how strongly
    clips with rare tags are drawn more often (random crops only); `segments_per_clip` is how many
    random crops of a clip make an epoch, on average.
    """

    protocol: str = "A"
    crops: str = "random"
    labels: str = "hard"
    balance: float = 0.0
    segments_per_clip: int = 10


@dataclass(frozen=True)
class OptimiserSettings:
    """`name` "sgd" (Nesterov) or "adamw". `decay` is Keras' lr / (1 + decay · updates)."""

    name: str = "adamw"
    learning_rate: float = 1e-3
    momentum: float = 0.9
    beta2: float = 0.99
    weight_decay: float = 0.0
    decay: float = 0.0
    clip_norm: float = 0.0


@dataclass(frozen=True)
class ScheduleSettings:
    """`name` "cosine" (after `warmup` updates, down to `floor` of the rate) or "stages".

    "stages" is the paper's, as Keras 2.0.5 runs it: train until more than `patience` epochs in a
    row bring nothing better in this stage, go back to the stage's best weights, multiply the rate
    by `factor`, start the optimiser afresh; `stages` times. The model is the last stage's best.
    """

    name: str = "cosine"
    warmup: int = 0
    floor: float = 0.01
    stages: int = 5
    factor: float = 0.2
    patience: int = 2


@dataclass(frozen=True)
class TrainingSettings:
    """`epochs` is a cap under "stages". `average` is the decay of the weights' moving average
    (0: none). `select_by` names the validation figure that chooses the best weights.
    From the share `freeze_after` of the epochs on, the stem and the first `frozen_blocks` blocks
    stay as they are; with `frozen_statistics` normalisation keeps the means and variances it came
    with, which small batches of few clips would spoil. `initial` names weights to start from; the
    head is resized to the labels they lack. `precision` "auto" is bfloat16 where the device
    multiplies it natively.

    With `outputs_only` only the head is trained: every whole segment is embedded once, and
    ml.training.head_fit fits the output layer to the embeddings. `anchor` is how many labelled
    clips' worth an output of `initial` is beside them. [optimiser], [schedule] and `batch_size`
    then play no part.
    """

    batch_size: int = 16
    epochs: int = 100
    seed: int = 0
    loss: str = "bce"
    loss_beta: float = 1.0
    average: float = 0.0
    select_by: str = "loss"
    frozen_blocks: int = 0
    freeze_after: float = 0.0
    frozen_statistics: bool = False
    outputs_only: bool = False
    anchor: float = 5.0
    initial: str = ""
    precision: str = "auto"
    compile: bool = False
    checkpoint_seconds: float = 300.0


@dataclass(frozen=True)
class AugmentationSettings:
    """Chances in [0, 1] and ranges; all chances 0 means the sound as it is.

    `pitch_shift`, by up to `pitch_semitones` either way, needs torchaudio.
    """

    polarity: float = 0.0
    gain: float = 0.0
    gain_low_db: float = -14.0
    gain_high_db: float = 5.0
    filter: float = 0.0
    noise: float = 0.0
    noise_low_db: float = 15.0
    noise_high_db: float = 40.0
    mixup: float = 0.0
    mixup_alpha: float = 0.4
    pitch_shift: float = 0.0
    pitch_semitones: int = 2
    reverberation: float = 0.0


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
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        presets = ", ".join(preset_names())
        raise ConfigError(f"There is no recipe {path}; the presets are {presets}.") from error
    except tomllib.TOMLDecodeError as error:
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
    recipe = Recipe(network=dict(values.get("network", {})), **sections)
    _check(recipe)
    return recipe


def with_epochs(recipe: Recipe, epochs: int) -> Recipe:
    """`recipe` with another number of epochs."""
    return replace(recipe, training=replace(recipe.training, epochs=epochs))


def _section(name: str, values: Mapping[str, Any]) -> Any:
    kind = SECTIONS[name]
    defaults = asdict(kind())
    for key, value in values.items():
        if key not in defaults:
            raise ConfigError(f"[{name}] has no setting {key!r}.")
        wanted = type(defaults[key])
        if not (type(value) is wanted or (wanted is float and type(value) is int)):
            raise ConfigError(f"{name}.{key} is {value!r}; it must be a {wanted.__name__}.")
    return kind(**values)


def _override(values: dict[str, Any], text: str) -> None:
    name, equals, value = text.partition("=")
    section, dot, key = name.strip().partition(".")
    if not (equals and dot and key):
        raise ConfigError(f"{text!r} is no override; write section.key=value.")
    values.setdefault(section, {})[key] = _value(value.strip())


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _check(recipe: Recipe) -> None:
    recipe.network_config(2)
    for name, (value, known) in _choices(recipe).items():
        if value not in known:
            raise ConfigError(f"{name} is {value!r}; it must be one of {', '.join(known)}.")
    for item in fields(AugmentationSettings):
        value = getattr(recipe.augmentation, item.name)
        if item.default == 0.0 and not 0 <= value <= 1:
            raise ConfigError(f"augmentation.{item.name} is a chance: between 0 and 1.")
    if recipe.training.batch_size < 2:
        raise ConfigError("training.batch_size must be at least 2 (batch normalisation).")
    if recipe.optimiser.learning_rate <= 0 or recipe.training.epochs < 1:
        raise ConfigError("optimiser.learning_rate and training.epochs must be above 0.")
    _check_head_only(recipe)


def _check_head_only(recipe: Recipe) -> None:
    if recipe.training.anchor <= 0:
        raise ConfigError("training.anchor must be above 0: it makes the fit have one answer.")
    if recipe.training.outputs_only and recipe.augmentation != AugmentationSettings():
        raise ConfigError(
            "training.outputs_only embeds each clip once, as it is: leave [augmentation] out."
        )


def _choices(recipe: Recipe) -> dict[str, tuple[str, tuple[str, ...]]]:
    figures = ("loss", "macro_roc_auc", "macro_average_precision")
    return {
        "data.crops": (recipe.data.crops, ("random", "fixed")),
        "data.labels": (recipe.data.labels, ("hard", "soft")),
        "data.protocol": (recipe.data.protocol, ("A", "B")),
        "optimiser.name": (recipe.optimiser.name, ("sgd", "adamw")),
        "schedule.name": (recipe.schedule.name, ("cosine", "stages")),
        "training.precision": (recipe.training.precision, ("auto", "fp32", "bf16")),
        "training.select_by": (recipe.training.select_by, figures),
    }
