"""An M3U8 playlist. It names files as they were uploaded, so it plays where they lie beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tagger.models import Track


def playlist(tracks: Iterable[Track]) -> Iterator[str]:
    yield "#EXTM3U\n"
    for track in tracks:
        yield f"#EXTINF:{_seconds(track)},{_title(track)}\n{_place(track)}\n"


def _seconds(track: Track) -> int:
    """-1 says that it is not known."""
    return -1 if track.duration is None else round(track.duration)


def _title(track: Track) -> str:
    return _one_line(" - ".join(word for word in (track.artist, track.title) if word))


def _place(track: Track) -> str:
    """A name that began with # would be a remark."""
    name = _one_line(track.file_name)
    return f"./{name}" if name.startswith("#") else name


def _one_line(text: str) -> str:
    """Without what would end the line or hide in it."""
    return "".join(char if char.isprintable() else " " for char in text).strip()
