"""A disk with little room: a file system of its own, in memory."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tagger.models import ModelVersion

MEBIBYTE = 2**20
SIZE = 64 * MEBIBYTE


@contextmanager
def mounted(place: Path, size: int = SIZE) -> Iterator[Path]:
    """Skips the test where file systems may not be mounted."""
    place.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tonemark-tests", str(place)]
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


@contextmanager
def moved(
    folder: Path, room: int, standing_still: Callable[[], AbstractContextManager[None]]
) -> Iterator[Path]:
    """The folder on a file system of its own with some room; back at the end, as it is then."""
    used = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    with mounted(folder.with_name(f"{folder.name}.disk"), used + room) as place:
        place.chmod(0o700)
        with standing_still():
            _copy(folder, place)
            subprocess.run(["mount", "--bind", str(place), str(folder)], check=True)
        try:
            yield place
        finally:
            with standing_still():
                subprocess.run(["umount", "--lazy", str(folder)], check=True)
                shutil.rmtree(folder)
                _copy(place, folder)


def _copy(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700, exist_ok=True)
    subprocess.run(["cp", "--archive", f"{source}/.", str(target)], check=True)


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
