from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from tagger.platform.storage.in_place import shown


class Folder(models.Model):
    """A folder of music that is read where it lies, for one library."""

    class Every(models.IntegerChoices):
        """Minutes between two scans by schedule."""

        NEVER = 0, _("only when asked")
        QUARTER = 15, _("every quarter of an hour")
        HOUR = 60, _("every hour")
        DAY = 24 * 60, _("every day")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    library = models.ForeignKey("Library", on_delete=models.CASCADE, related_name="folders")
    path = models.TextField(help_text=_("On the server, as an absolute path."))
    every = models.PositiveIntegerField(choices=Every.choices, default=Every.HOUR)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    scanned_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When it was found not to be there; empty while it is.
    away_since = models.DateTimeField(null=True, blank=True, editable=False)
    summary = models.JSONField(default=dict, blank=True, editable=False)
    # Opened for writing: which fields of tags, whether without being asked, with times kept.
    writable = models.BooleanField(default=False, db_default=False)
    fields = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    write_always = models.BooleanField(default=False, db_default=False)
    keep_times = models.BooleanField(default=True, db_default=True)
    playlists = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["path", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["library", "path"], name="folder_once_per_library")
        ]

    def __str__(self) -> str:
        return shown(self.path)


# What an index can hold of a path, in characters of four bytes at most.
LONGEST_START = 600
PATH_START = Left("path", LONGEST_START)


class Place(models.Model):
    """A file in a folder: where it lies, how it looked when it was last seen, whose sound it is."""

    class State(models.TextChoices):
        NEW = "new", _("to be read")
        PRESENT = "present", _("there")
        MISSING = "missing", _("missing")
        REFUSED = "refused", _("not readable")

    folder = models.ForeignKey(Folder, on_delete=models.CASCADE, related_name="places")
    # Below the folder, encoded (`in_place.encoded`), and its SHA-256: paths outgrow indexes.
    path = models.TextField()
    path_key = models.CharField(max_length=64)
    size = models.BigIntegerField()
    mtime_ns = models.BigIntegerField()
    inode = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    fault = models.TextField(blank=True)
    # Empty though it has been read: somebody has deleted the track, which stays so.
    track = models.ForeignKey(
        "Track", null=True, blank=True, on_delete=models.SET_NULL, related_name="places"
    )
    # What its metadata said when it was last read: a person's own words are told from these.
    # Of what was last written into it, or tried: by schedule only what has changed is written.
    written_key = models.CharField(max_length=64, blank=True, default="", db_default="")
    said = models.JSONField(default=dict, blank=True)
    missing_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["folder", "path_key"], name="place_once_per_folder")
        ]
        indexes: ClassVar = [
            models.Index(fields=["folder", "state", "id"], name="place_by_state"),
            models.Index("folder", OpClass(PATH_START, "text_pattern_ops"), name="place_by_path"),
        ]

    def __str__(self) -> str:
        return shown(self.path)
