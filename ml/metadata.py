"""Title, artist and album as the file itself states them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ml.audio_errors import AudioError
from ml.fence.call import result

MAX_LENGTH = 300


@dataclass(frozen=True)
class Metadata:
    """What the tags say; an empty string where they say nothing."""

    title: str = ""
    artist: str = ""
    album: str = ""


def read_metadata(path: str | Path) -> Metadata:
    """Read the tags of a file, tolerantly: damaged or missing tags give empty fields.

    Control characters and marks of reading direction are removed, each field is cut at 300
    characters.
    """
    try:
        found = result("tags", path, name=Path(path).name, length=MAX_LENGTH)
    except AudioError:
        return Metadata()
    return Metadata(**{field: str(text)[:MAX_LENGTH] for field, text in found.items()})
