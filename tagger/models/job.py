from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

# Share of a job that is drawn at most while it goes on: 0.9996 would be a full bar.
MOST_UNDER_WAY = 0.99


class Job(models.Model):
    """The only truth about work. Messages carry its id; pages, API and admin read its row."""

    class Kind(models.TextChoices):
        TAG_TRACK = "tag_track", _("tag a track")
        TRAIN = "train", _("train a model")
        SWITCH_TAGS = "switch_tags", _("show the active model's tags")
        DRAW_MAP = "draw_map", _("draw the map")
        ANALYSE_MUSIC = "analyse_music", _("find tempo and key")
        SCAN_FOLDER = "scan_folder", _("scan a folder")
        WRITE_TAGS = "write_tags", _("write tags into files")
        READ_ALBUMS = "read_albums", _("read albums and covers")
        DRAW_SPECTROGRAM = "draw_spectrogram", _("draw a spectrogram")
        BULK = "bulk", _("change many tracks")
        REANALYSE = "reanalyse", _("hear many tracks again")
        ANALYSE_TRACK = "hear_track", _("hear a track, as one of many")
        KEEP_ACTIVATIONS = "keep_activations", _("keep what the network makes of a track")
        RETAG = "retag", _("tag tracks from what was kept of them")
        CHECK_MODEL = "check_model", _("check a model")
        EVALUATE = "evaluate", _("judge a model beside the active one")

    class Trigger(models.TextChoices):
        WEB = "web", _("web page")
        API = "api", _("API")
        ADMIN = "admin", _("admin")
        COMMAND = "command", _("command line")
        SCHEDULE = "schedule", _("schedule")
        RELEASE = "release", _("a new release")

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        SUCCEEDED = "succeeded", _("succeeded")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    OPEN_STATES: ClassVar = (State.QUEUED, State.RUNNING)
    # Of no library: listed in that of whoever asked, for them alone.
    STAFF_KINDS: ClassVar = (
        Kind.TRAIN,
        Kind.SWITCH_TAGS,
        Kind.REANALYSE,
        Kind.CHECK_MODEL,
        Kind.EVALUATE,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    trigger = models.CharField(max_length=10, choices=Trigger.choices)
    queue = models.CharField(max_length=20)
    library = models.ForeignKey(
        "Library",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="jobs",
        help_text=_("Where it is listed. Empty: the installation's own work."),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="jobs",
        help_text=_("Who has asked for it. Empty: nobody, or it is from before libraries."),
    )
    track = models.ForeignKey(
        "Track", null=True, blank=True, on_delete=models.CASCADE, related_name="jobs"
    )
    details = models.JSONField(default=dict, blank=True, help_text=_("What is asked for."))
    result = models.JSONField(default=dict, blank=True, help_text=_("What has come of it."))
    model = models.ForeignKey(
        "ModelVersion", null=True, blank=True, on_delete=models.CASCADE, related_name="jobs"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="children"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    stage = models.CharField(max_length=20, blank=True)
    done = models.FloatField(default=0)
    total = models.FloatField(null=True, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    error_code = models.CharField(max_length=40, blank=True)
    error_detail = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    dispatched_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "track"],
                condition=models.Q(state__in=["queued", "running"], parent=None),
                name="one_open_job_per_track",
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=models.Q(kind="train", state__in=["queued", "running"]),
                name="one_open_training",
            ),
            models.UniqueConstraint(
                fields=["parent", "track"],
                condition=models.Q(state__in=["queued", "running"]),
                name="one_open_child_per_track",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["library", "-created_at"], name="job_library_created"),
            models.Index(
                fields=["state", "lease_until"],
                condition=models.Q(state__in=["queued", "running"]),
                name="job_open",
            ),
            models.Index(
                fields=["parent"],
                condition=models.Q(state__in=["queued", "running"]),
                name="job_open_children",
            ),
            models.Index(
                fields=["queue", "created_at"],
                condition=models.Q(state="queued"),
                name="job_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_state_display()})"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES

    @property
    def fraction(self) -> float | None:
        """Share done in 0…1, or None when the total is not known, or all that is counted is done
        and the job still goes on. Until its end it is no more than MOST_UNDER_WAY."""
        if not self.total or (self.is_open and self.done >= self.total):
            return None
        return min(self.done / self.total, MOST_UNDER_WAY if self.is_open else 1.0)
