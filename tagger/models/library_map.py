from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class LibraryMap(models.Model):
    """A library laid out in two dimensions, by the embeddings of one model version."""

    library = models.ForeignKey("Library", on_delete=models.CASCADE, related_name="+")
    model = models.ForeignKey("ModelVersion", on_delete=models.CASCADE, related_name="+")
    projection = models.BinaryField(help_text=_("Places new tracks on the map too."))
    drawn_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["library", "model"], name="one_map_per_model")
        ]

    def __str__(self) -> str:
        return f"{self.library_id} by model {self.model_id}"


class MapPoint(models.Model):
    """Where a track lies on a map, −1…1."""

    map = models.ForeignKey(LibraryMap, on_delete=models.CASCADE, related_name="points")
    track = models.ForeignKey("Track", on_delete=models.CASCADE, related_name="map_points")
    x = models.FloatField()
    y = models.FloatField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["map", "track"], name="one_point_per_track")
        ]

    def __str__(self) -> str:
        return f"{self.track_id} at {self.x:.2f}, {self.y:.2f}"
