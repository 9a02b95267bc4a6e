from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tagger.platform.storage.local import model_storage


class ModelVersion(models.Model):
    """A network that can tag: its weights, what it was made from, whether it is in use."""

    class State(models.TextChoices):
        CANDIDATE = "candidate", _("candidate")
        ACTIVE = "active", _("active")
        RETIRED = "retired", _("retired")

    name = models.CharField(max_length=100, unique=True)
    weights = models.FileField(storage=model_storage, upload_to="", max_length=255)
    sha256 = models.CharField(max_length=64, unique=True)
    trunk = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text=_("The same for versions that differ in their outputs alone."),
    )
    card = models.JSONField(help_text=_("Config, data, licence, metrics: the model card."))
    labels = ArrayField(models.CharField(max_length=64), help_text=_("In the order of the scores."))
    thresholds = ArrayField(
        models.FloatField(), help_text=_("One for each label: scores at or above it make a tag.")
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.CANDIDATE)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    smoke = models.JSONField(
        null=True, blank=True, help_text=_("What the smoke test found; empty until it has run.")
    )
    unasked_below = models.BigIntegerField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("Analyses before this one may still raise questions; empty: none."),
    )
    evaluation = models.JSONField(
        null=True,
        blank=True,
        help_text=_("What both reached when it was last judged beside the model then active."),
    )
    activated_at = models.DateTimeField(null=True, blank=True)
    shipped = models.BooleanField(default=False, help_text=_("It came with a release of Tonemark."))

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="active"), name="one_active_model"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE

    @property
    def trained_on(self) -> str:
        """The day of its training, as its card has it; empty where the card does not say."""
        return str(self.card.get("created", ""))[:10]

    @property
    def short_hash(self) -> str:
        """Enough of the weights' hash to tell versions of one day apart."""
        return self.sha256[:8]
