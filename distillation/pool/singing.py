"""Speech turned into singing by the WORLD vocoder.

M. Morise, F. Yokomori, K. Ozawa, "WORLD: a vocoder-based high-quality speech synthesis system for
real-time applications" (IEICE Transactions on Information and Systems, 2016). The pitch follows a
melody, and what is voiced lasts longer.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from distillation.clips import Sound
from distillation.labelling import RATE

from .melodies import Note

FRAME_MS = 5.0
LOWEST_HZ, HIGHEST_HZ = 60.0, 500.0
# The middle of a tune, in Hz.
FEMALE_MIDDLE, MALE_MIDDLE = (270.0, 430.0), (115.0, 210.0)
# How much longer voiced sounds last, how long a quarter note is, and how the voice trembles.
SLOWER, BEAT_S = (1.8, 3.2), (0.35, 0.75)
VIBRATO_SEMITONES, VIBRATO_HZ = (0.0, 0.45), (4.8, 6.3)
GLIDE_FRAMES = (7, 19)
TRACT = (0.93, 1.07)
LEAST_VOICED = 20

Floats = npt.NDArray[np.float64]


def speaking_pitch(sound: Sound) -> float:
    """Median of the voiced frames' pitch in Hz; 0 where hardly any is voiced."""
    import pyworld

    if not len(sound):
        return 0.0
    hz, _ = pyworld.dio(sound.astype(np.float64), RATE, LOWEST_HZ, 450.0, frame_period=10.0)
    voiced = hz[hz > 0]
    return float(np.median(voiced)) if len(voiced) > LEAST_VOICED else 0.0


def sing(sound: Sound, line: list[Note], *, female: bool, rng: np.random.Generator) -> Sound:
    """The words of `sound` (16 kHz) along the melody, slower."""
    import pyworld

    wave = sound.astype(np.float64)
    rough, times = pyworld.dio(wave, RATE, LOWEST_HZ, HIGHEST_HZ, frame_period=FRAME_MS)
    hz = pyworld.stonemask(wave, rough, times, RATE)
    spectrum = pyworld.cheaptrick(wave, hz, times, RATE)
    aperiodicity = pyworld.d4c(wave, hz, times, RATE)
    order = stretched(hz > 0, rng.uniform(*SLOWER))
    middle = rng.uniform(*(FEMALE_MIDDLE if female else MALE_MIDDLE))
    sung = np.where(hz[order] > 0, contour(line, len(order), middle, rng), 0.0)
    other = warped(spectrum[order], rng.uniform(*TRACT))
    voice = pyworld.synthesize(sung, other, aperiodicity[order], RATE, FRAME_MS)
    return np.asarray(voice, np.float32)


def stretched(voiced: npt.NDArray[np.bool_], slower: float) -> npt.NDArray[np.intp]:
    """Which frame is heard when: voiced ones `slower` times as long."""
    ends = np.cumsum(np.where(voiced, slower, 1.0))
    return np.minimum(np.searchsorted(ends, np.arange(int(ends[-1]))), len(voiced) - 1)


def contour(line: list[Note], frames: int, middle_hz: float, rng: np.random.Generator) -> Floats:
    """The melody's pitch in Hz, one number a frame: moved to lie around `middle_hz`, gliding."""
    keys = [note.keys[0] for note in line if note.keys]
    shift = round(69 + 12 * np.log2(middle_hz / 440) - float(np.median(keys)))
    frames_a_beat = rng.uniform(*BEAT_S) * 1000 / FRAME_MS
    lengths = [max(4, int(note.beats * frames_a_beat)) for note in line if note.keys]
    pitches = np.resize(np.repeat(np.array(keys, float) + shift, lengths), frames)
    glide = np.hanning(rng.integers(*GLIDE_FRAMES))
    padded = np.pad(pitches, len(glide), mode="edge")
    smooth = np.convolve(padded, glide / glide.sum(), "same")[len(glide) :][:frames]
    phase = 2 * np.pi * rng.uniform(*VIBRATO_HZ) * np.arange(frames) * FRAME_MS / 1000
    smooth = smooth + rng.uniform(*VIBRATO_SEMITONES) * np.sin(phase)
    return np.asarray(440 * 2 ** ((smooth - 69) / 12), np.float64)


def warped(spectrum: Floats, factor: float) -> Floats:
    """A longer or shorter vocal tract: another person. `(frames, bins)`, read at `factor` · bin."""
    bins = np.arange(spectrum.shape[1])
    at = np.minimum(bins * factor, bins[-1])
    below = at.astype(int)
    above, part = np.minimum(below + 1, bins[-1]), at - below
    return np.ascontiguousarray(spectrum[:, below] * (1 - part) + spectrum[:, above] * part)
