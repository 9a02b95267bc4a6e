"""What is known of a recording, as it is written into the metadata of a file."""

from __future__ import annotations

from dataclasses import dataclass

# Why they cannot be written, beside the codes of AudioError.
NO_PLACE, NO_ROOM = "no-place-for-tags", "storage-full"


@dataclass(frozen=True)
class Words:
    """What is to be written; what is empty or None is left as it stands in the file."""

    title: str = ""
    artist: str = ""
    album: str = ""
    tags: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    bpm: float | None = None
    key: str = ""
