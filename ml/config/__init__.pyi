from .blocks import PAPER_BLOCKS
from .callbacks import (
    Callbacks,
    EpochReport,
)
from .labels import (
    LABEL_NAMES,
    LABELS,
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
    "PAPER_BLOCKS",
    "Callbacks",
    "ConfigError",
    "EpochReport",
    "NetworkConfig",
    "Recipe",
    "preset_names",
    "read_recipe",
    "recipe_from_dict",
]
