"""The card beside a model's weights: what it is, what it was trained on, how well it does.

Reading a card needs no torch, so a web process can show models without loading them.
"""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES
from ml.config.calibration import curves
from ml.config.musicnn import MusicnnConfig
from ml.config.settings import ConfigError

# 64 bits, and a sign.
MAX_DIGITS = 19


class WeightsError(ValueError):
    """Weights or their card are missing, damaged or do not belong together; str() says which."""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class ModelCard:
    """Facts about one set of weights.

    `labels` are in the order of the network's outputs, `thresholds` maps each label to the score
    from which on it counts as present, `config` holds the fields of ml.nn.network.NetworkConfig,
    `calibration` says what a score means (ml.evaluation.calibration; empty: not measured),
    `sha256` is that of the safetensors file, filled in by `ml.checkpoints.weights.save_model`.
    `second` holds the fields of SecondNetwork where one speaks for some labels, else nothing.
    """

    name: str
    config: dict[str, Any]
    labels: list[str]
    licence: str
    sample_rate: int = SAMPLE_RATE
    segment_samples: int = SEGMENT_SAMPLES
    sha256: str = ""
    thresholds: dict[str, float] = field(default_factory=dict)
    calibration: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
    created: str = field(default_factory=_now)
    second: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """The card as indented JSON; NaN and infinity are refused, as JSON knows neither."""
        return json.dumps(dataclasses.asdict(self), indent=2, allow_nan=False) + "\n"


@dataclass(frozen=True)
class SecondNetwork:
    """A network beside the main one, in the same file of weights.

    `name` and `licence` are what a person is told, `config` holds the fields of
    ml.config.musicnn.MusicnnConfig, `labels` are in the order of its outputs. `speaks_for` are
    those of the card's labels that it answers, with its share: 1, it alone; a half, the mean of its
    logit and the main network's.
    """

    name: str
    config: dict[str, Any]
    labels: list[str]
    speaks_for: dict[str, float]
    licence: str = ""

    def network_config(self) -> MusicnnConfig:
        """Raises ConfigError."""
        return MusicnnConfig.from_dict(self.config)


def second_network(card: ModelCard) -> SecondNetwork | None:
    """What a card says of its second network. Raises WeightsError when that makes no sense."""
    if not card.second:
        return None
    try:
        second = SecondNetwork(**card.second)
        fault = _fault(second, card)
    except (TypeError, ConfigError) as error:
        detail = str(error).partition("() ")[2] or str(error)
        raise WeightsError(f"The card's second network is none: {detail}") from error
    if fault:
        raise WeightsError(f"The card's second network {fault}.")
    return second


def _fault(second: SecondNetwork, card: ModelCard) -> str | None:
    labels, shares = second.labels, second.speaks_for
    if not all(isinstance(each, str) for each in (second.name, second.licence)):
        return "has a name or a licence that is no text"
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        return "has labels that are no list of texts"
    if len(set(labels)) != len(labels):
        return "has a label twice"
    if second.network_config().labels != len(labels):
        return f"has {second.network_config().labels} outputs and {len(labels)} labels"
    if not isinstance(shares, dict) or not set(shares) <= set(labels) & set(card.labels):
        return "speaks for a label that it or the card does not have"
    if not all(_is_probability(share) and share > 0 for share in shares.values()):
        return "has a share that is not above 0 and at most 1"
    if card.config.get("head", "sigmoid") != "sigmoid":
        return "cannot stand beside one whose outputs are not independent"
    return None


def card_path(weights: Path) -> Path:
    """NAME.safetensors → NAME.json."""
    return weights.with_suffix(".json")


def int8_path(weights: Path) -> Path:
    """NAME.safetensors → NAME.int8.xml."""
    return weights.with_suffix(".int8.xml")


def int8_files(weights: Path) -> tuple[Path, Path]:
    """What belongs to an 8-bit copy: its network and, beside it, the numbers."""
    file = int8_path(weights)
    return file, file.with_suffix(".bin")


def companion_files(weights: Path) -> tuple[Path, ...]:
    """What lies beside weights: the card, and the 8-bit copy, which not every model has."""
    return card_path(weights), *int8_files(weights)


def read_card(path: str | Path) -> ModelCard:
    """Read the card of the weights file `path` (NAME.safetensors; NAME.json is taken as well).

    Raises WeightsError when it is missing, is no JSON, lacks a field or contradicts itself.
    """
    file = card_path(Path(path))
    try:
        values = json.loads(
            file.read_text(encoding="utf-8-sig"),
            parse_constant=_no_number,
            parse_int=_whole,
            parse_float=_finite,
        )
    except OSError as error:
        raise WeightsError(f"The model card {file} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"The model card {file} is not valid JSON: {error}.") from error
    card = _from_values(values, file)
    _check(card, file)
    return card


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _whole(digits: str) -> int:
    """What others who read the card, a database and JavaScript among them, can hold as well."""
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"the number {digits[:MAX_DIGITS]}… has {len(digits)} digits")
    return int(digits)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _from_values(values: object, file: Path) -> ModelCard:
    if not isinstance(values, dict):
        raise WeightsError(f"The model card {file} is not a JSON object.")
    try:
        return ModelCard(**values)
    except TypeError as error:
        detail = str(error).partition("() ")[2] or str(error)
        raise WeightsError(f"The model card {file} has the wrong fields: {detail}.") from error


_TYPES: dict[str, type] = {
    "name": str, "config": dict, "labels": list, "licence": str, "sample_rate": int,
    "segment_samples": int, "sha256": str, "thresholds": dict, "calibration": dict,
    "metrics": dict, "data": dict, "provenance": dict, "created": str, "second": dict,
}  # fmt: skip


def _check(card: ModelCard, file: Path) -> None:
    for name, kind in _TYPES.items():
        if not isinstance(getattr(card, name), kind):
            raise WeightsError(f'The model card {file}: "{name}" must be a {kind.__name__}.')
    if not all(isinstance(label, str) and label.strip() for label in card.labels):
        raise WeightsError(f"The model card {file} has a label that is no text.")
    if not card.name.strip():
        raise WeightsError(f"The model card {file} gives the model no name.")
    if len(set(card.labels)) != len(card.labels) or not card.labels:
        raise WeightsError(f"The model card {file} has no labels, or one of them twice.")
    unknown = set(card.thresholds) - set(card.labels)
    if unknown:
        raise WeightsError(f"The model card {file} has a threshold for the unknown {unknown}.")
    if not all(_is_probability(value) for value in card.thresholds.values()):
        raise WeightsError(f"The model card {file} has a threshold outside of 0 to 1.")
    try:
        curves(card.calibration)
    except ValueError as error:
        raise WeightsError(f"The model card {file} has a calibration, but {error}.") from error
    second_network(card)


def _is_probability(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and 0 <= value <= 1
