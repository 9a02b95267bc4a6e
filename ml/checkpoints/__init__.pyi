from .archive import (
    PackageError,
    read_package,
    write_package,
)
from .card import (
    ModelCard,
    WeightsError,
    beside,
    card_path,
    int8_files,
    read_card,
)
from .weights import (
    LoadedModel,
    default_model_path,
    load_model,
    save_model,
)

__all__ = [
    "LoadedModel",
    "ModelCard",
    "PackageError",
    "WeightsError",
    "beside",
    "card_path",
    "default_model_path",
    "int8_files",
    "load_model",
    "read_card",
    "read_package",
    "save_model",
    "write_package",
]
