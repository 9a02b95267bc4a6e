"""Where files live. Both stores are private: they have no URL, only views hand their bytes out."""

from __future__ import annotations

from django.conf import settings
from django.core.files.storage import FileSystemStorage


def media_storage() -> FileSystemStorage:
    return FileSystemStorage()  # follows MEDIA_ROOT


def model_storage() -> FileSystemStorage:
    return FileSystemStorage(location=settings.MODELS_ROOT, base_url=None)
