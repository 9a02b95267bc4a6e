"""A zip archive written while it is sent: neither memory nor disk holds the whole of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, cast
from zipfile import ZIP_STORED, ZipFile, ZipInfo

Entry = tuple[str, Iterable[bytes]]


class _Pipe:
    """A file that can only be written to, and whose bytes are taken away again and again."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        taken, self._written = b"".join(self._written), []
        return taken


def zip_stream(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Names with the chunks of their content, in order. Sound does not shrink, so it is stored."""
    pipe = _Pipe()
    with ZipFile(cast(IO[bytes], pipe), "w", ZIP_STORED) as archive:
        for name, chunks in entries:
            with archive.open(ZipInfo(name), "w", force_zip64=True) as target:
                for chunk in chunks:
                    target.write(chunk)
                    yield pipe.take()
    yield pipe.take()
