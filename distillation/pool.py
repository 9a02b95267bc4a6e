"""The pool: short clips with labels of both vocabularies, to train the shipped model on.

A folder. Steps add sound under `audio/` and a line to `pool.jsonl`; `label` asks the teachers
about what they have not heard; `publish` writes `clips.tsv` and `labels.npz`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import numpy.typing as npt
from ml.labels import LABEL_NAMES

from distillation.clips import Sound
from distillation.labelling import RATE, SEGMENTS
from distillation.networks import MILLION_SONG_TAGS
from ml.audio import SAMPLE_RATE, SEGMENT_SAMPLES

AUDIO, LOG = "audio", "pool.jsonl"
VOCABULARIES = ("magnatagatune",) * len(LABEL_NAMES) + ("million-song",) * len(MILLION_SONG_TAGS)
TAGS = (*LABEL_NAMES, *MILLION_SONG_TAGS)
# In rules a tag of the second vocabulary has this in front: both have a rock and a pop.
SECOND = "msd:"
KEYS = (*LABEL_NAMES, *(SECOND + tag for tag in MILLION_SONG_TAGS))
EVERY = "*"
KBIT_S = 24
PEAK = 0.98

# Tag → (lowest, highest) score it may have; None: nobody knows, no loss there.
Bounds = tuple[float, float] | None
Rules = Mapping[str, Bounds]
Floats = npt.NDArray[np.float32]


class PoolClip(NamedTuple):
    """A line of the log; `path` is relative to the pool, `weight` says how often to draw it."""

    id: str
    path: str
    source: str
    kind: str
    seconds: float
    licence: str
    rules: dict[str, list[float] | None]
    weight: float = 1.0
    split: str = "train"


class Limits(NamedTuple):
    """What rules come to: arrays `(100,)`."""

    lowest: Floats
    highest: Floats
    known: npt.NDArray[np.bool_]


def segments_of(seconds: float) -> int:
    """How many whole segments of 59,049 samples at 22,050 Hz there are; at most a clip's ten."""
    return min(int(round(seconds * SAMPLE_RATE) // SEGMENT_SAMPLES), SEGMENTS)


def limits(rules: Mapping[str, list[float] | Bounds]) -> Limits:
    """Rules as arrays; a rule for every tag comes first, later ones replace it."""
    lowest, highest = np.zeros(len(KEYS), np.float32), np.ones(len(KEYS), np.float32)
    known = np.ones(len(KEYS), bool)
    for key, bounds in sorted(rules.items(), key=lambda rule: rule[0] != EVERY):
        columns = slice(None) if key == EVERY else KEYS.index(key)
        known[columns] = bounds is not None
        lowest[columns], highest[columns] = bounds or (0.0, 1.0)
    return Limits(lowest, highest, known)


def read_pool(pool: Path) -> list[PoolClip]:
    log = pool / LOG
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [PoolClip(**json.loads(line)) for line in lines]


class Writer:
    """Adds clips to the pool; what is there already is kept, so that a step can be run again."""

    def __init__(self, pool: Path) -> None:
        self.pool, self.names = pool, {clip.id for clip in read_pool(pool)}

    def has(self, name: str) -> bool:
        return name in self.names

    def add(
        self,
        name: str,
        sound: Sound,
        *,
        source: str,
        kind: str,
        licence: str,
        rules: Rules,
        weight: float = 1.0,
    ) -> None:
        """Encode `sound` (16 kHz) and note it; its log line comes last, when all is written."""
        path = f"{AUDIO}/{kind}/{name}.opus"
        (self.pool / path).parent.mkdir(parents=True, exist_ok=True)
        encode(sound / max(1.0, float(np.abs(sound).max()) / PEAK), self.pool / path)
        limits(rules)
        bounds = {key: None if rule is None else list(rule) for key, rule in rules.items()}
        seconds = round(len(sound) / RATE, 3)
        clip = PoolClip(name, path, source, kind, seconds, licence, bounds, weight)
        with (self.pool / LOG).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(clip._asdict(), ensure_ascii=False) + "\n")
        self.names.add(name)


def encode(sound: Sound, path: Path) -> None:
    """Opus, 24 kbit/s, mono, from 16 kHz."""
    with av.open(str(path), "w", format="ogg") as out:
        stream = out.add_stream("libopus", rate=RATE, layout="mono")
        stream.bit_rate, stream.options = KBIT_S * 1000, {"compression_level": "4"}
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound[None].astype(np.float32)), format="flt", layout="mono"
        )
        frame.sample_rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            out.mux(packet)


def decode(path: Path, rate: int = RATE) -> Sound:
    """The sound of a file, mono, at `rate`."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler("fltp", "mono", rate)
        parts = [frame.to_ndarray()[0] for frame in resampled(container, resampler)]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def resampled(
    container: av.container.InputContainer, resampler: av.AudioResampler
) -> Iterator[av.AudioFrame]:
    for frame in container.decode(audio=0):
        yield from resampler.resample(frame)
    yield from resampler.resample(None)
