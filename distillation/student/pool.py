"""From the training pool on disk to packs of sound and targets, which is what travels.

A pool is a folder with `clips.tsv` (id, path, source, kind, split, …) and `labels.npz` (`scores`,
`mask` `(clips, segments, tags)`, `lowest`, `highest` `(clips, tags)`, `segments`, `weight`, `tags`,
`vocabulary`); the paths are relative to the folder above it. Scores are NaN where no teacher has
been asked yet.
"""

from __future__ import annotations

import csv
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ml.audio.types import SAMPLE_RATE
from ml.data.magnatagatune.annotations import read_annotations
from ml.data.sampler import clip_weights
from ml.descriptors.compiled import plain_librosa

from .packs import Sound, pack_files, read_index, write_packs
from .resident import FULL_SCALE, SEGMENT_SAMPLES
from .targets import Targets

SECOND = "million-song"
# Of each kind that is only trained on, this share of the clips is kept for validation, whole
# sources at a time.
HELD_SHARE = 0.04
NOT_KNOWN = -1
# How much of what is drawn is of each kind, however many clips there are of it: what listeners hear
# in songs, voices above all, is rare in the stand-in. The parts of kinds that lack are shared.
KIND_SHARES = {
    "standin-recorded": 0.34,
    "standin-rendered": 0.08,
    "music": 0.12,
    "more": 0.06,
    "mixed": 0.03,
    "voice": 0.06,
    "voice-mix": 0.10,
    "instrument": 0.09,
    "noise": 0.07,
    "genre": 0.06,
}
BALANCE = 0.5


@dataclass(frozen=True)
class Clip:
    """A line of clips.tsv."""

    id: str
    path: str
    source: str
    kind: str
    split: str


def read_clips(pool: Path) -> list[Clip]:
    with (pool / "clips.tsv").open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Clip(*(row[name] for name in Clip.__annotations__)) for row in rows]


def pack_sound(pool: Path, out: Path, *, most_bytes: int, kbit_per_s: float) -> list[Path]:
    """Pack the sound of all clips that no pack in `out` has yet, the test split's last.

    At 0 kbit/s the files travel as they are.
    """
    packed = {entry.name for pack in out.glob("*.pack") for entry in read_index(pack)}
    with np.load(pool / "labels.npz") as labels:
        counts = labels["segments"].astype(int).tolist()
    wanted = [
        (clip, count)
        for clip, count in zip(read_clips(pool), counts, strict=True)
        if clip.path not in packed
    ]
    wanted.sort(key=lambda pair: pair[0].split == "test")
    root = pool.resolve().parent
    prefix = f"from{len(list(out.glob('*.pack'))):02d}"
    if not kbit_per_s:
        files = ((clip.path, root / clip.path, n * SEGMENT_SAMPLES) for clip, n in wanted)
        return pack_files(files, out, most_bytes=most_bytes, prefix=prefix)
    sounds = ((clip.path, read_sound(root / clip.path, count)) for clip, count in wanted)
    return write_packs(sounds, out, most_bytes=most_bytes, kbit_per_s=kbit_per_s, prefix=prefix)


def read_sound(path: Path, segments: int) -> Sound:
    """The first `segments` segments, int16 `(time,)`; silence where a clip ends a little early."""
    sound = plain_librosa().load(path, sr=SAMPLE_RATE, mono=True)[0][: segments * SEGMENT_SAMPLES]
    whole = np.pad(sound, (0, segments * SEGMENT_SAMPLES - len(sound)))
    return np.rint(np.clip(whole, -1, 1) * FULL_SCALE).astype(np.int16)


def make_targets(pool: Path, standin: Path) -> Targets:
    """Targets of all clips; `standin` has the hard labels of its own."""
    clips = read_clips(pool)
    with np.load(pool / "labels.npz") as table:
        tags = unique_tags(table["tags"].tolist(), table["vocabulary"].tolist())
        segments = table["segments"].astype(np.int64)
        scores = table["scores"].astype(np.float32)
        counts = table["mask"]
        lowest, highest = (table[name].astype(np.float32) for name in ("lowest", "highest"))
        weights = table["weight"].astype(np.float32)
    hard = _hard(clips, standin, len(tags))
    held = held_back(clips)
    splits = ["validation" if clip in held else clip.split for clip in clips]
    return Targets(
        tags=tags,
        names=[clip.path for clip in clips],
        splits=splits,
        kinds=[clip.kind for clip in clips],
        segments=segments,
        chances=chances(clips, splits, weights, hard),
        weights=np.ones(len(clips), np.float32),
        scores=np.concatenate([rows[:n] for rows, n in zip(scores, segments, strict=True)]),
        counts=np.concatenate([rows[:n] for rows, n in zip(counts, segments, strict=True)]),
        lowest=lowest,
        highest=highest,
        hard=hard,
    )


def chances(
    clips: list[Clip],
    splits: list[str],
    weights: npt.NDArray[np.float32],
    hard: npt.NDArray[np.int8],
) -> npt.NDArray[np.float32]:
    """How often each clip is drawn: by its kind, and among the stand-in's by its rarest tag."""
    found = weights.copy()
    trained = np.array(splits) == "train"
    annotated = np.flatnonzero(trained & (hard.max(1) >= 0))
    if len(annotated):
        marks = np.maximum(hard[annotated], 0).astype(np.uint8)
        found[annotated] *= len(annotated) * clip_weights(marks, BALANCE)
    kinds = np.array([clip.kind for clip in clips])
    for kind in np.unique(kinds[trained]):
        of_kind = trained & (kinds == kind)
        found[of_kind] *= KIND_SHARES[kind] / found[of_kind].sum()
    return np.asarray(found, dtype=np.float32)


def unique_tags(tags: list[str], vocabularies: list[str]) -> list[str]:
    """The second vocabulary's tags carry its name: both have a "rock"."""
    return [
        f"{SECOND}: {tag}" if vocabulary == SECOND else tag
        for tag, vocabulary in zip(tags, vocabularies, strict=True)
    ]


def held_back(clips: list[Clip]) -> set[Clip]:
    """Clips of the train split to validate on: of each new kind a few whole sources."""
    held: set[Clip] = set()
    new = [clip for clip in clips if clip.split == "train" and not clip.kind.startswith("standin")]
    for kind in sorted({clip.kind for clip in new}):
        of_kind = [clip for clip in new if clip.kind == kind]
        count = Counter(clip.source for clip in of_kind)
        taken: set[str] = set()
        for source in sorted(count, key=lambda name: zlib.crc32(name.encode())):
            already = sum(count[name] for name in taken)
            if already + count[source] <= HELD_SHARE * len(of_kind):
                taken.add(source)
        held |= {clip for clip in of_kind if clip.source in taken}
    return held


def _hard(clips: list[Clip], standin: Path, tags: int) -> npt.NDArray[np.int8]:
    annotations = read_annotations(standin)
    rows = dict(zip(annotations.paths, annotations.hard, strict=True))
    hard = np.full((len(clips), tags), NOT_KNOWN, np.int8)
    for k, clip in enumerate(clips):
        if clip.kind.startswith("standin"):
            marks = rows[clip.path.partition("mp3/")[2]]
            hard[k, : len(marks)] = marks
    return hard


def mel_filters() -> npt.NDArray[np.float32]:
    """The 96 bands that musicnn hears, `(96, 257)`."""
    return np.asarray(
        plain_librosa().filters.mel(sr=16_000, n_fft=512, n_mels=96), dtype=np.float32
    )


def sizes(packs: list[Path]) -> Iterator[str]:
    for pack in packs:
        entries = read_index(pack)
        hours = sum(entry.samples for entry in entries) / SAMPLE_RATE / 3600
        yield f"{pack}: {len(entries)} clips, {hours:.2f} h, {pack.stat().st_size / 2**20:.1f} MiB"
