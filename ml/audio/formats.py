"""The audio formats that are read, one row a format.

What the page offers, what an import walks, what FFmpeg may open, what is written into a copy and
what a refusal lists comes from here. The content decides what a file is; its suffix only says
whether it is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class TagSystem(Enum):
    """Where a container keeps its metadata; see `ml.audio.write_tags` for what is written."""

    ID3 = "ID3"
    VORBIS_COMMENTS = "Vorbis comments"
    MP4_ATOMS = "MP4 atoms"


@dataclass(frozen=True)
class AudioFormat:
    """`name` is what people call it, `demuxers` what FFmpeg calls its containers.

    `tags` is None where no metadata is written into copies.
    """

    name: str
    demuxers: tuple[str, ...]
    suffixes: tuple[str, ...]
    tags: TagSystem | None = None


FORMATS = (
    AudioFormat("MP3", ("mp3",), (".mp3", ".mp2"), TagSystem.ID3),
    AudioFormat("FLAC", ("flac",), (".flac",), TagSystem.VORBIS_COMMENTS),
    AudioFormat("Ogg", ("ogg",), (".ogg", ".oga", ".spx"), TagSystem.VORBIS_COMMENTS),
    AudioFormat("Opus", ("ogg",), (".opus",), TagSystem.VORBIS_COMMENTS),
    AudioFormat("M4A", ("mov",), (".m4a", ".m4b", ".mp4", ".3gp"), TagSystem.MP4_ATOMS),
    AudioFormat("AAC", ("aac",), (".aac",)),
    AudioFormat("WAV", ("wav", "w64"), (".wav", ".w64")),
    AudioFormat("AIFF", ("aiff",), (".aiff", ".aif", ".aifc")),
    AudioFormat("WMA", ("asf",), (".wma",)),
    AudioFormat("WebM", ("matroska",), (".webm", ".mka")),
    AudioFormat("WavPack", ("wv",), (".wv",)),
    AudioFormat("Monkey's Audio", ("ape",), (".ape",)),
    AudioFormat("Musepack", ("mpc", "mpc8"), (".mpc",)),
    AudioFormat("True Audio", ("tta",), (".tta",)),
    AudioFormat("DSF", ("dsf",), (".dsf",)),
    AudioFormat("AU", ("au",), (".au",)),
    AudioFormat("CAF", ("caf",), (".caf",)),
)

SUFFIXES = frozenset(suffix for one in FORMATS for suffix in one.suffixes)
DEMUXERS = tuple(dict.fromkeys(demuxer for one in FORMATS for demuxer in one.demuxers))


def readable() -> str:
    """The formats that are read, as a sentence lists them: "MP3, FLAC or Ogg"."""
    return _listed((one.name for one in FORMATS), "or")


def taggable() -> str:
    """The formats into whose copies metadata is written: "MP3, FLAC and Ogg"."""
    return _listed((one.name for one in FORMATS if one.tags), "and")


def _listed(names: Iterable[str], conjunction: str) -> str:
    *first, last = names
    return f"{', '.join(first)} {conjunction} {last}"
