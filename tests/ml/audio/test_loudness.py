"""Signals and answers of EBU Tech 3341 (2023), tables 1 and 2."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ml.audio import SILENT_LUFS, AudioError, DecodeLimits, measure_loudness

RATE = 48_000


def tone(seconds: float, decibels: float, frequency: float = 1000.0) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    one = 10 ** (decibels / 20) * np.sin(2 * np.pi * frequency * time)
    return np.stack([one, one], axis=1)


def kept(folder: Path, sound: np.ndarray, rate: int = RATE) -> Path:
    path = folder / "sound.wav"
    soundfile.write(path, sound, rate, subtype="FLOAT")
    return path


@pytest.mark.parametrize("decibels", [-23.0, -33.0])
def test_a_tone_is_as_loud_as_its_level_says(tmp_path: Path, decibels: float) -> None:
    measured = measure_loudness(kept(tmp_path, tone(20, decibels)))
    assert measured.integrated == pytest.approx(decibels, abs=0.1)
    assert measured.true_peak == pytest.approx(decibels, abs=0.3)


def test_what_is_quiet_between_is_not_counted(tmp_path: Path) -> None:
    parts = [tone(10, -36), tone(60, -23), tone(10, -36)]
    measured = measure_loudness(kept(tmp_path, np.concatenate(parts)))
    assert measured.integrated == pytest.approx(-23, abs=0.1)


def test_a_peak_between_two_samples_is_found(tmp_path: Path) -> None:
    """A quarter of the rate, 45 degrees on: no sample reaches the crest."""
    crest = 0.5 * np.sin(np.pi / 2 * np.arange(RATE * 5) + np.pi / 4)
    crest[:RATE] *= np.linspace(0, 1, RATE)  # a tone that begins at once is no tone
    measured = measure_loudness(kept(tmp_path, np.stack([crest, crest], axis=1)))
    assert 20 * np.log10(np.abs(crest).max()) == pytest.approx(-9.03, abs=0.01)
    assert measured.true_peak == pytest.approx(-6.02, abs=0.3)


@pytest.mark.parametrize("seconds", [0.05, 3.0])
def test_silence_and_what_is_too_short_have_the_lowest_loudness(
    tmp_path: Path, seconds: float
) -> None:
    sound = tone(seconds, -200 if seconds > 1 else -20)
    assert measure_loudness(kept(tmp_path, sound)).integrated == SILENT_LUFS


@pytest.mark.parametrize("channels", [1, 2, 6, 12])
def test_any_number_of_channels_is_measured(tmp_path: Path, channels: int) -> None:
    sound = np.repeat(tone(5, -23)[:, :1], channels, axis=1)
    assert -30 < measure_loudness(kept(tmp_path, sound)).integrated < -10


def test_progress_is_told_and_may_end_the_work(tmp_path: Path) -> None:
    told: list[float] = []
    measure_loudness(kept(tmp_path, tone(35, -23)), on_progress=told.append)
    assert [round(seconds) for seconds in told] == [10, 20, 30]

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_loudness(tmp_path / "sound.wav", on_progress=stop)


def test_what_is_no_sound_or_too_long_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.wav"
    text.write_text("not sound", encoding="utf-8")
    with pytest.raises(AudioError, match="not an audio file"):
        measure_loudness(text)
    with pytest.raises(AudioError, match="longer than the limit"):
        measure_loudness(kept(tmp_path, tone(5, -23)), limits=DecodeLimits(max_seconds=2))
