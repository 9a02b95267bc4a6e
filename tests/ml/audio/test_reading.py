from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ml.audio.reading import SAMPLE_RATE, AudioError, DecodeLimits, blocks, probe, read
from tests import audio_factory as factory


def rms(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def likeness(heard: np.ndarray, original: np.ndarray) -> float:
    """Correlation at the best shift within 50 ms: encoders may delay."""
    size = min(len(heard), len(original)) - 3_000
    window = original[1_500 : 1_500 + size]
    spectrum = np.fft.rfft(heard, 2 * len(heard)).conj()
    shifts = np.fft.irfft(spectrum * np.fft.rfft(window, 2 * len(heard)))
    best = max(np.max(np.abs(shifts[:1_500])), np.max(np.abs(shifts[-3_000:])))
    return float(best / (np.linalg.norm(window) * np.linalg.norm(heard[1_500 : 1_500 + size])))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    file = tmp_path_factory.mktemp("original") / "a.wav"
    return read(factory.write(file, factory.music(6, channels=2)))


@pytest.mark.parametrize("suffix", factory.FORMATS)
def test_every_format_sounds_like_its_source(
    suffix: str, tmp_path: Path, original: np.ndarray
) -> None:
    rate = 48_000 if suffix in ("opus", "webm") else 44_100
    file = factory.write(tmp_path / f"a.{suffix}", factory.music(6, rate, channels=2), rate)
    heard = read(file)
    assert heard.dtype == np.float32
    assert len(heard) / SAMPLE_RATE == pytest.approx(6, abs=0.12)
    assert rms(heard) == pytest.approx(rms(original), rel=0.05)
    assert likeness(heard, original) > (0.999 if suffix in factory.LOSSLESS else 0.97)


@pytest.mark.parametrize("suffix", factory.FORMATS)
def test_the_probe_tells_rate_channels_and_duration(suffix: str, tmp_path: Path) -> None:
    file = factory.write(tmp_path / f"a.{suffix}", factory.music(3, 48_000, channels=2), 48_000)
    info = probe(file)
    assert (info.sample_rate, info.channels) == (48_000, 2)
    assert info.duration == pytest.approx(3, abs=0.35)


def test_the_mean_of_two_equal_channels_is_as_loud_as_one(tmp_path: Path) -> None:
    one = read(factory.write(tmp_path / "1.wav", factory.tone(440, 2)))
    two = read(factory.write(tmp_path / "2.wav", np.tile(factory.tone(440, 2), (2, 1))))
    np.testing.assert_allclose(one, two, atol=1e-4)


def test_of_opposite_channels_one_is_heard_instead_of_the_silence_of_both(tmp_path: Path) -> None:
    wave = factory.tone(440, 2)
    heard = read(factory.write(tmp_path / "a.wav", np.concatenate([wave, -wave])))
    assert rms(heard) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)


def test_six_channels_are_averaged(tmp_path: Path) -> None:
    wave = np.zeros((6, 44_100 * 2), np.float32)
    wave[2] = factory.tone(440, 2)
    heard = read(factory.write(tmp_path / "a.flac", wave))
    assert rms(heard) == pytest.approx(0.5 / np.sqrt(2) / 6, rel=0.02)


@pytest.mark.parametrize("channels", [(1, 2), (2, 1)])
@pytest.mark.parametrize("rates", [(44_100, 44_100), (44_100, 32_000)])
def test_recordings_of_other_channels_and_rates_that_were_joined_are_all_heard(
    channels: tuple[int, int], rates: tuple[int, int], tmp_path: Path
) -> None:
    joined = tmp_path / "joined.mp3"
    for number, (count, rate) in enumerate(zip(channels, rates, strict=True)):
        wave = np.tile(factory.tone(440, 3, rate), (count, 1))
        part = factory.write(tmp_path / f"{number}.mp3", wave, rate)
        with joined.open("ab") as file:
            file.write(part.read_bytes())
    heard = read(joined)
    assert len(heard) / SAMPLE_RATE == pytest.approx(6, abs=0.3)
    for half in np.array_split(heard, 2):
        assert rms(half) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


@pytest.mark.parametrize("hertz", [50, 440, 3_000, 7_000])
def test_a_tone_below_the_band_edge_passes_unchanged(hertz: float, tmp_path: Path) -> None:
    heard = read(factory.write(tmp_path / "a.wav", factory.tone(hertz, 2)))[2_000:-2_000]
    assert rms(heard) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)


@pytest.mark.parametrize("hertz", [8_300, 10_000, 15_000, 20_000])
def test_a_tone_above_the_band_edge_vanishes(hertz: float, tmp_path: Path) -> None:
    heard = read(factory.write(tmp_path / "a.wav", factory.tone(hertz, 2)))[2_000:-2_000]
    assert rms(heard) < 1e-3


@pytest.mark.parametrize("rate", [4_000, 8_000, 11_025, 16_000, 22_050, 48_000, 96_000, 192_000])
def test_every_usual_rate_keeps_length_and_pitch(rate: int, tmp_path: Path) -> None:
    heard = read(factory.write(tmp_path / "a.wav", factory.tone(1_000, 3, rate), rate))
    assert len(heard) == pytest.approx(3 * SAMPLE_RATE, abs=3)
    spectrum = np.abs(np.fft.rfft(heard[: 2 * SAMPLE_RATE]))
    assert np.argmax(spectrum) / 2 == pytest.approx(1_000, abs=1)


@pytest.mark.parametrize(
    ("codec", "sample_format"),
    [("pcm_u8", "u8"), ("pcm_s24le", "s32"), ("pcm_s32le", "s32"), ("pcm_f32le", "flt")],
)
def test_every_sample_width_has_the_same_scale(
    codec: str, sample_format: str, tmp_path: Path
) -> None:
    file = factory.write(
        tmp_path / "a.wav", factory.tone(440, 2), codec=codec, sample_format=sample_format
    )
    assert rms(read(file)) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)


def test_blocks_joined_are_the_whole_and_each_is_short(tmp_path: Path) -> None:
    file = factory.write(tmp_path / "a.flac", factory.music(20))
    parts = list(blocks(file))
    np.testing.assert_array_equal(np.concatenate(parts), read(file))
    assert len(parts) > 5
    assert max(map(len, parts)) < 5 * SAMPLE_RATE


def test_samples_that_are_no_numbers_are_silenced(tmp_path: Path) -> None:
    wave = factory.tone(440, 2)
    wave[0, 1_000:1_100] = np.nan
    wave[0, 2_000:2_100] = np.inf
    wave[0, 3_000:3_100] = 1e30
    file = factory.write(tmp_path / "a.wav", wave, codec="pcm_f32le", sample_format="flt")
    heard = read(file)
    assert np.isfinite(heard).all()
    assert np.abs(heard).max() < 8


def test_damage_in_the_middle_is_stepped_over(tmp_path: Path) -> None:
    file = factory.write(tmp_path / "a.mp3", factory.music(20))
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4_000] = b"\x00" * 4_000
    file.write_bytes(content)
    assert len(read(file)) / SAMPLE_RATE == pytest.approx(20, abs=1)


def test_a_header_beyond_the_limit_is_refused_before_decoding(tmp_path: Path) -> None:
    file = factory.write(tmp_path / "a.flac", factory.music(12))
    with pytest.raises(AudioError, match="longer than the limit of 10 seconds") as caught:
        next(blocks(file, limits=DecodeLimits(max_seconds=10)))
    assert caught.value.code == "too-long"


def test_a_header_that_hides_the_length_does_not_help(tmp_path: Path) -> None:
    """A FLAC stream may leave its length open; it is then counted while decoding."""
    file = factory.write(tmp_path / "a.flac", factory.music(12))
    content = bytearray(file.read_bytes())
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    file.write_bytes(content)
    with pytest.raises(AudioError) as caught:
        list(blocks(file, limits=DecodeLimits(max_seconds=10)))
    assert caught.value.code == "too-long"


def test_names_that_look_like_protocols_or_are_no_utf8_are_plain_names(tmp_path: Path) -> None:
    source = factory.write(tmp_path / "a.wav", factory.tone(440, 1)).read_bytes()
    for name in (b"concat:x.wav", b"http:x.mp3", b"%d.wav", b"\xff\xfe.wav", b"-y.wav"):
        file = tmp_path / name.decode("utf-8", "surrogateescape")
        file.write_bytes(source)
        assert probe(file).sample_rate == 44_100


def test_asking_about_a_file_loads_no_library_that_reads_it() -> None:
    """They are the decoder's: whatever is wrong with them stays behind its sandbox."""
    script = (
        "import sys, ml.audio.reading, ml.audio.probe;"
        "sys.exit(any(name in sys.modules for name in ('av', 'mutagen', 'soxr')))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_hearing_needs_no_torch() -> None:
    script = (
        "import sys, ml.audio.reading, ml.audio.peaks, ml.audio.probe, ml.config.labels;"
        "import ml.checkpoints.weights, ml.checkpoints.card;"
        "import ml.inference.tagger;"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
