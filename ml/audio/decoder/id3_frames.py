"""ID3v2.3 and 2.4, frame by frame: some are replaced, all others stay as their bytes are.

Structure: "ID3v2.3.0", M. Nilsson (1999), sections 3.1 to 3.3; "ID3v2.4.0 main structure" (2000),
sections 3 and 4. Where a tag has to be written anew in part, what speaks of the whole (an extended
header with its checksum, a footer) is left out. Version 2.2 and frames that are packed or
encrypted are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from mutagen._util import resize_bytes

from ml.audio.types import AudioError
from ml.audio.write_tags import UNUSUAL, Field

_HEAD = 10
_UNSYNCHRONISED, _EXTENDED, _FOOTER = 0x80, 0x40, 0x10
# A tag larger than this is no tag that a program wrote: covers in it have a few MiB.
_LARGEST = 64 * 2**20
# Left behind the frames when the tag has to grow, so that the next change fits in.
_PADDING = 2_048
_NAME = re.compile(rb"[A-Z0-9]{4}")
_ENCODINGS = ("latin-1", "utf-16", "utf-16-be", "utf-8")
_TOGETHER = "; "

TEXTS = {
    Field.GENRE: b"TCON",
    Field.MOOD: b"TMOO",
    Field.GROUPING: b"TIT1",
    Field.BPM: b"TBPM",
    Field.KEY: b"TKEY",
}
# Free texts, by their description. Version 2.3 knows no TMOO.
FREE = {Field.TONEMARK: "TONEMARK_TAGS", Field.MOOD: "MOOD"}
_COMMENT, _FREE = b"COMM", b"TXXX"


@dataclass(frozen=True)
class Frame:
    name: bytes
    flags: bytes
    data: bytes

    @property
    def is_plain(self) -> bool:
        return self.flags[1] == 0


@dataclass
class Tag:
    """`size`: of all that is to be replaced, from the beginning of the file; 0 where is no tag."""

    major: int
    frames: list[Frame]
    size: int


def edit(opened: Any, changes: dict[str, list[str]]) -> dict[str, list[str]]:
    """Replace these fields (no value: remove) and answer what all fields were before."""
    tag = _read(opened)
    before = {field.value: _values(tag, field) for field in Field}
    if changes:
        for field, values in changes.items():
            _replace(tag, Field(field), values)
        _write(opened, tag)
    return before


def unusual() -> AudioError:
    return AudioError("unusual", UNUSUAL)


def _read(opened: Any) -> Tag:
    opened.seek(0)
    head = opened.read(_HEAD)
    if head[:3] != b"ID3":
        return Tag(4, [], 0)
    major, flags, size = head[3], head[5], _synchsafe(head[6:10])
    if major not in (3, 4) or size > _LARGEST:
        raise unusual()
    body = opened.read(size)
    if len(body) != size:
        raise unusual()
    whole = _HEAD + size + (_HEAD if major == 4 and flags & _FOOTER else 0)
    if major == 3 and flags & _UNSYNCHRONISED:
        body = body.replace(b"\xff\x00", b"\xff")
    if flags & _EXTENDED:
        body = body[_extended(body, major) :]
    return Tag(major, _frames(body, major), whole)


def _extended(body: bytes, major: int) -> int:
    """The length of the extended header. Version 2.3 does not count its own size."""
    if major == 4:
        return _synchsafe(body[:4])
    return int.from_bytes(body[:4], "big") + 4


def _synchsafe(number: bytes) -> int:
    if len(number) != 4 or any(byte & 0x80 for byte in number):
        raise unusual()
    return sum(byte << shift for byte, shift in zip(number, (21, 14, 7, 0), strict=True))


def _frames(body: bytes, major: int) -> list[Frame]:
    """Old iTunes wrote plain sizes into version 2.4: what gives whole frames is right."""
    for synchsafe in (True, False) if major == 4 else (False,):
        frames = _walked(body, synchsafe=synchsafe)
        if frames is not None:
            return frames
    raise unusual()


def _walked(body: bytes, *, synchsafe: bool) -> list[Frame] | None:
    frames, at = [], 0
    while at + _HEAD <= len(body) and body[at] != 0:
        name, number, flags = body[at : at + 4], body[at + 4 : at + 8], body[at + 8 : at + 10]
        if synchsafe and any(byte & 0x80 for byte in number):
            return None
        size = _synchsafe(number) if synchsafe else int.from_bytes(number, "big")
        if not _NAME.fullmatch(name) or at + _HEAD + size > len(body):
            return None
        frames.append(Frame(name, flags, body[at + _HEAD : at + _HEAD + size]))
        at += _HEAD + size
    return frames if not any(body[at:]) else None


def _write(opened: Any, tag: Tag) -> None:
    frames = b"".join(_encoded(frame, tag.major) for frame in tag.frames)
    needed = _HEAD + len(frames)
    size = tag.size if needed <= tag.size else needed + _PADDING
    resize_bytes(opened, tag.size, size, 0)
    opened.seek(0)
    opened.write(b"ID3" + bytes((tag.major, 0, 0)) + _as_synchsafe(size - _HEAD))
    opened.write(frames + bytes(size - needed))


def _encoded(frame: Frame, major: int) -> bytes:
    size = len(frame.data)
    number = _as_synchsafe(size) if major == 4 else size.to_bytes(4, "big")
    return frame.name + number + frame.flags + frame.data


def _as_synchsafe(size: int) -> bytes:
    if size >= 1 << 28:
        raise unusual()
    return bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))


def _replace(tag: Tag, field: Field, values: list[str]) -> None:
    """The new frame stands where the first of the old ones stood."""
    at = [index for index, frame in enumerate(tag.frames) if _is(frame, field)]
    if any(not tag.frames[index].is_plain for index in at):
        raise unusual()
    kept = [frame for index, frame in enumerate(tag.frames) if index not in at]
    if values:
        kept.insert(at[0] if at else len(kept), _made(tag.major, field, values))
    tag.frames = kept


def _is(frame: Frame, field: Field) -> bool:
    if field is Field.COMMENT:
        return frame.name == _COMMENT and _described(frame, skip=3)[0] == ""
    if frame.name == _FREE and field in FREE:
        return _described(frame)[0].upper() == FREE[field]
    return frame.name == TEXTS.get(field)


def _values(tag: Tag, field: Field) -> list[str]:
    found: list[str] = []
    for frame in tag.frames:
        if _is(frame, field):
            if frame.name in (_COMMENT, _FREE):
                text = _described(frame, skip=3 if frame.name == _COMMENT else 0)[1]
            else:
                text = _text(frame.data[:1], frame.data[1:])
            found += [value for value in text.rstrip("\0").split("\0") if value]
    return found


def _text(encoding: bytes, data: bytes) -> str:
    """Never fails: what is no text has no value that could be told."""
    name = _ENCODINGS[encoding[0]] if encoding and encoding[0] < len(_ENCODINGS) else "latin-1"
    return data.decode(name, "replace")


def _described(frame: Frame, skip: int = 0) -> tuple[str, str]:
    """Description and text. `skip`: bytes of a language between encoding and description."""
    encoding, rest = frame.data[:1], frame.data[1 + skip :]
    wide = encoding in (b"\x01", b"\x02")
    end, step = (b"\0\0", 2) if wide else (b"\0", 1)
    at = 0
    while at < len(rest) and rest[at : at + step] != end:
        at += step
    text = _text(encoding, rest[at + step :])
    return _text(encoding, rest[:at]), text.replace("\ufeff", "")


def _made(major: int, field: Field, values: list[str]) -> Frame:
    """Version 2.4 in UTF-8 with values apart; 2.3, which has neither, in UTF-16 and one text."""
    encoding = b"\x03" if major == 4 else b"\x01"
    name = _ENCODINGS[encoding[0]]
    text = ("\0" if major == 4 else _TOGETHER).join(values).encode(name)
    end = "\0".encode("utf-8" if major == 4 else "utf-16-le")
    if field is Field.COMMENT:
        return Frame(_COMMENT, bytes(2), encoding + b"eng" + "".encode(name) + end + text)
    if field in FREE and (field is not Field.MOOD or major == 3):
        return Frame(_FREE, bytes(2), encoding + FREE[field].encode(name) + end + text)
    return Frame(TEXTS[field], bytes(2), encoding + text)
