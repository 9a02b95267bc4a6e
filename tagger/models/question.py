from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Question(models.Model):
    """A tag of which a model is not sure in a track, for a person to decide. Derived from what
    the model found, so it can be made anew."""

    library = models.ForeignKey("Library", on_delete=models.CASCADE, related_name="+")
    track = models.ForeignKey("Track", on_delete=models.CASCADE, related_name="questions")
    model = models.ForeignKey("ModelVersion", on_delete=models.CASCADE, related_name="questions")
    tag = models.ForeignKey("Tag", on_delete=models.CASCADE, related_name="questions")
    priority = models.FloatField(help_text=_("Those with more are asked first."))
    # Asked because people differ: those who have not spoken yet may settle it.
    disputed = models.BooleanField(default=False, db_default=False)
    # Ids of the people who left it to others: it is still asked of those.
    skipped_by = ArrayField(models.BigIntegerField(), default=list, db_default=[], blank=True)

    class Meta:
        ordering: ClassVar = ["-priority", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["track", "model", "tag"], name="question_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["library", "model", "-priority", "id"], name="question_asked"),
            models.Index(
                fields=["library", "model"],
                condition=~models.Q(skipped_by=[]),
                name="question_left",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tag} in {self.track_id}?"
