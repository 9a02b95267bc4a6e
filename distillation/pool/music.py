"""Short clips of the songs that the stand-in does not hold out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import av
import numpy as np

from distillation.cutting import QUIETEST
from distillation.labelling import RATE
from distillation.packages import read_packages
from distillation.songs import Song, plain, read_songs

from .store import Origin, Writer, decode

LENGTH_S = 13.5
# Most clips of a song and of a package: what is new is to bring variety, not mass.
OF_A_SONG, OF_A_PACKAGE = 4, 60
# From each end of a song, where it fades.
EDGE_S = 1.0


def add_music(pool: Path, unpacked: Path, songs: Path) -> None:
    """Cut every song of the table in up to four places, spread over its length."""
    writer = Writer(pool)
    named = {package.name: package.licences for package in read_packages()}
    listed = read_songs(songs)
    of_package = Counter(song.package for song in listed)
    for song in listed:
        count = max(1, min(OF_A_SONG, OF_A_PACKAGE // of_package[song.package]))
        origin = Origin(song.package, named[song.package])
        try:
            _add_song(writer, unpacked, song, count, origin)
        except av.error.FFmpegError as error:
            # ffmpeg, which listed the songs, may know kinds of modules that PyAV does not.
            print(f"left out: {song.path}: {error.strerror}")


def _add_song(writer: Writer, unpacked: Path, song: Song, count: int, origin: Origin) -> None:
    for place, start_s in enumerate(starts(song, count)):
        name = f"music-{song.package}-{plain(song.path)[:40]}-{place}"
        if not writer.has(name):
            sound = decode(unpacked / song.path, start_s, LENGTH_S)
            if len(sound) == round(LENGTH_S * RATE) and np.sqrt(np.mean(sound**2)) > QUIETEST:
                writer.add(name, "music", sound, origin, {})


def starts(song: Song, count: int) -> list[float]:
    """`count` places in seconds, one in each part of the song, always the same."""
    rng = np.random.default_rng(list(song.path.encode()))
    room = song.seconds - LENGTH_S - 2 * EDGE_S
    parts = (np.arange(count) + rng.uniform(0.1, 0.9, count)) / count
    return [round(float(EDGE_S + room * part), 1) for part in parts]
