"""Soft labels: the mean of both teachers on the 3 s around each segment."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES
from ml.config.labels import LABEL_NAMES
from ml.data.magnatagatune.split import CLIP_SAMPLES
from ml.descriptors.compiled import plain_librosa

from .clips import MP3, Scores, Sound, read_labels, read_standin, recorded
from .networks import TAGS, VGG, Musicnn, read_variables

# What both teachers take.
RATE, HOP = 16_000, 256
FRAMES, BANDS = 187, 96
SEGMENTS = CLIP_SAMPLES // SEGMENT_SAMPLES
CHECKED = 30


def read(path: Path) -> Sound:
    """The sound at 16 kHz, mono."""
    sound: Sound = plain_librosa().load(path, sr=RATE, mono=True)[0]
    return sound


def window_starts(frames: int) -> list[int]:
    """The first frame of each segment's window: centred on it, but never beyond the clip's ends."""
    hops = SEGMENT_SAMPLES / SAMPLE_RATE * RATE / HOP
    centred = [round((k + 0.5) * hops - FRAMES / 2) for k in range(SEGMENTS)]
    return [min(max(start, 0), max(frames - FRAMES, 0)) for start in centred]


def windows(sound: Sound) -> npt.NDArray[np.float32]:
    """Log-mel windows `(SEGMENTS, FRAMES, BANDS)`."""
    librosa = plain_librosa()
    power = librosa.feature.melspectrogram(
        y=sound, sr=RATE, hop_length=HOP, n_fft=2 * HOP, n_mels=BANDS
    ).T
    # musicnn rounds to half precision, but does not compute in it: loud music is beyond its range.
    mel = np.log10(10_000 * power.astype(np.float16).astype(np.float32) + 1)
    filled = np.pad(mel, ((0, max(FRAMES - len(mel), 0)), (0, 0)))
    return np.stack([filled[start : start + FRAMES] for start in window_starts(len(mel))])


class Teachers:
    """Both networks out of the folder `weights`."""

    def __init__(self, weights: Path) -> None:
        self.musicnn = Musicnn(read_variables(weights / "MTT_musicnn.npz"), torch.bfloat16)
        self.vgg = VGG(read_variables(weights / "MTT_vgg.npz"), torch.bfloat16)
        self.order = [TAGS.index(name) for name in LABEL_NAMES]

    @torch.inference_mode()
    def label(self, sound: Sound) -> Scores:
        """Probabilities `(SEGMENTS, tags)` in the order of LABEL_NAMES."""
        heard = torch.from_numpy(windows(sound))
        scores: Scores = ((self.musicnn(heard) + self.vgg(heard)) / 2)[:, self.order].numpy()
        return scores


def check(standin: Path, weights: Path) -> None:
    """Print how far labels of 30 of the stand-in's recordings are from the stored ones."""
    annotations, soft = read_labels(standin)
    stored = dict(zip(annotations.paths, soft.astype(np.float32), strict=True))
    paths = [clip.path for clip in recorded(read_standin(standin), held_out=False)]
    paths = paths[:: max(1, len(paths) // CHECKED)][:CHECKED]
    teachers = Teachers(weights)
    mine = np.stack([teachers.label(read(standin / MP3 / path)) for path in paths])
    theirs = np.stack([stored[path] for path in paths])
    print(f"mean difference {np.abs(mine - theirs).mean():.4f}")
    print(f"correlation {np.corrcoef(mine.ravel(), theirs.ravel())[0, 1]:.4f}")
