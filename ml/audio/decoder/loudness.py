"""Loudness and true peak of a whole file, by FFmpeg's meter. Runs in the sandboxed decoder.

EBU R 128 and ITU-R BS.1770-4: K-weighted, gated at -70 LUFS and 10 LU below the mean; the true
peak is that of the signal oversampled four times.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import groupby
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph
from numpy.typing import NDArray

from ml.audio.open import AudioFile
from ml.audio.types import SILENT_LUFS, Damage, DecodeLimits, Loudness, too_long

from .container import open_audio
from .frames import decoded_blocks, to_mono

Samples = NDArray[np.generic]
Block = tuple[int, Samples]

# Given to the meter at a time: so long that the calls do not count.
_BLOCK_SECONDS = 0.5

# What BS.1770 has weights for; of more channels their mean is measured.
_MOST_CHANNELS = 8
_FORMATS = {"u1": "u8", "i2": "s16", "i4": "s32", "f4": "flt", "f8": "dbl"}
# The lowest peak that is told: below it is silence.
_LOWEST_PEAK = 1e-5
_TELL_EVERY = 10.0  # seconds of sound


class Meter:
    """Sound of one rate, one format and one number of channels."""

    def __init__(self, rate: int, samples: Samples) -> None:
        self._rate, self._format = rate, _FORMATS[samples.dtype.str[1:]]
        self._layout = (
            f"{len(samples)}c" if len(samples) > 2 else ("mono", "stereo")[len(samples) - 1]
        )
        self._graph = Graph()
        self._graph.threads = 1  # the sandbox lets no process start one
        source = self._graph.add_abuffer(
            sample_rate=rate, format=self._format, layout=self._layout, time_base=Fraction(1, rate)
        )
        meter = self._graph.add("ebur128", "metadata=1:peak=true:framelog=quiet")
        sink = self._graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        self._graph.configure()
        self._said: dict[str, str] = {}
        self.length = 0

    def push(self, samples: Samples) -> None:
        interleaved: Any = np.ascontiguousarray(samples.T).reshape(1, -1)
        frame = AudioFrame.from_ndarray(interleaved, format=self._format, layout=self._layout)
        frame.sample_rate, frame.pts = self._rate, self.length
        frame.time_base = Fraction(1, self._rate)
        self.length += samples.shape[1]
        self._graph.push(frame)
        self._pull()

    def result(self) -> Loudness:
        self._graph.push(None)
        self._pull()
        integrated = float(self._said.get("lavfi.r128.I", SILENT_LUFS))
        peak = float(self._said.get("lavfi.r128.true_peak", 0.0))
        return Loudness(max(integrated, SILENT_LUFS), 20 * math.log10(max(peak, _LOWEST_PEAK)))

    @property
    def seconds(self) -> float:
        return self.length / self._rate

    def _pull(self) -> None:
        with suppress(BlockingIOError, av.EOFError):
            while True:
                self._said = dict(self._graph.pull().metadata) or self._said


def loudness(file: AudioFile, limits: DecodeLimits) -> Iterator[float | Loudness]:
    """The seconds measured so far, now and then; last the loudness. Raises AudioError."""
    with open_audio(file) as (container, stream):
        parts: list[tuple[float, Loudness]] = []
        total = told = 0.0
        blocks = decoded_blocks(container, stream, Damage(), _BLOCK_SECONDS)
        for _, alike in groupby(_measurable(blocks), _kind):
            meter: Meter | None = None
            for rate, samples in alike:
                meter = meter or Meter(rate, samples)
                meter.push(samples)
                if total + meter.seconds > limits.max_seconds:
                    raise too_long(limits.max_seconds)
                if total + meter.seconds > told + _TELL_EVERY:
                    told += _TELL_EVERY
                    yield total + meter.seconds
            if meter:
                total += meter.seconds
                parts.append((meter.seconds, meter.result()))
    yield _together(parts)


def _measurable(blocks: Iterator[Block]) -> Iterator[Block]:
    for rate, samples in blocks:
        known = samples.dtype.str[1:] in _FORMATS and 0 < len(samples) <= _MOST_CHANNELS
        yield rate, samples if known else to_mono(samples)[None]


def _kind(block: Block) -> tuple[int, int, str]:
    rate, samples = block
    return rate, len(samples), samples.dtype.str


def _together(parts: list[tuple[float, Loudness]]) -> Loudness:
    """Where the format changes in mid-stream, the mean power of the parts, by their lengths."""
    total = sum(seconds for seconds, _ in parts)
    if not total:
        return Loudness(SILENT_LUFS, 20 * math.log10(_LOWEST_PEAK))
    power = sum(seconds * 10 ** (part.integrated / 10) for seconds, part in parts) / total
    return Loudness(10 * math.log10(power), max(part.true_peak for _, part in parts))
