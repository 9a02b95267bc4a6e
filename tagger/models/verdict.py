from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Verdict(models.Model):
    """A person's word on one tag of one track. Withdrawn ones stay as history."""

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="verdicts"
    )
    track = models.ForeignKey("Track", on_delete=models.CASCADE, related_name="verdicts")
    tag = models.ForeignKey("Tag", on_delete=models.PROTECT, related_name="verdicts")
    answer = models.CharField(max_length=8, choices=Answer.choices)
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-given_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "track", "tag"],
                condition=models.Q(withdrawn_at=None),
                name="one_standing_verdict",
            )
        ]

    def __str__(self) -> str:
        return f"{self.tag} {self.answer}"
