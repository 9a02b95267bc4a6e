from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .job import Job


class Activation(models.Model):
    """One change of the active model: who, when, from which to which, and why.

    The library's tags follow in the background; `last_track` says how far they have come.
    """

    model = models.ForeignKey(
        "ModelVersion", null=True, on_delete=models.SET_NULL, related_name="activations"
    )
    former = models.ForeignKey(
        "ModelVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    model_name = models.CharField(max_length=100)
    former_name = models.CharField(max_length=100, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    trigger = models.CharField(max_length=10, choices=Job.Trigger.choices)
    rollback = models.BooleanField(default=False)
    concerns = models.JSONField(
        default=list, blank=True, help_text=_("What spoke against it, and was overridden.")
    )
    reason = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)
    job = models.ForeignKey(
        "Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="activations"
    )
    last_track = models.UUIDField(null=True, blank=True)
    switched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.former_name or '–'} → {self.model_name}"
