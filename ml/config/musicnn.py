"""The shape of a musicnn, as data; see ml.config.network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from .settings import ConfigError, check_section, setting

# A card from a stranger may say anything, and what it says is built.
MAX_WIDTH = 4_096


@dataclass(frozen=True)
class MusicnnConfig:
    """The shape of a :class:`ml.nn.musicnn.Musicnn`: that of the paper, but for its widths.

    ``timbre`` is the filters of each of two shapes over bands and time, ``rhythm`` of each of
    three over time alone, ``middle`` of each of three convolutions, ``hidden`` the dense layer.
    Raises :class:`ConfigError` on a bad setting.
    """

    labels: int = setting(50, "outputs, one a label", at_least=1, at_most=10_000)
    timbre: int = setting(204, "filters of a shape of timbre", at_least=1, at_most=MAX_WIDTH)
    rhythm: int = setting(51, "filters of a shape of rhythm", at_least=1, at_most=MAX_WIDTH)
    middle: int = setting(64, "filters of a later layer", at_least=1, at_most=MAX_WIDTH)
    hidden: int = setting(200, "of the dense layer", at_least=1, at_most=MAX_WIDTH)

    def __post_init__(self) -> None:
        check_section(type(self), vars(self), "second.")

    @property
    def front(self) -> int:
        """Width behind the first layer, both timbres and three rhythms."""
        return 2 * self.timbre + 3 * self.rhythm

    @property
    def features(self) -> int:
        """What the dense layers are given: maximum and mean over time of every map."""
        return 2 * (self.front + 3 * self.middle)

    def as_dict(self) -> dict[str, Any]:
        """The fields as JSON knows them, for a card."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> MusicnnConfig:
        """The configuration in a card. Raises ConfigError for a bad setting."""
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
        if unknown:
            raise ConfigError(f"Unknown setting of a musicnn: {', '.join(unknown)}.")
        return cls(**values)
