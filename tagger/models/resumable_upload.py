from __future__ import annotations

import uuid
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models


def parts_folder() -> Path:
    """Within the folder of incoming files, so that to store a file is to rename it."""
    return Path(settings.FILE_UPLOAD_TEMP_DIR) / "resumable"


class ResumableUpload(models.Model):
    """A file that comes in parts. `offset` says how much of it has surely arrived."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="resumable_uploads"
    )
    library = models.ForeignKey("Library", on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=255)
    words = models.JSONField(default=dict)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    track = models.ForeignKey("Track", null=True, blank=True, on_delete=models.CASCADE)
    duplicate = models.BooleanField(default=False)
    restored = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_complete(self) -> bool:
        return self.track_id is not None

    @property
    def percent(self) -> int:
        return self.offset * 100 // self.length

    @property
    def path(self) -> Path:
        return parts_folder() / self.pk.hex
