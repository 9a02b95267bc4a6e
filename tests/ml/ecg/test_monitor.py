"""The monitor: causal, and told in time."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ml.ecg.aami import N, V
from ml.ecg.beats import COMPLEX, VIEWS, View, beat_inputs
from ml.ecg.decision import likeliest
from ml.ecg.monitor import Alarm, AlarmEvent, BeatStream, Call, Monitor, clock
from ml.ecg.networks import Committee, CompactNetwork
from ml.ecg.records import RATE
from tests.ml.ecg.hearts import heart

SIGNAL, ANNOTATIONS = heart(90, 5, share=0.2)
PEAKS = ANNOTATIONS.samples


def peaks_between(begin: int, end: int) -> np.ndarray:
    return PEAKS[np.searchsorted(PEAKS, begin) : np.searchsorted(PEAKS, end)]


def events(signal: np.ndarray, size: int) -> list[Call | AlarmEvent]:
    """What a monitor says that is given `signal` in pieces of `size` samples."""
    torch.manual_seed(0)
    network = Committee([CompactNetwork(COMPLEX.channels, 5) for _ in range(2)]).eval()
    monitor = Monitor(network, BeatStream(COMPLEX), Alarm(2, 4), likeliest)
    said: list[Call | AlarmEvent] = []
    for begin in range(0, len(signal), size):
        said += monitor.push(
            signal[begin : begin + size], peaks_between(begin, min(begin + size, len(signal)))
        )
    return said


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
@pytest.mark.parametrize("size", [37, 360, 5000, len(SIGNAL)])
def test_beats_that_come_bit_by_bit_are_shown_as_those_of_a_whole_recording(
    size: int, view: View
) -> None:
    stream = BeatStream(view)
    parts = []
    for begin in range(0, len(SIGNAL), size):
        parts.append(stream.push(SIGNAL[begin : begin + size], peaks_between(begin, begin + size)))
    whole = beat_inputs(SIGNAL, PEAKS, view)
    positions = np.concatenate([positions for positions, _ in parts])
    assert np.array_equal(positions, PEAKS[1:-1][: len(positions)])
    assert len(positions) >= len(PEAKS) - 3
    shown = np.concatenate([inputs for _, inputs in parts])
    assert np.allclose(shown, whole[: len(shown)], atol=1e-4)


@pytest.mark.parametrize("seconds", [20, 41.3, 77])
def test_nothing_that_was_said_is_changed_by_what_comes_later(seconds: float) -> None:
    early, late = events(SIGNAL[: round(seconds * RATE)], 180), events(SIGNAL, 180)
    assert early
    assert [str(one) for one in early] == [str(one) for one in late[: len(early)]]


def test_a_beat_is_called_once_the_next_one_is_over_by_a_tenth() -> None:
    """One beat of delay: with the peak after it and a tenth of the interval there, it is said."""
    until = int(PEAKS[11] + 0.1 * (PEAKS[11] - PEAKS[10])) + 3
    calls = [one for one in events(SIGNAL[:until], 1) if isinstance(one, Call)]
    assert calls[-1].position == PEAKS[10]


def test_what_is_no_longer_needed_is_forgotten() -> None:
    stream = BeatStream(COMPLEX)
    for begin in range(0, len(SIGNAL), RATE):
        stream.push(SIGNAL[begin : begin + RATE], peaks_between(begin, begin + RATE))
    assert len(stream._signal) < 45 * RATE
    assert len(stream._peaks) < 40


def test_an_alarm_goes_off_once_and_again_after_quiet() -> None:
    alarm = Alarm(2, 3)
    said = [alarm.push(Call(k, V if mark == "V" else N, 1)) for k, mark in enumerate("NVNVVNNNVV")]
    assert [k for k, one in enumerate(said) if one] == [3, 9]
    assert said[3] == AlarmEvent(3, 2, 3)


def test_events_are_told_by_the_minute() -> None:
    assert str(Call(727 * RATE + 5, V, 0.984)) == "12:07 V 0.98"
    assert str(AlarmEvent(727 * RATE, 3, 8)) == "12:07 ALARM 3 of 8 beats abnormal"
    assert clock(3601 * RATE) == "60:01"


def test_an_alarm_that_can_never_go_off_is_refused() -> None:
    with pytest.raises(ValueError, match="9 of 8"):
        Alarm(9, 8)
