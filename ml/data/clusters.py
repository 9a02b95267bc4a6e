"""Which clips of a split belong together: cut from one track, or taken from one source.

Clips of one track sound alike, and so do the tracks of an album or a game: a model that gets one
right gets them all right. An interval that takes them for independent is two to three times too
narrow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .magnatagatune.split import Split

# Of so few sources a resample is mostly one of them: the interval would say nothing.
LEAST_SOURCES = 10
# MagnaTagATune's names: ARTIST-ALBUM-NUMBER-TITLE-START-END.mp3, in seconds.
_CUT = re.compile(r"-\d+-\d+(\.\w+)?$")
_ALBUM = re.compile(r"^(?P<album>.+?)-\d\d-")


@dataclass(frozen=True)
class Clusters:
    """`group` `(clips,)` numbers what each clip belongs to; `unit` is "source", "track", "clip"."""

    unit: str
    group: npt.NDArray[np.intp]

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.group.max()) + 1 if len(self.group) else 0


def clusters(split: Split) -> Clusters:
    """The widest that is known of `split`: sources where there are enough of them, else tracks."""
    sources = _numbered(sources_of(split))
    if int(sources.max(initial=-1)) + 1 >= LEAST_SOURCES:
        return Clusters("source", sources)
    return Clusters("track", _numbered([track_of(path) for path in split.paths]))


def track_of(path: str) -> str:
    """The name of the track that a clip was cut from; a clip that was not cut is a track itself."""
    return _CUT.sub("", path)


def sources_of(split: Split) -> list[str]:
    """Of each clip: what its data set names as its source, else its album, else its track."""
    given = split.sources or [""] * len(split.paths)
    return [source or _album(path) for source, path in zip(given, split.paths, strict=True)]


def _album(path: str) -> str:
    track = track_of(path)
    name = track.rpartition("/")[2]
    album = _ALBUM.match(name) if track != path else None
    return album["album"] if album else track


def _numbered(names: list[str]) -> npt.NDArray[np.intp]:
    return np.unique(np.array(names), return_inverse=True)[1].astype(np.intp).reshape(-1)
