"""New clips that sound like a held-out one: how bands rise and fall, compared at every shift."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from ml.descriptors.compiled import plain_librosa

from .clips import MP3, Sound, read_new, read_standin, recorded
from .labelling import RATE, read

HOP, FRAMES, BANDS = RATE // 10, 288, 24
LEAST_OVERLAP = 80
SHIFTS = np.arange(LEAST_OVERLAP - FRAMES, FRAMES - LEAST_OVERLAP + 1)
FFT = 640
SHOWN = 25

Envelopes = npt.NDArray[np.float32]


def show_copies(standin: Path, clips: Path) -> None:
    """Print the best matches, best first: likeness (1: the same), both clips, shift in seconds."""
    held = [clip.path for clip in recorded(read_standin(standin), held_out=True)]
    envelopes = np.stack([envelope(read(standin / MP3 / path)) for path in held])
    matches = []
    for clip in read_new(clips):
        if clip.kind == "recorded":
            sound = envelope(read(clips / MP3 / clip.file))
            likeness, row, shift = best_match(envelopes, sound)
            matches.append((likeness, clip.file, held[row], shift * HOP / RATE))
    for likeness, file, path, seconds in sorted(matches, reverse=True)[:SHOWN]:
        print(f"{likeness:.3f}", file, path, f"{seconds:.1f}", sep="\t")


def envelope(sound: Sound) -> Envelopes:
    """`(BANDS, FRAMES)`: how each band's level changes ten times a second."""
    power = plain_librosa().feature.melspectrogram(
        y=sound, sr=RATE, n_fft=2048, hop_length=HOP, n_mels=BANDS, fmin=80, fmax=5000
    )
    rise = np.diff(np.log10(power + 1e-7), axis=1)[:, :FRAMES]
    rise = np.pad(rise, ((0, 0), (0, FRAMES - rise.shape[1])))
    return (rise - rise.mean(1, keepdims=True)).astype(np.float32)


def best_match(held: Envelopes, sound: Envelopes) -> tuple[float, int, int]:
    """Its best correlation with any of `held`, with which, and by how many frames that is later."""
    overlap, old, new = FRAMES - np.abs(SHIFTS), np.maximum(SHIFTS, 0), np.maximum(-SHIFTS, 0)
    # Negative shifts lie at the end, where negative indices find them.
    spectra = np.fft.rfft(held, FFT) * np.conj(np.fft.rfft(sound, FFT))
    cross = np.fft.irfft(spectra.sum(1), FFT)[:, SHIFTS]
    power = np.cumsum(np.pad((held**2).sum(1), ((0, 0), (1, 0))), 1)
    energy = np.cumsum(np.pad((sound**2).sum(0), (1, 0)))
    shared = (power[:, old + overlap] - power[:, old]) * (energy[new + overlap] - energy[new])
    likeness = cross / (np.sqrt(np.maximum(shared, 0)) + 1e-3)
    row, column = np.unravel_index(int(likeness.argmax()), likeness.shape)
    return float(likeness[row, column]), int(row), int(SHIFTS[column])
