"""A disk with little room: a file system of its own, in memory."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tagger.models import ModelVersion

MEBIBYTE = 2**20
SIZE = 64 * MEBIBYTE


@contextmanager
def mounted(place: Path) -> Iterator[Path]:
    """Skips the test where file systems may not be mounted."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tonemark-tests", str(place)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command here")
    if done.returncode:
        pytest.skip(f"no file system can be mounted here (are you root?): {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def _write_without_end(file: io.RawIOBase) -> None:
    while file.write(bytes(MEBIBYTE)) == MEBIBYTE:
        pass
    file.write(b"the last word")


@contextmanager
def filled(disk: Path, *, but: int = 0) -> Iterator[None]:
    """Full to the last page, but for so many bytes."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        with pytest.raises(OSError, match="No space left"):
            _write_without_end(file)
        file.truncate(file.tell() - but)
    try:
        yield
    finally:
        filler.unlink()


@pytest.fixture
def disk(
    scratch_media: Path, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Everything that is kept lies on it, but for the models that are there before."""
    models = vars(ModelVersion._meta.get_field("weights").storage)
    where = {name: models[name] for name in ("location", "base_location")}
    with mounted(tmp_path / "disk") as place:
        settings.MEDIA_ROOT = str(place / "media")
        settings.FILE_UPLOAD_TEMP_DIR = str(place / "media" / ".incoming")
        (place / "media" / ".incoming").mkdir(parents=True)
        settings.DATA_DIR = place
        # Django has forgotten it with the change of MEDIA_ROOT.
        for name, value in where.items():
            monkeypatch.setitem(models, name, value)
        yield place
