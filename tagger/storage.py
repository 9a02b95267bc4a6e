"""Where files live. Both stores are private: they have no URL, only views hand their bytes out."""

from __future__ import annotations

import shutil
import tempfile

from django.conf import settings
from django.core.files.storage import FileSystemStorage


class StorageError(Exception):
    """The store of uploads cannot be used; the message says why."""


def media_storage() -> FileSystemStorage:
    return FileSystemStorage()  # follows MEDIA_ROOT


def model_storage() -> FileSystemStorage:
    return FileSystemStorage(location=settings.MODELS_ROOT, base_url=None)


def need_writable() -> None:
    """A file can be taken in: a disk that is full or gone is found out here."""
    try:
        with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as probe:
            probe.write(b"\0" * 4096)
            probe.flush()
    except OSError as error:
        raise StorageError(f"{settings.FILE_UPLOAD_TEMP_DIR}: {error.strerror}") from error


def disk_usage() -> shutil._ntuple_diskusage:
    """Of the disk where uploads are taken in."""
    return shutil.disk_usage(settings.FILE_UPLOAD_TEMP_DIR)
