"""Model versions from one installation to another: out as one file, in after verification."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from ml.audio import SEGMENT_SAMPLES
from ml.checkpoints import (
    ModelCard,
    PackageError,
    WeightsError,
    read_card,
    read_header,
    read_package,
    second_network,
    write_package,
)
from ml.config import ConfigError, NetworkConfig
from tagger.models import ModelVersion, User

from .versions import install_model

# The row has room for a number behind it.
MAX_NAME = 90
MAX_LABEL = 64
MAX_LABELS = 1000
# Our own cards have six levels; what copies a card level by level ends at some hundreds.
MAX_DEPTH = 20


class ImportRefusedError(Exception):
    """The file is not taken in; the message says why."""


def export_model(version: ModelVersion, out: IO[bytes]) -> None:
    """Raises FileNotFoundError when the files of this version are gone."""
    write_package(Path(version.weights.path), out)


def import_model(package: Path, *, name: str = "", by: User | None = None) -> ModelVersion:
    """Bring in a package as a candidate; the same weights again: the version that exists.

    Raises ImportRefusedError, and then nothing of the package stays.
    """
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        try:
            weights = read_package(package, Path(folder))
            card = read_card(weights)
            _check(card)
            _check_network(weights, card)
            if name:
                check_name(name)
        except (PackageError, WeightsError) as error:
            # Where it was unpacked to look at it is nobody's business.
            raise ImportRefusedError(str(error).replace(f"{folder}{os.sep}", "")) from error
        return install_model(weights, name=name, by=by)


def _check(card: ModelCard) -> None:
    """What the database could not hold, or the network's labels contradict."""
    if _is_deeper(card.__dict__, MAX_DEPTH):
        raise PackageError(f"The card is nested more than {MAX_DEPTH} levels deep.")
    text = json.dumps([card.name, card.labels, card.__dict__], ensure_ascii=False)
    if "\\u0000" in text or not _is_utf8(text):
        raise PackageError("The card holds characters that are no text.")
    check_name(card.name)
    if max(map(len, card.labels)) > MAX_LABEL or len(card.labels) > MAX_LABELS:
        raise PackageError(f"More than {MAX_LABELS} labels, or one of over {MAX_LABEL} letters.")
    if card.config.get("labels") != len(card.labels):
        raise PackageError("The card's network has another number of outputs than labels.")


def _check_network(weights: Path, card: ModelCard) -> None:
    """What the card says of sizes is compared with the file, without loading either."""
    try:
        config = NetworkConfig.from_dict(card.config)
    except (ConfigError, TypeError) as error:
        raise PackageError(f"The card describes no network: {error}") from error
    if (config.samples, config.channels) != (SEGMENT_SAMPLES, 1):
        raise PackageError(
            f"The card's network takes {config.samples:,} samples of {config.channels} channels; "
            f"this program gives {SEGMENT_SAMPLES:,} of one."
        )
    widths = {entry.shape[0] for entry in read_header(weights).values() if entry.shape}
    for width in (config.stem_width, *config.widths, config.labels, *_widths_of_second(card)):
        if width not in widths:
            raise PackageError(
                f"The card's network has a layer {width:,} wide; the weights have none."
            )


def _widths_of_second(card: ModelCard) -> tuple[int, ...]:
    second = second_network(card)
    if second is None:
        return ()
    config = second.network_config()
    return config.timbre, config.rhythm, config.middle, config.hidden, config.labels


def check_name(name: str) -> None:
    """It is a part of addresses, where a slash parts others and dots lead away.

    Raises PackageError.
    """
    if len(name) > MAX_NAME:
        raise PackageError("The name of the model is too long.")
    if "/" in name or "\\" in name or name.strip(" .") == "" or not name.isprintable():
        raise PackageError(
            "The name of the model cannot stand in an address: use letters, digits, spaces and "
            "dots, no slashes."
        )


def _is_deeper(value: object, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(one, levels - 1) for one in inner)


def _is_utf8(text: str) -> bool:
    """JSON can write half a character; nothing else can hold it."""
    return text == text.encode("utf-8", "replace").decode("utf-8")


def import_upload(sent: UploadedFile[Any], *, by: User | None) -> ModelVersion:
    """The same for a file that somebody has sent."""
    with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as copy:
        for chunk in sent.chunks():
            copy.write(chunk)
        copy.flush()
        return import_model(Path(copy.name), by=by)
