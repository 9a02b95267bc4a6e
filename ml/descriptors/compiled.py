"""librosa with its loops compiled: by one process, for all.

librosa compiles loops with numba when they are imported or first called, and numba keeps the
machine code on disk for the next process. Its outer loops (`guvectorize`) call the inner ones by
names that hold a number of the process that compiled them. Two processes that compile at once mix
their files: an outer loop of one lies beside an inner loop of the other, and every later process
that loads the pair dies of a segmentation fault. So the first process compiles alone, and others
wait for it.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np

from ml.audio.reading import SAMPLE_RATE, Samples

# Seconds in which the beat tracker finds beats to trim, and so runs every loop it has.
_SECONDS = 8
_BEAT = SAMPLE_RATE // 2


@cache
def compiled_librosa() -> ModuleType:
    """librosa, with all that `key` and `tempo` call already compiled.

    The first call of a process waits for another process that compiles, then takes about a second;
    some twenty where nothing is compiled yet.
    """
    librosa = plain_librosa()
    with _alone():
        _call_all(librosa, _pulse())
    return librosa


@cache
def plain_librosa() -> ModuleType:
    """librosa with what it compiles as it is imported, enough for spectrograms; quicker to have."""
    # numba reads the variable when it is imported, which is when librosa is.
    os.environ["NUMBA_CACHE_DIR"] = str(_cache_folder())
    with _alone():
        import librosa

        # Its modules are imported when first used; `util` has loops whose types are declared.
        librosa.feature.melspectrogram(y=_pulse(), sr=SAMPLE_RATE)
    return librosa


@cache
def _cache_folder() -> Path:
    """The folder `NUMBA_CACHE_DIR` names, else one of the user's; where none can be written, one
    for this process alone. Never one that somebody else could have filled: it holds code."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(named) if named else home / "tonemark" / "numba"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="tonemark-numba-"))


@contextmanager
def _alone() -> Iterator[None]:
    with (_cache_folder() / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _pulse() -> Samples:
    """A chord on every beat, `(samples,)`: it has beats, harmonics and a tuning."""
    time = np.arange(_BEAT) / SAMPLE_RATE
    chord = sum(np.sin(2 * np.pi * pitch * time) for pitch in (220.0, 277.2, 329.6))
    return np.tile(0.2 * chord * np.exp(-8 * time), 2 * _SECONDS).astype(np.float32)


def _call_all(librosa: ModuleType, samples: Samples) -> None:
    onsets = librosa.onset.onset_strength(y=samples, sr=SAMPLE_RATE)
    librosa.beat.beat_track(onset_envelope=onsets, sr=SAMPLE_RATE)
    harmonic = librosa.effects.harmonic(samples)
    librosa.feature.chroma_cqt(y=harmonic, sr=SAMPLE_RATE)
