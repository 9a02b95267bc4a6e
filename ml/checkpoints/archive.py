"""A model as one file: a zip of its weights and its card, to carry from one place to another.

Nothing in a package is trusted: names, sizes, hash and card are checked before anything is used,
and there is nothing in it that could be executed.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from pathlib import Path
from typing import IO

from .card import ModelCard, WeightsError, card_path, read_card

WEIGHTS = "model.safetensors"
CARD = "model.json"
# Twenty times the largest network of the papers (27 million weights, 108 MB in float32).
MAX_WEIGHTS = 2 * 1024**3
# A card with figures for 50 tags has about 20 kB; there is room for thousands of tags.
MAX_CARD = 1024**2
_CHUNK = 1024**2


class PackageError(WeightsError):
    """The file is no package of a model, or its parts do not belong together; str() says which."""


def write_package(weights: Path, out: IO[bytes]) -> None:
    """Write NAME.safetensors and the card beside it. Raises OSError when one cannot be read."""
    # Weights hardly shrink, and stored bytes can be read back without a bomb's surprises.
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        package.write(card_path(weights), CARD)
        package.write(weights, WEIGHTS)


def read_package(package: Path, folder: Path) -> Path:
    """Unpack into `folder`, verify, and return the path of the weights; the card lies beside them.

    That the weights fit the network of the card is for `ml.checkpoints.weights.load_model` to find.
    Raises PackageError, and leaves what it has unpacked to its caller to remove.
    """
    try:
        with zipfile.ZipFile(package) as archive:
            _check_names(archive)
            _extract(archive, CARD, folder, MAX_CARD)
            weights = _extract(archive, WEIGHTS, folder, MAX_WEIGHTS)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise PackageError(f"This is no package of a model that can be read: {error}.") from error
    try:
        card = read_card(weights)
    except WeightsError as error:
        raise PackageError(str(error).replace(f"{card_path(weights)} ", "")) from error
    _check_hash(weights, card)
    return weights


def _check_names(archive: zipfile.ZipFile) -> None:
    names = sorted(archive.namelist())
    if names != sorted([CARD, WEIGHTS]):
        raise PackageError(f"A package of a model holds {WEIGHTS} and {CARD}, and nothing else.")


def _extract(archive: zipfile.ZipFile, name: str, folder: Path, limit: int) -> Path:
    """Counts what really comes out: a header may say anything."""
    target = folder / name
    with archive.open(name) as source, target.open("wb") as out:
        left = limit
        while chunk := source.read(min(_CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                raise PackageError(f"{name} has more than {limit:,} bytes.")
            out.write(chunk)
    return target


def _check_hash(weights: Path, card: ModelCard) -> None:
    with weights.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if digest != card.sha256:
        raise PackageError("The weights are not those the card describes: the SHA-256 differs.")
