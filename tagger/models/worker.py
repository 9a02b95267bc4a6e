from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Worker(models.Model):
    """A worker process as it reports itself: one that analyses a track answers no question."""

    name = models.CharField(max_length=255, unique=True)
    queues = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    device = models.CharField(max_length=20, blank=True)
    device_reason = models.CharField(max_length=255, blank=True)
    seen_at = models.DateTimeField(help_text=_("When it last said anything."))
    alive_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def serving(self) -> list[str]:
        """The queues it takes work from, none once it has fallen silent."""
        alive = self.alive_until is not None and self.alive_until > timezone.now()
        return self.queues if alive else []
