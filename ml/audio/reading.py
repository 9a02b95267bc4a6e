"""Reading a file: what it is, its sound as the network needs it, and its identity.

Everything here streams, needs no torch, and answers a bad file with one AudioError. The file is
read by a process of its own that can do nothing else (see `ml.audio.sandbox`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ml.audio.sandbox.client import DecoderLost, replies, result
from ml.audio.sandbox.wire import Kind

from .open import open_file
from .types import (
    SAMPLE_RATE,
    AudioError,
    AudioInfo,
    Damage,
    DecodeLimits,
    Samples,
    damaged,
    too_long,
)

# 3^10 samples, 2.678 s: Kim, Lee, Nam, "Sample-level CNN architectures for music auto-tagging
# using raw waveforms" (ICASSP 2018), input of the network.
SEGMENT_SAMPLES = 59_049

__all__ = [
    "SAMPLE_RATE",
    "SEGMENT_SAMPLES",
    "AudioError",
    "AudioInfo",
    "DecodeLimits",
    "DecoderLost",
    "Decoding",
    "Samples",
    "blocks",
    "probe",
    "read",
]


def probe(path: str | Path) -> AudioInfo:
    """What the file is, verified by decoding its first frames; reads only its beginning.

    Raises AudioError when it is not audio or its beginning does not decode.
    """
    return _info(result("facts", path))


def blocks(path: str | Path, *, limits: DecodeLimits | None = None) -> Iterator[Samples]:
    """The sound: float32 mono blocks of shape `(time,)` at 22,050 Hz, nothing above 8 kHz.

    Channels are averaged. Memory stays bounded whatever the length.
    Raises AudioError, also in mid-stream (limits, damage).
    """
    return iter(Decoding(path, limits))


def read(path: str | Path, *, limits: DecodeLimits | None = None) -> Samples:
    """The whole sound as one array of shape `(time,)`; see `blocks`."""
    return np.concatenate(list(blocks(path, limits=limits)))


class Decoding:
    """One pass over a file: iterate it for float32 mono blocks of shape `(time,)` at 22,050 Hz.

    `info` is the header's word and is there with the first block, `damage` once it has ended.
    """

    def __init__(self, path: str | Path, limits: DecodeLimits | None = None) -> None:
        self.path = path
        self.limits = limits or DecodeLimits()
        self.damage = Damage()
        self.info: AudioInfo | None = None

    def __iter__(self) -> Iterator[Samples]:
        samples, most = 0, self.limits.max_seconds
        how: dict[str, Any] = {"limits": asdict(self.limits)}
        with (
            open_file(Path(self.path)) as file,
            replies("blocks", file, sound_seconds=most, **how) as frames,
        ):
            for kind, payload in frames:
                if kind is Kind.BLOCK:
                    block = _block(payload)
                    samples += len(block)
                    # Counted here as well: the decoder may be in a hostile file's hands.
                    if samples > most * SAMPLE_RATE:
                        raise too_long(most)
                    yield block
                elif kind is Kind.NOTE:
                    self.info = _info(json.loads(payload))
                else:
                    self.damage = Damage(**json.loads(payload))


def _block(payload: bytearray) -> Samples:
    block: Samples = np.frombuffer(payload, np.float32)
    if not np.isfinite(block).all():
        raise damaged("it decodes to samples that are no numbers")
    return block


def _info(reply: dict[str, Any]) -> AudioInfo:
    return AudioInfo(**reply)
