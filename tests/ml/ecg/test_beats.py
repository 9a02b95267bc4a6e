"""Beats: their classes, and what the network is shown of them."""

from __future__ import annotations

import numpy as np
import pytest

from ml.ecg.aami import CLASSES, labelled_beats
from ml.ecg.beats import COMPLEX, PAIR, PAIR_RR, SAMPLES, VIEWS, View, beat_inputs, normalised
from ml.ecg.records import RATE, Annotations
from tests.ml.ecg.hearts import heart


def test_symbols_become_the_five_classes_and_what_is_no_beat_is_left_out() -> None:
    symbols = tuple("N+LReja~AJSV!EF/fQ|")
    annotations = Annotations(np.arange(len(symbols)), symbols, ("",) * len(symbols))
    found = labelled_beats(annotations)
    assert "".join(CLASSES[k] for k in found.classes) == "NNNNN" + "SSSS" + "VV" + "F" + "QQQ"
    assert symbols[found.positions[5]] == "a"


def test_all_beats_but_the_first_and_last_are_shown() -> None:
    signal, annotations = heart(20, 1)
    beats = len(annotations)
    for view, channels in ((PAIR, 2), (PAIR_RR, 3), (COMPLEX, 2)):
        shown = beat_inputs(signal, annotations.samples, view)
        assert shown.shape == (beats - 2, channels, SAMPLES)
        assert beat_inputs(signal, annotations.samples[:2], view).shape == (0, channels, SAMPLES)


def test_a_beat_runs_from_a_tenth_after_the_last_peak_to_a_tenth_before_the_next() -> None:
    """A ramp that is one step at a place tells where that place is in the 128 samples."""
    positions = np.array([100, 400, 800])
    for place, channel, begin, end in ((500, 0, 130, 760), (500, 1, 70, 840)):
        signal = (np.arange(1000) >= place).astype(np.float32)
        shown = beat_inputs(signal, positions, PAIR)[0, channel]
        step = int(np.argmax(np.diff(shown))) + 1
        assert abs(step - (place - 0.5 - begin) / (end - begin) * SAMPLES) <= 1


def test_neither_height_nor_a_drift_of_the_signal_is_shown() -> None:
    signal, annotations = heart(20, 1)
    drifting = 3 * signal + np.linspace(-1, 4, len(signal), dtype=np.float32)
    shown = [beat_inputs(s, annotations.samples, PAIR) for s in (signal, drifting)]
    assert np.allclose(shown[0], shown[1], atol=1e-3)
    assert np.allclose((shown[0] ** 2).mean(-1), 1, atol=1e-4)


def test_a_lead_that_has_come_off_is_nothing_and_no_number_is_lost() -> None:
    flat, positions = np.ones(2000, np.float32), np.array([300, 600, 900])
    for view in VIEWS.values():
        shapes = beat_inputs(flat, positions, view)[0, : len(view.shapes)]
        assert np.array_equal(shapes, np.zeros_like(shapes))
    assert np.array_equal(normalised(np.zeros((1, SAMPLES))), np.zeros((1, SAMPLES)))


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_peak_placed_one_sample_off_changes_little(view: View) -> None:
    signal, annotations = heart(60, 1)
    shown = beat_inputs(signal, annotations.samples, view)
    for shift in (-1, 1):
        moved = annotations.samples + shift * (np.arange(len(annotations)) % 2)
        again = beat_inputs(signal, moved, view)
        likeness = (shown * again).mean(-1) / np.sqrt(
            (shown**2).mean(-1) * (again**2).mean(-1)
        ).clip(1e-9)
        assert likeness[2:, : len(view.shapes)].min() > 0.95


def test_the_rhythm_tells_how_early_a_beat_comes_and_not_how_fast_the_heart_is() -> None:
    slow = np.cumsum([0, *[300] * 12, 200, 400, *[300] * 5])
    for view, third_early in ((PAIR_RR, 2 * np.log(2 / 3)), (COMPLEX, 0.3 * np.log(2 / 3) / 0.25)):
        for positions in (slow, slow * 3 // 2):
            rhythm = beat_inputs(np.zeros(18000, np.float32), positions, view)[:, -1]
            assert np.array_equal(rhythm, np.repeat(rhythm[:, :1], SAMPLES, axis=1))
            assert np.allclose(rhythm[:12, 0], 0, atol=1e-6)
            assert np.isclose(rhythm[12, 0], third_early, atol=1e-6)


def test_an_early_beat_surprises_less_in_a_heart_that_is_never_regular() -> None:
    generator = np.random.default_rng(0)
    steady, irregular = np.full(40, 300), generator.integers(200, 400, 40)
    for gaps in (steady, irregular):
        gaps[-2] = 200
    surprises = [
        beat_inputs(np.zeros(18000, np.float32), np.cumsum(gaps), COMPLEX)[-1, -1, 0]
        for gaps in (steady, irregular)
    ]
    assert surprises[0] < 1.5 * surprises[1] < 0


def test_a_complex_keeps_its_looks_however_early_the_beat_comes() -> None:
    """What squeezes the papers' beat and trio: the neighbours' distance."""
    signal = np.zeros(6000, np.float32)
    positions = np.cumsum([500, 300, 300, 300, 150, 300, 300])
    for at in positions:
        signal[at - 20 : at + 21] += np.hanning(41).astype(np.float32)
    shown = beat_inputs(signal, positions, COMPLEX)[:, 0]
    assert np.allclose(shown[3], shown[1], atol=0.02)
    pair = beat_inputs(signal, positions, PAIR)[:, 0]
    assert not np.allclose(pair[3], pair[1], atol=0.5)


def test_a_complex_is_as_high_as_it_is_against_the_beats_before_and_not_in_volts() -> None:
    signal, annotations = heart(20, 1, share=0)
    positions = annotations.samples
    signal[positions[9] - RATE // 3 : positions[9] + RATE // 3] *= 2
    shown = beat_inputs(signal, positions, COMPLEX)[:, 0]
    assert np.isclose(np.abs(shown[8]).max() / np.abs(shown[7]).max(), 2, rtol=0.1)
    assert np.allclose(beat_inputs(5 * signal, positions, COMPLEX)[:, 0], shown, atol=1e-4)


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_no_beat_is_changed_by_what_comes_after_the_next_peak_and_its_tenth(view: View) -> None:
    signal, annotations = heart(60, 1)
    positions = annotations.samples
    whole = beat_inputs(signal, positions, view)
    for beat in (3, 20, 41):
        end = positions[beat + 2] + (positions[beat + 2] - positions[beat + 1]) // 10 + 2
        early = beat_inputs(signal[:end], positions[: beat + 3], view)
        assert np.array_equal(early[beat], whole[beat])
