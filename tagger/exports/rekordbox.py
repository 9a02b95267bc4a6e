"""A collection as Rekordbox reads it ("Rekordbox XML", format 1.0.0, Pioneer DJ, 2008; Traktor and
others read it too). Files are named where they lie on the computer that opens it: below `base`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from tagger.library.rows import chips_of
from tagger.models import Tag, Track
from tagger.platform.humanize import readable
from tagger.platform.storage.in_place import allowed_root, is_in_place, path_of

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<DJ_PLAYLISTS Version="1.0.0">\n'
_PRODUCT = '  <PRODUCT Name="Tonemark" Version="1" Company=""/>\n'


def rekordbox(tracks: Iterable[Track], count: int, *, base: str = "") -> Iterator[str]:
    """The whole document, a track at a time; all of them are in one playlist besides."""
    yield f'{_HEAD}{_PRODUCT}  <COLLECTION Entries="{count}">\n'
    numbers = 0
    for numbers, track in enumerate(tracks, 1):
        yield f"    <TRACK {_attributes(numbers, track, base)}/>\n"
    yield '  </COLLECTION>\n  <PLAYLISTS>\n    <NODE Type="0" Name="ROOT" Count="1">\n'
    yield f'      <NODE Name="Tonemark" Type="1" KeyType="0" Entries="{numbers}">\n'
    for number in range(1, numbers + 1):
        yield f'        <TRACK Key="{number}"/>\n'
    yield "      </NODE>\n    </NODE>\n  </PLAYLISTS>\n</DJ_PLAYLISTS>\n"


def _attributes(number: int, track: Track, base: str) -> str:
    shown = [chip.tag for chip in chips_of(track.track_tags.all())]
    said = {
        "TrackID": str(number),
        "Name": track.title,
        "Artist": track.artist,
        "Album": track.album,
        "Genre": ", ".join(tag.name for tag in shown if tag.group == Tag.Group.GENRE),
        "Kind": f"{track.codec.upper()} file" if track.codec else "",
        "Size": str(track.file_size),
        "TotalTime": str(round(track.duration)) if track.duration else "",
        "DiscNumber": str(track.disc_number or ""),
        "TrackNumber": str(track.track_number or ""),
        "Year": str(track.year or ""),
        "AverageBpm": f"{track.bpm:.2f}" if track.bpm else "",
        "DateAdded": track.created_at.date().isoformat(),
        "BitRate": str(round(track.bit_rate / 1000)) if track.bit_rate else "",
        "SampleRate": str(track.sample_rate or ""),
        "Comments": ", ".join(tag.name for tag in shown),
        "Tonality": track.key,
        # 0, 51, … 255: none to five stars.
        "Rating": str(round(track.rating) * 51) if track.rating else "",
        "Location": location(track, base),
    }
    return " ".join(f"{name}={quoteattr(_plain(text))}" for name, text in said.items() if text)


def location(track: Track, base: str) -> str:
    """`file://localhost/…`, as Rekordbox wants it: each byte that is no plain letter is %XX."""
    name = str(track.file.name)
    path = path_of(name) if is_in_place(name) else track.imported_path or track.file_name
    if base:
        root = allowed_root(path)
        path = os.path.relpath(path, root) if root else path
        path = f"{base.rstrip('/')}/{path.lstrip('/')}"
    return "file://localhost/" + quote(path.lstrip("/").encode("utf-8", "surrogateescape"))


def _plain(text: str) -> str:
    """XML knows no control characters."""
    return readable(" ".join(text.splitlines()))
