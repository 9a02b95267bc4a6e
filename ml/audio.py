"""Hearing a file: what it is, its sound as the network wants it, and its identity.

Everything here streams, needs no torch, and answers a bad file with one AudioError.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ml.audio_container import SUFFIXES, AudioInfo, describe, open_audio
from ml.audio_decoding import DecodeLimits, Decoding
from ml.audio_errors import AudioError, damaged
from ml.audio_frames import Damage, mono_frames, packets
from ml.audio_resample import SAMPLE_RATE, Samples

# 3^10 samples, 2.678 s: Kim, Lee, Nam, "Sample-level CNN architectures for music auto-tagging
# using raw waveforms" (ICASSP 2018), input of the network.
SEGMENT_SAMPLES = 59_049

__all__ = [
    "SAMPLE_RATE",
    "SEGMENT_SAMPLES",
    "SUFFIXES",
    "AudioError",
    "AudioInfo",
    "DecodeLimits",
    "Decoding",
    "Samples",
    "audio_digest",
    "blocks",
    "probe",
    "read",
]


def probe(path: str | Path) -> AudioInfo:
    """What the file is, verified by decoding its first frames; reads only its beginning.

    Raises AudioError when it is not audio or its beginning does not decode.
    """
    with open_audio(path) as (container, stream):
        if next(mono_frames(container, stream, Damage()), None) is None:
            raise damaged("nothing of it can be decoded")
        return describe(container, stream)


def blocks(path: str | Path, *, limits: DecodeLimits | None = None) -> Iterator[Samples]:
    """The sound: float32 mono blocks of shape `(time,)` at 22,050 Hz, nothing above 8 kHz.

    Channels are averaged. Memory stays bounded whatever the length.
    Raises AudioError, also in mid-stream (limits, damage).
    """
    return iter(Decoding(path, limits))


def read(path: str | Path, *, limits: DecodeLimits | None = None) -> Samples:
    """The whole sound as one array of shape `(time,)`; see `blocks`."""
    return np.concatenate(list(blocks(path, limits=limits)))


def audio_digest(path: str | Path) -> str:
    """SHA-256 (hex) of the encoded sound: the stream's packets, its codec, rate and channels.

    Tags, cover art and the rest of the container do not count: a re-tagged file keeps its digest.
    Raises AudioError.
    """
    with open_audio(path) as (container, stream):
        codec = stream.codec_context.codec.canonical_name
        digest = hashlib.sha256(f"{codec} {stream.rate} {stream.channels}\n".encode())
        size = 0
        for packet in packets(container, stream):
            digest.update(packet)
            size += packet.size
    if size == 0:
        raise AudioError("empty", "The file holds no sound. Please use another copy.")
    return digest.hexdigest()
