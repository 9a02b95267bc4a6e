"""Each segment is labelled by the three seconds around it."""

from __future__ import annotations

import numpy as np
import pytest

from distillation.labelling import BANDS, FRAMES, HOP, RATE, SEGMENTS, window_starts, windows
from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES
from tests.audio_factory import tone

CLIP_FRAMES = round(29.1 * RATE / HOP)


def test_a_window_is_centred_on_its_segment() -> None:
    centres = [(start + FRAMES / 2) * HOP / RATE for start in window_starts(CLIP_FRAMES)]
    segment = SEGMENT_SAMPLES / SAMPLE_RATE
    expected = [(k + 0.5) * segment for k in range(SEGMENTS)]
    assert centres[1:] == pytest.approx(expected[1:], abs=HOP / RATE)


def test_no_window_reaches_beyond_the_clip() -> None:
    assert window_starts(CLIP_FRAMES)[0] == 0
    assert window_starts(1600)[-2:] == [1329, 1600 - FRAMES]
    assert set(window_starts(FRAMES - 1)) == {0}


def test_a_clip_shorter_than_a_window_is_filled_up() -> None:
    assert windows(tone(440, 1.0, RATE)[0]).shape == (SEGMENTS, FRAMES, BANDS)


def test_the_loudest_music_has_finite_windows() -> None:
    mels = windows(tone(1000, 29.1, RATE, level=1.0)[0])
    assert np.isfinite(mels).all()
    # A full-scale sine is beyond half precision's greatest number, 65,504.
    assert mels.max() > np.log10(65_504)
