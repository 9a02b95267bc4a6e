"""Beats: their classes, and what the network is shown of them."""

from __future__ import annotations

import numpy as np

from ml.ecg.aami import CLASSES, labelled_beats
from ml.ecg.beats import SAMPLES, beat_inputs, normalised
from ml.ecg.records import Annotations
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
    assert beat_inputs(signal, annotations.samples, rhythm=False).shape == (beats - 2, 2, SAMPLES)
    assert beat_inputs(signal, annotations.samples, rhythm=True).shape == (beats - 2, 3, SAMPLES)
    assert beat_inputs(signal, annotations.samples[:2], rhythm=True).shape == (0, 3, SAMPLES)


def test_a_beat_runs_from_a_tenth_after_the_last_peak_to_a_tenth_before_the_next() -> None:
    """A ramp that is one step at a place tells where that place is in the 128 samples."""
    positions = np.array([100, 400, 800])
    for place, channel, begin, end in ((500, 0, 130, 760), (500, 1, 70, 840)):
        signal = (np.arange(1000) >= place).astype(np.float32)
        shown = beat_inputs(signal, positions, rhythm=False)[0, channel]
        step = int(np.argmax(np.diff(shown))) + 1
        assert abs(step - (place - 0.5 - begin) / (end - begin) * SAMPLES) <= 1


def test_neither_height_nor_a_drift_of_the_signal_is_shown() -> None:
    signal, annotations = heart(20, 1)
    drifting = 3 * signal + np.linspace(-1, 4, len(signal), dtype=np.float32)
    shown = [beat_inputs(s, annotations.samples, rhythm=False) for s in (signal, drifting)]
    assert np.allclose(shown[0], shown[1], atol=1e-3)
    assert np.allclose((shown[0] ** 2).mean(-1), 1, atol=1e-4)


def test_a_lead_that_has_come_off_is_nothing_and_no_number_is_lost() -> None:
    shown = beat_inputs(np.ones(2000, np.float32), np.array([300, 600, 900]), rhythm=True)
    assert np.array_equal(shown[0, :2], np.zeros((2, SAMPLES)))
    assert np.array_equal(normalised(np.zeros((1, SAMPLES))), np.zeros((1, SAMPLES)))


def test_a_peak_placed_one_sample_off_changes_little() -> None:
    signal, annotations = heart(60, 1)
    shown = beat_inputs(signal, annotations.samples, rhythm=True)
    for shift in (-1, 1):
        moved = annotations.samples + shift * (np.arange(len(annotations)) % 2)
        again = beat_inputs(signal, moved, rhythm=True)
        likeness = (shown * again).mean(-1) / np.sqrt(
            (shown**2).mean(-1) * (again**2).mean(-1)
        ).clip(1e-9)
        assert likeness[2:, :2].min() > 0.98


def test_the_rhythm_tells_how_early_a_beat_comes_and_not_how_fast_the_heart_is() -> None:
    slow = np.cumsum([0, *[300] * 12, 200, 400, *[300] * 5])
    for positions in (slow, slow * 3 // 2):
        rhythm = beat_inputs(np.zeros(18000, np.float32), positions, rhythm=True)[:, 2]
        assert np.array_equal(rhythm, np.repeat(rhythm[:, :1], SAMPLES, axis=1))
        assert np.allclose(rhythm[:12, 0], 0, atol=1e-6)
        assert np.isclose(rhythm[12, 0], 2 * np.log(2 / 3), atol=1e-6)


def test_no_beat_is_changed_by_what_comes_after_the_next_peak_and_its_tenth() -> None:
    signal, annotations = heart(60, 1)
    positions = annotations.samples
    whole = beat_inputs(signal, positions, rhythm=True)
    for beat in (3, 20, 41):
        end = positions[beat + 2] + (positions[beat + 2] - positions[beat + 1]) // 10 + 2
        early = beat_inputs(signal[:end], positions[: beat + 3], rhythm=True)
        assert np.array_equal(early[beat], whole[beat])
