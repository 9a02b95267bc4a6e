"""Opening a file as audio, so that a hostile one reaches nothing but itself.

FFmpeg is given an open file, not a name: no name is ever taken for a protocol or a pattern, and
every further file or address a playlist, a concat list or a QuickTime reference asks for is
refused. Only containers that hold sound for themselves are allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Discard

from ml.audio.formats import DEMUXERS
from ml.audio.open import AudioFile
from ml.audio.types import AudioError, AudioInfo, damaged, not_audio

# Hz. Telephones record at 8 kHz; 384 kHz is twice the highest rate that music is sold at.
MIN_RATE, MAX_RATE = 4_000, 384_000
# As many as FFmpeg's named layouts and ambisonics of seventh order have.
MAX_CHANNELS = 64

# What FFmpeg reads ahead to learn what a file is: enough for covers in front of the sound.
_PROBE_BYTES = 8 * 2**20


@contextmanager
def open_audio(file: AudioFile) -> Iterator[tuple[InputContainer, AudioStream]]:
    """The container in `file` and its best audio stream, checked; other streams are discarded.

    Raises AudioError when it is not audio, or of a rate or codec that cannot be.
    """
    file.seek(0)
    with _open_container(file) as container:
        stream = _audio_stream(container)
        _check(stream)
        # The sandbox lets no process start a thread: a decoder that asks for one fails as if the
        # file were damaged. Files are decoded side by side instead.
        stream.codec_context.thread_count = 1
        for other in container.streams:
            if other.index != stream.index:
                other.discard = Discard.all
        yield container, stream


def describe(container: InputContainer, stream: AudioStream) -> AudioInfo:
    """The facts of an opened file."""
    return AudioInfo(
        duration=_duration(container, stream),
        sample_rate=stream.rate,
        channels=stream.channels,
        codec=stream.codec_context.codec.canonical_name,
        container=container.format.name,
        bit_rate=container.bit_rate or stream.bit_rate or None,
    )


def _refuse(*_: object, **__: object) -> NoReturn:
    raise PermissionError("an audio file may not open other files")


def _open_container(file: AudioFile) -> InputContainer:
    try:
        return av.open(
            file,
            "r",
            container_options={
                "format_whitelist": ",".join(DEMUXERS),
                "protocol_whitelist": "none",
                "probesize": str(_PROBE_BYTES),
            },
            metadata_errors="surrogateescape",
            io_open=_refuse,
        )
    except MemoryError:
        raise
    except (av.FFmpegError, OSError, ValueError) as error:
        raise not_audio() from error


def _audio_stream(container: InputContainer) -> AudioStream:
    # `best` passes over a stream with an impossible header; taking it gives the better sentence.
    stream = container.streams.best("audio") or next(iter(container.streams.audio), None)
    if not isinstance(stream, AudioStream):
        raise AudioError(
            "no-audio-stream",
            "The file holds no sound (no audio stream). Please use a file with audio.",
        )
    return stream


def _check(stream: AudioStream) -> None:
    if stream.codec_context is None:
        raise AudioError(
            "unsupported-codec",
            "The sound is encoded in a way that cannot be read (an unknown codec or a copy "
            "protection). Please convert it to FLAC or MP3.",
        )
    if not stream.rate and not stream.channels:
        raise damaged("its header gives no sample rate and nothing could be decoded")
    check_rate(stream.rate)
    if not 1 <= stream.channels <= MAX_CHANNELS:
        raise AudioError(
            "unsupported-channels",
            f"The file claims {stream.channels} channels; 1 to {MAX_CHANNELS} can be read. "
            "Please export it as mono or stereo.",
        )


def check_rate(rate: int) -> None:
    """Raise AudioError for a sample rate (Hz) that no recording has."""
    if not MIN_RATE <= rate <= MAX_RATE:
        raise AudioError(
            "unsupported-rate",
            f"The file claims a sample rate of {rate:,} Hz; {MIN_RATE:,} to {MAX_RATE:,} Hz can "
            "be read. Please export it at 44,100 Hz.",
        )


def _duration(container: InputContainer, stream: AudioStream) -> float | None:
    if stream.duration is not None and stream.time_base is not None and stream.duration > 0:
        return float(stream.duration * stream.time_base)
    if container.duration is not None and container.duration > 0:
        return container.duration / av.time_base
    return None
