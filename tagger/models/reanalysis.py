from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from .job import Job


class Reanalysis(models.Model):
    """Many tracks analysed by one model in the background: which ones, and how far it has come.

    Its job is open while it runs; a few dozen jobs of single tracks are its children at a time.
    """

    class Scope(models.TextChoices):
        STALE = "stale", _("what the active model has not heard")
        CHOSEN = "chosen", _("chosen tracks")
        SAMPLE = "sample", _("a sample, to compare")

    job = models.OneToOneField(
        Job, primary_key=True, on_delete=models.CASCADE, related_name="reanalysis"
    )
    model = models.ForeignKey("ModelVersion", on_delete=models.CASCADE, related_name="reanalyses")
    scope = models.CharField(max_length=6, choices=Scope.choices)
    chosen = ArrayField(models.UUIDField(), default=list, blank=True)
    last_track = models.UUIDField(null=True, blank=True)
    planned = models.PositiveIntegerField(default=0)
    handed_out = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "reanalyses"
        ordering: ClassVar = ["-job__created_at"]

    def __str__(self) -> str:
        return f"{self.get_scope_display()} ({self.model})"
