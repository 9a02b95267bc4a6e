"""What an opened file is, and its identity. Runs in the sandboxed decoder."""

from __future__ import annotations

import hashlib

from ml.audio.open import AudioFile
from ml.audio.types import AudioError, AudioInfo, Damage, damaged

from .container import describe, open_audio
from .frames import decoded_blocks, packets


def facts(file: AudioFile) -> AudioInfo:
    """The header's word, once the first frames have decoded. Raises AudioError."""
    with open_audio(file) as (container, stream):
        if next(decoded_blocks(container, stream, Damage(), seconds=0), None) is None:
            raise damaged("nothing of it can be decoded")
        return describe(container, stream)


def digest(file: AudioFile) -> str:
    """SHA-256 (hex) of the stream's packets, its codec, rate and channels. Raises AudioError."""
    with open_audio(file) as (container, stream):
        codec = stream.codec_context.codec.canonical_name
        hashed = hashlib.sha256(f"{codec} {stream.rate} {stream.channels}\n".encode())
        size = 0
        for packet in packets(container, stream):
            hashed.update(packet)
            size += packet.size
    if size == 0:
        raise AudioError("empty", "The file holds no sound. Please use another copy.")
    return hashed.hexdigest()
