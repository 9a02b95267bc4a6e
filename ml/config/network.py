"""What a network is made of, as data.

The configuration travels with the weights, so that a file of weights rebuilds its own network.
It imports nothing heavy: a web process may read it without torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

BLOCKS = ("basic", "se", "res", "rese")
ACTIVATIONS = ("relu", "relu6", "softplus", "leaky_relu", "prelu", "rrelu", "elu", "swish")
POOLINGS = ("max", "average", "strided")
HEADS = ("sigmoid", "softmax")
MULTI_LEVELS = 3


class ConfigError(ValueError):
    """A setting that is unknown, out of range or contradicts another one."""


@dataclass(frozen=True)
class NetworkConfig:
    """The shape of a :class:`ml.nn.network.SampleCNN`.

    ``samples`` is the input length in samples, ``channels`` the number of input channels.
    ``widths`` gives one block each; ``stride`` is the down-sampling of the stem and of every block.
    ``se_ratio`` is the width of the squeeze-and-excitation bottleneck over the block's width
    (16 in ICASSP 2018, 1/8 in JSTSP 2019). Raises :class:`ConfigError` on a bad setting.
    """

    labels: int = 50
    block: str = "rese"
    convs: int = 2
    se_ratio: float = 0.125
    multi_level: bool = True
    channels: int = 1
    samples: int = 59049
    stem_width: int = 128
    widths: tuple[int, ...] = (128, 128, 256, 256, 256, 256, 256, 256, 512)
    stride: int = 3
    activation: str = "relu"
    pooling: str = "max"
    head: str = "sigmoid"
    dropout: float = 0.5
    block_dropout: float = 0.2

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", tuple(self.widths))
        _check_choices(self)
        _check_ranges(self)
        _check_shape(self)

    @property
    def residual(self) -> bool:
        return self.block in ("res", "rese")

    @property
    def excited(self) -> bool:
        return self.block in ("se", "rese")

    @property
    def embedding_width(self) -> int:
        """Width of the penultimate layer: the last three blocks' widths, or the last one's."""
        return sum(self.widths[-MULTI_LEVELS:]) if self.multi_level else self.widths[-1]

    def lengths(self) -> tuple[int, ...]:
        """Length in time after the stem and after each block."""
        chain = [self.samples // self.stride]
        for _ in self.widths:
            chain.append(chain[-1] // self.stride)
        return tuple(chain)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"widths": list(self.widths)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> NetworkConfig:
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
        if unknown:
            raise ConfigError(f"Unknown network setting: {', '.join(unknown)}.")
        return cls(**values)


def _check_choices(config: NetworkConfig) -> None:
    for name, known in (
        ("block", BLOCKS),
        ("activation", ACTIVATIONS),
        ("pooling", POOLINGS),
        ("head", HEADS),
    ):
        value = getattr(config, name)
        if value not in known:
            raise ConfigError(f"{name} is {value!r}; it must be one of {', '.join(known)}.")


def _check_ranges(config: NetworkConfig) -> None:
    if config.convs not in (1, 2):
        raise ConfigError(f"convs is {config.convs!r}; a block has 1 or 2 convolutions.")
    if not config.se_ratio > 0:
        raise ConfigError(f"se_ratio is {config.se_ratio!r}; it must be above 0.")
    for name in ("labels", "channels", "samples", "stem_width"):
        if getattr(config, name) < 1:
            raise ConfigError(f"{name} is {getattr(config, name)!r}; it must be at least 1.")
    for name in ("dropout", "block_dropout"):
        if not 0 <= getattr(config, name) < 1:
            raise ConfigError(f"{name} is {getattr(config, name)!r}; it must be in [0, 1).")


def _check_shape(config: NetworkConfig) -> None:
    if not config.widths or min(config.widths) < 1:
        raise ConfigError("widths must name at least one block, each at least 1 wide.")
    if config.stride < 2:
        raise ConfigError(f"stride is {config.stride!r}; it must be at least 2.")
    if config.multi_level and len(config.widths) < MULTI_LEVELS:
        raise ConfigError(f"multi_level needs at least {MULTI_LEVELS} blocks.")
    if config.lengths()[-1] < 1:
        raise ConfigError(
            f"{config.samples} samples are too short for {len(config.widths)} blocks: "
            f"at least {config.stride ** (len(config.widths) + 1)} are needed."
        )
    if config.head == "softmax" and config.labels < 2:
        raise ConfigError("A softmax head needs at least 2 labels.")
