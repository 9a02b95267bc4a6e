from __future__ import annotations

from typing import ClassVar

from django.db import models

from tagger.platform.storage.local import media_storage

# Folders of the store.
LARGE, SMALL = "covers", "thumbnails"


def large_name(cover: Cover, _file_name: str) -> str:
    return f"{LARGE}/{cover.sha256[:2]}/{cover.sha256}.webp"


def small_name(cover: Cover, _file_name: str) -> str:
    return f"{SMALL}/{cover.sha256[:2]}/{cover.sha256}.webp"


class Cover(models.Model):
    """A picture of an album, in two sizes; the tracks of an album share one.

    Named by what it is (SHA-256 of the large form), so that the same picture is stored once.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    large = models.FileField(storage=media_storage, upload_to=large_name, max_length=255)
    small = models.FileField(storage=media_storage, upload_to=small_name, max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.sha256[:12]
