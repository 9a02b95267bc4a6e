"""Files nobody should send: each maker returns the bytes and the name they come under."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests import audio_factory as factory

Maker = Callable[[Path], tuple[str, bytes]]
# Codes that may answer a file; "heard" where hearing what is left of it is right as well.
CASES: dict[str, tuple[Maker, set[str]]] = {}


def case(*codes: str) -> Callable[[Maker], Maker]:
    def register(maker: Maker) -> Maker:
        CASES[maker.__name__] = (maker, set(codes))
        return maker

    return register


def encoded(folder: Path, suffix: str, seconds: float = 8) -> bytearray:
    file = factory.write(folder / f"source.{suffix}", factory.music(seconds, 48_000), 48_000)
    return bytearray(file.read_bytes())


def wav_header(
    data: bytes, *, rate: int = 44_100, channels: int = 1, bits: int = 16, size: int | None = None
) -> bytes:
    step = max(1, channels * bits // 8) & 0xFFFF
    fields = (1, channels, rate, (rate * step) & 0xFFFFFFFF, step, bits)
    chunk = struct.pack("<HHIIHH", *fields)
    length = len(data) if size is None else size
    head = b"RIFF" + struct.pack("<I", (36 + length) & 0xFFFFFFFF) + b"WAVEfmt "
    return head + struct.pack("<I", 16) + chunk + b"data" + struct.pack("<I", length) + data


NOISE = random.Random(0).randbytes(200_000)


@case("empty")
def zero_bytes(_: Path) -> tuple[str, bytes]:
    return "a.mp3", b""


@case("not-audio", "damaged")
def one_byte(_: Path) -> tuple[str, bytes]:
    return "a.mp3", b"\xff"


@case("not-audio", "damaged")
def text_named_mp3(_: Path) -> tuple[str, bytes]:
    return "a.mp3", b"This is a letter, not a song.\n" * 500


@case("not-audio")
def text_named_wav(_: Path) -> tuple[str, bytes]:
    return "a.wav", b"This is a letter, not a song.\n" * 500


@case("not-audio", "damaged")
def html_named_ogg(_: Path) -> tuple[str, bytes]:
    return "a.ogg", b"<!doctype html><script>alert(1)</script>" * 100


@case("not-audio", "damaged")
def svg_named_flac(_: Path) -> tuple[str, bytes]:
    return "a.flac", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>' * 50


@case("not-audio", "damaged")
def zip_named_mp3(_: Path) -> tuple[str, bytes]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("song.txt", "la la la" * 5_000)
    return "a.mp3", buffer.getvalue()


@case("not-audio", "damaged", "unsupported-rate")
def noise_named_mp3(_: Path) -> tuple[str, bytes]:
    return "a.mp3", NOISE


@case("not-audio", "damaged")
def noise_named_m4a(_: Path) -> tuple[str, bytes]:
    return "a.m4a", NOISE


@case("not-audio", "damaged")
def noise_behind_an_ogg_mark(_: Path) -> tuple[str, bytes]:
    return "a.ogg", b"OggS" + NOISE


@case("not-audio", "damaged", "empty", "no-audio-stream")
def noise_behind_a_flac_mark(_: Path) -> tuple[str, bytes]:
    return "a.flac", b"fLaC" + NOISE


@case("not-audio")
def playlist_of_a_local_file(folder: Path) -> tuple[str, bytes]:
    victim = factory.write(folder / "victim.mp3", factory.music(3))
    text = f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{victim}\n#EXT-X-ENDLIST\n"
    return "a.mp3", text.encode()


@case("not-audio")
def playlist_of_an_address(_: Path) -> tuple[str, bytes]:
    text = "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n"
    return "a.m3u8", text.encode()


@case("not-audio")
def concat_list_of_a_local_file(folder: Path) -> tuple[str, bytes]:
    victim = factory.write(folder / "victim.wav", factory.music(3))
    return "a.wav", f"ffconcat version 1.0\nfile {victim}\n".encode()


@case("unsupported-rate", "not-audio", "damaged")
def wav_at_zero_hertz(_: Path) -> tuple[str, bytes]:
    return "a.wav", wav_header(NOISE, rate=0)


@case("unsupported-rate")
def wav_at_one_hertz(_: Path) -> tuple[str, bytes]:
    return "a.wav", wav_header(NOISE, rate=1)


@case("unsupported-rate", "not-audio", "damaged")
def wav_at_two_gigahertz(_: Path) -> tuple[str, bytes]:
    return "a.wav", wav_header(NOISE, rate=2**31 - 1)


@case("unsupported-channels", "not-audio", "damaged")
def wav_with_no_channel(_: Path) -> tuple[str, bytes]:
    return "a.wav", wav_header(NOISE, channels=0)


@case("unsupported-channels", "not-audio", "damaged")
def wav_with_65535_channels(_: Path) -> tuple[str, bytes]:
    return "a.wav", wav_header(NOISE, channels=65_535)


@case("unsupported-codec", "not-audio", "damaged", "heard")
def wav_with_7_bits(_: Path) -> tuple[str, bytes]:
    return "a.wav", wav_header(NOISE, bits=7)


@case("heard")
def wav_that_claims_four_gigabytes(_: Path) -> tuple[str, bytes]:
    return "a.wav", wav_header(NOISE, size=0xFFFFFFFF)


@case("empty", "damaged", "not-audio")
def wav_without_samples(_: Path) -> tuple[str, bytes]:
    return "a.wav", wav_header(b"")


@case("not-audio", "damaged", "empty", "no-audio-stream")
def wav_cut_in_its_header(_: Path) -> tuple[str, bytes]:
    return "a.wav", wav_header(NOISE)[:30]


@case("too-long")
def flac_that_claims_2_to_the_36_samples(folder: Path) -> tuple[str, bytes]:
    content = encoded(folder, "flac")
    content[21] |= 0x0F
    content[22:26] = b"\xff" * 4
    return "a.flac", bytes(content)


@case("heard", "damaged")
def mp3_cut_in_the_middle(folder: Path) -> tuple[str, bytes]:
    content = encoded(folder, "mp3")
    return "a.mp3", bytes(content[: len(content) // 2 + 7])


@case("heard", "damaged")
def flac_cut_in_the_middle(folder: Path) -> tuple[str, bytes]:
    content = encoded(folder, "flac")
    return "a.flac", bytes(content[: len(content) // 2 + 7])


@case("heard", "damaged")
def ogg_cut_in_the_middle(folder: Path) -> tuple[str, bytes]:
    content = encoded(folder, "opus")
    return "a.opus", bytes(content[: len(content) // 2 + 7])


@case("not-audio", "damaged", "no-audio-stream")
def m4a_cut_before_its_index(folder: Path) -> tuple[str, bytes]:
    content = encoded(folder, "m4a")
    return "a.m4a", bytes(content[: len(content) // 2])


def flipped(content: bytearray, share: float) -> bytes:
    chance = random.Random(1)
    for _ in range(int(len(content) * share)):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(content)


ANYTHING = ("heard", "damaged", "not-audio", "empty", "unsupported-rate", "unsupported-channels",
            "unsupported-codec", "no-audio-stream", "too-long")  # fmt: skip


def _register_flips() -> None:
    for suffix in factory.FORMATS:

        def maker(folder: Path, suffix: str = suffix) -> tuple[str, bytes]:
            return f"a.{suffix}", flipped(encoded(folder, suffix), 0.002)

        maker.__name__ = f"{suffix}_with_flipped_bits"
        case(*ANYTHING)(maker)


_register_flips()


@case("heard")
def mp3_behind_a_huge_tag(folder: Path) -> tuple[str, bytes]:
    size = 20 * 2**20
    coded = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return "a.mp3", b"ID3\x04\x00\x00" + coded + bytes(size) + bytes(encoded(folder, "mp3"))


@case("damaged", "not-audio")
def mp3_tag_that_claims_more_than_the_file(folder: Path) -> tuple[str, bytes]:
    return "a.mp3", b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + bytes(1_000)


@case("heard", "damaged")
def mp3_that_changes_its_rate(folder: Path) -> tuple[str, bytes]:
    first = encoded(folder, "mp3", 3)
    other = factory.write(folder / "o.mp3", factory.music(3, 22_050), 22_050).read_bytes()
    return "a.mp3", bytes(first) + other


@case("heard")
def nothing_but_not_a_number(folder: Path) -> tuple[str, bytes]:
    wave = np.full((1, 44_100), np.nan, np.float32)
    file = factory.write(folder / "n.wav", wave, codec="pcm_f32le", sample_format="flt")
    return "a.wav", file.read_bytes()


@case("no-audio-stream")
def video_without_sound(folder: Path) -> tuple[str, bytes]:
    return "a.mp4", factory.write_video(folder / "v.mp4", sound=None).read_bytes()


@case("heard")
def video_with_sound(folder: Path) -> tuple[str, bytes]:
    return "a.mp4", factory.write_video(folder / "v.mp4", sound=factory.music(3)).read_bytes()
