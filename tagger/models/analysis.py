from __future__ import annotations

from typing import ClassVar

import numpy as np
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField, HnswIndex, VectorField

EMBEDDING_SIZE = 1024


class Analysis(models.Model):
    """One model version's analysis of one track. Kept per version, so a rollback is instant."""

    track = models.ForeignKey("Track", on_delete=models.CASCADE, related_name="analyses")
    model = models.ForeignKey("ModelVersion", on_delete=models.CASCADE, related_name="analyses")
    segments = models.PositiveIntegerField()
    segment_seconds = models.FloatField()
    hop_seconds = models.FloatField()
    scores = models.BinaryField(help_text="float16, little endian, segments × labels")
    mean_scores = ArrayField(models.FloatField())
    silent_segments = ArrayField(
        models.PositiveIntegerField(),
        default=list,
        db_default=[],
        blank=True,
        help_text="Their indices: nothing sounds in them, and they are no part of mean_scores.",
    )
    passages = models.JSONField(
        null=True,
        editable=False,
        help_text=_(
            "Where labels are sure in a part of the track: place of the label, from, to in "
            "seconds, mean score. Empty: not looked for yet."
        ),
    )
    embedding = VectorField(dimensions=EMBEDDING_SIZE)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "analyses"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["track", "model"], name="analysis_once_per_model")
        ]
        # In half precision, which is half the room and half the reading.
        indexes: ClassVar = [
            HnswIndex(
                OpClass(
                    Cast("embedding", HalfVectorField(dimensions=EMBEDDING_SIZE)),
                    name="halfvec_cosine_ops",
                ),
                name="analysis_embedding",
            )
        ]

    def __str__(self) -> str:
        return f"{self.track_id} by model {self.model_id}"

    def segment_scores(self) -> np.ndarray:
        """float32 `(segments, labels)`, each in 0…1."""
        flat = np.frombuffer(bytes(self.scores), dtype="<f2").astype(np.float32)
        return flat.reshape(self.segments, -1)
