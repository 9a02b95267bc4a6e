from __future__ import annotations

from typing import ClassVar

from django.db import models


class Worker(models.Model):
    """A process that hears music, as it told of itself: while it works it answers nobody."""

    name = models.CharField(max_length=255, unique=True)
    device = models.CharField(max_length=20)
    device_reason = models.CharField(max_length=255)
    seen_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
