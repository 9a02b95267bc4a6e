from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class KeptAnswer(models.Model):
    """What a request with an `Idempotency-Key` was answered, so that sending it again is harmless.

    Without a status the request is still being worked on. The body is sealed.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kept_answers"
    )
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "key"], name="one_answer_per_key")
        ]

    def __str__(self) -> str:
        return self.key
