from __future__ import annotations

import uuid
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _

from tagger.platform.collation import folded, sort_key
from tagger.platform.storage.local import media_storage

from .music_key import MusicKey

SEARCHED = ("title", "artist", "album", "album_artist", "file_name", "genre")


def stored_name(track: Track, file_name: str) -> str:
    """Names on disk are ours alone: a user's file name never reaches the file system."""
    suffix = PurePath(file_name).suffix.lower()[:8]
    return f"tracks/{track.id.hex[:2]}/{track.id}{suffix if suffix[1:].isalnum() else ''}"


def spectrogram_name(track: Track, _file_name: str) -> str:
    return f"spectrograms/{track.id.hex[:2]}/{track.id}.png"


class Track(models.Model):
    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        TAGGED = "tagged", _("tagged")
        FAILED = "failed", _("failed")

    class MusicState(models.TextChoices):
        """Whether tempo, key and loudness have been measured; a track has its tags without them."""

        PENDING = "pending", _("waiting")
        ANALYSED = "analysed", _("analysed")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    library = models.ForeignKey("Library", on_delete=models.CASCADE, related_name="tracks")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Empty: from before there were libraries, or of an account that is gone."),
    )
    # Ours, or in a folder (`in-place:…`, at most 4,096 bytes, each of which may take three).
    file = models.FileField(storage=media_storage, upload_to=stored_name, max_length=12_300)
    # Its folder, or the disk that holds it, is away. Only of tracks in folders.
    missing_since = models.DateTimeField(null=True, blank=True, editable=False)
    # When a check of the library found the stored file gone or changed; as it was at the last one.
    damaged_since = models.DateTimeField(null=True, blank=True, editable=False)
    file_name = models.CharField(max_length=255)
    # Below the folder it was imported from, exactly; empty for uploads.
    imported_path = models.TextField(blank=True, default="", db_default="")
    file_size = models.BigIntegerField()
    file_sha256 = models.CharField(max_length=64)
    audio_sha256 = models.CharField(max_length=64)
    title = models.CharField(max_length=255)
    artist = models.CharField(max_length=255, blank=True)
    album = models.CharField(max_length=255, blank=True)
    album_artist = models.CharField(max_length=255, blank=True, default="", db_default="")
    genre = models.CharField(
        max_length=255,
        blank=True,
        default="",
        db_default="",
        help_text=_("As its file says; several are parted by a semicolon."),
    )
    track_number = models.PositiveSmallIntegerField(null=True, blank=True)
    track_total = models.PositiveSmallIntegerField(null=True, blank=True)
    disc_number = models.PositiveSmallIntegerField(null=True, blank=True)
    disc_total = models.PositiveSmallIntegerField(null=True, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    cover = models.ForeignKey(
        "Cover", null=True, blank=True, on_delete=models.SET_NULL, related_name="tracks"
    )
    # Whether what its album says of it (artist, numbers, year, cover) was looked for in the file:
    # tracks that were there before these columns are read by and by.
    album_read = models.BooleanField(default=False, db_default=False, editable=False)
    # The bulk job that has read its words in another code page: what undoes it goes by that.
    reread_by = models.ForeignKey(
        "Job", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    # The bulk job that has moved it here from another library, likewise.
    moved_by = models.ForeignKey(
        "Job", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    duration = models.FloatField(null=True, blank=True, help_text=_("seconds"))
    sample_rate = models.PositiveIntegerField(null=True, blank=True, help_text=_("Hz"))
    channels = models.PositiveSmallIntegerField(null=True, blank=True)
    codec = models.CharField(max_length=32, blank=True)
    bit_rate = models.PositiveIntegerField(null=True, blank=True, help_text=_("bits per second"))
    peaks = models.BinaryField(null=True, editable=False)
    hue = models.PositiveSmallIntegerField(
        null=True, editable=False, help_text=_("Of the cover it gets when it brings none.")
    )
    notes = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    shown_tag_ids = ArrayField(
        models.IntegerField(),
        default=list,
        editable=False,
        help_text=_(
            "Its effective tags as they are shown, synonyms merged: for filters and counts."
        ),
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    bpm = models.FloatField(null=True, blank=True, help_text=_("beats per minute"))
    bpm_confidence = models.FloatField(null=True, blank=True, help_text=_("0…1"))
    key = models.CharField(max_length=3, choices=MusicKey.choices, blank=True)
    key_confidence = models.FloatField(null=True, blank=True, help_text=_("0…1"))
    loudness = models.FloatField(null=True, blank=True, help_text=_("LUFS, by EBU R 128"))
    true_peak = models.FloatField(null=True, blank=True, help_text=_("dBTP"))
    rating = models.FloatField(
        null=True, blank=True, help_text=_("The mean of people's ratings, 1 to 5 stars.")
    )
    music_state = models.CharField(
        max_length=8, choices=MusicState.choices, default=MusicState.PENDING
    )
    spectrogram = models.FileField(
        storage=media_storage, upload_to=spectrogram_name, max_length=255, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("In the Trash since then.")
    )
    # What the words above are searched and put in order by: `save` writes them, so words are never
    # changed by QuerySet.update.
    search_text = models.TextField(editable=False, db_default="")
    title_key = models.BinaryField(db_default=b"")
    artist_key = models.BinaryField(db_default=b"")
    album_text = models.TextField(editable=False, db_default="")
    album_key = models.BinaryField(db_default=b"")
    album_by_key = models.BinaryField(db_default=b"")

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["library", "audio_sha256"], name="track_once_per_library"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["library", "-created_at", "-id"],
                condition=models.Q(deleted_at=None),
                name="track_library_newest",
            ),
            models.Index(
                fields=["library", "title_key", "id"],
                condition=models.Q(deleted_at=None),
                name="track_library_title",
            ),
            models.Index(
                fields=["library", "artist_key", "title_key", "id"],
                condition=models.Q(deleted_at=None),
                name="track_library_artist",
            ),
            models.Index(fields=["library", "state"], name="track_library_state"),
            models.Index(fields=["library", "file_sha256"], name="track_library_file"),
            models.Index(
                fields=["deleted_at"],
                condition=models.Q(deleted_at__isnull=False),
                name="track_trashed",
            ),
            models.Index(fields=["library", "bpm"], name="track_library_bpm"),
            models.Index(fields=["library", "key"], name="track_library_key"),
            models.Index(
                fields=["id"], condition=models.Q(album_read=False), name="track_album_unread"
            ),
            models.Index(
                fields=["created_at"],
                condition=models.Q(
                    loudness=None, music_state__in=["pending", "analysed"], state="tagged"
                ),
                name="track_music_unknown",
            ),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="track_search_trigram"),
            GinIndex(fields=["shown_tag_ids"], name="track_shown_tags"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Words are saved with what they are searched and ordered by."""
        if update_fields is None or not set(SEARCHED).isdisjoint(update_fields):
            keys = search_keys(*(getattr(self, name) for name in SEARCHED))
            for name, value in keys.items():
                setattr(self, name, value)
            update_fields = None if update_fields is None else {*update_fields, *keys}
        super().save(*args, update_fields=update_fields, **kwargs)


def search_keys(
    title: str, artist: str, album: str, album_artist: str, file_name: str, genre: str
) -> dict[str, str | bytes]:
    """The columns that follow from a track's words."""
    album_by = album_artist or artist
    return {
        "search_text": folded(" ".join((title, artist, album, album_artist, file_name, genre))),
        "title_key": sort_key(title),
        "artist_key": sort_key(artist),
        "album_text": folded(f"{album} {album_by}"),
        "album_key": sort_key(album),
        "album_by_key": sort_key(album_by),
    }
