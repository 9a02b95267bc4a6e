"""A mel spectrogram as a picture: made while streaming, so it grows no larger than its width."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ml.audio.reading import SAMPLE_RATE, Samples

from .compiled import plain_librosa

WIDTH = 2_000
BANDS = 128
LOWEST, HIGHEST = 30.0, 8_000.0
# Below that a 16-bit recording has little but its own noise.
RANGE_DB = 80.0
_WINDOW = 2_048
_SHORTEST_HOP = 512
# Frames looked at for each column of a long recording.
_FRAMES_A_COLUMN = 4


def mel_spectrogram(blocks: Iterable[Samples], duration: float) -> NDArray[np.uint8]:
    """Loudness by time and pitch of `duration` seconds: uint8 `(BANDS, columns)`, low pitch last.

    255 is the loudest place of the recording, 0 is RANGE_DB below it or silent.
    """
    total = max(1, round(duration * SAMPLE_RATE))
    columns = min(WIDTH, max(1, total // _SHORTEST_HOP))
    hop = max(_SHORTEST_HOP, total // (columns * _FRAMES_A_COLUMN))
    power, counts = np.zeros((columns, BANDS)), np.zeros(columns)
    for start, frames in _mel_frames(blocks, hop):
        centres = start + np.arange(frames.shape[1]) * hop + _WINDOW // 2
        places = np.minimum(centres * columns // total, columns - 1)
        np.add.at(power, places, frames.T)
        np.add.at(counts, places, 1)
    return _as_loudness(_filled(power.T, counts))


def png(picture: NDArray[np.uint8]) -> bytes:
    """A picture, uint8 `(rows, columns)` in shades of grey, as the bytes of a PNG file."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG", optimize=True)
    return file.getvalue()


def _mel_frames(blocks: Iterable[Samples], hop: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """First sample and mel power `(BANDS, frames)` of each run of frames, `hop` samples apart."""
    librosa = plain_librosa()
    rest, position, skip = np.zeros(0, np.float32), 0, 0
    for block in _padded(blocks):
        rest = np.concatenate([rest, block])
        dropped = min(skip, len(rest))
        rest, position, skip = rest[dropped:], position + dropped, skip - dropped
        if skip or len(rest) < _WINDOW:
            continue
        count = 1 + (len(rest) - _WINDOW) // hop
        yield (
            position,
            librosa.feature.melspectrogram(
                y=rest[: (count - 1) * hop + _WINDOW],
                sr=SAMPLE_RATE,
                n_fft=_WINDOW,
                hop_length=hop,
                center=False,
                n_mels=BANDS,
                fmin=LOWEST,
                fmax=HIGHEST,
            ),
        )
        skip = count * hop


def _padded(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """With silence behind, so that the last moment, or a very short sound, has a frame too."""
    yield from blocks
    yield np.zeros(_WINDOW, np.float32)


def _filled(power: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of each column; one without a frame is like the nearest that has some."""
    filled_columns = np.flatnonzero(counts)
    if not len(filled_columns):
        return power
    nearest = filled_columns[
        np.abs(filled_columns[:, None] - np.arange(len(counts))).argmin(axis=0)
    ]
    mean: NDArray[np.float64] = power[:, nearest] / counts[nearest]
    return mean


def _as_loudness(power: NDArray[np.float64]) -> NDArray[np.uint8]:
    loudest = power.max(initial=0.0)
    if loudest <= 0:
        return np.zeros(power.shape, np.uint8)
    decibels = 10 * np.log10(np.maximum(power / loudest, 10 ** (-RANGE_DB / 10)))
    picture: NDArray[np.uint8] = np.rint(255 * (1 + decibels[::-1] / RANGE_DB)).astype(np.uint8)
    return picture
