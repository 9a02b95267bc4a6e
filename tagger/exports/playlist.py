"""An M3U8 playlist. It names files as they were called and where they lay below an imported folder,
so it plays there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tagger.models import Track
from tagger.platform.humanize import readable


def playlist(tracks: Iterable[Track]) -> Iterator[str]:
    yield "#EXTM3U\n"
    for track in tracks:
        yield entry(track, _place(track))


def entry(track: Track, place: str) -> str:
    """Its two lines, with the file at `place`."""
    return f"#EXTINF:{_seconds(track)},{_title(track)}\n{place}\n"


def _seconds(track: Track) -> int:
    """-1 says that it is not known."""
    return -1 if track.duration is None else round(track.duration)


def _title(track: Track) -> str:
    return _one_line(" - ".join(word for word in (track.artist, track.title) if word))


def _place(track: Track) -> str:
    """A name that began with # would be a remark."""
    name = track.imported_path or _one_line(track.file_name)
    # The exact name, or none that could be found; one with a line end cannot be said here at all.
    if name.splitlines() != [name]:
        name = _one_line(track.file_name)
    return f"./{name}" if name.startswith("#") else name


def _one_line(text: str) -> str:
    """Without what would end the line or hide in it."""
    return readable(" ".join(text.splitlines())).strip()
