"""The pool's folder: sound as Ogg Opus, and a log with a line for each clip."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np

from distillation.clips import Sound
from distillation.labelling import RATE, SEGMENTS
from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES

from .rules import Rules, limits

AUDIO, LOG = "audio", "pool.jsonl"
# Enough for 8 kHz of mono music; four hours are 43 MB.
KBIT_S = 24
PEAK = 0.98


class PoolClip(NamedTuple):
    """A line of the log. `path` is relative to the pool, `weight` says how often to draw it."""

    id: str
    path: str
    source: str
    kind: str
    seconds: float
    licence: str
    rules: dict[str, list[float] | None]
    weight: float = 1.0
    split: str = "train"


class Origin(NamedTuple):
    """Where a new clip's sound comes from, and under which licence."""

    source: str
    licence: str

    def over(self, music: str) -> Origin:
        """Mixed over a clip of the stand-in, whose source has a licence of its own."""
        return Origin(f"{self.source} over {music}", f"{self.licence}, as the music's")


def segments_of(seconds: float) -> int:
    """How many whole segments of 59,049 samples at 22,050 Hz there are; at most a clip's ten."""
    return min(int(round(seconds * SAMPLE_RATE) // SEGMENT_SAMPLES), SEGMENTS)


def read_pool(pool: Path) -> list[PoolClip]:
    log = pool / LOG
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [PoolClip(**json.loads(line)) for line in lines]


class Writer:
    """Adds clips to the pool; what is there already is kept, so that a step can be run again."""

    def __init__(self, pool: Path) -> None:
        self.pool, self._names = pool, {clip.id for clip in read_pool(pool)}

    def has(self, name: str) -> bool:
        return name in self._names

    def add(
        self,
        name: str,
        kind: str,
        sound: Sound,
        origin: Origin,
        rules: Rules,
        *,
        weight: float = 1.0,
    ) -> None:
        """Encode `sound` (16 kHz) and note it; its log line comes last, when all is written.

        Raises ValueError when a rule names a tag that neither vocabulary has.
        """
        limits(rules)
        path = f"{AUDIO}/{kind}/{name}.opus"
        (self.pool / path).parent.mkdir(parents=True, exist_ok=True)
        encode(sound / max(1.0, float(np.abs(sound).max()) / PEAK), self.pool / path)
        bounds = {key: None if rule is None else list(rule) for key, rule in rules.items()}
        seconds = round(len(sound) / RATE, 3)
        clip = PoolClip(name, path, origin.source, kind, seconds, origin.licence, bounds, weight)
        with (self.pool / LOG).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(clip._asdict(), ensure_ascii=False) + "\n")
        self._names.add(name)


def encode(sound: Sound, path: Path) -> None:
    """Opus, mono, from 16 kHz."""
    with av.open(str(path), "w", format="ogg") as out:
        stream = out.add_stream("libopus", rate=RATE, layout="mono")
        stream.bit_rate = KBIT_S * 1000
        whole = np.ascontiguousarray(sound[None], np.float32)
        frame = av.AudioFrame.from_ndarray(whole, format="flt", layout="mono")
        frame.sample_rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            out.mux(packet)


def decode(path: Path, start_s: float = 0.0, seconds: float | None = None) -> Sound:
    """The sound of a file at 16 kHz, mono: all of it, or `seconds` from about `start_s` on.

    Raises av.error.FFmpegError when it cannot be decoded.
    """
    parts: list[Sound] = []
    wanted = None if seconds is None else round(seconds * RATE)
    # A song's title may be of any encoding, and nobody reads it here.
    with av.open(str(path), metadata_errors="ignore") as container:
        if start_s:
            container.seek(round(start_s * av.time_base))
        resampler = av.AudioResampler("fltp", "mono", RATE)
        for frame in container.decode(audio=0):
            parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
            if wanted is not None and sum(map(len, parts)) >= wanted:
                break
        parts += [part.to_ndarray()[0] for part in resampler.resample(None)]
    return np.concatenate([np.zeros(0, np.float32), *parts])[:wanted]


def duration(path: Path) -> float:
    """Seconds; 0 for what cannot be opened."""
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            return (container.duration or 0) / av.time_base
    except av.error.FFmpegError:
        return 0.0
