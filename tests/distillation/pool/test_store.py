"""The pool's folder keeps sound and what is known of it."""

from __future__ import annotations

import wave
from pathlib import Path

import av
import numpy as np
import pytest

from distillation.clips import Sound
from distillation.labelling import RATE
from distillation.pool.store import Origin, Writer, decode, duration, read_pool, segments_of

ORIGIN = Origin("a-package", "CC0-1.0")


def tone(seconds: float, hz: float = 440.0) -> Sound:
    times = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(0.3 * np.sin(2 * np.pi * hz * times), np.float32)


def loudest_hz(sound: Sound) -> float:
    spectrum = np.abs(np.fft.rfft(sound))
    return float(np.fft.rfftfreq(len(sound), 1 / RATE)[spectrum.argmax()])


def test_a_clip_comes_back_as_long_and_as_high(tmp_path: Path) -> None:
    Writer(tmp_path).add("a", "noise", tone(8.1), ORIGIN, {"*": (0.0, 0.05), "slow": None})
    (clip,) = read_pool(tmp_path)
    sound = decode(tmp_path / clip.path)
    assert len(sound) == pytest.approx(8.1 * RATE, abs=RATE / 50)
    assert loudest_hz(sound) == pytest.approx(440, abs=1)
    assert (clip.kind, clip.source, clip.licence) == ("noise", "a-package", "CC0-1.0")
    assert clip.rules == {"*": [0.0, 0.05], "slow": None}


def test_a_part_of_a_file_is_that_part(tmp_path: Path) -> None:
    whole = np.concatenate([tone(6, 300), tone(6, 900)])
    Writer(tmp_path).add("a", "noise", whole, ORIGIN, {})
    (clip,) = read_pool(tmp_path)
    part = decode(tmp_path / clip.path, 8.0, 3.0)
    assert len(part) == 3 * RATE
    assert loudest_hz(part) == pytest.approx(900, abs=1)
    assert duration(tmp_path / clip.path) == pytest.approx(12, abs=0.1)


def test_a_title_of_any_encoding_is_no_hindrance(tmp_path: Path) -> None:
    file = tmp_path / "named.wav"
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(b"\0\0" * RATE)
    title = b"INFOINAM" + (6).to_bytes(4, "little") + "Ödön\0\0".encode("latin-1")
    content = file.read_bytes() + b"LIST" + len(title).to_bytes(4, "little") + title
    file.write_bytes(b"RIFF" + (len(content) - 8).to_bytes(4, "little") + content[8:])
    with pytest.raises(UnicodeDecodeError):
        av.open(str(file))
    assert len(decode(file)) == RATE
    assert duration(file) == pytest.approx(1)


def test_what_is_no_sound_has_no_duration(tmp_path: Path) -> None:
    (tmp_path / "text.ogg").write_text("no sound")
    assert duration(tmp_path / "text.ogg") == 0


def test_a_step_that_runs_again_knows_what_is_there(tmp_path: Path) -> None:
    Writer(tmp_path).add("a", "noise", tone(8.1), ORIGIN, {})
    writer = Writer(tmp_path)
    assert writer.has("a")
    assert not writer.has("b")


def test_a_wrong_rule_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="kazoo"):
        Writer(tmp_path).add("a", "noise", tone(8.1), ORIGIN, {"kazoo": (0.9, 1.0)})
    assert list(tmp_path.iterdir()) == []


def test_sound_beyond_full_scale_is_made_softer_not_cut(tmp_path: Path) -> None:
    Writer(tmp_path).add("a", "noise", 8 * tone(8.1), ORIGIN, {})
    sound = decode(tmp_path / read_pool(tmp_path)[0].path)
    spectrum = np.abs(np.fft.rfft(sound[RATE : 5 * RATE]))
    # A sine that is cut has a third harmonic 20 dB below it.
    assert spectrum[4 * 1320] < spectrum[4 * 440] / 100


@pytest.mark.parametrize(("seconds", "count"), [(2.6, 0), (8.1, 3), (10.8, 4), (13.5, 5), (60, 10)])
def test_only_whole_segments_count_and_at_most_a_clips_ten(seconds: float, count: int) -> None:
    assert segments_of(seconds) == count
