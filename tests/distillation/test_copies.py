"""A copy is found at whatever second it starts."""

from __future__ import annotations

import numpy as np
import pytest

from distillation.copies import BANDS, FRAMES, best_match, envelope
from distillation.labelling import RATE
from tests.audio_factory import music


def test_a_copy_is_found_at_any_shift() -> None:
    rng = np.random.default_rng(0)
    held = rng.standard_normal((5, BANDS, FRAMES)).astype(np.float32)
    song = rng.standard_normal((BANDS, 3 * FRAMES)).astype(np.float32)
    held[2] = song[:, FRAMES : 2 * FRAMES]
    for shift in (-200, 0, 90):
        likeness, row, offset = best_match(held, 3 * song[:, FRAMES + shift :][:, :FRAMES])
        assert (row, offset) == (2, shift)
        assert likeness == pytest.approx(1, abs=0.01)


def test_other_music_is_no_copy() -> None:
    rng = np.random.default_rng(0)
    held = rng.standard_normal((5, BANDS, FRAMES)).astype(np.float32)
    likeness, _, _ = best_match(held, rng.standard_normal((BANDS, FRAMES)).astype(np.float32))
    assert likeness < 0.3


@pytest.mark.slow
def test_a_copy_may_be_softer() -> None:
    sound = music(29.1, RATE)[0]
    likeness, _, shift = best_match(envelope(sound)[None], envelope(sound * 0.3))
    assert shift == 0
    assert likeness > 0.95
