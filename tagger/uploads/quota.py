"""How much each person may keep: the files they have added, those in the Trash included."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from tagger.models import Track, User
from tagger.platform.humanize import human_size
from tagger.platform.storage.in_place import PREFIX


class QuotaExceeded(Exception):
    """There is no room for the file; the message is for the person who sent it."""


@dataclass(frozen=True)
class Storage:
    """In bytes. `limit` is None for whoever may fill the disk."""

    used: int
    limit: int | None

    @property
    def nearly_full(self) -> int:
        """From here on the page warns by colour."""
        return (self.limit or 0) * 9 // 10


def storage_of(person: User) -> Storage:
    """Who runs the installation has no limit but the disk's."""
    limited = settings.STORAGE_QUOTA_BYTES and not person.is_staff
    # What is read where it lies takes no room here.
    stored = Track.objects.exclude(file__startswith=PREFIX)
    # Of tracks from before there were libraries, and of imports, only the library says whose.
    theirs = Q(added_by=person) | Q(added_by=None, library__personal_of=person)
    kept = stored.filter(theirs).order_by()
    used = kept.aggregate(bytes=Sum("file_size"))["bytes"] or 0
    return Storage(used, settings.STORAGE_QUOTA_BYTES if limited else None)


def refuse_beyond_quota(person: User, size: int, waiting: int = 0) -> None:
    """Raises QuotaExceeded unless `size` more bytes fit, beside `waiting` that are on their way."""
    if not settings.STORAGE_QUOTA_BYTES or person.is_staff:
        return
    storage = storage_of(person)
    if storage.limit is None or storage.used + waiting + size <= storage.limit:
        return
    raise QuotaExceeded(
        _(
            "There is no room for this file of %(size)s: you have used %(used)s of %(limit)s. "
            "Delete tracks for good, in the Trash, or ask whoever runs this site for more."
        )
        % {
            "size": human_size(size),
            "used": human_size(storage.used + waiting),
            "limit": human_size(storage.limit),
        }
    )
