"""Files that are something else, that point elsewhere, or whose tags are the attack."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

from mutagen.id3 import APIC, ID3, TIT2, TPE1

from .hostile_files import ANYTHING, NOISE, case, encoded

PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{}\n#EXT-X-ENDLIST\n"


@case("not-audio", "damaged")
def program_named_wav(_: Path) -> tuple[str, bytes]:
    return "a.wav", b"\x7fELF\x02\x01\x01" + bytes(9) + NOISE


@case("not-audio", "damaged", "no-audio-stream")
def picture_named_flac(_: Path) -> tuple[str, bytes]:
    return "a.flac", b"\x89PNG\r\n\x1a\n" + NOISE


@case("not-audio", "damaged")
def letter_named_m4a(_: Path) -> tuple[str, bytes]:
    return "a.m4a", b"%PDF-1.7\n" + NOISE[:5_000]


@case("not-audio", "damaged")
def gigabyte_of_nothing_in_a_small_file(_: Path) -> tuple[str, bytes]:
    return "a.mp3", gzip.compress(bytes(10**8))


@case("not-audio", "damaged")
def dash_list_of_an_address(_: Path) -> tuple[str, bytes]:
    inner = "<BaseURL>http://127.0.0.1:9/</BaseURL><Period><AdaptationSet/></Period>"
    return "a.mp4", f'<?xml version="1.0"?><MPD type="static">{inner}</MPD>'.encode()


@case("not-audio", "damaged")
def session_description_of_an_address(_: Path) -> tuple[str, bytes]:
    text = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n"
    return "a.wav", text.encode()


@case("not-audio", "damaged")
def text_of_a_protocol_in_a_protocol(_: Path) -> tuple[str, bytes]:
    return "a.m3u8", PLAYLIST.format(
        "concat:/etc/passwd|subfile,,start,0,end,9,,:/etc/hosts"
    ).encode()


@case("heard", "damaged", "not-audio")
def mp3_behind_a_playlist(folder: Path) -> tuple[str, bytes]:
    return "a.mp3", PLAYLIST.format("/etc/passwd").encode() + bytes(encoded(folder, "mp3"))


def tagged(folder: Path, *frames: object) -> bytes:
    file = folder / "tagged.mp3"
    file.write_bytes(encoded(folder, "mp3"))
    tags = ID3()
    for frame in frames:
        tags.add(frame)
    tags.save(file)
    return file.read_bytes()


@case("heard")
def mp3_with_a_cover_of_thirty_megabytes(folder: Path) -> tuple[str, bytes]:
    cover = APIC(encoding=3, mime="image/png", type=3, desc="x", data=bytes(30 * 2**20))
    return "a.mp3", tagged(folder, cover)


@case("heard")
def mp3_with_words_that_are_no_text(folder: Path) -> tuple[str, bytes]:
    content = tagged(folder, TIT2(encoding=1, text="Ariadne"), TPE1(encoding=0, text="x"))
    return "a.mp3", content.replace("Ariadne".encode("utf-16-le"), b"\x00\xd8" * 7)


@case("heard")
def mp3_with_a_title_that_runs_backwards(folder: Path) -> tuple[str, bytes]:
    return "a.mp3", tagged(folder, TIT2(encoding=3, text="\u202egpj.exe\x00\x1b[31m" * 1_000))


def mp3_of_many_tags(folder: Path, count: int) -> bytes:
    """FFmpeg looks each one up among all the others: time grows with the square."""
    frames = b"".join(
        struct.pack(">4sIH", b"TXXX", 8, 0) + b"\x03%05d\0x" % number for number in range(count)
    )
    coded = bytes((len(frames) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\0\0" + coded + frames + bytes(encoded(folder, "mp3"))


@case("heard", "damaged")
def mp3_with_five_thousand_tags(folder: Path) -> tuple[str, bytes]:
    return "a.mp3", mp3_of_many_tags(folder, 5_000)


@case(*ANYTHING)
def mp3_whose_index_lies(folder: Path) -> tuple[str, bytes]:
    content = bytearray(encoded(folder, "mp3"))
    mark = b"Xing" if b"Xing" in content else b"Info"
    at = content.index(mark)
    content[at + 8 : at + 16] = b"\xff" * 8
    return "a.mp3", bytes(content)
