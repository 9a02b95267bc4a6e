"""What a network is made of, as data.

The configuration travels with the weights, so that a file of weights rebuilds its own network.
It imports nothing heavy: a web process may read it without torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from .blocks import BLOCKS

ACTIVATIONS = ("relu", "relu6", "softplus", "leaky_relu", "prelu", "rrelu", "elu", "swish")
POOLINGS = ("max", "average", "strided")
HEADS = ("sigmoid", "softmax")
MULTI_LEVELS = 3
# A card from a stranger may say anything, and what it says is built: each number is bounded here,
# far above any network of the papers (the widest is 512), far below what no machine can hold.
MAX_WIDTH = 8_192
MAX_BLOCKS = 32
MAX_SE_RATIO = 64
WHOLE_NUMBERS = {
    "labels": 10_000,
    "convs": 2,
    "channels": 64,
    "samples": 50_000_000,
    "stem_width": MAX_WIDTH,
    "stride": 1_000,
}
# Of one layer for one segment: 256 MiB in single precision; the papers' networks hold 2.5 million.
MAX_ACTIVATIONS = 2**26


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
        _check_types(self)
        object.__setattr__(self, "widths", tuple(self.widths))
        _check_choices(self)
        _check_ranges(self)
        _check_shape(self)

    @property
    def residual(self) -> bool:
        """Whether its blocks have a shortcut."""
        return BLOCKS[self.block].residual

    @property
    def has_se_gates(self) -> bool:
        """Whether its blocks have squeeze-and-excitation."""
        return BLOCKS[self.block].se_gates

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
        """The fields as JSON knows them, for a card."""
        return asdict(self) | {"widths": list(self.widths)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> NetworkConfig:
        """The configuration in a card or a recipe. Raises ConfigError for a bad setting."""
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
        if unknown:
            raise ConfigError(f"Unknown network setting: {', '.join(unknown)}.")
        return cls(**values)


def _check_choices(config: NetworkConfig) -> None:
    for name, known in (
        ("block", tuple(BLOCKS)),
        ("activation", ACTIVATIONS),
        ("pooling", POOLINGS),
        ("head", HEADS),
    ):
        value = getattr(config, name)
        if value not in known:
            raise ConfigError(f"{name} is {value!r}; it must be one of {', '.join(known)}.")


def _check_types(config: NetworkConfig) -> None:
    if not isinstance(config.widths, list | tuple):
        raise ConfigError(f"widths is {config.widths!r}; it must be a list of whole numbers.")
    for name in WHOLE_NUMBERS:
        _need(config, name, int, "a whole number")
    for name in ("se_ratio", "dropout", "block_dropout"):
        _need(config, name, (int, float), "a number")
    _need(config, "multi_level", bool, "true or false")
    if not all(type(width) is int for width in config.widths):
        raise ConfigError(f"widths is {list(config.widths)!r}; each must be a whole number.")


def _need(config: NetworkConfig, name: str, kind: type | tuple[type, ...], wanted: str) -> None:
    value = getattr(config, name)
    # A bool is an int to Python, and to nobody else.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ConfigError(f"{name} is {value!r}; it must be {wanted}.")


def _check_ranges(config: NetworkConfig) -> None:
    if config.convs not in (1, 2):
        raise ConfigError(f"convs is {config.convs!r}; a block has 1 or 2 convolutions.")
    if not 0 < config.se_ratio <= MAX_SE_RATIO:
        raise ConfigError(
            f"se_ratio is {config.se_ratio!r}; it must be above 0, and {MAX_SE_RATIO} at most."
        )
    for name, most in WHOLE_NUMBERS.items():
        if not 1 <= getattr(config, name) <= most:
            raise ConfigError(f"{name} is {getattr(config, name)!r}; it must be from 1 to {most}.")
    for name in ("dropout", "block_dropout"):
        if not 0 <= getattr(config, name) < 1:
            raise ConfigError(f"{name} is {getattr(config, name)!r}; it must be in [0, 1).")


def _check_shape(config: NetworkConfig) -> None:
    if not 1 <= len(config.widths) <= MAX_BLOCKS or not all(
        1 <= width <= MAX_WIDTH for width in config.widths
    ):
        raise ConfigError(f"widths must name 1 to {MAX_BLOCKS} blocks, each 1 to {MAX_WIDTH} wide.")
    if config.stride < 2:
        raise ConfigError(f"stride is {config.stride!r}; it must be at least 2.")
    if config.multi_level and len(config.widths) < MULTI_LEVELS:
        raise ConfigError(f"multi_level needs at least {MULTI_LEVELS} blocks.")
    if config.lengths()[-1] < 1:
        raise ConfigError(
            f"{config.samples} samples are too short for {len(config.widths)} blocks: "
            f"at least {config.stride ** (len(config.widths) + 1)} are needed."
        )
    widest = max(
        width * length
        for width, length in zip((config.stem_width, *config.widths), config.lengths(), strict=True)
    )
    if widest > MAX_ACTIVATIONS:
        raise ConfigError(
            f"A layer would hold {widest:,} numbers for one segment; {MAX_ACTIVATIONS:,} at most."
        )
    if config.head == "softmax" and config.labels < 2:
        raise ConfigError("A softmax head needs at least 2 labels.")
