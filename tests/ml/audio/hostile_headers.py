"""Files whose headers lie: about sizes, counts, rates, channels, nesting."""

from __future__ import annotations

import struct
from pathlib import Path

from tests import audio_factory as factory

from .hostile_files import ANYTHING, NOISE, case, encoded, wav_header


def box(kind: bytes, content: bytes) -> bytes:
    """A box of an MP4 file."""
    return struct.pack(">I", 8 + len(content)) + kind + content


def patched(content: bytearray, mark: bytes, offset: int, value: bytes) -> bytes:
    """The first `mark`, and behind it, at `offset`, other bytes."""
    at = content.index(mark) + offset
    content[at : at + len(value)] = value
    return bytes(content)


@case(*ANYTHING)
def m4a_that_counts_four_billion_samples(folder: Path) -> tuple[str, bytes]:
    return "a.m4a", patched(encoded(folder, "m4a"), b"stsz", 12, b"\xff\xff\xff\xff")


@case(*ANYTHING)
def m4a_whose_times_never_end(folder: Path) -> tuple[str, bytes]:
    return "a.m4a", patched(encoded(folder, "m4a"), b"stts", 8, b"\x7f\xff\xff\xff" * 3)


@case(*ANYTHING)
def m4a_whose_sound_lies_outside(folder: Path) -> tuple[str, bytes]:
    return "a.m4a", patched(encoded(folder, "m4a"), b"stco", 12, b"\x7f\xff\xff\xf0")


@case(*ANYTHING)
def m4a_that_points_to_another_file(folder: Path) -> tuple[str, bytes]:
    """The data reference no longer says "in this file"."""
    return "a.m4a", patched(encoded(folder, "m4a"), b"url ", 4, b"\0\0\0\0")


@case("not-audio", "damaged", "no-audio-stream")
def m4a_of_boxes_within_boxes(_: Path) -> tuple[str, bytes]:
    inner = b""
    for _level in range(2_000):
        inner = box(b"moov", inner)
    return "a.m4a", box(b"ftyp", b"M4A \0\0\0\0") + inner


@case("not-audio", "damaged", "no-audio-stream")
def m4a_whose_box_is_larger_than_any_disk(_: Path) -> tuple[str, bytes]:
    huge = struct.pack(">I4sQ", 1, b"moov", 2**63 - 1)
    return "a.m4a", box(b"ftyp", b"M4A \0\0\0\0") + huge + NOISE[:1_000]


@case("heard", "damaged")
def wav_of_ten_thousand_chunks(_: Path) -> tuple[str, bytes]:
    chunks = b"LIST\x04\0\0\0INFO" * 10_000
    whole = wav_header(NOISE)
    return "a.wav", whole[:36] + chunks + whole[36:]


@case(*ANYTHING)
def wav_whose_blocks_have_no_size(_: Path) -> tuple[str, bytes]:
    content = bytearray(wav_header(NOISE))
    content[32:34] = b"\0\0"
    return "a.wav", bytes(content)


@case("heard", "unsupported-codec", "damaged", "not-audio")
def wav_of_64_channels(_: Path) -> tuple[str, bytes]:
    return "a.wav", wav_header(NOISE, channels=64)


@case("unsupported-codec", "not-audio", "damaged", *ANYTHING)
def wav_of_a_codec_that_is_none(_: Path) -> tuple[str, bytes]:
    content = bytearray(wav_header(NOISE))
    content[20:22] = b"\xfe\xca"
    return "a.wav", bytes(content)


@case(*ANYTHING)
def aiff_at_a_rate_that_is_no_number(folder: Path) -> tuple[str, bytes]:
    return "a.aiff", patched(encoded(folder, "aiff"), b"COMM", 16, b"\x7f\xff" + b"\xff" * 8)


@case(*ANYTHING)
def aiff_whose_chunk_is_negative(folder: Path) -> tuple[str, bytes]:
    return "a.aiff", patched(encoded(folder, "aiff"), b"SSND", 4, b"\xff\xff\xff\xff")


@case(*ANYTHING)
def flac_of_blocks_of_no_length(folder: Path) -> tuple[str, bytes]:
    return "a.flac", patched(encoded(folder, "flac"), b"fLaC", 8, b"\0\0\0\0")


@case(*ANYTHING)
def flac_whose_comment_is_longer_than_the_file(folder: Path) -> tuple[str, bytes]:
    content = encoded(folder, "flac")
    lying = b"\x04\xff\xff\xff"
    return "a.flac", bytes(content[:42]) + lying + bytes(content[42:])


@case(*ANYTHING)
def opus_of_255_channels(folder: Path) -> tuple[str, bytes]:
    return "a.opus", patched(encoded(folder, "opus"), b"OpusHead", 9, b"\xff")


@case(*ANYTHING)
def ogg_whose_pages_never_end(folder: Path) -> tuple[str, bytes]:
    content = encoded(folder, "ogg")
    return "a.ogg", bytes(content).replace(b"OggS\0\0", b"OggS\0\1")


@case("heard", "damaged")
def ogg_of_two_hundred_songs(folder: Path) -> tuple[str, bytes]:
    return "a.opus", bytes(encoded(folder, "opus", 0.2)) * 200


@case(*ANYTHING)
def webm_of_unknown_size_that_is_cut(folder: Path) -> tuple[str, bytes]:
    content = encoded(folder, "webm")
    return "a.webm", patched(content, b"\x18\x53\x80\x67", 4, b"\x01" + b"\xff" * 7)[:30_000]


@case(*ANYTHING)
def wma_whose_packets_have_no_size(folder: Path) -> tuple[str, bytes]:
    header = b"\xa1\xdc\xab\x8c\x47\xa9\xcf\x11"
    return "a.wma", patched(encoded(folder, "wma"), header, 92, b"\0" * 8)


@case("too-long", "heard", "damaged", "not-audio")
def ape_of_four_billion_frames(_: Path) -> tuple[str, bytes]:
    head = struct.pack("<4sHHIIIIIIHHI", b"MAC ", 3990, 0, 52, 24, 16, 44, 0, 0, 0, 0, 0)
    body = struct.pack("<HHIIIHHI", 2000, 0, 73_728, 100, 2**32 - 1, 16, 2, 44_100)
    return "a.ape", head + bytes(12) + body + NOISE


@case("too-long")
def ten_hours_of_silence_in_a_small_file(folder: Path) -> tuple[str, bytes]:
    """A hundred times the frames of six minutes, behind a header that tells the truth."""
    part = factory.write(folder / "s.flac", factory.silence(360, 4_000), 4_000).read_bytes()
    end, last = 4, 0
    while not last:
        last = part[end] & 0x80
        end += 4 + int.from_bytes(part[end + 1 : end + 4])
    samples = 36_000 * 4_000
    head = bytearray(part[:end])
    head[22:26] = samples.to_bytes(4)
    return "a.flac", bytes(head) + part[end:] * 100
