"""Which of its places a track is read from, and whether it can be had at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.utils import timezone

from tagger.models import Folder, Place, Track
from tagger.platform.storage.in_place import PREFIX, is_in_place


def mark_missing(places: Collection[int]) -> int:
    """These files are gone; their tracks stay. How many there were."""
    gone = Place.objects.filter(pk__in=places)
    tracks = {pk for pk in gone.values_list("track", flat=True) if pk}
    # One that nobody has read since it changed is not taken for read when it comes back.
    gone.filter(state=Place.State.NEW).update(size=-1)
    count = gone.update(state=Place.State.MISSING, missing_since=timezone.now())
    settle_tracks(tracks)
    return count


def name_in_place(folder: Folder, place: Place) -> str:
    """What a track's `file` is called whose sound lies there."""
    return f"{PREFIX}{folder.path}/{place.path}"


def settle_tracks(tracks: Collection[UUID]) -> None:
    """After places came, moved or went: each track of a folder names one that is there, if any."""
    lying = Track.objects.filter(pk__in=tracks, file__startswith=PREFIX)
    places: dict[UUID, list[str]] = defaultdict(list)
    present = Place.objects.filter(track__in=tracks, state=Place.State.PRESENT)
    for place in present.select_related("folder").order_by("pk"):
        places[place.track_id].append(name_in_place(place.folder, place))  # type: ignore[index]
    changed, now = [], timezone.now()
    for track in lying.only("pk", "file", "missing_since"):
        names = places.get(track.pk, [])
        missing = None if names else track.missing_since or now
        name = str(track.file.name)
        if names and name not in names:
            name = names[0]
        if (name, missing) != (track.file.name, track.missing_since):
            track.file.name, track.missing_since = name, missing
            changed.append(track)
    Track.objects.bulk_update(changed, ["file", "missing_since"])


def is_missing(track: Track) -> bool:
    return is_in_place(track.file.name) and track.missing_since is not None
