"""The songs of the unpacked packages, without any that a held-out package has as well."""

from __future__ import annotations

import hashlib
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

from .packages import MODULES, SOUNDS, files, held_out_packages, read_packages

# Smaller files are a game's noises.
LEAST_BYTES, LEAST_BYTES_WAV = 120_000, 900_000
LEAST_SECONDS = 31.0
NO_MUSIC = re.compile(
    r"voice|speech|dialog|/sfx/|/fx/|ambien|announcer|effects/|/tilesets/", re.IGNORECASE
)
# Names that say nothing: two songs of such a name need not be one song.
COMMON = {
    "menu", "music", "title", "intro", "theme", "credits", "end", "win", "main", "game", "song",
    "guitar", "rhythm", "rain", "drums", "bass", "space",
}  # fmt: skip


class Song(NamedTuple):
    """`path` is relative to the folder of the unpacked packages."""

    package: str
    path: str
    seconds: float


def plain(path: str | Path) -> str:
    """A file's name without what packages spell differently."""
    return re.sub(r"[^a-z0-9]", "", Path(path).stem.lower())


@cache
def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class HeldOut:
    """The songs of the packages of validation and test, by content and by name."""

    def __init__(self, folders: list[Path]) -> None:
        paths = [path for folder in folders for path in files(folder, SOUNDS)]
        self.digests = {digest(path) for path in paths}
        self.names = {plain(path) for path in paths if large(path)} - COMMON

    def has(self, path: Path) -> bool:
        return plain(path) in self.names or digest(path) in self.digests


def list_songs(standin: Path, unpacked: Path, songs: Path) -> None:
    """Write the songs of packages.tsv to `songs`, each content once; print what is held out."""
    packages = {package.name: unpacked / package.name for package in read_packages()}
    held_out = [unpacked / name for name in held_out_packages(standin)]
    if missing := [folder for folder in [*packages.values(), *held_out] if not folder.is_dir()]:
        raise ValueError(f"{missing[0]} is not there; run `fetch` again.")
    known = HeldOut(held_out)
    by_digest: dict[str, Song] = {}
    for package, folder in packages.items():
        for path in song_files(folder):
            song = Song(package, str(path.relative_to(unpacked)), duration(path))
            if known.has(path):
                print(f"held out: {song.path}")
            elif song.seconds >= LEAST_SECONDS:
                by_digest.setdefault(digest(path), song)
    lines = ("\t".join(map(str, song)) + "\n" for song in by_digest.values())
    songs.write_text("".join(lines), encoding="utf-8")


def read_songs(table: Path) -> list[Song]:
    rows = (line.split("\t") for line in table.read_text(encoding="utf-8").splitlines())
    return [Song(package, path, float(seconds)) for package, path, seconds in rows]


def song_files(folder: Path) -> list[Path]:
    paths = [path for path in files(folder, SOUNDS) if large(path)]
    return [path for path in paths if not NO_MUSIC.search(str(path.relative_to(folder)))]


def large(path: Path) -> bool:
    """Modules hold notes instead of sound: any size will do."""
    kind = path.suffix.lower()
    least = LEAST_BYTES_WAV if kind == ".wav" else LEAST_BYTES
    return kind in MODULES or path.stat().st_size >= least


def duration(path: Path) -> float:
    """Seconds; 0 for what cannot be played."""
    show = ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"]
    try:
        done = subprocess.run(["ffprobe", *show, path], capture_output=True, text=True, timeout=10)
        return float(done.stdout.strip() or 0)
    except (ValueError, subprocess.TimeoutExpired):
        return 0.0
