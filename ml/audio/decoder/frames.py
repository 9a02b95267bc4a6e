"""Decoding: packets to samples, past damaged packets, with a count of them.

Channels are averaged here rather than by FFmpeg, whose stereo-to-mono sums 0.707 L + 0.707 R:
3 dB louder than the mean, and past full scale.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import av
import numpy as np
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from numpy.typing import NDArray

from ml.audio.types import AudioError, Damage

from .container import MAX_RATE, MIN_RATE

# Floating-point files may exceed full scale a little; beyond 12 dB it is damage, not loudness.
_CEILING = 4.0
# Of a block, so many samples show whether its channels cancel each other, which is when their mean
# has less than a thousandth of their power.
_LOOKED_AT, _CANCELLED = 256, 1e-3
_FULL_SCALE = {"u1": 128.0, "i2": 32768.0, "i4": 2147483648.0}


def decoded_blocks(
    container: InputContainer, stream: AudioStream, damage: Damage, seconds: float
) -> Iterator[tuple[int, NDArray[np.generic]]]:
    """Decode the stream; yields (sample rate in Hz, samples of shape `(channels, time)`).

    Blocks are at least so many `seconds` long, but for the last, and for the last before rate,
    format or channels change. Raises AudioError where the format is none that can be read.
    """
    frames = _decoded_frames(container, stream, damage)
    for (rate, *_), alike in groupby(frames, key=_kind):
        for block in _gathered(alike, int(rate * seconds)):
            yield rate, _samples(block)


def packets(
    container: InputContainer, stream: AudioStream, damage: Damage | None = None
) -> Iterator[Packet[AudioStream]]:
    """The stream's packets; a file that breaks off ends the iteration (counted in `damage`)."""
    demuxed = container.demux(stream)
    while True:
        try:
            packet = next(demuxed, None)
        except (av.FFmpegError, OSError):
            if damage is not None:
                damage.count(good=False)
            return
        if packet is None:
            return
        yield packet


def _decoded_frames(
    container: InputContainer, stream: AudioStream, damage: Damage
) -> Iterator[AudioFrame]:
    """The stream's frames. A packet that does not decode, or decodes to an impossible rate, is
    counted in `damage` and left out."""
    for packet in packets(container, stream, damage):
        frames = _decode(packet)
        usable = [frame for frame in frames or () if MIN_RATE <= frame.sample_rate <= MAX_RATE]
        # The last, empty packet flushes the decoder and is no packet of the file.
        if packet.size or frames is None:
            damage.count(good=frames is not None and len(usable) == len(frames))
        yield from usable


def _decode(packet: Packet[AudioStream]) -> list[AudioFrame] | None:
    try:
        return packet.decode()
    except av.FFmpegError:
        return None


def to_mono(samples: NDArray[np.generic]) -> NDArray[np.float32]:
    """The mean of the channels of `(channels, time)`: float32 `(time,)`, full scale ±1, finite.

    For many frames at once: a frame is so short that the calls cost more than the arithmetic.
    """
    mono: NDArray[np.float32] = samples.mean(axis=0, dtype=np.float32)
    if len(samples) == 2 and _cancels(samples, mono):
        mono = samples[0].astype(np.float32)
    scale = _FULL_SCALE.get(samples.dtype.str[1:])
    if scale is not None:
        middle = np.float32(scale if samples.dtype.kind == "u" else 0)
        return (mono - middle) / np.float32(scale)
    clean = np.nan_to_num(mono, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    return np.clip(clean, -_CEILING, _CEILING, out=clean)


def _cancels(samples: NDArray[np.generic], mono: NDArray[np.float32]) -> bool:
    """Whether one channel is the other turned upside down: their mean is silence, they are not."""
    step = max(1, samples.shape[1] // _LOOKED_AT)
    middle = 128.0 if samples.dtype.kind == "u" else 0.0
    some = samples[:, ::step].astype(np.float32) - middle
    return float(np.square(mono[::step] - middle).mean()) < _CANCELLED * float(
        np.square(some).mean()
    )


def _kind(frame: AudioFrame) -> tuple[int, str, int]:
    return frame.sample_rate, frame.format.name, frame.layout.nb_channels


def _gathered(frames: Iterator[AudioFrame], size: int) -> Iterator[AudioFrame]:
    """Frames of one kind, joined to at least `size` samples: an array of each would cost more than
    decoding it."""
    fifo = AudioFifo()
    for frame in frames:
        # What a file says about its time may jump; it is heard in the order in which it stands.
        frame.pts = None
        fifo.write(frame)
        if fifo.samples >= size and (block := fifo.read()):
            yield block
    if rest := fifo.read():
        yield rest


def _samples(frame: AudioFrame) -> NDArray[np.generic]:
    """The frame's samples, `(channels, time)`, whether it interleaves them or not."""
    try:
        samples = frame.to_ndarray()
    except ValueError as error:
        raise AudioError(
            "unsupported-codec",
            f"Samples of the format {frame.format.name} cannot be read. "
            "Please convert the file to 16- or 24-bit FLAC.",
        ) from error
    if frame.format.is_planar:
        return samples
    return samples.reshape(-1, frame.layout.nb_channels).T
