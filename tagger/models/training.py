from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Training(models.Model):
    """One run that makes a model version. Its state is that of its job."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.OneToOneField("Job", on_delete=models.CASCADE, related_name="training")
    name = models.CharField(max_length=100, help_text=_("What the model version will be called."))
    base = models.ForeignKey(
        "ModelVersion",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="fine_tunings",
        help_text=_("The version that is trained further. Empty: from scratch."),
    )
    from_scratch = models.BooleanField()
    folder = models.CharField(max_length=255, blank=True, help_text=_("A known data set, or none."))
    verdicts = models.BooleanField(help_text=_("Whether it learns from people's verdicts."))
    preset = models.CharField(max_length=50)
    block = models.CharField(max_length=10, blank=True)
    epochs = models.PositiveIntegerField()
    seed = models.PositiveIntegerField()
    wanted_device = models.CharField(max_length=10)
    recipe = models.JSONField()
    labels = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    data = models.JSONField(default=dict, blank=True)
    device = models.CharField(max_length=20, blank=True)
    device_reason = models.CharField(max_length=255, blank=True)
    expected_end = models.DateTimeField(null=True, blank=True)
    log = models.TextField(blank=True)
    model = models.ForeignKey(
        "ModelVersion",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="trainings",
        help_text=_("What came of it."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name


class TrainingEpoch(models.Model):
    """How far an epoch brought the network, evaluated on the tracks and clips held out for that."""

    training = models.ForeignKey(
        Training, on_delete=models.CASCADE, related_name="epochs_done", editable=False
    )
    epoch = models.PositiveIntegerField()
    training_loss = models.FloatField()
    loss = models.FloatField()
    roc_auc = models.FloatField()
    average_precision = models.FloatField()
    learning_rate = models.FloatField()
    segments_per_second = models.FloatField()
    seconds = models.FloatField()
    best = models.BooleanField()

    class Meta:
        ordering: ClassVar = ["epoch"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["training", "epoch"], name="one_row_an_epoch")
        ]

    def __str__(self) -> str:
        return f"epoch {self.epoch}"
