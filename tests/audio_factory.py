"""Makes the audio of the tests: plain music-like waves in every format, by PyAV."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from numpy.typing import NDArray

Wave = NDArray[np.float32]

# suffix → (encoder, its sample format)
FORMATS: dict[str, tuple[str, str]] = {
    "wav": ("pcm_s16le", "s16"),
    "flac": ("flac", "s16"),
    "mp3": ("libmp3lame", "fltp"),
    "ogg": ("vorbis", "fltp"),
    "opus": ("libopus", "flt"),
    "m4a": ("aac", "fltp"),
    "aac": ("aac", "fltp"),
    "aiff": ("pcm_s16be", "s16"),
    "wma": ("wmav2", "fltp"),
    "webm": ("libopus", "flt"),
}
LOSSLESS = ("wav", "flac", "aiff")


def tone(hertz: float, seconds: float, rate: int = 44_100, level: float = 0.5) -> Wave:
    """A sine, float32 `(1, time)`."""
    time = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * hertz * time)).astype(np.float32)[None, :]


def music(seconds: float, rate: int = 44_100, channels: int = 1) -> Wave:
    """A slow melody with overtones and a pulse, below 5 kHz: float32 `(channels, time)`."""
    time = np.arange(round(seconds * rate)) / rate
    notes = 220 * 2 ** (np.array([0, 4, 7, 12, 7, 4])[(time * 2).astype(int) % 6] / 12)
    phase = 2 * np.pi * np.cumsum(notes) / rate
    wave = sum(np.sin(phase * k) / k for k in range(1, 6))
    pulse = 0.6 + 0.4 * np.cos(2 * np.pi * 2 * time)
    return np.tile((0.2 * wave * pulse).astype(np.float32), (channels, 1))


def write(
    path: Path,
    wave: Wave,
    rate: int = 44_100,
    *,
    codec: str | None = None,
    sample_format: str | None = None,
    layout: str | None = None,
    metadata: dict[str, str] | None = None,
) -> Path:
    """Encode `(channels, time)` float32 by the suffix of `path`, or with the codec given."""
    default_codec, default_format = FORMATS[path.suffix[1:]]
    names = {1: "mono", 2: "stereo", 6: "5.1"}
    if default_codec == "vorbis" and len(wave) == 1:
        # FFmpeg's own Vorbis encoder knows stereo only.
        wave = np.tile(wave, (2, 1))
    with av.open(str(path), "w") as container:
        container.metadata.update(metadata or {})
        stream = cast(AudioStream, container.add_stream(codec or default_codec, rate=rate))
        stream.codec_context.layout = layout or names[len(wave)]
        stream.codec_context.format = sample_format or default_format
        if default_codec in ("libmp3lame", "aac", "vorbis", "wmav2", "libopus"):
            stream.bit_rate = 192_000
        stream.codec_context.options = {"strict": "experimental"}
        for frame in _frames(wave, rate, stream.layout.name):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def silence(seconds: float, rate: int) -> Wave:
    """Takes no memory, however long: every sample is the same one."""
    return np.broadcast_to(np.float32(0), (1, round(seconds * rate)))


def _frames(wave: Wave, rate: int, layout: str, size: int = 65_536) -> Iterator[AudioFrame]:
    for start in range(0, wave.shape[1], size):
        part = np.ascontiguousarray(wave[:, start : start + size], np.float32)
        frame = AudioFrame.from_ndarray(part, format="fltp", layout=layout)
        frame.sample_rate = rate
        frame.pts = start
        yield frame


def write_video(path: Path, *, sound: Wave | None, rate: int = 44_100) -> Path:
    """A second of grey MPEG-4 pictures, with AAC sound if there is some."""
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("mpeg4", rate=10)
        pictures.width = pictures.height = 64
        voice = container.add_stream("aac", rate=rate, layout="mono") if sound is not None else None
        for index in range(10):
            grey = np.full((64, 64, 3), index * 20, np.uint8)
            container.mux(pictures.encode(VideoFrame.from_ndarray(grey, format="rgb24")))
        container.mux(pictures.encode(None))
        if voice is not None and sound is not None:
            for frame in _frames(sound, rate, "mono"):
                container.mux(voice.encode(frame))
            container.mux(voice.encode(None))
    return path
