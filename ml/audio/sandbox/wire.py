"""Frames: how a decoder answers. Sound as bytes, all else as JSON; nothing is ever unpickled.

Of a decoder that a hostile file has taken over, a frame that breaks the rules is all there is to
fear: it is refused by whoever reads it.
"""

from __future__ import annotations

import json
import struct
from enum import Enum
from typing import IO, Any

# On the lifeline, from the server: how the decoder ended, as `subprocess` counts it.
STATUS = struct.Struct("!i")

_HEADER = struct.Struct("!cI")
# A block of a second at 22,050 Hz has 88 kB, tags at most a few MB of JSON: what is larger is
# no answer, and is not allocated.
_LARGEST = 16 * 2**20


class Kind(Enum):
    """BLOCK: float32 samples, or a picture. The others: JSON.

    REQUEST is the question; of the answer, all but BLOCK and NOTE are the last frame.
    """

    REQUEST = b"Q"
    BLOCK = b"B"
    NOTE = b"N"
    RESULT = b"R"
    REFUSAL = b"E"
    FAULT = b"X"


class BrokenFrame(Exception):
    """The stream ends within a frame, or is none."""


def write_frame(stream: IO[bytes], kind: Kind, payload: bytes) -> None:
    """Write one frame and flush it. Raises BrokenPipeError when nobody reads."""
    stream.write(_HEADER.pack(kind.value, len(payload)))
    stream.write(payload)
    stream.flush()


def write_json(stream: IO[bytes], kind: Kind, value: Any) -> None:
    """Write `value` as a frame of JSON."""
    write_frame(stream, kind, json.dumps(value).encode("ascii"))


def read_frame(stream: IO[bytes]) -> tuple[Kind, bytearray]:
    """The next frame. Raises BrokenFrame, and TimeoutError where the stream has a limit."""
    kind, size = _HEADER.unpack(_exactly(stream, _HEADER.size))
    if size > _LARGEST:
        raise BrokenFrame(f"a frame of {size} bytes")
    try:
        return Kind(kind), _exactly(stream, size)
    except ValueError as error:
        raise BrokenFrame(f"a frame of the unknown kind {kind!r}") from error


def _exactly(stream: IO[bytes], size: int) -> bytearray:
    buffer = bytearray(size)
    if stream.readinto(buffer) != size:  # type: ignore[attr-defined]
        raise BrokenFrame("the stream ended within a frame")
    return buffer
