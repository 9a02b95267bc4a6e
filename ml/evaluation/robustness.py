"""What uploads bring: the same clip louder, noisier, re-encoded, narrower, slower, transposed.

Each change takes and gives float32 `(time,)` at 22,050 Hz of the same length.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial

import av
import numpy as np
import numpy.typing as npt
import soxr

from ml.audio.reading import SAMPLE_RATE

Sound = npt.NDArray[np.float32]
Change = Callable[[Sound], Sound]
MP3_RATE = 44_100
# Time-stretching by a tenth and a semitone up or down are plainly audible and change no tag.
STRETCH, SEMITONE = 1.1, 2 ** (1 / 12)


def gain(sound: Sound, decibels: float) -> Sound:
    """`sound` made louder or softer."""
    return sound * np.float32(10 ** (decibels / 20))


def white_noise(sound: Sound, snr_db: float) -> Sound:
    """White noise added at this signal-to-noise ratio; the same noise every time."""
    noise = np.random.default_rng(0).standard_normal(len(sound)).astype(np.float32)
    return sound + noise * np.float32(sound.std() * 10 ** (-snr_db / 20))


def band(sound: Sound, low: float, high: float) -> Sound:
    """Only what lies between `low` and `high`, in Hz."""
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    spectrum = np.fft.rfft(sound) * ((hertz >= low) & (hertz <= high))
    return np.fft.irfft(spectrum, len(sound)).astype(np.float32)


def stereo_44k(sound: Sound) -> Sound:
    """To 44.1 kHz stereo, 16 bit, a little unlike left and right, and back by a mean downmix."""
    wide = np.asarray(soxr.resample(sound, SAMPLE_RATE, MP3_RATE))
    left, right = np.rint(wide * 1.1 * 32_767), np.rint(wide * 0.9 * 32_767)
    mono = (np.clip(left, -32_768, 32_767) + np.clip(right, -32_768, 32_767)) / 65_534
    return _fitted(np.asarray(soxr.resample(mono, MP3_RATE, SAMPLE_RATE)), len(sound))


def mp3(sound: Sound, bit_rate: int) -> Sound:
    """Encoded as mp3 at 44.1 kHz and `bit_rate` bits a second, and decoded again.

    The codec's delay stays: a listener's files have it too.
    """
    encoded = encode_mp3(np.asarray(soxr.resample(sound, SAMPLE_RATE, MP3_RATE)), bit_rate)
    with av.open(io.BytesIO(encoded), "r") as container:
        frames = [frame.to_ndarray().mean(0) for frame in container.decode(audio=0)]
    return _fitted(
        np.asarray(soxr.resample(np.concatenate(frames), MP3_RATE, SAMPLE_RATE)), len(sound)
    )


def stretched(sound: Sound, rate: float) -> Sound:
    """`rate` times as fast at the same pitch; what is then missing at the end is the beginning."""
    return _fitted(_filtered(sound, "atempo", f"{rate:.6f}"), len(sound))


def transposed(sound: Sound, ratio: float) -> Sound:
    """`ratio` times as high at the same speed."""
    higher = np.asarray(soxr.resample(sound, SAMPLE_RATE * ratio, SAMPLE_RATE))
    return _fitted(_filtered(higher, "atempo", f"{1 / ratio:.6f}"), len(sound))


CHANGES: dict[str, Change] = {
    "gain -12 dB": partial(gain, decibels=-12.0),
    "gain +6 dB": partial(gain, decibels=6.0),
    "mp3 64 kbit/s": partial(mp3, bit_rate=64_000),
    "44.1 kHz stereo": stereo_44k,
    "white noise 20 dB": partial(white_noise, snr_db=20.0),
    "telephone band": partial(band, low=300.0, high=3400.0),
    "low-pass 4 kHz": partial(band, low=0.0, high=4000.0),
    "tempo +10 %": partial(stretched, rate=STRETCH),
    "pitch +1 semitone": partial(transposed, ratio=SEMITONE),
}


def encode_mp3(sound: Sound, bit_rate: int) -> bytes:
    """`sound`, at 44.1 kHz, as an mp3 file of `bit_rate` bits a second."""
    target = io.BytesIO()
    with av.open(target, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=MP3_RATE)
        stream.bit_rate = bit_rate
        stream.layout = "mono"
        stream.format = "fltp"
        for frame in (_frame(sound, MP3_RATE), None):
            container.mux(stream.encode(frame))
    return target.getvalue()


def _filtered(sound: Sound, name: str, argument: str) -> Sound:
    """`sound` through one of FFmpeg's filters."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        format="fltp",
        sample_rate=SAMPLE_RATE,
        layout="mono",
        time_base=Fraction(1, SAMPLE_RATE),
    )
    graph.link_nodes(source, graph.add(name, argument), graph.add("abuffersink")).configure()
    graph.push(_frame(sound, SAMPLE_RATE))
    graph.push(None)
    return np.concatenate(list(_pulled(graph)))


def _pulled(graph: av.filter.Graph) -> Iterator[Sound]:
    while True:
        try:
            frame = graph.pull()
        except EOFError:
            return
        yield frame.to_ndarray()[0]


def _frame(sound: Sound, rate: int) -> av.AudioFrame:
    planes = np.ascontiguousarray(sound[None], dtype=np.float32)
    frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout="mono")
    frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
    return frame


def _fitted(sound: Sound, length: int) -> Sound:
    """Cut to `length`, or filled up with its own beginning."""
    return np.resize(sound, length).astype(np.float32)
