"""What is wrong with a recording, and the one way its files are read."""

from __future__ import annotations

from pathlib import Path


class RecordError(ValueError):
    """A recording is missing, damaged or not of a kind that is read here; str() says which."""


def read_bytes(path: Path, most: int) -> bytes:
    """The whole file, if it is no larger than `most` bytes; raises RecordError otherwise."""
    try:
        with path.open("rb") as stream:
            content = stream.read(most + 1)
    except OSError as error:
        raise RecordError(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > most:
        raise RecordError(f"{path} is larger than the {most:,} bytes it may have.")
    return content
