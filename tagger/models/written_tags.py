from __future__ import annotations

from typing import ClassVar

from django.db import models


class WrittenTags(models.Model):
    """One change of a file's metadata in its folder: what stood there before, and what after."""

    place = models.ForeignKey("Place", on_delete=models.CASCADE, related_name="writings")
    job = models.ForeignKey(
        "Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    before = models.JSONField(help_text="Values by field, of the fields that were changed.")
    after = models.JSONField()
    written_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name_plural = "written tags"

    def __str__(self) -> str:
        return f"{self.place}: {', '.join(self.after)}"
