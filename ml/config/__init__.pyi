from .blocks import PAPER_BLOCKS
from .calibration import WORDS, Curve, curves, strength
from .callbacks import (
    Callbacks,
    EpochReport,
)
from .labels import (
    LABEL_NAMES,
    LABELS,
    MILLION_SONG_PREFIX,
)
from .network import NetworkConfig
from .recipe import (
    Recipe,
    preset_names,
    read_recipe,
    recipe_from_dict,
)
from .settings import ConfigError

__all__ = [
    "LABELS",
    "LABEL_NAMES",
    "MILLION_SONG_PREFIX",
    "PAPER_BLOCKS",
    "WORDS",
    "Callbacks",
    "ConfigError",
    "Curve",
    "EpochReport",
    "NetworkConfig",
    "Recipe",
    "curves",
    "preset_names",
    "read_recipe",
    "recipe_from_dict",
    "strength",
]
