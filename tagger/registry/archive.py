"""Model versions from one installation to another: out as one file, in after verification."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from ml.checkpoints import (
    ModelCard,
    PackageError,
    WeightsError,
    read_card,
    read_package,
    write_package,
)
from tagger.models import ModelVersion, User

from .versions import install_model

# The row has room for a number behind it.
MAX_NAME = 90
MAX_LABEL = 64
MAX_LABELS = 1000


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
            _check(read_card(weights))
        except (PackageError, WeightsError) as error:
            raise ImportRefusedError(str(error)) from error
        return install_model(weights, name=name, by=by)


def _check(card: ModelCard) -> None:
    """What the database could not hold, or the network's labels contradict."""
    text = json.dumps([card.name, card.labels, card.__dict__], ensure_ascii=False)
    if "\\u0000" in text or not _is_utf8(text):
        raise PackageError("The card holds characters that are no text.")
    if len(card.name) > MAX_NAME:
        raise PackageError("The name in the card is too long.")
    if max(map(len, card.labels)) > MAX_LABEL or len(card.labels) > MAX_LABELS:
        raise PackageError(f"More than {MAX_LABELS} labels, or one of over {MAX_LABEL} letters.")
    if card.config.get("labels") != len(card.labels):
        raise PackageError("The card's network has another number of outputs than labels.")


def _is_utf8(text: str) -> bool:
    """JSON can write half a character; nothing else can hold it."""
    return text == text.encode("utf-8", "replace").decode("utf-8")


def import_upload(sent: UploadedFile, *, by: User | None) -> ModelVersion:
    """The same for a file that somebody has sent."""
    with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as copy:
        for chunk in sent.chunks():
            copy.write(chunk)
        copy.flush()
        return import_model(Path(copy.name), by=by)
