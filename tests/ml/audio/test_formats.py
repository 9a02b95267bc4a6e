"""One table of formats: what is offered, walked, opened, written and listed agrees."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream

from ml.audio.decoder.write_tags import WRITERS
from ml.audio.formats import DEMUXERS, FORMATS, SUFFIXES, readable, taggable
from ml.audio.probe import examine
from ml.audio.reading import blocks
from ml.audio.types import SAMPLE_RATE, AudioError
from ml.audio.write_tags import TagsUnsupported, TrackMetadata, write_metadata
from tests.audio_factory import music

# suffix → (FFmpeg's muxer, encoder, its sample format); those FFmpeg reads but cannot write are
# shown by hand-made files elsewhere.
WRITTEN = {
    ".mp3": ("mp3", "libmp3lame", "fltp"),
    ".mp2": ("mp2", "mp2", "s16"),
    ".flac": ("flac", "flac", "s16"),
    ".ogg": ("ogg", "vorbis", "fltp"),
    ".oga": ("oga", "vorbis", "fltp"),
    ".opus": ("opus", "libopus", "flt"),
    ".m4a": ("ipod", "aac", "fltp"),
    ".m4b": ("ipod", "aac", "fltp"),
    ".mp4": ("mp4", "aac", "fltp"),
    ".3gp": ("3gp", "aac", "fltp"),
    ".aac": ("adts", "aac", "fltp"),
    ".wav": ("wav", "pcm_s16le", "s16"),
    ".w64": ("w64", "pcm_s16le", "s16"),
    ".aiff": ("aiff", "pcm_s16be", "s16"),
    ".aif": ("aiff", "pcm_s16be", "s16"),
    ".aifc": ("aiff", "pcm_s16le", "s16"),
    ".wma": ("asf", "wmav2", "fltp"),
    ".webm": ("webm", "libopus", "flt"),
    ".mka": ("matroska", "aac", "fltp"),
    ".wv": ("wv", "wavpack", "s16p"),
    ".tta": ("tta", "tta", "s16"),
    ".au": ("au", "pcm_s16be", "s16"),
    ".caf": ("caf", "pcm_s16le", "s16"),
}
UNWRITTEN = {".ape", ".mpc", ".dsf", ".spx"}


@pytest.fixture(params=sorted(WRITTEN))
def song(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    muxer, encoder, sample_format = WRITTEN[request.param]
    path = tmp_path / f"song{request.param}"
    rate = 48_000 if encoder == "libopus" else 44_100
    wave = music(1.0, rate, channels=2)
    with av.open(str(path), "w", format=muxer) as container:
        stream = cast(AudioStream, container.add_stream(encoder, rate=rate))
        stream.codec_context.layout = "stereo"
        stream.codec_context.format = sample_format
        stream.codec_context.options = {"strict": "experimental"}
        stream.bit_rate = 128_000
        for start in range(0, rate, 1000):
            part = np.ascontiguousarray(wave[:, start : start + 1000])
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_the_sound_of_a_file_of_every_suffix_is_heard_whole(song: Path) -> None:
    heard = np.concatenate(list(blocks(song)))
    assert len(heard) / SAMPLE_RATE == pytest.approx(1.0, abs=0.15)
    # From its first tenth of a second on: a decoder that loses its beginning leaves silence there.
    assert np.abs(heard[SAMPLE_RATE // 10 : SAMPLE_RATE // 5]).max() > 0.05


def test_the_sound_of_a_dsd_file_is_heard_whole(tmp_path: Path) -> None:
    heard = np.concatenate(list(blocks(dsd_file(tmp_path / "song.dsf", seconds=1.0))))
    assert len(heard) / SAMPLE_RATE == pytest.approx(1.0, abs=0.05)
    spectrum = np.abs(np.fft.rfft(heard[4096 : 4096 + 8192] * np.hanning(8192)))
    assert spectrum.argmax() * SAMPLE_RATE / 8192 == pytest.approx(440, abs=4)


def dsd_file(path: Path, *, seconds: float) -> Path:
    """440 Hz as one-bit sound at 2.8 MHz, by a delta-sigma modulator of first order (mono DSF)."""
    rate, block = 2_822_400, 4096
    samples = int(seconds * rate) // (block * 8) * (block * 8)
    wave = 0.5 * np.sin(2 * np.pi * 440 / rate * np.arange(samples))
    # The modulator's output is +1 wherever the running sum of its input passes a whole number.
    bits = np.diff(np.floor(np.cumsum((wave + 1) / 2)), prepend=0.0).astype(np.uint8)
    data = np.packbits(bits, bitorder="little").tobytes()
    header = struct.pack("<4sQQQ", b"DSD ", 28, 28 + 52 + 12 + len(data), 0)
    form = (b"fmt ", 52, 1, 0, 1, 1, rate, 1, samples, block, 0)
    header += struct.pack("<4sQIIIIIIQII", *form) + struct.pack("<4sQ", b"data", 12 + len(data))
    path.write_bytes(header + data)
    return path


def test_every_suffix_is_tried_or_known_to_be_untried() -> None:
    assert set(WRITTEN) | UNWRITTEN == SUFFIXES


def test_a_file_of_every_suffix_is_read(song: Path) -> None:
    info = examine(song).info
    assert 0.9 < (info.duration or 0) < 1.2
    row = next(one for one in FORMATS if song.suffix in one.suffixes)
    assert set(info.container.split(",")) & set(row.demuxers)


def test_metadata_is_written_where_the_table_says_so(song: Path) -> None:
    row = next(one for one in FORMATS if song.suffix in one.suffixes)
    if row.tags is None:
        with pytest.raises(TagsUnsupported):
            write_metadata(song, TrackMetadata(title="Blaue Stunde"))
    else:
        write_metadata(song, TrackMetadata(title="Blaue Stunde"))
        assert examine(song).metadata.title == "Blaue Stunde"


def test_every_demuxer_is_one_that_ffmpeg_has() -> None:
    assert set(DEMUXERS) <= av.formats_available


def test_every_tag_system_has_a_writer() -> None:
    assert set(WRITERS) == {one.tags for one in FORMATS if one.tags}


def test_refusals_list_what_the_table_has(tmp_path: Path) -> None:
    text = tmp_path / "text.mp3"
    text.write_text("no sound at all\n" * 100)
    with pytest.raises(AudioError, match=readable()):
        examine(text)
    assert taggable() == "MP3, FLAC, Ogg, Opus and M4A"
