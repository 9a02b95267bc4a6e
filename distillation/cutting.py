"""Clips of 29.1 s out of songs, as mp3 like MagnaTagATune's: 16 kHz, mono, 32 kbit/s.

First one of every song, in random order; then more of the songs that seem to have most of the
wanted tags, until there are enough.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ml.config.labels import LABEL_NAMES
from ml.data.magnatagatune.protocols import members

from .clips import MP3, NewClip, Scores, StandinClip, append, read_labels, read_standin
from .labelling import RATE, Teachers, read
from .packages import read_packages
from .songs import Song, plain, read_songs

LENGTH_S, LEAST_S = 29.1, 28.5
KBIT_S = 32
QUIETEST = 10 ** (-50 / 20)
# Tags that the stand-in is weak in.
WANTED = [
    LABEL_NAMES.index(tag)
    for tag in (
        "female", "woman", "female vocal", "vocals", "vocal", "singing", "male", "country", "metal",
        "opera", "new age", "synth", "violin", "loud", "indian", "sitar",
    )
]  # fmt: skip
# Most clips of one package: a new one is to bring variety, not mass.
MOST = {"known-train": 150, "new": 25}
GAP_S = 2.0
# Two clips of a short song may share 19 s: in training that does no harm.
GAP_SHORT_S = -19.1
TRIES, ROUNDS = 40, 30


def free_offset(
    seconds: float, used: list[float], gap: float, rng: np.random.Generator
) -> float | None:
    """A random offset at least `gap` seconds from every clip that starts at one of `used`."""
    for start in rng.uniform(0, seconds - LENGTH_S - 0.5, TRIES):
        if all(abs(start - other) >= LENGTH_S + gap for other in used):
            return round(float(start), 1)
    return None


class Plan:
    """Which song is cut next, and where. `usual` are the wanted tags' mean scores."""

    def __init__(self, songs: list[Song], clips: list[StandinClip], usual: Scores) -> None:
        self.songs, self.usual, self.rng = songs, usual, np.random.default_rng(1)
        self.used = {song: standin_offsets(song, clips) for song in songs}
        self.worth: dict[Song, float] = {}
        self.count: Counter[str] = Counter()
        self.most = {package.name: MOST[package.side] for package in read_packages()}

    def order(self) -> Iterator[Song]:
        """Every song once; then, again and again, the third that is worth most."""
        yield from (self.songs[k] for k in self.rng.permutation(len(self.songs)))
        for _ in range(ROUNDS):
            ranked = sorted(self.songs, key=lambda song: -self.worth.get(song, 0))
            yield from ranked[: len(ranked) // 3]

    def offset(self, song: Song) -> float | None:
        """None where the package has given enough or the song has no room left."""
        if self.count[song.package] >= self.most[song.package]:
            return None
        start = free_offset(song.seconds, self.used[song], GAP_S, self.rng)
        if start is None and song not in self.worth:
            start = free_offset(song.seconds, self.used[song], GAP_SHORT_S, self.rng)
        return start

    def note(self, song: Song, clip: NewClip) -> None:
        """A song is worth as much as its three wanted tags that stand out most."""
        self.used[song].append(clip.offset_s)
        self.count[song.package] += 1
        self.worth[song] = float(np.sort(clip.scores.mean(0)[WANTED] / self.usual)[-3:].sum())


def standin_offsets(song: Song, clips: list[StandinClip]) -> list[float]:
    """Where the stand-in has cut this song: its files are named SONG-FROM-TO.mp3."""
    return [
        clip.offset_s
        for clip in clips
        if clip.source == song.package
        and plain(re.sub(r"-\d+-\d+\.mp3$", ".mp3", clip.path)).endswith(plain(song.path))
    ]


def cut_clips(
    standin: Path, weights: Path, unpacked: Path, songs: Path, clips: Path, count: int
) -> None:
    """Cut and label at most `count` clips into the new folder `clips`."""
    (clips / MP3).mkdir(parents=True)
    annotations, soft = read_labels(standin)
    usual = soft[members(annotations, "train", "B")].mean((0, 1), np.float32)[WANTED]
    plan = Plan(read_songs(songs), read_standin(standin), usual)
    teachers = Teachers(weights)
    with tqdm(total=count, unit="clip", disable=None) as bar:
        for song in plan.order():
            start = plan.offset(song)
            if bar.n < count and start is not None:
                file = f"{song.package}-{plain(song.path)[:40]}-{start:g}.mp3"
                if cut(unpacked / song.path, start, clips / MP3 / file):
                    scores = teachers.label(read(clips / MP3 / file))
                    clip = NewClip(file, song.package, "recorded", scores, song.path, start)
                    append(clips, clip)
                    plan.note(song, clip)
                    bar.update()


def cut(song: Path, start: float, path: Path) -> bool:
    """False for what is cut already, cannot be decoded, ends too early or is as good as silent."""
    if not encode(["-ss", str(start), "-t", str(LENGTH_S), "-i", str(song)], path):
        return False
    if np.sqrt(np.mean(read(path) ** 2)) < QUIETEST:
        path.unlink()
    return path.exists()


def encode(source: list[str], path: Path, sound: bytes | None = None) -> bool:
    """An mp3 of what ffmpeg's options `source` name; False if there is one, or it is too short."""
    if path.exists():
        return False
    start = ["ffmpeg", "-v", "error", "-nostdin", *source, "-vn", "-ac", "1", "-ar", str(RATE)]
    coding = ["-c:a", "libmp3lame", "-b:a", f"{KBIT_S}k"]
    try:
        subprocess.run([*start, *coding, path], input=sound, timeout=30)
        whole = path.exists() and path.stat().st_size >= LEAST_S * KBIT_S * 1000 / 8
    except subprocess.TimeoutExpired:
        whole = False
    if not whole:
        path.unlink(missing_ok=True)
    return whole
