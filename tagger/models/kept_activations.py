from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models

from tagger.platform.storage.local import media_storage

from .track import Track


def activations_name(kept: KeptActivations, _file_name: str) -> str:
    """Another one each time: a name stands for one content for ever."""
    track = kept.track_id
    return f"activations/{track.hex[:2]}/{track}-{secrets.token_hex(4)}.npz"


class KeptActivations(models.Model):
    """What the network's trunk made of a track's segments: another model with the same trunk takes
    its tags from them. Made anew by hearing the track, so no backup needs the file.
    """

    track = models.OneToOneField(
        Track, primary_key=True, on_delete=models.CASCADE, related_name="kept_activations"
    )
    trunk = models.CharField(max_length=64)
    file = models.FileField(storage=media_storage, upload_to=activations_name, max_length=255)
    size = models.PositiveBigIntegerField(help_text="bytes")
    segment_seconds = models.FloatField()
    hop_seconds = models.FloatField()

    class Meta:
        verbose_name_plural = "kept activations"
        indexes: ClassVar = [models.Index(fields=["file"], name="kept_activations_file")]

    def __str__(self) -> str:
        return f"{self.track_id} by {self.trunk[:8]}"
