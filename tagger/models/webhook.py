from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Webhook(models.Model):
    """An address that is told of what happens. Its secret is derived, so no row holds it."""

    class Event(models.TextChoices):
        TRACK_TAGGED = "track.tagged", _("A track was tagged")
        TRACK_FAILED = "track.failed", _("A track could not be tagged")
        TRACK_DELETED = "track.deleted", _("A track was deleted")
        TRACK_RESTORED = "track.restored", _("A track was restored from the Trash")
        VERDICT_CHANGED = "verdict.changed", _("A tag was accepted, rejected or withdrawn")
        JOB_FAILED = "job.failed", _("A job failed")
        TRAINING_FINISHED = "training.finished", _("A training has made a model")
        MODEL_ACTIVATED = "model.activated", _("Another model came into use")

    class Off(models.TextChoices):
        BY_HAND = "by_hand", _("switched off by hand")
        GONE = "gone", _("the server answered 410: nothing is wanted there any more")
        UNREACHABLE = "unreachable", _("nothing has arrived there for three days")

    STAFF_EVENTS: ClassVar = frozenset({Event.TRAINING_FINISHED, Event.MODEL_ACTIVATED})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks"
    )
    # The only one it is told of; empty: all that its owner is in.
    library = models.ForeignKey(
        "Library", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    url = models.CharField(max_length=2000)
    events = ArrayField(models.CharField(max_length=40, choices=Event.choices))
    salt = models.CharField(max_length=43)
    former_salt = models.CharField(max_length=43, blank=True)
    rotated_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=11, choices=Off.choices, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.url

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None
