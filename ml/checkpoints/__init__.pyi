from .archive import (
    PackageError,
    read_package,
    write_package,
)
from .card import (
    ModelCard,
    SecondNetwork,
    WeightsError,
    card_path,
    companion_files,
    int8_files,
    read_card,
    second_network,
)
from .header import TensorEntry, read_header
from .trunk import output_layer, trunk_sha256
from .weights import (
    LoadedModel,
    change_card,
    default_model_path,
    load_model,
    save_model,
)

__all__ = [
    "LoadedModel",
    "ModelCard",
    "PackageError",
    "SecondNetwork",
    "TensorEntry",
    "WeightsError",
    "card_path",
    "change_card",
    "companion_files",
    "default_model_path",
    "int8_files",
    "load_model",
    "output_layer",
    "read_card",
    "read_header",
    "read_package",
    "save_model",
    "second_network",
    "trunk_sha256",
    "write_package",
]
