from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class TrackTag(models.Model):
    """An effective tag: verdicts over the active model's scores. Derived, so it can be rebuilt."""

    class Source(models.TextChoices):
        MODEL = "model", _("model")
        PERSON = "person", _("person")

    track = models.ForeignKey("Track", on_delete=models.CASCADE, related_name="track_tags")
    tag = models.ForeignKey("Tag", on_delete=models.PROTECT, related_name="track_tags")
    score = models.FloatField(null=True, help_text=_("The active model's; empty if it gave none."))
    confidence = models.FloatField(
        null=True,
        blank=True,
        help_text=_(
            "The share of tags with such a score that are right, as the model was calibrated; "
            "empty: a person gave it, or the model is not calibrated."
        ),
    )
    source = models.CharField(max_length=6, choices=Source.choices)
    passages = models.JSONField(
        default=list,
        db_default=[],
        blank=True,
        help_text=_(
            "Where the model is sure of it, if not of the whole track: from, to in seconds, and "
            "the mean score there."
        ),
    )

    class Meta:
        ordering: ClassVar = [models.F("score").desc(nulls_last=True), "tag_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["track", "tag"], name="effective_tag_once")
        ]
        indexes: ClassVar = [
            models.Index(
                "tag", models.F("score").desc(nulls_last=True), "track", name="effective_best_first"
            ),
        ]

    def __str__(self) -> str:
        return str(self.tag)
