"""Packs bring sound to another machine small, and every sample to its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from distillation.student.packs import (
    Sound,
    decode,
    encode,
    pack_files,
    read_index,
    unpack,
    write_packs,
)

SEGMENT_SAMPLES = 59_049


def music(seed: int) -> Sound:
    """A chord with a beat: what a codec for music is made for."""
    time = np.arange(SEGMENT_SAMPLES) / 22_050
    chord = sum(np.sin(2 * np.pi * (110 + 40 * seed) * k * time) / k for k in (1, 2, 3, 5))
    return np.rint(6000 * chord * (0.4 + np.exp(-8 * (2 * time % 1)))).astype(np.int16)


def test_what_comes_back_is_as_long_in_place_and_nearly_the_same() -> None:
    sound = music(0)
    back = decode(encode(sound))
    assert len(back) == len(sound)
    likeness = [np.corrcoef(np.roll(back, lag), sound)[0, 1] for lag in range(-4, 5)]
    assert int(np.argmax(likeness)) - 4 == 0
    assert max(likeness) > 0.97


def test_no_pack_is_larger_than_allowed_and_no_clip_is_lost(tmp_path: Path) -> None:
    sounds = [(f"clip {k}", music(k)) for k in range(5)]
    most = 2 * len(encode(sounds[0][1])) + 600
    packs = write_packs(sounds, tmp_path / "packs", most_bytes=most)
    assert len(packs) > 1
    assert all(pack.stat().st_size <= most for pack in packs)
    assert [entry.name for pack in packs for entry in read_index(pack)] == [n for n, _ in sounds]


def test_unpacked_clips_lie_one_after_another(tmp_path: Path) -> None:
    [pack] = write_packs(
        [("a", music(1)), ("b", music(2)[:40_000])], tmp_path / "packs", most_bytes=1 << 20
    )
    samples = np.load(unpack(pack, tmp_path / "sound", processes=2))
    assert len(samples) == SEGMENT_SAMPLES + 40_000
    payload, entries = pack.read_bytes(), read_index(pack)
    second = payload[entries[1].first : entries[1].first + entries[1].size]
    assert (samples[SEGMENT_SAMPLES:] == decode(second)).all()


def test_files_travel_as_they_are_and_come_back_at_one_rate(tmp_path: Path) -> None:
    time = np.arange(32_000) / 16_000
    tone = (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    soundfile.write(tmp_path / "tone.ogg", np.stack([tone, tone], 1), 16_000)
    [pack] = pack_files(
        [("a", tmp_path / "tone.ogg", 50_000)], tmp_path / "packs", most_bytes=1 << 20
    )
    samples = np.load(unpack(pack, tmp_path / "sound", processes=1))
    expected = 0.3 * 32_767 * np.sin(2 * np.pi * 440 * np.arange(44_100) / 22_050)
    assert len(samples) == 50_000
    assert not samples[45_000:].any()
    assert np.corrcoef(samples[500:43_000], expected[500:43_000])[0, 1] > 0.99


def test_a_pack_that_does_not_fit_its_index_is_refused(tmp_path: Path) -> None:
    [pack] = write_packs([("a", music(1))], tmp_path / "packs", most_bytes=1 << 20)
    index = pack.with_suffix(".json")
    index.write_text(index.read_text().replace(str(SEGMENT_SAMPLES), "70000"))
    with pytest.raises(ValueError, match="70000"):
        unpack(pack, tmp_path / "sound", processes=1)
    assert not (tmp_path / "sound" / index.name).exists()
