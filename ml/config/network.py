"""What a network is made of, as data.

The configuration travels with the weights, so that a file of weights rebuilds its own network.
It imports nothing heavy: a web process may read it without torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from .blocks import BLOCKS
from .settings import ConfigError, check_section, setting

__all__ = ["ACTIVATIONS", "HEADS", "MULTI_LEVELS", "POOLINGS", "ConfigError", "NetworkConfig"]

ACTIVATIONS = ("relu", "relu6", "softplus", "leaky_relu", "prelu", "rrelu", "elu", "swish")
POOLINGS = ("max", "average", "strided")
HEADS = ("sigmoid", "softmax")
MULTI_LEVELS = 3
# A card from a stranger may say anything, and what it says is built: each number is bounded here,
# far above any network of the papers (the widest is 512), far below what no machine can hold.
MAX_WIDTH = 8_192
MAX_BLOCKS = 32
# Of one layer for one segment: 256 MiB in single precision; the papers' networks hold 2.5 million.
MAX_ACTIVATIONS = 2**26


@dataclass(frozen=True)
class NetworkConfig:
    """The shape of a :class:`ml.nn.network.SampleCNN`.

    ``samples`` is the input length in samples, ``channels`` the number of input channels.
    ``widths`` gives one block each; ``stride`` is the down-sampling of the stem and of every block.
    ``se_ratio`` is the width of the squeeze-and-excitation bottleneck over the block's width
    (16 in ICASSP 2018, 1/8 in JSTSP 2019). Raises :class:`ConfigError` on a bad setting.
    """

    labels: int = setting(50, "outputs, one a label", at_least=1, at_most=10_000)
    block: str = setting("rese", "its building block", choices=tuple(BLOCKS))
    convs: int = setting(2, "convolutions in a block", at_least=1, at_most=2)
    se_ratio: float = setting(0.125, "the SE bottleneck's width", above=0, at_most=64)
    multi_level: bool = setting(True, "whether the last three blocks make the embedding")
    channels: int = setting(1, "of the input", at_least=1, at_most=64)
    samples: int = setting(59049, "the input's length", at_least=1, at_most=50_000_000)
    stem_width: int = setting(128, "filters of the stem", at_least=1, at_most=MAX_WIDTH)
    widths: tuple[int, ...] = (128, 128, 256, 256, 256, 256, 256, 256, 512)
    stride: int = setting(3, "down-sampling of stem and blocks", at_least=2, at_most=1_000)
    activation: str = setting("relu", "after each convolution", choices=ACTIVATIONS)
    pooling: str = setting("max", "how blocks down-sample", choices=POOLINGS)
    head: str = setting("sigmoid", "independent labels, or one a sound", choices=HEADS)
    dropout: float = setting(0.5, "before the output", at_least=0, below=1)
    block_dropout: float = setting(0.2, "between a block's convolutions", at_least=0, below=1)

    def __post_init__(self) -> None:
        check_section(type(self), vars(self))
        _check_widths(self.widths)
        object.__setattr__(self, "widths", tuple(self.widths))
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


def _check_widths(widths: object) -> None:
    if not (
        isinstance(widths, list | tuple)
        and 1 <= len(widths) <= MAX_BLOCKS
        and all(type(width) is int and 1 <= width <= MAX_WIDTH for width in widths)
    ):
        raise ConfigError(
            f"widths is {widths!r}; it must be a list of 1 to {MAX_BLOCKS} whole numbers from 1 to "
            f"{MAX_WIDTH:,}, one a block."
        )


def _check_shape(config: NetworkConfig) -> None:
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
