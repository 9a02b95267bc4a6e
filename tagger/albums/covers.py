"""Covers: stored once for all tracks that bear them, handed out to whoever has one of those."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from ml.audio import Cover as Picture
from ml.audio import embedded_cover, picture_cover
from tagger.models import Cover, Track
from tagger.platform.http.range_response import ranged_response

# What programs call the picture of a folder, in the order in which they are believed.
NAMES = ("cover", "folder", "front", "album", "albumart", "albumartsmall", "artwork")
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp")
# A browser may keep it: the address of another picture is another one. A year is the most that
# HTTP caches are asked for.
CACHING = "private, max-age=31536000, immutable"
# A cover is stored a moment before its first track: younger ones are left alone.
UNUSED_FOR = timedelta(hours=6)


def cover_of(path: Path, beside: Path | None = None) -> Cover | None:
    """The cover inside of the file, else the picture `beside` it. Raises DecoderLost."""
    found = embedded_cover(path) or (picture_cover(beside) if beside else None)
    return keep(found) if found else None


def folder_picture(names: list[str]) -> str | None:
    """Which of the names in a folder is that of its cover: `Cover.jpg` before `front.png`."""
    candidates = [name for name in names if _rank(name) is not None]
    return min(candidates, key=lambda name: (_rank(name), name), default=None)


def _rank(name: str) -> tuple[int, int] | None:
    stem, suffix = Path(name.lower()).stem, Path(name.lower()).suffix
    if stem not in NAMES or suffix not in SUFFIXES:
        return None
    return NAMES.index(stem), SUFFIXES.index(suffix)


def keep(picture: Picture) -> Cover:
    """The row of this picture, which is stored unless it is there."""
    digest = hashlib.sha256(picture.large).hexdigest()
    known = Cover.objects.filter(sha256=digest).first()
    if known:
        return known
    cover = Cover(sha256=digest)
    for field, content in ((cover.large, picture.large), (cover.small, picture.small)):
        name = field.field.generate_filename(cover, "")
        # Named by its content: what another upload has stored there meanwhile is the same.
        if not field.storage.exists(name):
            field.storage.save(name, ContentFile(content))
        field.name = name
    return Cover.objects.get_or_create(
        sha256=digest, defaults={"large": cover.large.name, "small": cover.small.name}
    )[0]


def visible_cover(tracks: QuerySet[Track], cover_id: int) -> Cover | None:
    """The cover, if one of these tracks bears it."""
    borne = tracks.filter(cover=cover_id).order_by().only("pk")
    return Cover.objects.filter(pk=cover_id).first() if borne.exists() else None


def cover_response(request: HttpRequest, cover: Cover, *, small: bool) -> HttpResponseBase:
    """Raises FileNotFoundError."""
    field = cover.small if small else cover.large
    response = ranged_response(
        request,
        field.open("rb"),
        content_type="image/webp",
        disposition='inline; filename="cover.webp"',
        etag=f"{cover.sha256[:32]}-{'small' if small else 'large'}",
    )
    response["Cache-Control"] = CACHING
    return response


def purge_unused(before: datetime | None = None) -> int:
    """Run by beat: covers that no track bears any more, files and all."""
    old = Cover.objects.filter(created_at__lt=before or timezone.now() - UNUSED_FOR, tracks=None)
    return sum(_purge(pk) for pk in old.values_list("pk", flat=True)[:1000])


def _purge(pk: int) -> bool:
    with transaction.atomic():
        locked = Cover.objects.select_for_update().filter(pk=pk).first()
        if locked is None or locked.tracks.exists():
            return False
        names = [str(locked.large.name), str(locked.small.name)]
        storage = locked.large.storage
        locked.delete()
        for name in names:
            transaction.on_commit(partial(storage.delete, name))
    return True
