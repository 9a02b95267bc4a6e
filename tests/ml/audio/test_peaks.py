from __future__ import annotations

import numpy as np
import pytest

from ml.audio.peaks import MAX_BUCKETS, PeakMeter


def peaks_of(samples: np.ndarray, step: int) -> tuple[np.ndarray, int]:
    meter = PeakMeter()
    for start in range(0, len(samples), step):
        meter.push(samples[start : start + step])
    return meter.result().reshape(-1, 2), meter.bucket_samples


@pytest.mark.parametrize("length", [1, 63, 64, 1_000, 262_144, 262_145, 999_999])
@pytest.mark.parametrize("step", [997, 44_100, 2_000_000])
def test_streamed_peaks_are_the_extremes_of_each_bucket(length: int, step: int) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, length).astype(np.float32)
    peaks, bucket = peaks_of(samples, step)
    starts = range(0, length, bucket)
    expected = [(part.min(), part.max()) for part in (samples[s : s + bucket] for s in starts)]
    np.testing.assert_array_equal(peaks, np.rint(np.array(expected) * 127).astype(np.int8))
    assert len(peaks) <= MAX_BUCKETS


def test_a_long_stream_uses_at_least_half_of_the_buckets() -> None:
    peaks, _ = peaks_of(np.zeros(10_000_000, np.float32), 1_000_000)
    assert MAX_BUCKETS / 2 <= len(peaks) <= MAX_BUCKETS


def test_beyond_full_scale_is_drawn_at_full_scale() -> None:
    peaks, _ = peaks_of(np.array([-3, 3], np.float32), 2)
    assert peaks.tolist() == [[-127, 127]]


def test_nothing_heard_has_no_peaks() -> None:
    assert PeakMeter().result().shape == (0,)
