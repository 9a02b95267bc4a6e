"""Where files live. Both stores are private: they have no URL, only views hand their bytes out."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db.models.fields.files import FieldFile

from . import in_place

if TYPE_CHECKING:
    BinaryFile = File[bytes]
else:
    BinaryFile = File


class StorageError(Exception):
    """The store of uploads cannot be used; the message says why."""


class Movable(BinaryFile):
    """A file the storage may move instead of copying; `temporary_file_path` tells it so."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.open("rb"), name=path.name)
        self.path = path

    def temporary_file_path(self) -> str:
        return str(self.path)


class InPlace:
    """Before a storage: names of files that stay where they lie are read there, never written."""

    def _open(self, name: str, mode: str = "rb") -> Any:
        if not in_place.is_in_place(name):
            return super()._open(name, mode)  # type: ignore[misc]
        if mode != "rb":
            raise PermissionError(f"{name} is only ever read.")
        number = in_place.open_in_place(in_place.path_of(name))
        return File(os.fdopen(number, "rb"), name=name)

    def exists(self, name: str) -> bool:
        if in_place.is_in_place(name):
            return in_place.exists(in_place.path_of(name))
        return bool(super().exists(name))  # type: ignore[misc]

    def size(self, name: str) -> int:
        if in_place.is_in_place(name):
            return in_place.size(in_place.path_of(name))
        return int(super().size(name))  # type: ignore[misc]

    def delete(self, name: str) -> None:
        """What belongs to somebody's folder is never deleted."""
        if not in_place.is_in_place(name):
            super().delete(name)  # type: ignore[misc]


class FolderStorage(InPlace, FileSystemStorage):
    """What is saved is written elsewhere on its disk and moved: a full disk leaves no half file."""

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        if hasattr(content, "temporary_file_path"):
            return super().save(name, content, max_length)
        with tempfile.TemporaryDirectory(dir=self._scratch()) as scratch:
            path = Path(scratch) / "whole"
            with path.open("wb") as whole:
                whole.writelines(content.chunks())
            with Movable(path) as movable:
                return super().save(name or content.name, movable, max_length)

    def _scratch(self) -> str:
        incoming = Path(settings.FILE_UPLOAD_TEMP_DIR)
        if incoming.is_relative_to(self.location):
            return str(incoming)
        Path(self.location).mkdir(parents=True, exist_ok=True)
        return str(self.location)


def media_storage() -> Storage:
    """TONEMARK_MEDIA_URL's, else the folder TONEMARK_MEDIA_ROOT."""
    return storages["default"]


def model_storage() -> FileSystemStorage:
    return FolderStorage(location=settings.MODELS_ROOT, base_url=None)


@contextmanager
def on_this_machine(file: FieldFile) -> Iterator[Path]:
    """The stored file as a path, which holds inside the `with` only: one from afar is fetched.

    Raises FileNotFoundError.
    """
    if in_place.is_in_place(file.name):
        with in_place.opened_path(in_place.path_of(str(file.name))) as path:
            yield path
        return
    if isinstance(file.storage, FileSystemStorage):
        yield Path(file.path)
        return
    suffix = Path(str(file.name)).suffix
    with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR, suffix=suffix) as copy:
        with file.storage.open(str(file.name), "rb") as original:
            shutil.copyfileobj(original, copy, 2**20)
        copy.flush()
        yield Path(copy.name)


def stored_files(folder: str) -> Iterator[tuple[str, datetime]]:
    """Names and times of what the store of uploads holds below a folder."""
    store: Any = media_storage()
    if isinstance(store, FileSystemStorage):
        yield from _files_in(store, folder)
    else:
        yield from store.objects_in(folder)


def _files_in(store: FileSystemStorage, folder: str) -> Iterator[tuple[str, datetime]]:
    """Without those that are deleted while this is read."""
    top = Path(store.path(""))
    for path in sorted((top / folder).rglob("*")):
        with suppress(FileNotFoundError):
            if path.is_file():
                modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                yield path.relative_to(top).as_posix(), modified


def need_writable() -> None:
    """A file can be taken in: a disk that is full or gone, a store that is away, is found here."""
    store: Any = media_storage()
    if not isinstance(store, FileSystemStorage):
        store.need_answer()
    try:
        with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as probe:
            probe.write(b"\0" * 4096)
            probe.flush()
    except OSError as error:
        raise StorageError(f"{settings.FILE_UPLOAD_TEMP_DIR}: {error.strerror}") from error


def disk_usage() -> shutil._ntuple_diskusage:
    """Of the disk where uploads are taken in."""
    return shutil.disk_usage(settings.FILE_UPLOAD_TEMP_DIR)
